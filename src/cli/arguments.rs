//! The command line: one definition for flags, `INPUT_*` and help.

use clap::{Parser, Subcommand, ValueEnum};

use super::demo::DemoOptions;
use super::report::ReportOptions;
use super::standin::StandInPart;
use crate::inputs::Inputs;

/// Rolls a Mattermost cluster from stable to release, and says whether it held (test case MM-T5392).
#[derive(Debug, Parser)]
#[command(name = "upgrade-gate", version, max_term_width = 110)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: GateCommand,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum GateCommand {
    /// Build a cluster on Docker, roll it from stable to release, check it, report.
    Run {
        /// What the user wants.
        #[command(flatten)]
        inputs: Inputs,
        /// Tell everything that happens line by line, on a terminal too.
        #[arg(long)]
        verbose: bool,
    },
    /// The same on the embedded stand-in: no Docker, no network, all reports.
    Demo(DemoOptions),
    /// Show what `run` would do, without doing it.
    Plan {
        /// What the user wants.
        #[command(flatten)]
        inputs: Inputs,
        /// How to show it.
        #[arg(long, value_enum, default_value = "text")]
        format: PlanFormat,
    },
    /// Make the reports of a run, or of many, from their records, and publish them: no Docker, same exit code.
    Report(ReportOptions),
    /// List the checks and the lines of MM-T5392 that they cover.
    Checks {
        /// How to show them.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// Show how long they took in a run instead, from its record.json: the slowest first, stable beside release.
        #[arg(long, value_name = "FILE")]
        timings: Option<std::path::PathBuf>,
    },
    /// Remove what a run left on the Docker engine; nothing to remove is success.
    Cleanup {
        /// The run, as `run` named it: `ug-` and ten hexadecimal digits.
        #[arg(long, value_name = "ID", required_unless_present = "expired")]
        run: Option<String>,
        /// Everything of ours whose time is over.
        #[arg(long)]
        expired: bool,
    },
    /// What the action does at the end of its job: remove what its run has left.
    #[command(hide = true)]
    Post {
        /// What the user wants.
        #[command(flatten)]
        inputs: Inputs,
    },
    /// Wait for the end of the process or container that a run is in, then remove what it left on the Docker engine.
    #[command(hide = true)]
    Reap {
        /// The run.
        #[arg(long)]
        run: String,
        /// The moment after which nobody is waited for.
        #[arg(long)]
        until: String,
        /// The container whose end is awaited; else it is the end of standard input.
        #[arg(long)]
        watch: Option<String>,
    },
    /// Parts of the stand-in, for images that play a cluster on a real Docker engine.
    #[command(name = "standin", hide = true, subcommand)]
    StandIn(StandInPart),
}

/// How a plan is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For `strategy.matrix`: a row for each pair of versions.
    Matrix,
}

/// How a listing is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}
