//! What is verified: one file per check or close family, one list in [`catalogue`].
//!
//! A [`Check`] is a row of a table, not an object: an id, what it proves, the lines of MM-T5392 that it covers, the
//! stages that it runs in, and a function. The function gets a [`Context`], does its work in named steps, and never
//! ends the run, never sleeps, and makes its own data. How it ended is the worst of its steps; a check without a
//! single step measured nothing and says so.
//!
//! Adding one is described in CONTRIBUTING.md.

pub mod catalogue;
mod check;
mod context;
mod outcome;
pub mod sanity;

mod apps;
mod backends;
mod baseline;
mod boards;
mod bundle;
mod call_state;
mod calls;
mod channel;
mod channel_changes;
mod channels;
mod cloud;
mod config;
mod difference;
mod each_version;
pub mod explained;
mod files;
mod flags;
mod guests;
mod identity;
mod integrations;
mod invites;
mod ledger;
mod permissions;
mod playbooks;
mod plugins;
mod posts;
mod product;
mod refused;
mod safety;
mod scene;
mod schema;
mod secrets;
mod sessions;
mod startup;
mod suite;
mod team_changes;
mod teams;
mod topology;
mod turn;
mod users;

pub use check::{Check, Need, Stages};
pub use context::Context;
pub use outcome::{Expect, Halt, Stop};
pub use plugins::{PRODUCTS, Product};
pub use scene::{Absent, Brought, Carried, Home, Place, Scene, Side};
pub use turn::Turn;
