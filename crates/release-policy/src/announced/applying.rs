//! The changes that apply to one pair of versions and one installation, asked difference by difference.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::catalogue::catalogue;
use super::change::{Build, Change, ChangeCondition, ChangeKind, ChangeRule};
use basics::versions::Version;

/// What is known of the installation; what is not known meets no condition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ground {
    /// The build of stable.
    pub edition: Option<Build>,
    /// Whether stable had a licence.
    pub licensed: Option<bool>,
    /// The short name of the release's licence.
    pub sku: Option<String>,
    /// Whether the servers form a cluster.
    pub clustered: Option<bool>,
}

impl Ground {
    fn meets(&self, condition: &ChangeCondition) -> bool {
        fn met<T: PartialEq>(wanted: Option<&T>, known: Option<&T>) -> bool {
            wanted.is_none_or(|wanted| known == Some(wanted))
        }
        met(condition.edition.as_ref(), self.edition.as_ref())
            && met(condition.licensed.as_ref(), self.licensed.as_ref())
            && met(condition.sku.as_ref(), self.sku.as_ref())
            && met(condition.clustered.as_ref(), self.clustered.as_ref())
    }
}

/// The changes that apply.
#[derive(Debug, Clone, Default)]
pub struct Applying {
    changes: Vec<&'static Change>,
}

impl Applying {
    /// Those between two versions, on this ground. Between two of one version, and where one is unknown, there are none.
    #[must_use]
    pub fn between(stable: &Version, release: &Version, ground: &Ground) -> Self {
        let lies = |change: &&Change| {
            stable.is_older_than(release)
                && change.stable.admits(stable)
                && change.release.admits(release)
                && ground.meets(&change.when)
        };
        Self { changes: catalogue().iter().filter(lies).collect() }
    }

    fn find(&self, explains: impl Fn(&ChangeKind) -> bool) -> Option<&'static Change> {
        self.changes.iter().find(|change| explains(&change.kind)).copied()
    }

    /// Why a role that had a permission has it no more; `can` is what it has now.
    #[must_use]
    pub fn permission(&self, lost: &str, can: &BTreeSet<String>) -> Option<&'static Change> {
        self.find(|kind| match kind {
            ChangeKind::PermissionRenamed { from, to } => from == lost && can.contains(to),
            ChangeKind::PermissionGone(gone) => gone == lost,
            _ => false,
        })
    }

    /// Why a key of the clients' configuration has another value.
    #[must_use]
    pub fn client(&self, key: &str, was: &str, is: &str) -> Option<&'static Change> {
        self.find(|kind| match kind {
            ChangeKind::ClientKeys { keys, rule } => {
                keys.iter().any(|known| known == key) && rule.admits(was, is)
            }
            _ => false,
        })
    }

    /// Why a fact of the licence has another value.
    #[must_use]
    pub fn licence(&self, fact: &str, was: &str, is: &str) -> Option<&'static Change> {
        self.find(|kind| match kind {
            ChangeKind::LicenceFact { key, before, after } => key == fact && before == was && after == is,
            _ => false,
        })
    }

    /// Why a setting has another value, or is not there; `now` is the configuration by paths.
    #[must_use]
    pub fn setting(&self, path: &str, was: &Value, now: &BTreeMap<String, Value>) -> Option<&'static Change> {
        let is = now.get(path);
        self.find(|kind| match kind {
            ChangeKind::SettingsGone(gone) => is.is_none() && gone.iter().any(|known| known == path),
            ChangeKind::SettingMoved { from, to } => is.is_none() && from == path && now.get(to) == Some(was),
            ChangeKind::SettingRewritten { path: known, before, after } => {
                known == path && before.contains(was) && is.is_some_and(|is| after.contains(is))
            }
            _ => false,
        })
    }

    /// Why a migration is listed under another number.
    #[must_use]
    pub fn migration(&self, name: &str, was: i64, is: i64) -> Option<&'static Change> {
        self.find(|kind| match kind {
            ChangeKind::MigrationRenumbered { name: known, from, to } => {
                known == name && *from == was && *to == is
            }
            _ => false,
        })
    }

    /// All refusals of an act that were announced, by the product's error id.
    pub fn refusals<'a>(
        &'a self,
        act: &'a str,
    ) -> impl Iterator<Item = (&'static str, &'static Change)> + 'a {
        self.changes.iter().filter_map(move |change| match &change.kind {
            ChangeKind::Refused { act: known, error } if known == act => Some((error.as_str(), *change)),
            _ => None,
        })
    }

    /// Why a server refuses what one of the other version made; `error` is the product's error id.
    #[must_use]
    pub fn refusal(&self, act: &str, error: &str) -> Option<&'static Change> {
        self.refusals(act).find(|(id, _)| *id == error).map(|(_, change)| change)
    }
}

