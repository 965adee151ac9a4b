//! What is wrong with an answer, or with there being none.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a request went wrong, or a websocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Harm {
    /// No connection came about.
    Refused,
    /// The connection ended before the answer was whole.
    Reset,
    /// No answer in the time that a client waits.
    TimedOut,
    /// An answer with a status that is not the wanted one.
    Status(u16),
    /// The wanted status with a body that is not.
    WrongBody,
    /// A websocket that stays open and tells nothing.
    Silent,
    /// The right answer, too late: no failure, but felt.
    Late,
}

impl Harm {
    /// Whether the request failed: whoever gets the right answer late got it.
    #[must_use]
    pub fn is_failure(self) -> bool {
        self != Self::Late
    }
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("refused"),
            Self::Reset => f.write_str("reset"),
            Self::TimedOut => f.write_str("timed out"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::WrongBody => f.write_str("wrong body"),
            Self::Silent => f.write_str("silent"),
            Self::Late => f.write_str("late"),
        }
    }
}
