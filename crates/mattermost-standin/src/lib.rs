//! The stand-in: a Mattermost of our own, small enough to run inside a test or a demo, honest enough to be checked.
//!
//! A [`World`] is what a real installation keeps in PostgreSQL and S3; [`Node`]s start on it, each with a
//! [`Release`], serve REST and websockets, and stop. It plays both kinds of installation. *Clustered*: a bus carries
//! events and word of stale caches to every node. *Shared database*: nothing crosses but the data itself, and each
//! node keeps believing what it remembers (sessions, accounts, channels, configuration) until told to reload, which
//! is what real servers without a clustering licence were measured to do. Statuses, bodies, headers and error ids
//! are those of recorded exchanges with 11.6; it shares no wire types with `mattermost-client`, so that a
//! shared mistake cannot hide itself.
//!
//! A node may carry [`crate::fault::Faults`]: this is how the checks are proved to notice what they should.
//! [`serve_world`] and [`run_node`] split the same thing over processes, so that nodes can be containers.

mod announce;
mod answer;
pub mod balancer;
mod bucket_files;
mod bundle;
mod bus;
mod buttons;
mod caches;
mod core;
mod defaults;
mod environment;
pub mod fault;
mod file_store;
mod hub;
mod identity;
mod ids;
mod integrations;
mod invitations;
mod log;
mod mail;
mod media;
mod messages;
mod migrations;
mod node;
mod outgoing;
mod plugins;
mod products;
pub mod release;
mod remote;
mod routes;
mod rows;
mod serve;
mod settings;
mod socket;
pub mod store;
mod subpath;
#[cfg(test)]
mod tests;
mod triggers;
mod world;

pub use bucket_files::{BucketFiles, BucketPlace};
pub use file_store::{FileAnswer, FileStore, FileStoreError, MemoryFiles};
pub use node::{Node, StartError};
pub use release::Release;
pub use remote::{RemoteNode, run_node, serve_world};
pub use world::{Options, World};
