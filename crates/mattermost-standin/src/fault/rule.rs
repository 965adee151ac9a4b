//! One rule: when × match × effect, as it is written in YAML or JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::glob;
use super::outage::OutageOrder;
use super::rot::Rot;

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// On which nodes, since when, at which calls.
    #[serde(default)]
    pub when: When,
    /// Which requests or events. A behaviour needs none.
    #[serde(default, rename = "match")]
    pub matches: Match,
    /// What happens.
    pub effect: Effect,
}

/// On which nodes and at which calls a rule works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// Which nodes.
    pub node: AppliesTo,
    /// The first matching call that is hit, counted from 1 over all nodes.
    pub from_call: u64,
    /// How many calls are hit; nothing means all that follow, but one for an outage.
    pub calls: Option<u64>,
    /// Of those calls every n-th; 1 means each.
    pub every: u64,
}

impl Default for When {
    fn default() -> Self {
        Self { node: AppliesTo::New, from_call: 1, calls: None, every: 1 }
    }
}

/// Which nodes a rule concerns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum AppliesTo {
    /// The nodes that run the release.
    #[default]
    New,
    /// The nodes that still run the stable version.
    Old,
    /// The nodes that run the stable version and came up when the release had migrated the database already.
    Back,
    /// All of them.
    All,
    /// The one of this name, whatever it runs.
    Named(String),
    /// The one of this name, once it runs the release: `new on node3`.
    NewOn(String),
}

/// What stands before the name of a node that misbehaves on the release alone.
const NEW_ON: &str = "new on ";

impl From<String> for AppliesTo {
    fn from(text: String) -> Self {
        match text.as_str() {
            "new" => Self::New,
            "old" => Self::Old,
            "back" => Self::Back,
            "all" => Self::All,
            _ => match text.strip_prefix(NEW_ON) {
                Some(name) => Self::NewOn(name.to_owned()),
                None => Self::Named(text),
            },
        }
    }
}

impl From<AppliesTo> for String {
    fn from(dial: AppliesTo) -> Self {
        match dial {
            AppliesTo::New => "new".into(),
            AppliesTo::Old => "old".into(),
            AppliesTo::Back => "back".into(),
            AppliesTo::All => "all".into(),
            AppliesTo::Named(name) => name,
            AppliesTo::NewOn(name) => format!("{NEW_ON}{name}"),
        }
    }
}

/// Which requests or websocket events a rule concerns; what is left out matches everything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    /// The HTTP method, in capitals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path without its query; `*` stands for one segment, `**` for any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The name of a websocket event; a rule with one never touches requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Fields of the request's JSON body or query, or of the event's data, and what they must be: `*` stands for any text
    /// that is not empty, and "" for a field that is empty or missing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, String>,
    /// Only what was there when the node came up and is as it was: its answers, and those of their rows that a pointer with a
    /// `*` leads to.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub old: bool,
}

/// What is wrong with the bytes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Damage {
    /// One bit of the first byte is another.
    FirstByte,
    /// The second half is missing.
    SecondHalf,
}

impl Match {
    /// Whether all fields are as the rule wants them.
    pub(super) fn fits<'v>(&self, field: impl Fn(&str) -> Option<&'v Value>) -> bool {
        self.with.iter().all(|(key, wanted)| {
            let found = field(key).map(said).unwrap_or_default();
            found.is_empty() == wanted.is_empty() && glob::text_fits(wanted, &found)
        })
    }
}

/// What a field says, as a text; nothing where it is empty.
fn said(field: &Value) -> String {
    match field {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => String::new(),
        Value::Object(fields) if fields.is_empty() => String::new(),
        other => other.to_string(),
    }
}

