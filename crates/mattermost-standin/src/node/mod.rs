//! One server: how it starts and stops, and everything it does with a request before and after a route.
//!
//! [`life`] boots it, [`serve`] takes its connections, [`identity`] says who asks, [`transaction`] gives a route the tables,
//! [`answer`] says how it is answered. [`core`]
//! is the node itself: what it is, what it remembers ([`caches`]), how it is set ([`settings`]), what runs in it
//! ([`plugins`]), what it does when it is [`due`] and what it held until then (`held`), what it is played to use of its machine ([`usage`]). What a request does on a `copy` of the node is forgotten. In an
//! `outage` its `port` and each `line` of it are closed, cut or silent.

pub(crate) mod answer;
pub(crate) mod bundle;
pub(crate) mod caches;
mod copy;
pub(crate) mod core;
pub(crate) mod due;
pub(crate) mod environment;
mod held;
pub(crate) mod identity;
pub(crate) mod life;
mod line;
pub(crate) mod log;
pub(crate) mod migrations;
mod outage;
mod outages;
pub(crate) mod plugins;
mod port;
pub(crate) mod serve;
pub(crate) mod settings;
pub(crate) mod subpath;
pub(crate) mod transaction;
pub(crate) mod usage;
