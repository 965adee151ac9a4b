//! Outages: a node that serves nobody for a while, in one of the ways in which real ones do, and when exactly that was.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// How a node is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutageKind {
    /// Its port is closed and connections that it has are cut: a process that died.
    Refused,
    /// Its port is open, and every connection is cut, old or new.
    Reset,
    /// Nothing is read and nothing is said, on websockets neither; at its end everything that waits is answered: a process that was
    /// paused.
    Hang,
    /// Every request is answered with 503; websockets stay.
    Status,
}

impl OutageKind {
    /// Whether connections are cut by it.
    pub(crate) fn cuts(self) -> bool {
        matches!(self, Self::Refused | Self::Reset)
    }
}

/// An outage that a rule asks for; it begins with the request that the rule hits, which is the first to suffer from it.
///
/// Without `calls` in its rule it begins once. While a node is out it begins no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutageOrder {
    /// How long it lasts, in milliseconds.
    pub for_ms: u64,
    /// How the node is out.
    pub kind: OutageKind,
    /// Whether all running nodes are out at once, and not only the one that was asked.
    #[serde(default)]
    pub everywhere: bool,
}

impl OutageOrder {
    /// How long it lasts.
    #[must_use]
    pub fn length(&self) -> Duration {
        Duration::from_millis(self.for_ms)
    }
}

/// An outage that was, or still is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// The node.
    pub node: String,
    /// How it was out.
    pub kind: OutageKind,
    /// Its first instant.
    pub from: Instant,
    /// When the node served again; nothing while it is out.
    pub until: Option<Instant>,
}
