//! What people write: through one node, and as every other shows it.
//!
//! `sent` is the message itself, with its events; `threads`, `pins` (and former texts), `direct` and `search` are what
//! is built upon it; `long` and `pages` are about how much of it there can be.

pub(super) mod direct;
pub(super) mod long;
pub(super) mod pages;
pub(super) mod pins;
pub(super) mod search;
pub(super) mod sent;
pub(super) mod threads;
