//! The database: what a real installation keeps in PostgreSQL, and the little that goes with it.
//!
//! [`world`] is the installation that nodes share, [`tables`] what it holds; the rows stand by area, each with how it looks
//! on the wire. Nothing here knows of requests.

pub(crate) mod defaults;
pub(crate) mod ids;
pub(crate) mod integrations;
pub(crate) mod invitations;
pub(crate) mod kept;
pub(crate) mod personal;
pub(crate) mod posts;
pub(crate) mod products;
mod rot;
pub(crate) mod rows;
pub(crate) mod site_copy;
pub(crate) mod site_products;
pub(crate) mod tables;
pub(crate) mod world;
