//! The rules for settings: what may be different after an upgrade, and what may not.
//!
//! Learned from one database that real servers walked from 9.7 to 11.6 (tests/fixtures/upgrade-chain.json): a release
//! brings new settings and retires old ones, but changes no value of a setting that both know, feature flags apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::announced::{Applying, Change};
use crate::checks::prelude::*;

/// A configuration as paths and values: `TeamSettings.SiteName`. What is unset is null, however it is written.
pub(super) type Flat = BTreeMap<String, Value>;

/// The flags' defaults belong to the version.
const FLAGS: &str = "FeatureFlags.";
/// Which plugins are on, by id.
const STATES: &str = "PluginSettings.PluginStates.";
/// Plugins' own settings, by id; a new version of a plugin may rewrite them.
const PLUGINS: &str = "PluginSettings.Plugins.";
/// What stands in the place of a secret, also of one that is not set.
const MASK: &str = "********************************";
/// How one node differs from its like by design.
const OF_ONE_NODE: [&str; 4] = [
    "ClusterSettings.AdvertiseAddress",
    "ClusterSettings.BindAddress",
    "ClusterSettings.NetworkInterface",
    "ClusterSettings.OverrideHostname",
];

/// The configuration of stable.
#[derive(Debug, Clone, Default)]
pub(super) struct StableSettings {
    /// All of it.
    pub(super) settings: Flat,
    /// The paths that somebody chose: set by the environment, or not the default where the server tells that.
    pub(super) chosen: BTreeSet<String>,
}

/// How a configuration compares with stable's.
#[derive(Debug, Default, PartialEq)]
pub(super) struct SettingsCompared {
    /// What got worse: the setting and what it was, then what it is.
    pub(super) wrong: Vec<(String, String)>,
    /// What was announced of the others.
    pub(super) announced: Vec<&'static Change>,
    /// Settings that the release does not know any more and nobody had chosen.
    pub(super) retired: Vec<String>,
    /// Feature flags and plugins' own settings with another value.
    pub(super) moved: Vec<String>,
}

impl StableSettings {
    /// `whole` as shown, `without_defaults` as the server answers that (all of it, where it does not know the question),
    /// `environment` with `true` at what the environment sets.
    pub(super) fn of(whole: &Value, without_defaults: &Value, environment: &Value) -> Self {
        let settings = flat(whole);
        let told = flat(without_defaults);
        let mut chosen: BTreeSet<String> = flat(environment).into_keys().collect();
        if told.len() < settings.len() {
            chosen.extend(told.into_keys());
        }
        Self { settings, chosen }
    }

    /// Judges a later configuration.
    pub(super) fn compare(&self, whole: &Value, applying: &Applying) -> SettingsCompared {
        let now = flat(whole);
        let mut compared = SettingsCompared::default();
        for (path, was) in &self.settings {
            let is = now.get(path);
            if is == Some(was) || (is.is_none() && was.is_null()) {
                continue;
            }
            let fine = path.starts_with(FLAGS)
                // Plugins that were switched on since are no loss.
                || (path.starts_with(STATES) && was != true)
                || (path.starts_with(PLUGINS) && is.is_some());
            let missed = path.starts_with(STATES)
                || path.starts_with(PLUGINS)
                || (self.chosen.contains(path) && was != MASK);
            if fine {
                compared.moved.push(path.clone());
            } else if is.is_none() && !missed {
                compared.retired.push(path.clone());
            } else if let Some(change) = applying.setting(path, was, &now) {
                compared.announced.push(change);
            } else {
                let is = is.map_or("no such setting".into(), Value::to_string);
                compared.wrong.push((format!("{path} {was}"), is));
            }
        }
        compared
    }
}

/// The first setting in which two nodes of one version differ: path, then both values.
pub(super) fn unlike(one: &Value, other: &Value) -> Option<(String, Value, Value)> {
    let (one, other) = (flat(one), flat(other));
    let paths: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    paths.into_iter().filter(|path| !OF_ONE_NODE.contains(&path.as_str())).find_map(|path| {
        let (a, b) = (one.get(path).cloned(), other.get(path).cloned());
        (a != b).then(|| (path.clone(), a.unwrap_or_default(), b.unwrap_or_default()))
    })
}

