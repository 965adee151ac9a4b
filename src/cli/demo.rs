//! `demo`: the main job on the embedded stand-in. No Docker, no network, all reports.
//!
//! So that every line of the case is measured it plays a cloud workspace with the retired Apps framework; the gate
//! itself is the Customer Web Server, and the report says so.

use clap::Args;

use super::run::look;
use crate::cluster::StandInOptions;
use crate::fault::{self, Faults, NamedFault};
use crate::inputs::{Inputs, Surroundings};
use crate::plan::{self, Problems};
use crate::publish::{finish, print, report_folder};
use crate::report::Names;
use crate::run::{Interrupts, Provider, Run, cluster_http, execute, random, today};
use crate::shown::Shown;
use crate::verdict::ExitCode;
use crate::versions::Version;

/// What the demo plays.
#[derive(Debug, Args)]
pub struct DemoOptions {
    /// The version that is upgraded from: that which the fault is about, else 11.5.1.
    #[arg(long, value_name = "VERSION")]
    pub stable: Option<String>,
    /// The version under test: that which the fault is about, else 11.6.0.
    #[arg(long, value_name = "VERSION")]
    pub release: Option<String>,
    /// How many nodes, 1 to 9.
    #[arg(long, value_name = "N", default_value = "3")]
    pub nodes: String,
    /// `auto`, `rolling` or `stop-start`.
    #[arg(long, value_name = "MODE", default_value = "auto")]
    pub mode: String,
    /// Play servers without a clustering licence: they share database and store, and nothing else.
    #[arg(long)]
    pub shared_database: bool,
    /// Break the release with a named fault; `--fault list` lists them.
    #[arg(long, value_name = "NAME")]
    pub fault: Option<String>,
    /// Run only these checks.
    #[arg(long, value_name = "CHECKS", default_value = "")]
    pub only: String,
    /// Leave these checks out.
    #[arg(long, value_name = "CHECKS", default_value = "")]
    pub skip: String,
    /// A file of failures that somebody answers for (docs/waivers.md).
    #[arg(long, value_name = "FILE", default_value = "")]
    pub waivers: String,
    /// What a check is that passes only when asked again: `tell` or `fail`.
    #[arg(long, value_name = "WHAT", default_value = "tell")]
    pub unsteady: String,
    /// A test suite of your own, run here against the upgraded stand-in.
    #[arg(long, value_name = "COMMAND", default_value = "")]
    pub suite_command: String,
    /// The folder of its JUnit files, which must be there then.
    #[arg(long, value_name = "DIR", default_value = "")]
    pub suite_results: String,
    /// Its limit.
    #[arg(long, value_name = "TIME", default_value = "2m")]
    pub suite_timeout: String,
    /// The folder that the reports are written to.
    #[arg(long, value_name = "DIR", default_value = "upgrade-gate-report")]
    pub report_dir: String,
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
    let inputs = Inputs {
        stable: stable.clone(),
        release: release.clone(),
        nodes: options.nodes.clone(),
        mode: options.mode.clone(),
        only: options.only.clone(),
        skip: options.skip.clone(),
        waivers: options.waivers.clone(),
        unsteady: options.unsteady.clone(),
        suite_command: options.suite_command.clone(),
        suite_results: options.suite_results.clone(),
        suite_timeout: options.suite_timeout.clone(),
        image: "standin".into(),
        apps: apps.to_string(),
        timeout: "5m".into(),
        ..Inputs::defaults()
    };
    let mut plan = plan::make(&inputs, None)?;
    plan.waivers.today = Some(today());
    let faults = fault.map_or_else(Faults::none, |fault| Faults::new(fault.rules.clone(), &stable, &release));
    let folder = report_folder::make(&options.report_dir)?;
    print(&plan::text(&plan));
    let options = StandInOptions {
        nodes: plan.order.clone(),
        clustered: !options.shared_database && !fault.is_some_and(|fault| fault.shared_database),
        cloud: true,
        apps,
        faults,
    };
    let run = Run {
        id: Run::new_id()?,
        plan,
        // The plan has told them.
        warnings: Vec::new(),
        provider: Provider::StandIn(options),
        folder,
        names: Names::Plain,
        secrets: surroundings.secrets.clone(),
        password: random::password()?,
        job: None,
        http: cluster_http::http("")?,
    };
    let end = execute(&run, &mut interrupts, Some(look(surroundings))).await;
    Ok(end.verdict.exit_code)
}

fn named(options: &DemoOptions) -> Result<Option<&'static NamedFault>, Problems> {
    let Some(name) = &options.fault else { return Ok(None) };
    fault::find(name).map(Some).ok_or_else(|| {
        let mut problems = Problems::default();
        problems.add("fault", Shown::plain(name), "is no fault", "Write --fault list to see their names.");
        problems
    })
}

/// What was asked for, else what the fault is about.
fn versions(options: &DemoOptions, fault: Option<&NamedFault>) -> (String, String) {
    let (stable, release) =
        fault.and_then(|fault| fault.versions.clone()).unwrap_or_else(|| ("11.5.1".into(), "11.6.0".into()));
    (options.stable.clone().unwrap_or(stable), options.release.clone().unwrap_or(release))
}
