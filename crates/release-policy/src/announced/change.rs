//! One entry: which difference, between which versions, where, why, and who said so.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use basics::versions::Range;

/// One announced change.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Its name: `import-team-gone`.
    pub id: String,
    /// The difference that it explains.
    pub kind: Kind,
    /// The versions that are as before.
    pub stable: Range,
    /// The versions that are changed.
    pub release: Range,
    /// The installations that it concerns; nothing means all.
    #[serde(default)]
    pub when: Condition,
    /// What the reader should know, as a sentence without its dot.
    pub what: String,
    /// Where it was announced, as an address.
    pub source: String,
}

/// The difference that a change explains.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A permission that roles have under another name.
    PermissionRenamed {
        /// Before.
        from: String,
        /// Since.
        to: String,
    },
    /// A permission that no role has any more.
    PermissionGone(String),
    /// Keys of the clients' configuration that take another value.
    ClientKeys {
        /// Which.
        keys: Vec<String>,
        /// Which values are fine.
        rule: Rule,
    },
    /// A fact of the licence that takes another value.
    LicenceFact {
        /// Which.
        key: String,
        /// Its value before.
        before: String,
        /// Its value since.
        after: String,
    },
    /// Settings that are gone, whoever had chosen them.
    SettingsGone(Vec<String>),
    /// A setting that has its value under another path.
    SettingMoved {
        /// Before.
        from: String,
        /// Since.
        to: String,
    },
    /// A setting that the server writes anew of its own accord.
    SettingRewritten {
        /// Which.
        path: String,
        /// The values that it writes over.
        before: Vec<Value>,
        /// The values that it writes.
        after: Vec<Value>,
    },
    /// A migration that is listed under another number.
    MigrationRenumbered {
        /// Its name, which stays.
        name: String,
        /// The number before.
        from: i64,
        /// The number since.
        to: i64,
    },
    /// What servers of the two versions refuse each other; within one version it is a failure.
    Refused {
        /// What is asked: `dialog-trigger`.
        act: String,
        /// The product's error id.
        error: String,
    },
}

/// Which other value is fine.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A larger number.
    MayGrow,
    /// Whatever it is.
    Any,
    /// This one in place of that.
    Exact {
        /// Before.
        before: String,
        /// Since.
        after: String,
    },
}

/// The build of the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Build {
    /// Open source.
    Team,
    /// With the closed parts.
    Enterprise,
}

/// Which installations a change concerns; all that is said must be known to be so.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Condition {
    /// The build.
    pub edition: Option<Build>,
    /// Whether stable had a licence.
    pub licensed: Option<bool>,
    /// The licence of the release, by its short name: `entry`.
    pub sku: Option<String>,
    /// Whether the servers form a cluster.
    pub clustered: Option<bool>,
}

impl Kind {
    /// What it is about, for lists: "the permission import_team is gone".
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::PermissionRenamed { from, to } => format!("the permission {from} is {to}"),
            Self::PermissionGone(permission) => format!("the permission {permission} is gone"),
            Self::ClientKeys { keys, rule } => {
                format!("{} in the clients' configuration: {rule}", keys.join(", "))
            }
            Self::LicenceFact { key, before, after } => {
                format!("{key} in the licence: \"{before}\" becomes \"{after}\"")
            }
            Self::SettingsGone(paths) => format!("gone: {}", paths.join(", ")),
            Self::SettingMoved { from, to } => format!("the value of {from} is that of {to}"),
            Self::SettingRewritten { path, before, after } => {
                let told = |values: &[Value]| {
                    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
                };
                format!("the server writes {path}: {} becomes {}", told(before), told(after))
            }
            Self::MigrationRenumbered { name, from, to } => format!("migration {from} {name} is {to}"),
            Self::Refused { act, error } => format!("{act} of the other version: {error}"),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MayGrow => f.write_str("a larger number"),
            Self::Any => f.write_str("any value"),
            Self::Exact { before, after } => write!(f, "\"{before}\" becomes \"{after}\""),
        }
    }
}

impl Condition {
    /// In words, for lists; nothing where it concerns everybody.
    #[must_use]
    pub fn words(&self) -> String {
        let edition = self.edition.map(|edition| match edition {
            Build::Team => "Team edition".to_owned(),
            Build::Enterprise => "Enterprise edition".to_owned(),
        });
        let licensed =
            self.licensed.map(|yes| if yes { "licensed" } else { "stable without a licence" }.to_owned());
        let sku = self.sku.as_ref().map(|sku| format!("release with the licence {sku}"));
        let clustered = self.clustered.map(|yes| if yes { "clustered" } else { "not clustered" }.to_owned());
        [edition, licensed, sku, clustered].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
