//! What nearly every check speaks with: `use super::prelude::*;`.

pub(super) use serde_json::{Value, json};

pub(super) use super::check::{Check, NEWER_SCHEMA, Need, Stages};
pub(super) use super::context::Context;
pub(super) use super::ledger::Entry;
pub(super) use super::scene::{Place, Side};
pub(super) use super::step::{Expect as _, Reported, StepError, ensure};
pub(super) use super::walk::Walk;
pub(super) use crate::outcome::Stage;
