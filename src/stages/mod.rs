//! The run: the steps of the plan, one after the other (`run.rs`), in the parts that reports know (`frame.rs`).
//!
//! Each kind of step has its function here, and the order is the plan's alone. Everything that happens is sent as events;
//! what ends the run early is a [`Breakage`] with the blame. The steps of the end are the caller's, because they happen
//! however the others ended.
//!
//! A node has one way into traffic (`node.rs`), whether it starts, is found, is replaced, or restarts for a check.

mod accounts;
mod again;
mod blame;
mod cleanup_attached;
mod clustering;
mod connect;
mod frame;
mod front;
mod harm;
mod history;
mod judged_ledger;
mod judged_matrix;
mod ledger;
mod mail_settings;
mod migrate;
mod node;
mod objects;
mod page_browser;
mod pointing;
mod prepare;
mod products;
mod push_settings;
mod restarts;
mod rollback;
mod run;
mod scene;
mod schema_watch;
mod session;
mod site_copy;
mod stage;
mod stopwatch;
mod stranded;
mod suite;
mod usage_watch;
mod users;
mod versions;
mod watching;
mod writes;

pub(crate) use blame::broken;
pub(crate) use cleanup_attached::clean_up;
pub(crate) use run::{begins, run};
pub(crate) use session::RunGivens;
