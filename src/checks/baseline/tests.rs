//! The rules on true pairs: one database that real servers walked from 9.7 to 11.6.

use serde::Deserialize;

use super::client_config;
use super::roles::{Allowed, allowed, lost};
use super::settings::StableSettings;
use crate::announced::{Applying, Ground};
use crate::checks::prelude::*;
use crate::mattermost::{Config, Role};
use crate::versions::Version;

/// One stop of the walk, cut to what changed on the way and some of what did not.
#[derive(Deserialize)]
struct Waypoint {
    version: String,
    config: Value,
    client: Config,
    roles: Vec<Role>,
}

fn chain() -> Vec<Waypoint> {
    serde_json::from_str(include_str!("../../../tests/fixtures/upgrade-chain.json")).unwrap()
}

/// Each later stop against each earlier one: from the minor before, and over many at once.
fn pairs(chain: &[Waypoint]) -> impl Iterator<Item = (&Waypoint, &Waypoint)> {
    chain.iter().enumerate().flat_map(|(at, before)| chain[at..].iter().map(move |now| (before, now)))
}

fn applying(before: &Waypoint, now: &Waypoint) -> Applying {
    let version = |stop: &Waypoint| Version::read(&format!("{}.0", stop.version));
    Applying::between(&version(before), &version(now), &Ground::default())
}

#[test]
fn no_true_upgrade_is_called_a_loss() {
    let chain = chain();
    assert_eq!(chain.len(), 5);
    for (before, now) in pairs(&chain) {
        let which = format!("{} → {}", before.version, now.version);
        let noted = StableSettings::of(&before.config, &before.config, &json!({}));
        let applying = applying(before, now);
        assert_eq!(noted.compare(&now.config, &applying).wrong, [], "{which}");
        assert_eq!(client_config::client(&before.client, &now.client, &applying).wrong, [], "{which}");
        let roles = |stop: &Waypoint| -> Allowed { allowed(stop.roles.clone()) };
        assert_eq!(lost(&roles(before), &roles(now), &applying).wrong, [], "{which}");
    }
}

#[test]
fn what_a_true_upgrade_retired_is_told() {
    let chain = chain();
    let (before, now) = (&chain[2], &chain[3]);
    assert_eq!((before.version.as_str(), now.version.as_str()), ("9.9", "11.4"));
    let compared = StableSettings::of(&before.config, &before.config, &json!({}))
        .compare(&now.config, &applying(before, now));
    assert!(compared.retired.contains(&"BleveSettings.EnableIndexing".to_owned()), "{:?}", compared.retired);
    assert!(compared.moved.contains(&"FeatureFlags.AppsEnabled".to_owned()), "{:?}", compared.moved);
    assert_eq!(client_config::client(&before.client, &now.client, &Applying::default()).retired.len(), 5);
    // Who had switched it on by the environment loses it.
    let chosen = json!({"BleveSettings": {"EnableIndexing": true}});
    assert_eq!(
        StableSettings::of(&before.config, &before.config, &chosen)
            .compare(&now.config, &Applying::default())
            .wrong
            .len(),
        1
    );
}

#[test]
fn the_way_back_is_a_loss() {
    let chain = chain();
    let roles = |stop: &Waypoint| allowed(stop.roles.clone());
    let gone = lost(&roles(&chain[4]), &roles(&chain[0]), &applying(&chain[4], &chain[0])).wrong;
    assert!(gone.iter().any(|(what, _)| what == "the role shared_channel_manager"), "{gone:?}");
}
