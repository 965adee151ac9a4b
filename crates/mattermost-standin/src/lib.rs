//! The stand-in: a Mattermost of our own, small enough to run inside a test or a demo, honest enough to be checked.
//!
//! A [`World`] is what a real installation keeps in PostgreSQL and S3; [`Node`]s start on it, each with a
//! [`StandInRelease`], serve REST and websockets, and stop. It plays both kinds of installation. *Clustered*: a bus carries
//! events and word of stale caches to every node. *Shared database*: nothing crosses but the data itself, and each
//! node keeps believing what it remembers (sessions, accounts, channels, configuration) until told to reload, which
//! is what real servers without a clustering licence were measured to do. Statuses, bodies, headers and error ids
//! are those of recorded exchanges with 11.6; it shares no wire types with `mattermost-client`, so that a
//! shared mistake cannot hide itself.
//!
//! Its rooms: `db` is what is kept, `events` what is told, `node` one server around its `routes` and `products`, `files` and
//! `outside` what a node reaches beyond the database. `store` is an S3 server and `balancer` an HTTP one, each by itself.
//!
//! A node may carry [`crate::fault::Faults`]: this is how the checks are proved to notice what they should.
//! [`serve_world`] and [`run_node`] split the same thing over processes, so that nodes can be containers.

pub mod balancer;
mod db;
mod events;
pub mod fault;
mod files;
mod node;
mod outside;
mod products;
pub mod release;
mod remote;
mod routes;
pub mod store;
#[cfg(test)]
mod tests;

pub use db::site_copy::dump_of;
pub use db::site_products::OldRow;
pub use db::world::{Options, World};
pub use files::bucket::{BucketFiles, BucketPlace};
pub use files::store::{FileAnswer, FileStore, FileStoreError, MemoryFiles};
pub use node::due::LOOKS_EVERY;
pub use node::life::{Node, StartError, migrate};
pub use node::usage::PlayedUsage;
pub use release::StandInRelease;
pub use remote::{RemoteNode, run_node, serve_world};
