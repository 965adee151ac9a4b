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
pub mod compose;
pub mod confidential;
pub mod day;
pub mod docker;
pub mod event;
pub mod fault;
pub mod github;
pub mod inputs;
pub mod limited;
pub mod lock;
pub mod mattermost;
pub mod outcome;
pub mod plan;
pub mod png;
pub mod policy;
pub mod publish;
pub mod record;
pub mod redact;
pub mod reference;
pub mod report;
pub mod retry;
pub mod run;
pub mod shown;
pub mod sinks;
pub mod stages;
pub mod standin;
pub mod storage;
pub mod tarball;
pub mod telling;
#[cfg(test)]
mod tests;
pub mod trust;
pub mod unseen;
pub mod verdict;
pub mod versions;
pub mod waivers;
