//! mattermost-upgrade-gate: rolls a Mattermost cluster from the stable to the release version and says whether it held.
//!
//! ```text
//! inputs ──► plan ──► cluster ──► stages ──► events ──┬──► console (live)
//! (flags,    (pure,   (compose /  (checks)            ├──► record ──► verdict ──► reports ──► publish
//!  INPUT_*)   JSON)    stand-in)                      │    (facts)   (pure)      (pure)      (files, GitHub)
//!                                                     └──► events.jsonl
//! ```
//! Data goes one way. ARCHITECTURE.md has the rooms, the floors and the invariants.

pub mod announced;
pub mod case;
pub mod checks;
pub mod cli;
pub mod cluster;
pub mod docker;
pub mod event;
pub mod github;
pub mod inputs;
pub mod lock;
pub mod outcome;
pub mod plan;
pub mod policy;
pub mod publish;
pub mod record;
pub mod report;
pub mod run;
pub mod stages;
#[cfg(test)]
mod tests;
pub mod verdict;
pub mod waivers;

// The rooms that are crates of their own, by the names that they have in this one.
pub use basics::{
    clock, confidential, day, limited, png, redact, reference, shown, tarball, telling, trouble, trust,
    unpoisoned, unseen, versions, wait,
};
pub use compose_file as compose;
pub use mattermost_client as mattermost;
pub use mattermost_standin::{self as standin, fault};
pub use {sinks, storage};
