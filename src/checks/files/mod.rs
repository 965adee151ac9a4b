//! Files of all kinds, through one node and through every other, and as objects in the bucket.
//!
//! `whole` is the plain upload; `uploads` comes in parts; `previews` are a picture's smaller versions; `pictures` are
//! those of people and teams; `emoji` and `links` are what they say. `bytes` makes what is uploaded and tells it
//! apart, `objects` looks into the bucket.

pub(super) mod bytes;
pub(super) mod emoji;
pub(super) mod links;
mod objects;
pub(super) mod pictures;
pub(super) mod previews;
pub(super) mod uploads;
pub(super) mod whole;
