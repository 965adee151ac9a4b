//! Sanity: what a node must show before it takes traffic.
//!
//! `look` is the look at one node that just answered its first ping; a red step there ends the run. `check` is the row of the
//! catalogue, `startup`, that reports what was seen. The stage that brings nodes up does the one and leaves it for the other.

pub(super) mod check;
mod look;

pub(crate) use check::{ID, forget, leave, result};
pub(crate) use look::look;
