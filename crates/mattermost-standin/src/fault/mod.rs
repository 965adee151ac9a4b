//! Faults: rules that make a server misbehave on purpose, to prove that a check would notice.
//!
//! A [`Rule`] is data: *when* (which nodes, which calls) × *match* (method, path or websocket
//! event) × *effect* (an answer changed, delayed, lost; an event dropped) or the name of a behaviour that only the
//! stand-in can have, such as `lost-post`. [`catalogue`] has the faults known by name, and users can write their own
//! with [`read_rules`]. [`Faults`] is what a running node asks: it counts calls, and knows which
//! version is the release. The default dial is *new*: only nodes that run the release misbehave, so that the stable
//! stage stays green and the upgrade is what is blamed.

mod catalogue;
mod glob;
mod live;
mod rule;

pub use catalogue::{NamedFault, catalogue, find};
pub use live::{Disturbance, EventFate, FaultPlan, Faults, Who};
pub use rule::{Dial, Effect, Match, Rule, RuleError, When, read_rules};
