//! What is told: between nodes over the [`bus`], to the websockets of one node by its [`hub`].

pub(crate) mod bus;
pub(crate) mod hub;
pub(crate) mod publish_post;
pub(crate) mod socket;