impl ChangeRule {
    fn admits(&self, was: &str, is: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact { before, after } => before == was && after == is,
            Self::MayGrow => {
                matches!((was.parse::<i128>(), is.parse::<i128>()), (Ok(was), Ok(is)) if was < is)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn between(stable: &str, release: &str) -> Applying {
        of(stable, release, &Ground::default())
    }

    fn of(stable: &str, release: &str, ground: &Ground) -> Applying {
        Applying::between(&Version::read(stable), &Version::read(release), ground)
    }

    fn id(change: Option<&Change>) -> Option<&str> {
        change.map(|change| change.id.as_str())
    }

    #[test]
    fn a_change_applies_between_its_versions_and_nowhere_else() {
        let none = BTreeSet::new();
        let gone = |stable, release| between(stable, release).permission("import_team", &none).is_some();
        for (stable, release) in [("11.11.0", "12.0.0"), ("10.11.4", "12.1.0"), ("11.7", "12.0.0-rc1")] {
            assert!(gone(stable, release), "{stable} → {release}");
        }
        for (stable, release) in [
            ("11.6.0", "11.11.0"),
            ("12.0.0", "12.1.0"),
            ("12.0.0", "11.11.0"),
            ("master", "12.0.0"),
            ("11.11.0", "master"),
        ] {
            assert!(!gone(stable, release), "{stable} → {release}");
        }
        assert!(between("11.11.0", "12.0.0").permission("create_post", &none).is_none());
    }

    #[test]
    fn a_renamed_permission_must_be_there_under_its_new_name() {
        let can = BTreeSet::from(["manage_own_slash_commands".to_owned()]);
        let applying = between("11.0.0", "11.6.0");
        assert!(applying.permission("manage_slash_commands", &can).is_some());
        assert!(applying.permission("manage_slash_commands", &BTreeSet::new()).is_none());
        assert!(applying.permission("manage_incoming_webhooks", &can).is_none());
        assert!(between("11.6.0", "11.7.0").permission("manage_slash_commands", &can).is_none());
    }

    #[test]
    fn what_may_grow_may_not_shrink() {
        let applying = between("11.11.0", "12.0.0");
        assert_eq!(id(applying.client("MaxPostSize", "16383", "262144")), Some("max-post-size-grows"));
        for wrong in ["12000", "16383", "much", ""] {
            assert!(applying.client("MaxPostSize", "16383", wrong).is_none(), "{wrong}");
        }
        assert!(applying.client("MaxFileSize", "1", "2").is_none());
    }

    #[test]
    fn a_gone_setting_is_not_one_with_another_value() {
        let applying = between("11.11.0", "12.0.0");
        let path = "CloudSettings.CWSMock";
        assert!(applying.setting(path, &json!(true), &BTreeMap::new()).is_some());
        let changed = BTreeMap::from([(path.to_owned(), json!(false))]);
        assert!(applying.setting(path, &json!(true), &changed).is_none());
        let (old, new) =
            ("ClusterSettings.EnableExperimentalGossipEncryption", "ClusterSettings.EnableGossipEncryption");
        let moved = |value: bool| BTreeMap::from([(new.to_owned(), json!(value))]);
        assert!(applying.setting(old, &json!(true), &moved(true)).is_some());
        assert!(applying.setting(old, &json!(true), &moved(false)).is_none());
    }

    #[test]
    fn the_server_rewrites_known_values_alone_and_only_where_the_condition_is_known() {
        let path = "EmailSettings.PushNotificationServer";
        let now = |address: &str| BTreeMap::from([(path.to_owned(), json!(address))]);
        let licensed = Ground { licensed: Some(true), ..Ground::default() };
        let (test, hosted) = ("https://push-test.mattermost.com", "https://global.push.mattermost.com");
        let applying = of("11.10.0", "11.11.0", &licensed);
        assert!(applying.setting(path, &json!(test), &now(hosted)).is_some());
        assert!(applying.setting(path, &json!("https://push.acme.example"), &now(hosted)).is_none());
        assert!(applying.setting(path, &json!(test), &now("https://elsewhere.example")).is_none());
        assert!(between("11.10.0", "11.11.0").setting(path, &json!(test), &now(hosted)).is_none());
        let unlicensed = Ground { licensed: Some(false), ..Ground::default() };
        let applying = of("11.10.0", "11.11.0", &unlicensed);
        assert!(applying.setting(path, &json!(hosted), &now(test)).is_some());
        assert!(applying.setting(path, &json!(test), &now(hosted)).is_none());
    }

    #[test]
    fn a_licence_comes_of_itself_only_as_entry() {
        let unlicensed = |sku: &str| Ground {
            edition: Some(Build::Enterprise),
            licensed: Some(false),
            sku: Some(sku.into()),
            clustered: Some(false),
        };
        let entry = of("10.11.0", "11.0.3", &unlicensed("entry"));
        assert!(entry.licence("IsLicensed", "false", "true").is_some());
        assert!(entry.licence("IsLicensed", "true", "false").is_none());
        assert!(entry.client("EnableCustomGroups", "false", "true").is_some());
        assert!(entry.client("EnableCustomGroups", "true", "false").is_none());
        assert!(entry.client("AllowBannerDismissal", "false", "true").is_some());
        let other = of("10.11.0", "11.0.3", &unlicensed("enterprise"));
        assert!(other.licence("IsLicensed", "false", "true").is_none());
    }

    #[test]
    fn migrations_and_refusals_are_known_one_by_one() {
        let applying = between("10.11.17", "11.7.3");
        assert!(applying.migration("add_schemeid_to_roles", 142, 156).is_some());
        assert!(applying.migration("add_schemeid_to_roles", 142, 157).is_none());
        let error = "interactive_message.decode_trigger_id.missing_data";
        assert!(between("11.11.0", "12.0.0").refusal("dialog-trigger", error).is_some());
        assert!(between("11.11.0", "12.0.0").refusal("dialog-trigger", "other").is_none());
        assert!(between("12.0.0", "12.0.1").refusal("dialog-trigger", error).is_none());
    }
}
