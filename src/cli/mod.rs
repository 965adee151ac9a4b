//! Commands and flags, and what each command does with the rooms below it.
//!
//! A file for each command: it reads inputs and hands them to the rooms below. A run's life is in `run`, what leaves this
//! process in `publish`. This is the one place where all rooms meet; none of them knows this one.

mod action_mode;
mod arguments;
mod checks;
mod cleanup;
mod demo;
mod plan;
mod post;
mod reap;
mod report;
mod run;
mod standin;
mod timings;
mod usage;

pub(crate) use arguments::GateCommand;

use std::pin::Pin;

use crate::inputs::{Inputs, Surroundings};
use crate::publish::voice;
use crate::run::bugs;
use crate::verdict::ExitCode;

/// The other name of the binary: the entrypoint of the action's post step.
pub const POST: &str = "upgrade-gate-post";

/// Parses the arguments of this process and does what they say.
pub async fn main() -> ExitCode {
    bugs::watch();
    bugs::exit_code(bugs::caught(called()).await)
}

async fn called() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    // In the stand-in database's image the binary is also found as `pg_isready`: the health check of the compose file.
    let called = arguments.first().map(std::path::PathBuf::from).unwrap_or_default();
    if called.file_name().is_some_and(|name| name == "pg_isready") {
        return standin::database_answers().await;
    }
    let surroundings = Surroundings::read();
    // Before a word is said: what is wrong with a call may be about a secret too.
    voice().keep(&surroundings.secrets);
    voice().on_github(surroundings.on_github());
    // The Action is called without arguments: the inputs say everything, and its name says which step this is.
    if arguments.len() == 1 {
        if called.file_name().is_some_and(|name| name == POST) {
            arguments.push("post".into());
        } else if surroundings.on_github() {
            arguments.push("run".into());
        }
    }
    match usage::read(&arguments) {
        Ok(arguments) => dispatch(arguments.command, surroundings).await,
        Err(exit) => exit,
    }
}

async fn dispatch(command: GateCommand, mut surroundings: Surroundings) -> ExitCode {
    surroundings.verbose = match &command {
        GateCommand::Run { verbose, .. } => *verbose,
        GateCommand::Demo(options) => options.verbose,
        _ => false,
    };
    // Boxed without their types: a whole run is a deep nest of futures, and its layout would be computed again here.
    let work: Pin<Box<dyn Future<Output = ExitCode> + '_>> = match command {
        GateCommand::Run { inputs, .. } => Box::pin(action_mode::act(kept(inputs), &surroundings)),
        GateCommand::Demo(options) => Box::pin(demo::demo(options, &surroundings)),
        GateCommand::Plan { inputs, format } => {
            let (inputs, surroundings) = (kept(inputs), &surroundings);
            Box::pin(async move { plan::plan(&inputs, format, surroundings).await })
        }
        GateCommand::Report(options) => Box::pin(report::report(options, &surroundings)),
        GateCommand::Checks { format, timings: None } => return checks::checks(format),
        GateCommand::Checks { format, timings: Some(file) } => return timings::timings(&file, format),
        GateCommand::Post { inputs } => Box::pin(post::post(kept(inputs), &surroundings)),
        GateCommand::Cleanup { run, expired } => Box::pin(cleanup::command(run, expired, &surroundings)),
        GateCommand::Reap { run, until, watch } => {
            let surroundings = &surroundings;
            Box::pin(async move { reap::reap(&run, &until, watch.as_deref(), surroundings).await })
        }
        GateCommand::StandIn(part) => Box::pin(standin::standin(part)),
    };
    work.await
}

/// The inputs, of which nothing secret is said from now on.
fn kept(inputs: Inputs) -> Inputs {
    voice().keep(inputs.secrets());
    inputs
}
