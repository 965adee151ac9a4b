//! Commands and flags, and what each command does with the rooms below it.
//!
//! A command reads inputs, makes a plan, builds a cluster, conducts the run and publishes the result. This is the one
//! place where all rooms meet; none of them knows this one.

mod arguments;
mod attached;
mod checks;
mod cleanup;
mod conduct;
mod demo;
mod ending;
mod instead;
mod interrupt;
mod outside;
mod ownership;
mod plan;
mod post;
mod prepared;
mod publish;
mod pump;
mod random;
mod reaper;
mod report;
mod run;
mod say;
mod standin;
mod timings;
mod today;
mod upload;

pub use arguments::{Arguments, Command};

use std::pin::Pin;

use clap::Parser as _;

use crate::inputs::Surroundings;
use crate::verdict::ExitCode;

/// The other name of the binary: the entrypoint of the action's post step.
pub const POST: &str = "upgrade-gate-post";

/// Parses the arguments of this process and does what they say.
pub async fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    // In the stand-in database's image the binary is also found as `pg_isready`: the health check of the compose file.
    let called = arguments.first().map(std::path::PathBuf::from).unwrap_or_default();
    if called.file_name().is_some_and(|name| name == "pg_isready") {
        return standin::database_answers().await;
    }
    // The Action is called without arguments: the inputs say everything, and its name says which step this is.
    if arguments.len() == 1 {
        if called.file_name().is_some_and(|name| name == POST) {
            arguments.push("post".into());
        } else if Surroundings::read().on_github() {
            arguments.push("run".into());
        }
    }
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => dispatch(arguments.command).await,
        Err(error) => {
            let _ = error.print();
            // Help and version are no errors.
            if error.use_stderr() { ExitCode::WRONG_INPUT } else { ExitCode::PASSED }
        }
    }
}

async fn dispatch(command: Command) -> ExitCode {
    let surroundings = Surroundings::read();
    // Boxed without their types: a whole run is a deep nest of futures, and its layout would be computed again here.
    let work: Pin<Box<dyn Future<Output = ExitCode> + '_>> = match command {
        Command::Run { inputs } => Box::pin(instead::run_or_instead(inputs.with_defaults(), &surroundings)),
        Command::Demo(options) => Box::pin(demo::demo(options, &surroundings)),
        Command::Plan { inputs, format } => {
            return plan::plan(&inputs.with_defaults(), format, &surroundings);
        }
        Command::Report(options) => Box::pin(report::report(options, &surroundings)),
        Command::Checks { format, timings: None } => return checks::checks(format),
        Command::Checks { format, timings: Some(file) } => return timings::timings(&file, format),
        Command::Post { inputs } => Box::pin(post::post(inputs.with_defaults(), &surroundings)),
        Command::Cleanup { run, expired } => Box::pin(cleanup::cleanup(run, expired, &surroundings)),
        Command::Reap { run, until, watch } => {
            let surroundings = &surroundings;
            Box::pin(async move { reaper::reap(&run, &until, watch.as_deref(), surroundings).await })
        }
        Command::StandIn(part) => Box::pin(standin::standin(part)),
    };
    work.await
}
