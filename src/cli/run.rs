//! `run`: the main job.

use std::path::Path;

use secrecy::ExposeSecret as _;

use crate::inputs::{Inputs, Publishing, Surroundings};
use crate::plan;
use crate::publish::{self, Destination, finish, hand_over, names, print, report_folder, voice};
use crate::report::Look;
use crate::run::{
    Interrupts, Judged, OnDocker, Provider, Run, Subject, cluster_http, execute, judge, random, today,
};
use crate::verdict::{ExitCode, RunEnd};

pub(super) async fn run(inputs: Inputs, surroundings: &Surroundings) -> ExitCode {
    finish(whole_run(&inputs, surroundings).await, surroundings)
}

/// A run before it begins, and where it is told.
struct Prepared {
    run: Run,
    publishing: Publishing,
    destination: Option<Destination>,
}

/// Judges the inputs, shows the plan, does what it says, publishes what it comes to.
async fn whole_run(inputs: &Inputs, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let mut interrupts = Interrupts::listen()?;
    let Prepared { run, publishing, destination } = prepared(inputs, surroundings).await?;
    if shows_plan(surroundings) {
        print(&plan::text(&run.plan));
    }
    let end = execute(&run, &mut interrupts, Some(look(surroundings))).await;
    tokio::select! {
        biased;
        () = tell(&end, &run.folder, &publishing, destination, surroundings) => {}
        signal = interrupts.next() => print(&format!("note: {signal} came while the result was told; the verdict stands")),
    }
    hand_over(&publishing.report_dir, surroundings);
    Ok(end.verdict.exit_code)
}

/// The run that the inputs ask for.
async fn prepared(inputs: &Inputs, surroundings: &Surroundings) -> anyhow::Result<Prepared> {
    let password = random::password()?;
    let mut secrets = inputs.secrets();
    secrets.extend(surroundings.secrets.iter().cloned());
    secrets.push(password.expose_secret().to_owned());
    // Before a word is said: wrong inputs are shown too.
    mask(&secrets, surroundings);
    let id = Run::new_id()?;
    let Judged { settings, mut plan, subject, destination, site_bucket } =
        judge(inputs, surroundings, &id).await?;
    let publishing = settings.publishing.clone();
    let authorities = cluster_http::trusted(&publishing.ca_bundle)?;
    let http = cluster_http::http(&authorities)?;
    let provider = match subject {
        Subject::Attached(options) => Provider::Attached(options),
        Subject::Built(blueprint) => {
            mask(&blueprint.secrets, surroundings);
            secrets.extend(blueprint.secrets.iter().cloned());
            let docker =
                OnDocker::new(&settings, surroundings, (&id, &plan), *blueprint, (http.clone(), authorities));
            Provider::Compose(Box::new(docker))
        }
    };
    plan.waivers.today = Some(today());
    let run = Run {
        id,
        // They come right below the plan.
        warnings: std::mem::take(&mut plan.warnings),
        again: std::iter::once("run".to_owned()).chain(inputs.again()).collect(),
        plan,
        provider,
        folder: report_folder::make(&publishing.report_dir)?,
        names: names(publishing.junit_names),
        secrets,
        password,
        job: publish::job(&publishing, None, surroundings),
        http,
        site_bucket,
    };
    Ok(Prepared { run, publishing, destination })
}

/// Uploads the reports and publishes the result.
async fn tell(
    end: &RunEnd,
    folder: &Path,
    publishing: &Publishing,
    destination: Option<Destination>,
    surroundings: &Surroundings,
) {
    let report_url = match &destination {
        Some(destination) => destination.take(end, folder, surroundings).await,
        None => None,
    };
    // Whoever was interrupted has published what a job can read, and is expected to leave.
    if end.record.interrupted.is_none() {
        publish::publish(end, publishing, folder, report_url.as_deref(), surroundings).await;
    }
}

/// Whether the plan is shown before a run: on a terminal it is more than a screen, and `plan` shows it.
pub(super) fn shows_plan(surroundings: &Surroundings) -> bool {
    !surroundings.terminal || surroundings.verbose || surroundings.on_github()
}

/// How the surroundings want to see a run.
pub(super) fn look(surroundings: &Surroundings) -> Look {
    Look {
        terminal: surroundings.terminal,
        colour: surroundings.colour,
        github: surroundings.on_github(),
        verbose: surroundings.verbose,
        width: surroundings.width,
        ascii: surroundings.ascii,
    }
}

fn mask(secrets: &[String], surroundings: &Surroundings) {
    if surroundings.on_github() {
        voice().mask(secrets);
    } else {
        voice().keep(secrets);
    }
}
