//! What is verified: one file per check or close family, one list in [`catalogue`].
//!
//! A [`Check`] is a row of a table, not an object: an id, what it proves, the lines of MM-T5392 that it covers, the
//! stages that it runs in, and a function. The function gets a [`Context`], does its work in named steps, and never
//! ends the run, never sleeps, and makes its own data. A step that fails ends the walk that it is part of and nothing else.
//! How the check ended is the worst of its steps; a check without a single step measured nothing and says so.
//!
//! What checks speak with is in `prelude`: `context` has steps and waiting, `walk` the walks over versions and nodes, `step` how
//! a step ends, `ledger` what is kept for later stages, `scene` what is there. Adding one is described in CONTRIBUTING.md.

pub mod catalogue;
pub(crate) mod explained;
pub(crate) mod sanity;

mod carried;
mod check;
mod context;
mod ledger;
mod logs;
mod prelude;
mod restart_round;
mod safety;
mod scene;
#[cfg(test)]
mod stage_set;
mod step;
mod walk;

mod acting;
mod apps;
mod availability;
mod backends;
mod baseline;
mod boards;
mod browser;
mod bundle;
mod call_state;
mod calls;
mod census;
mod channel;
mod channel_changes;
mod channels;
mod cloud;
mod config;
mod correspondent;
pub(crate) mod crowd;
mod difference;
mod files;
mod flags;
mod growth;
mod guests;
mod identity;
mod integrations;
mod invites;
mod jobs;
mod look;
mod mails;
mod old;
mod once;
mod page_browser;
mod permissions;
mod playbooks;
mod plugins;
mod posts;
mod processes;
mod product;
mod push;
mod refused;
mod rollback;
mod schema;
mod schema_change;
mod secrets;
mod sessions;
mod site;
mod suite;
mod team_changes;
mod teams;
mod timed;
mod topology;
mod users;
mod webapp;
mod write_ledger;
mod write_matrix;

pub(crate) use availability::AVAILABILITY;
pub(crate) use carried::Carried;
pub(crate) use check::{Check, Need};
pub(crate) use context::Context;
pub(crate) use growth::{GROWTH, LIVES, Lives};
pub(crate) use integrations::may_not_call;
pub(crate) use ledger::Entry;
pub(crate) use page_browser::{PageBrowser, of_image as browser_container};
pub(crate) use plugins::{PLUGIN_UPGRADE, PRODUCTS};
pub(crate) use restart_round::RestartRound;
pub(crate) use scene::{Absent, Home, InstalledPlugins, Place, RunningNode, Scene, Side};
pub(crate) use schema::SCHEMA;
pub(crate) use schema_change::{SCHEMA_CHANGE, SchemaChange};
pub(crate) use write_ledger::WRITE_LEDGER;
pub(crate) use write_matrix::WRITE_MATRIX;
