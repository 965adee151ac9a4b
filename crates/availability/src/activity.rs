//! What the run does to the cluster meanwhile, as the run itself tells it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is done to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// It is taken out of traffic.
    Drain,
    /// It is stopped.
    Stop,
    /// It is made anew and started.
    Start,
    /// It brings the schema up to date.
    Migrate,
    /// It was started, and is waited for.
    Ready,
    /// It is looked at before it gets traffic.
    Sanity,
    /// It gets traffic again.
    Undrain,
    /// A command of the user's replaces it.
    Replace,
    /// Nothing any more.
    Done,
}

impl Deed {
    /// Whether a node need not answer meanwhile.
    pub fn takes_it_down(self) -> bool {
        matches!(self, Self::Stop | Self::Start | Self::Migrate | Self::Ready | Self::Replace)
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Drain => "drained",
            Self::Stop => "stopped",
            Self::Start => "started",
            Self::Migrate => "migrating",
            Self::Ready => "waited for",
            Self::Sanity => "looked at before its traffic",
            Self::Undrain => "put back into traffic",
            Self::Replace => "replaced by a command",
            Self::Done => "done",
        })
    }
}

/// What is done to which node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Activity {
    /// The node.
    pub node: String,
    /// What.
    pub what: Deed,
}

/// `node2 was stopped`.
impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was {}", self.node, self.what)
    }
}

/// Whether nodes are being replaced, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Motion {
    /// Nothing moves.
    Rest,
    /// Nodes are restarted with the version that they run: what this costs is no fault of a release.
    NullRoll,
    /// Nodes change their version.
    Roll,
}

/// A part of the run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Chapter {
    /// The stage: `stable`, `mixed-1`.
    pub stage: String,
    /// What moves in it.
    pub motion: Motion,
}
