//! The user's own test suite, against the upgraded cluster, after everything else.
//!
//! ```text
//! plan.suite ──► in a container on the cluster's network ─┐            ┌─► CheckResult `suite`
//!                or by `sh -c` on the gate's machine ─────┴─► files ──┤
//!                                                      junit (read)   └─► SuiteReported
//! ```
//! It gets addresses and the admin's account by environment variables, has a limit of its own, and what it prints is
//! kept as evidence. Its exit code counts, and so do the tests that its JUnit files tell of: [`judge`].

mod account;
mod judge;
mod junit;
mod results;

use std::time::Duration;

use tokio::time::Instant;

use super::scene;
use super::session::RunSession;
use crate::checks::catalogue;
use crate::clock::millis;
use crate::cluster::evidence::GrowingLog;
use crate::cluster::{Exit, Leftovers, SideContainer, run_command};
use crate::event::EventKind;
use crate::inputs::own_variables;
use crate::outcome::{CheckResult, Outcome, Stage};
use crate::plan::SuitePlan;
use results::Results;

/// The id of the check that stands for the suite.
pub(super) const CHECK: &str = "suite";
/// Where a container leaves its JUnit files, unless the input says otherwise.
const RESULTS: &str = "/results";

/// Runs the suite and reports it as the check `suite` and as suites of its own.
pub(super) async fn run(session: &RunSession<'_>, stage: Stage) {
    let (Some(check), Some(suite)) = (catalogue::find(CHECK), &session.plan.suite) else { return };
    session.events.send(EventKind::CheckStarted { stage, check: CHECK.to_owned() });
    let began = Instant::now();
    let mut log = session.shelf.log("suite.log", "output of your suite", session.events);
    let mut result = CheckResult { outcome: Outcome::Passed, ..catalogue::not_measured(check, stage, "") };
    match run_to_end(session, suite, &mut log).await {
        Err(reason) => result.outcome = Outcome::NotMeasured { reason },
        Ok((exit, found)) => {
            let found = results::read(found, session.shelf, session.events).await;
            result.steps = judge::steps(suite, exit, &found, &log.telling_lines().join(" ⏎ "), millis(began));
            result.facts.insert("files".into(), found.files.to_string());
            if let Some(told) = judge::repeated(&found.repeated) {
                session.events.warn(told);
            }
            if !found.suites.is_empty() {
                session.events.send(EventKind::SuiteReported { suites: found.suites });
            }
            result.outcome = catalogue::outcome_of(&result.steps);
        }
    }
    result.took_ms = millis(began);
    session.events.send(EventKind::CheckFinished(scene::waived(session, result)));
}

/// How it ended and the files that it left; else why it did not run.
async fn run_to_end(
    session: &RunSession<'_>,
    suite: &SuitePlan,
    log: &mut GrowingLog,
) -> Result<(Exit, Results), String> {
    let deadline = Instant::now() + Duration::from_secs(suite.timeout_s);
    let mut line = |text: String| log.line(&text);
    let Some(image) = &suite.image else {
        let front = session.cluster.balancer().await?;
        let folder = results::folder(suite.results.as_deref(), session.shelf.report_dir())?;
        let environment =
            account::environment(session, front.url(), front.at(), &folder.path().to_string_lossy())?;
        let command = suite.command.as_deref().unwrap_or_default();
        let exit =
            run_command(command, &environment, &own_variables(), Leftovers::End, &mut line, deadline).await;
        let exit = exit.map_err(|why| format!("{why}, or give suite-image"))?;
        return Ok((exit, folder.files()?));
    };
    let beside = session.cluster.side_containers()?;
    let url = beside.balancer()?;
    let results = suite.results.as_deref().unwrap_or(RESULTS);
    let container = SideContainer {
        image: image.clone(),
        command: suite.command.clone(),
        environment: account::environment(session, &url, None, results)?,
        results: results.to_owned(),
    };
    let ended = beside.run(&container, &mut line, deadline).await?;
    let exit = match (ended.exit_code, ended.out_of_memory) {
        (_, true) => Exit::OutOfMemory,
        (Some(code), false) => Exit::Code(code),
        (None, false) => Exit::TimeIsUp,
    };
    Ok((exit, Results { place: results.to_owned(), files: ended.files.unwrap_or_default() }))
}
