//! What is wrong with a write that was acknowledged.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A node, and the version that it served as.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReadThrough {
    /// The node.
    pub node: String,
    /// The version, by the answers' own word; empty where none told it.
    pub version: String,
}

impl fmt::Display for ReadThrough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.version.is_empty() {
            f.write_str(&self.node)
        } else {
            write!(f, "{} ({})", self.node, self.version)
        }
    }
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wrong {
    /// It is on no node.
    Lost,
    /// It is there more than once.
    Doubled,
    /// The row says something that nobody wrote there.
    Altered,
    /// What was taken away is there again.
    Resurrected,
    /// It is on another node and not on this one.
    Unseen,
    /// What one node began, another one refuses to finish.
    Refused,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::Altered => "altered",
            Self::Resurrected => "there again",
            Self::Unseen => "unseen",
            Self::Refused => "refused",
        })
    }
}

/// How a write is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// By asking.
    Api,
    /// By the event that a websocket gets.
    Websocket,
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Api { "API" } else { "websocket" })
    }
}

/// A write that is not as it should be on one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteFinding {
    /// What is wrong.
    pub wrong: Wrong,
    /// The kind of the write.
    pub kind: String,
    /// The row: its id, or its name in its list.
    pub id: String,
    /// The number of the write: earlier writes have smaller ones.
    pub seq: u32,
    /// The stage in which it was made.
    pub written_in: String,
    /// Who acknowledged it.
    pub writer: ReadThrough,
    /// Who shows it so.
    pub reader: ReadThrough,
    /// How it was looked for.
    pub way: Way,
    /// What should be there.
    pub expected: String,
    /// What is.
    pub got: String,
}

impl fmt::Display for WriteFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wrong, kind, id, writer, reader, written_in, expected, got, .. } = self;
        write!(f, "the {kind} {id} that {writer} acknowledged in {written_in} is {wrong} on {reader}")?;
        if self.way == Way::Websocket {
            write!(f, " by websocket")?;
        }
        write!(f, ": expected {expected}, got {got}")
    }
}

/// What one version began and the other one refused to finish, as the vendor announced.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedRefusal {
    /// The kind.
    pub kind: String,
    /// The version that began it.
    pub writer: String,
    /// The version that refused it.
    pub reader: String,
    /// What was announced.
    pub what: String,
    /// Where.
    pub source: String,
    /// How often.
    pub times: u64,
}

/// Rows that could not be read: nothing is known of them on this node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadRows {
    /// The kind.
    pub kind: String,
    /// Who was asked.
    pub reader: ReadThrough,
    /// The status, where there was an answer.
    pub status: Option<u16>,
    /// What came back.
    pub got: String,
}
