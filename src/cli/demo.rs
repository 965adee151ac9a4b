//! `demo`: the main job on the embedded stand-in. No Docker, no network, all reports.
//!
//! So that every line of the case is measured it plays a cloud workspace with the retired Apps framework; the gate
//! itself is the Customer Web Server, and the report says so.

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::run::{look, shows_plan};
use crate::cluster::StandInOptions;
use crate::fault::{self, Faults, NamedFault};
use crate::inputs::{Inputs, Problems, ReleaseInputs, Surroundings};
use crate::plan;
use crate::publish::{finish, print, report_folder};
use crate::report::Names;
use crate::run::{Interrupts, Provider, Run, cluster_http, execute, random, today};
use crate::shown::Shown;
use crate::verdict::ExitCode;
use crate::versions::Version;

/// What the demo plays.
#[derive(Debug, Args)]
pub(crate) struct DemoOptions {
    /// The version that is upgraded from: that which the fault is about, else 11.5.1.
    #[arg(long, value_name = "VERSION")]
    pub stable: Option<String>,
    /// The version under test: that which the fault is about, else 11.6.0.
    #[arg(long, value_name = "VERSION")]
    pub release: Option<String>,
    /// Play servers without a clustering licence: they share database and store, and nothing else.
    #[arg(long)]
    pub shared_database: bool,
    /// Break the release with a named fault; `--fault list` lists them.
    #[arg(long, value_name = "NAME")]
    pub fault: Option<String>,
    /// Tell everything that happens line by line, on a terminal too.
    #[arg(long)]
    pub verbose: bool,
    /// Inputs of a run that the demo has as well.
    #[command(flatten)]
    pub inputs: DemoInputs,
}

/// Inputs of a run, as flags alone: the environment of whoever runs the demo must not leak into it.
#[derive(Debug)]
pub(crate) struct DemoInputs(Inputs);

impl DemoInputs {
    const NAMES: [&str; 15] = [
        "nodes",
        "mode",
        "rollback",
        "migrate",
        "control",
        "only",
        "skip",
        "browser",
        "waivers",
        "unsteady",
        "crowd",
        "suite-command",
        "suite-results",
        SUITE_TIMEOUT.0,
        "report-dir",
    ];
}

/// A suite has less time here, where nothing is built.
const SUITE_TIMEOUT: (&str, &str) = ("suite-timeout", "2m");

impl Args for DemoInputs {
    fn augment_args(command: Command) -> Command {
        let command = command.args(Inputs::flags(&Self::NAMES));
        command.mut_arg(SUITE_TIMEOUT.0, |flag| flag.default_value(SUITE_TIMEOUT.1))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for DemoInputs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Inputs::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

pub(super) async fn demo(options: DemoOptions, surroundings: &Surroundings) -> ExitCode {
    if options.fault.as_deref() == Some("list") {
        for fault in fault::catalogue() {
            print(&format!("{:<28} {}", fault.id, fault.title));
        }
        return ExitCode::PASSED;
    }
    finish(played(&options, surroundings).await, surroundings)
}

async fn played(options: &DemoOptions, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let mut interrupts = Interrupts::listen()?;
    let fault = named(options)?;
    let (stable, release) = versions(options, fault);
    let apps = plan::has_apps(&Version::read(&release));
    let mut inputs = options.inputs.0.clone();
    inputs.releases =
        ReleaseInputs { stable: stable.clone(), release, history: String::new(), image: "standin".into() };
    inputs.run.apps = apps.to_string();
    inputs.run.timeout = "5m".into();
    if let Some(members) = fault.and_then(|fault| fault.crowd) {
        inputs.checks.crowd = members.to_string();
    }
    let mut plan = plan::make(&inputs, None)?;
    plan.waivers.today = Some(today());
    let faults = fault.map_or_else(Faults::none, |fault| {
        Faults::new(fault.rules.clone(), &stable, &inputs.releases.release)
    });
    let folder = report_folder::make(&inputs.publishing.report_dir)?;
    let again = again(options);
    // The plan tells its warnings.
    let warnings = if shows_plan(surroundings) {
        print(&plan::text(&plan));
        Vec::new()
    } else {
        std::mem::take(&mut plan.warnings)
    };
    let options = StandInOptions {
        nodes: plan.order.clone(),
        clustered: !options.shared_database && !fault.is_some_and(|fault| fault.shared_database),
        cloud: true,
        apps,
        below: String::new(),
        faults,
    };
    let run = Run {
        id: Run::new_id()?,
        plan,
        warnings,
        again,
        provider: Provider::StandIn(options),
        folder,
        names: Names::Plain,
        secrets: surroundings.secrets.clone(),
        password: random::password()?,
        job: None,
        http: cluster_http::http("")?,
        site_bucket: None,
    };
    let end = execute(&run, &mut interrupts, Some(look(surroundings))).await;
    Ok(end.verdict.exit_code)
}

/// The words that play the same again.
fn again(options: &DemoOptions) -> Vec<String> {
    let mut words = vec!["demo".to_owned()];
    let named = [("--fault", &options.fault), ("--stable", &options.stable), ("--release", &options.release)];
    for (flag, value) in named {
        words.extend(value.iter().flat_map(|value| [flag.to_owned(), value.clone()]));
    }
    words.extend(options.shared_database.then(|| "--shared-database".to_owned()));
    let mut inputs = options.inputs.0.clone();
    if inputs.suite.suite_timeout == SUITE_TIMEOUT.1 {
        inputs.suite.suite_timeout = Inputs::defaults().suite.suite_timeout;
    }
    words.extend(inputs.again());
    words
}

fn named(options: &DemoOptions) -> Result<Option<&'static NamedFault>, Problems> {
    let Some(name) = &options.fault else { return Ok(None) };
    fault::find(name).map(Some).ok_or_else(|| {
        Problems::of("fault", Shown::plain(name), "is no fault", "Write --fault list to see their names.")
    })
}

/// What was asked for, else what the fault is about.
fn versions(options: &DemoOptions, fault: Option<&NamedFault>) -> (String, String) {
    let (stable, release) =
        fault.and_then(|fault| fault.versions.clone()).unwrap_or_else(|| ("11.5.1".into(), "11.6.0".into()));
    (options.stable.clone().unwrap_or(stable), options.release.clone().unwrap_or(release))
}
