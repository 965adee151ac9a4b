//! One waiver, all of them, and the day on which one ends.

use std::fmt;

use serde::{Deserialize, Serialize};

use basics::day::Day;
use basics::versions::Range;

/// One waiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The id of the check.
    pub check: String,
    /// A part of the step's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// A part of the failure's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The stable versions that it holds for; nothing means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stable: Option<Range>,
    /// The release versions that it holds for; nothing means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Range>,
    /// Why the failure may be.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: Day,
}

/// All waivers of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Waivers {
    /// In the order of the file.
    pub list: Vec<Waiver>,
    /// The day of the run, which comes from outside; without it no waiver holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<Day>,
}

impl Waivers {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl fmt::Display for Waiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.check)?;
        for part in [&self.step, &self.text].into_iter().flatten() {
            write!(f, " \"{part}\"")?;
        }
        write!(f, " ({}, until {})", self.owner, self.expires)
    }
}
