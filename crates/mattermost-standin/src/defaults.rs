//! A fresh server's settings as recorded from 11.6, cut to the sections that matter here: `defaults.json`.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

/// What a fresh server starts with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Defaults {
    /// The configuration document.
    pub(super) config: Value,
    /// Settings that come from the environment: the same nesting, `true` at each.
    pub(super) environment: Value,
    /// Settings that are not the product's default, in that form: what `remove_defaults` leaves.
    pub(super) chosen: Value,
    /// The client configuration that somebody logged in sees.
    pub(super) client: Map<String, Value>,
    /// Of that, the keys that everybody sees.
    pub(super) limited: Vec<String>,
}

/// The recorded settings.
pub(super) static DEFAULTS: LazyLock<Defaults> =
    // Part of the program and read by a test: it cannot fail where this runs.
    LazyLock::new(|| serde_json::from_str(include_str!("defaults.json")).unwrap_or_default());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_settings_are_readable_and_hold_no_secret() {
        let defaults: Defaults = serde_json::from_str(include_str!("defaults.json")).unwrap();
        assert_eq!(defaults.config["TeamSettings"]["SiteName"], "Mattermost");
        assert!(defaults.limited.iter().all(|key| defaults.client.contains_key(key)));
        let masked = "*".repeat(32);
        assert_eq!(defaults.config["SqlSettings"]["DataSource"], masked);
    }
}