/// A table of the database that an upgrade can lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Table {
    /// Who is logged in.
    Sessions,
    /// Invitations that were mailed.
    Invitations,
    /// What people wrote.
    Posts,
    /// What is known about files; their bytes stay in the store.
    Files,
    /// Boards and their cards.
    Boards,
    /// Runs of playbooks.
    Runs,
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The request is answered with this and never reaches the server.
    Answer {
        /// HTTP status.
        status: u16,
        /// JSON body; without one, an error body like the product's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
    },
    /// The JSON body of the answer is changed.
    Patch {
        /// JSON pointer to what is changed; "" is the whole body.
        #[serde(default)]
        at: String,
        /// Merged in there: objects key by key (null removes a key), anything else replaces.
        merge: Value,
    },
    /// What a JSON pointer leads to is taken out of the JSON body of the answer.
    Remove(String),
    /// The list that a JSON pointer leads to is turned round.
    Reverse(String),
    /// These texts are taken out of every list in the JSON body of the answer.
    Strike(Vec<String>),
    /// The bytes of the answer are not what they should be.
    Damage(Damage),
    /// A header of the answer is set.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// The answer waits this long, in milliseconds.
    Delay(u64),
    /// No answer ever comes.
    Hang,
    /// The connection is cut before the server sees the request.
    Reset,
    /// The server does what was asked and the connection is cut before it says so.
    ResetAfter,
    /// The request is answered as if it were done, and nothing of it stays or is told: it is played on a copy of the
    /// installation that is thrown away, with its rows, files, events, mails and calls.
    Forget,
    /// The request is answered from the tables as they were when the node came up; only who asks is looked up as of now.
    Stale,
    /// Whoever asks counts as an administrator.
    Unguarded,
    /// The node that migrates the database empties these tables.
    Wipe(Vec<Table>),
    /// The node damages rows of the database whenever it comes up.
    Rot(Rot),
    /// The node is out for a while.
    Outage(OutageOrder),
    /// The event is not sent.
    DropEvent,
    /// The event is sent twice.
    DuplicateEvent,
    /// Something that only the stand-in can do wrong, by name.
    Behaviour(String),
}

impl Effect {
    /// Whether it happens to requests, and not to events, at the start of a node, or in the stand-in's own code.
    pub(super) fn is_of_requests(&self) -> bool {
        !matches!(
            self,
            Self::Wipe(_) | Self::Rot(_) | Self::DropEvent | Self::DuplicateEvent | Self::Behaviour(_)
        )
    }
}

/// Why a file of rules cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// It is not YAML.
    #[error("reading fault rules: this is not YAML: {0}")]
    Yaml(#[from] yaml_serde::Error),
    /// It is YAML, but not rules.
    #[error("reading fault rules: at {at}: {why}")]
    Shape {
        /// Where, as a path of keys.
        at: String,
        /// What is wrong there.
        why: String,
    },
}

/// Reads a list of rules from YAML (of which JSON is a part).
///
/// # Errors
/// When the text is not YAML, or a rule has an unknown key or effect; the place is named.
pub fn read_rules(yaml: &str) -> Result<Vec<Rule>, RuleError> {
    parse(yaml)
}

/// YAML to any shape, by way of a JSON value so that effects can be written as plain one-key maps.
pub(super) fn parse<T: serde::de::DeserializeOwned>(yaml: &str) -> Result<T, RuleError> {
    let value: Value = yaml_serde::from_str(yaml)?;
    serde_path_to_error::deserialize(value)
        .map_err(|error| RuleError::Shape { at: error.path().to_string(), why: error.inner().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_of_ones_own_is_read_with_all_its_parts() {
        let rules = read_rules(
            "- when: { node: node2, from_call: 3, every: 2 }\n  match: { method: POST, path: /api/v4/posts }\n  effect: { answer: { status: 500 } }\n- effect: hang\n",
        )
        .unwrap();
        assert_eq!(rules[0].when.node, AppliesTo::Named("node2".into()));
        assert_eq!(rules[0].effect, Effect::Answer { status: 500, body: None });
        assert_eq!(rules[1].effect, Effect::Hang);
        assert_eq!(rules[1].when, When::default());
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_place() {
        let error = read_rules("- match: { pth: /x }\n  effect: hang\n").unwrap_err().to_string();
        assert!(error.contains("[0].match") && error.contains("pth"), "{error}");
    }
}
