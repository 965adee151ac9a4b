//! Today's integrations (S2.8): webhooks, slash commands, dialogs and buttons, bots.
//!
//! One file per check; [`fixtures`] has what they share: how integrations are set on the servers, the gate's endpoint that
//! servers call, and waiting for a message that an integration wrote. Each version acts once per stage, through a node
//! of its own, and the effect is looked for on another one. What was made on stable must work on every later node.

pub(super) mod bots;
pub(super) mod commands;
pub(super) mod dialogs;
mod fixtures;
pub(super) mod payloads;
pub(super) mod webhooks;

pub(crate) use fixtures::may_not_call;
