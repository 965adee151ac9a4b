//! What a check found: the words that events, checks, verdict and reports share.
//!
//! They live below everything else, so that a report can speak of an outcome without knowing checks.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The check that tells of servers that died: where it is red it is why others of its stage are, and so told before them.
pub const PROCESSES: &str = "processes";

/// A named state of the cluster in which checks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Stage {
    /// Before stable: one node runs the `n`th version of the database's history; `n` counts from 1, the oldest.
    History(usize),
    /// Every node runs the stable version.
    Stable,
    /// Every node runs the stable version, on the schema of the release.
    Migrated,
    /// The first `n` nodes of the order run the release, the others stable; `n` counts from 1.
    Mixed(usize),
    /// The nodes that ran the release are back on stable, on the schema of the release.
    Rollback,
    /// Every node runs the release.
    Release,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::History(n) => write!(f, "history-{n}"),
            Self::Stable => f.write_str("stable"),
            Self::Migrated => f.write_str("migrated"),
            Self::Mixed(n) => write!(f, "mixed-{n}"),
            Self::Rollback => f.write_str("rollback"),
            Self::Release => f.write_str("release"),
        }
    }
}

impl From<Stage> for String {
    fn from(stage: Stage) -> Self {
        stage.to_string()
    }
}

impl TryFrom<String> for Stage {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "stable" => Ok(Self::Stable),
            "migrated" => Ok(Self::Migrated),
            "rollback" => Ok(Self::Rollback),
            "release" => Ok(Self::Release),
            other => {
                let number = |prefix| other.strip_prefix(prefix).and_then(|n: &str| n.parse().ok());
                let numbered = number("mixed-").map(Self::Mixed).or(number("history-").map(Self::History));
                numbered.ok_or_else(|| format!("no stage is called \"{other}\""))
            }
        }
    }
}

/// How one check, or one step of it, ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Outcome {
    /// It was measured, and it is as it should be.
    Passed,
    /// It was measured, and it is not as it should be.
    Failed(Failure),
    /// It differs from stable as its makers announced; counted and shown with its source, never red.
    Announced {
        /// What was announced, as a sentence for the reader.
        reason: String,
        /// Where: an address, or several.
        source: String,
    },
    /// It failed, and whoever owns the upgrade said beforehand that this may be; counted and shown, never red.
    Waived {
        /// What it would have been.
        failure: Failure,
        /// Why it may be.
        reason: String,
        /// Who answers for that.
        owner: String,
        /// The last day on which that holds: `2026-12-31`.
        expires: String,
    },
    /// It was red, and passed when it was asked once more, alone and with fresh data; counted and shown, never red.
    Unsteady {
        /// The first answer.
        first: String,
        /// The second one.
        again: String,
    },
    /// It does not apply to this run, for the stated reason; counted and shown, never red.
    NotApplicable {
        /// Why, as a sentence for the reader.
        reason: String,
    },
    /// It should have been measured and could not be; as red as a failure.
    NotMeasured {
        /// What stood in the way, as a sentence for the reader.
        reason: String,
    },
}

impl Outcome {
    /// The words that people read: "passed", "failed", "announced", "waived", "unsteady", "not applicable", "not measured".
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "failed",
            Self::Announced { .. } => "announced",
            Self::Waived { .. } => "waived",
            Self::Unsteady { .. } => "unsteady",
            Self::NotApplicable { .. } => "not applicable",
            Self::NotMeasured { .. } => "not measured",
        }
    }

    /// Whether this outcome turns the verdict red.
    #[must_use]
    pub fn is_red(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::NotMeasured { .. })
    }

    /// The one line that says why, or nothing when it passed.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Passed => None,
            Self::Failed(failure) => Some(failure.to_string()),
            Self::Announced { reason, source } => Some(format!("{reason} ({source})")),
            Self::Waived { failure, reason, owner, expires } => {
                Some(format!("{reason} (waived by {owner} until {expires}): {failure}"))
            }
            Self::Unsteady { first, again } => Some(format!("first: {first}; asked again, alone: {again}")),
            Self::NotApplicable { reason } | Self::NotMeasured { reason } => Some(reason.clone()),
        }
    }
}

