//! One run: what the inputs ask for, the cluster that it is about, and its life from the first event to the last report.
//!
//! ```text
//! inputs ──► judge ──► Run { plan, provider, folder, … } ──► execute ──► RunEnd { record, verdict }
//!              │                                                │
//!              └─ wrong inputs, all at once                     └─ lifecycle.rs: the order of the end, top to bottom
//! ```
//! `judge` creates nothing: it ends with a plan and a [`Provider`], or with every wrong input. [`execute`] does what the
//! plan says and always comes back with the end of the run, whatever became of it: a signal, a broken cluster, a bug of
//! our own (`bugs`). Commands that share none of this (`report`, `cleanup`) do without this room; it knows no command.

mod attached;
mod blueprint;
pub(crate) mod bugs;
pub(crate) mod cluster_http;
mod compose_secrets;
mod definition;
mod fork_guard;
mod interrupts;
mod judge;
mod lifecycle;
mod on_docker;
mod patience;
mod provider;
mod pump;
pub mod random;
mod reaper;
mod today;
mod variables;

pub(crate) use blueprint::Blueprint;
pub use definition::Run;
pub use interrupts::Interrupts;
pub(crate) use judge::{Judged, Subject, judge};
pub use lifecycle::execute;
pub(crate) use on_docker::OnDocker;
pub use provider::Provider;
pub(crate) use today::today;