fn flat(document: &Value) -> Flat {
    fn walk(path: &str, value: &Value, flat: &mut Flat) {
        let Value::Object(inner) = value else {
            let unset = value == "" || value.as_array().is_some_and(Vec::is_empty);
            flat.insert(path.to_owned(), if unset { Value::Null } else { value.clone() });
            return;
        };
        for (key, value) in inner {
            walk(&if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, value, flat);
        }
    }
    let mut all = Flat::new();
    walk("", document, &mut all);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::announced::Ground;
    use crate::versions::Version;
    use serde_json::json;

    impl StableSettings {
        /// Where nothing was announced.
        fn compare_alone(&self, whole: &Value) -> SettingsCompared {
            self.compare(whole, &Applying::default())
        }
    }

    fn chosen_by(environment: &Value, before: &Value) -> StableSettings {
        StableSettings::of(before, before, environment)
    }

    #[test]
    fn a_changed_value_is_wrong_and_a_new_key_is_not() {
        let before = chosen_by(&json!({}), &json!({"TeamSettings": {"MaxUsersPerTeam": 50, "Note": ""}}));
        let grown = json!({"TeamSettings": {"MaxUsersPerTeam": 50, "Note": [], "New": 1}, "More": {"x": 2}});
        assert_eq!(before.compare_alone(&grown), SettingsCompared::default());
        let reset = before.compare_alone(&json!({"TeamSettings": {"MaxUsersPerTeam": 10}}));
        assert_eq!(reset.wrong, [("TeamSettings.MaxUsersPerTeam 50".into(), "10".into())]);
    }

    #[test]
    fn a_retired_key_is_told_and_wrong_only_if_somebody_had_chosen_it() {
        let whole = json!({"A": {"default": true, "own": 7, "secret": MASK, "env": "x"}});
        let before = StableSettings::of(
            &whole,
            &json!({"A": {"own": 7, "secret": MASK}}),
            &json!({"A": {"env": true}}),
        );
        let compared = before.compare_alone(&json!({"A": {}}));
        let wrong: Vec<_> = compared.wrong.iter().map(|(what, _)| what.as_str()).collect();
        assert_eq!(wrong, ["A.env \"x\"", "A.own 7"]);
        assert_eq!(compared.retired, ["A.default", "A.secret"]);
        // A server that answers with everything has told no defaults.
        let silent = StableSettings::of(&whole, &whole, &json!({}));
        assert_eq!(silent.compare_alone(&json!({"A": {}})).wrong, []);
    }

    #[test]
    fn what_the_server_announced_is_no_loss_and_everything_beside_it_is() {
        let whole = json!({"CloudSettings": {"CWSMock": true}, "A": {"own": 7}, "B": {"x": 1}});
        let chosen = json!({"CloudSettings": {"CWSMock": true}, "A": {"own": 7}});
        let before = StableSettings::of(&whole, &chosen, &json!({}));
        let (stable, release) = (Version::read("11.11.0"), Version::read("12.0.0"));
        let applying = Applying::between(&stable, &release, &Ground::default());
        let compared = before.compare(&json!({"B": {"x": 1}}), &applying);
        assert_eq!(compared.announced[0].id, "settings-gone");
        assert_eq!(compared.wrong, [("A.own 7".into(), "no such setting".into())]);
    }

    #[test]
    fn a_secret_that_is_gone_is_wrong() {
        let before = chosen_by(&json!({}), &json!({"EmailSettings": {"SMTPPassword": MASK}}));
        assert_eq!(before.compare_alone(&json!({"EmailSettings": {"SMTPPassword": ""}})).wrong.len(), 1);
    }

    #[test]
    fn plugins_may_be_switched_on_but_not_off_and_keep_their_settings() {
        let of =
            |states: Value, own: Value| json!({"PluginSettings": {"PluginStates": states, "Plugins": own}});
        let on = json!({"com.x": {"Enable": true}, "y": {"Enable": false}});
        let before = chosen_by(&json!({}), &of(on.clone(), json!({"com.x": {"port": 1}})));
        let more =
            of(json!({"com.x": {"Enable": true}, "y": {"Enable": true}}), json!({"com.x": {"port": 2}}));
        assert_eq!(before.compare_alone(&more).wrong, []);
        assert_eq!(before.compare_alone(&more).moved.len(), 2);
        let off = of(json!({"com.x": {"Enable": false}}), json!({"com.x": {"port": 1}}));
        assert_eq!(before.compare_alone(&off).wrong.len(), 1);
        assert_eq!(before.compare_alone(&of(on, json!({}))).wrong.len(), 1);
    }

    #[test]
    fn nodes_of_one_version_may_differ_in_their_own_addresses_alone() {
        let of = |host: &str, name: &str| json!({"ClusterSettings": {"OverrideHostname": host}, "TeamSettings": {"SiteName": name}});
        assert_eq!(unlike(&of("a", "Lab"), &of("b", "Lab")), None);
        assert_eq!(unlike(&of("a", "Lab"), &of("b", "Bar")).unwrap().0, "TeamSettings.SiteName");
    }
}