/// What was expected, what came back, and from where: all that a reader needs to look further.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Failure {
    /// What the check expected, as a clause: "the post as it was edited".
    pub expected: String,
    /// What came back instead.
    pub got: String,
    /// The node that answered, by name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub node: Option<String>,
    /// The version that this node was running, as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<String>,
    /// `X-Request-Id` of the answer: the key into the server's own log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<String>,
    /// Whether it is of the safety class: data lost, bytes that are wrong, a permission gained, a migration gone. Such a
    /// failure is never waived and never asked again.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub safety: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, got {}", self.expected, self.got)?;
        match (&self.node, &self.version) {
            (Some(node), Some(version)) => write!(f, " from {node} ({version})")?,
            (Some(node), None) => write!(f, " from {node}")?,
            (None, _) => {}
        }
        match &self.request_id {
            Some(id) => write!(f, " [request {id}]"),
            None => Ok(()),
        }
    }
}

/// The fact of a result that tells what came of asking once more.
pub const ASKED_AGAIN: &str = "asked again, alone";

/// One named part of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What this step does, in the present tense: "node2 reads the post written on node1".
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// All that one check left behind in one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The stage it ran in.
    pub stage: Stage,
    /// The id of the check: `posts.edit`.
    pub check: String,
    /// What a passing check proves, in one line.
    pub title: String,
    /// The lines of MM-T5392 that it covers.
    pub lines: Vec<String>,
    /// How it ended: the worst of its steps.
    pub outcome: Outcome,
    /// Its parts, in the order they ran.
    pub steps: Vec<Step>,
    /// What it noted that is worth showing: versions, counts, ids.
    pub facts: IndexMap<String, String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_read_back_as_they_are_written() {
        for stage in [
            Stage::History(2),
            Stage::Stable,
            Stage::Migrated,
            Stage::Mixed(1),
            Stage::Mixed(12),
            Stage::Rollback,
            Stage::Release,
        ] {
            let text = serde_json::to_string(&stage).unwrap();
            assert_eq!(serde_json::from_str::<Stage>(&text).unwrap(), stage);
        }
        assert!(serde_json::from_str::<Stage>("\"mixed-x\"").is_err());
    }

    #[test]
    fn what_explains_a_difference_is_told_and_not_red() {
        let failure = Failure { expected: "a".into(), got: "b".into(), ..Failure::default() };
        let (reason, source) = ("larger messages".to_owned(), "changelog".to_owned());
        let explained = [
            (Outcome::Announced { reason: reason.clone(), source }, "larger messages (changelog)"),
            (
                Outcome::Waived { failure, reason, owner: "ops".into(), expires: "2026-12-31".into() },
                "larger messages (waived by ops until 2026-12-31): expected a, got b",
            ),
            (
                Outcome::Unsteady { first: "404".into(), again: "passed".into() },
                "first: 404; asked again, alone: passed",
            ),
        ];
        for (outcome, why) in explained {
            assert!(!outcome.is_red());
            assert_eq!(outcome.why().as_deref(), Some(why));
            let text = serde_json::to_string(&outcome).unwrap();
            assert!(text.contains(&format!("\"is\":\"{}\"", outcome.word())), "{text}");
            assert_eq!(serde_json::from_str::<Outcome>(&text).unwrap(), outcome);
        }
    }

    #[test]
    fn a_failure_names_node_version_and_request() {
        let failure = Failure {
            expected: "200".into(),
            got: "500".into(),
            node: Some("node2".into()),
            version: Some("9.9.0".into()),
            request_id: Some("abc".into()),
            safety: false,
        };
        assert_eq!(failure.to_string(), "expected 200, got 500 from node2 (9.9.0) [request abc]");
    }
}
