//! mattermost-upgrade-gate: rolls a Mattermost cluster from the stable to the release version and says whether it held.
//!
//! ```text
//! inputs ──► plan ──► cluster ──► stages ──► events ──┬──► console (live)
//! (flags,    (pure,   (compose /  (checks)            ├──► record ──► verdict ──► reports ──► publish
//!  INPUT_*)   JSON)    stand-in)                      │    (facts)   (pure)      (pure)      (files, GitHub)
//!                                                     └──► events.jsonl
//! ```
//! Data goes one way. ARCHITECTURE.md has the rooms, the floors and the invariants.

mod checks;
mod cli;
mod inputs;
mod plan;
mod publish;
mod run;
mod stages;
#[cfg(test)]
mod tests;

// What the binary starts, and what tests of the whole look at: no room is open to anybody else.
pub use checks::catalogue;
pub use cli::{POST, main};
pub use inputs::{Inputs, SiteCopy};
pub use plan::{Pair, Plan, has_apps, make as make_plan, pairs};
pub use run::{Interrupts, Provider, Run, execute, random};

// The rooms that are crates of their own, by the names that they have in this one.
pub use basics::{
    clock, confidential, day, limited, png, redact, reference, shown, tarball, telling, trouble, trust,
    unpoisoned, unseen, versions, wait,
};
pub use compose_file as compose;
pub use mattermost_client as mattermost;
pub use mattermost_standin::{self as standin, fault};
pub use release_policy::{announced, policy, waivers};
pub use reports as report;
pub use run_record::{case, event, lock, outcome, record, verdict};
pub use {cluster, docker, github, sinks, storage};
