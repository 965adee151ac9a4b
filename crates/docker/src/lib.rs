//! [`Project`](compose_file::Project) → running containers, through the Engine API: the only user of bollard.
//!
//! ```text
//! Project ──► spec (pure) ──► container ─┐
//!             network volume image ──────┼──► Running: start, stop, recreate, look inside
//!             files (tar) ───────────────┘        │
//!             labels on everything ◄── down, sweep┘
//! ```
//! An [`Engine`] is one connection. [`RunningProject::prepare`] makes networks, volumes and images ready, [`RunningProject`]
//! then starts containers as their dependencies allow, all independent ones at once. Everything that is
//! created carries the run's labels, and [`down`] removes by label alone: it needs no memory of what was
//! made, so a second process can tidy up after a killed first one ([`clear`]): a later command, or the reaper that the
//! first one started.
//!
//! Every call that waits takes a deadline; every [`Error`] is a sentence with a remedy. Files reach
//! containers by put-archive, never by bind mount: the engine's host need not be ours.

mod architecture;
mod as_service;
mod ask;
mod cause;
mod container;
mod down;
mod engine;
mod error;
mod exec;
mod fetch;
mod files;
mod host;
mod image;
mod labels;
mod listing;
mod logs;
mod names;
mod network;
mod no_engine;
mod one_off;
mod order;
mod own;
mod piped;
mod prepare;
mod project;
mod put_file;
mod reaper;
mod route;
mod runs;
mod spec;
mod sweep;
mod usage;
mod volume;
mod wait;

pub use as_service::ServerCommand;
pub use ask::{ask_program, ask_version};
pub use cause::Cause;
pub use container::{ContainerState, ContainerStatus, Health};
pub use down::{Removed, clear, down};
pub use engine::{ApiVersion, Engine, OLDEST_API};
pub use error::Error;
pub use exec::ExecOutput;
pub use fetch::{Fetched, Pin, Wanted, Ways, fetch};
pub use image::{Credentials, InspectedImage, inspect_image};
pub use labels::{LABEL_EXPIRES, LABEL_GITHUB_JOB, LABEL_OWNER, LABEL_RUN, RunLabels};
pub use no_engine::NoEngine;
pub use one_off::{OneOff, OneOffEnd};
pub use own::Own;
pub use piped::{Piped, PipedEnds, PipedLife};
pub use prepare::PrepareOptions;
pub use project::RunningProject;
pub use reaper::{container_ended, start_reaper};
pub use runs::{job_label, runs_of};
pub use sweep::sweep_expired;
pub use usage::ContainerUsage;
