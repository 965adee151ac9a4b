//! The run as a straight line: bring up on stable, check, replace node by node and check in between, check on release.
//!
//! Everything that happens is sent as events; what ends the run early is a [`Breakage`] with the blame. Teardown and
//! reports are the caller's, because they happen however the line ends.
//!
//! The user's own suite comes last, against the upgraded cluster (`suite/`).
//!
//! Continuous probes (watch) and the ledger of acknowledged writes will stand beside `roll`, started before its first
//! node and ended after its last.

mod again;
mod blame;
mod bring_up;
mod clustering;
mod front;
mod ground;
mod home;
mod leave;
mod products;
mod restarts;
mod roll;
mod run;
mod session;
mod settings;
mod stage;
mod suite;
mod versions;

pub use blame::broken;
pub use leave::leave;
pub use run::run;
