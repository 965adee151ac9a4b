//! Faults: rules that make a server misbehave on purpose, to prove that a check would notice.
//!
//! A [`Rule`] is data: *when* (which nodes, which calls) × *match* (method, path or websocket
//! event, and the fields it carries) × *effect*: an answer changed, delayed, lost; an event dropped; a request played on a
//! copy of the installation and forgotten, or answered from a time gone by; a table emptied by the migration, rows that rot when a node comes up; a node that is
//! out for a while ([`Outage`]). What no
//! effect can say is a behaviour of the stand-in by name, such as `text-mangled`, and the code asks for it. [`catalogue`] has the faults known by name, and users can write their own
//! with [`read_rules`]. [`Faults`] is what a running node asks: it counts calls, and knows which
//! version is the release. The default dial is *new*: only nodes that run the release misbehave, so that the stable
//! stage stays green and the upgrade is what is blamed.

mod catalogue;
mod disturbance;
mod glob;
mod live;
mod old_rows;
mod outage;
mod rot;
mod rule;

pub use catalogue::{Finder, NamedFault, catalogue, find};
pub use disturbance::{BodyChange, Disturbance, PlayedOn};
pub use live::{AskingNode, EventEffect, FaultPlan, Faults};
pub(crate) use old_rows::aged;
pub use outage::{Outage, OutageKind, OutageOrder};
pub use rot::{Decay, Rot, Written};
pub use rule::{AppliesTo, Damage, Effect, Match, Rule, RuleError, Table, When, read_rules};
