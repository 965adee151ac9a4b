//! The configuration as one node holds it: the document, what clients see of it, and its hash.

use serde_json::{Map, Value, json};

use crate::db::defaults::DEFAULTS;
use crate::db::ids;
use crate::node::answer::Refusal;
use crate::node::environment::{Environment, FLAGS};

/// What stands in the place of a secret.
const MASK: &str = "********************************";

/// Settings that are never shown. The product has more of them, in sections that the stand-in does not play.
const SECRETS: [(&str, &str); 8] = [
    ("CacheSettings", "RedisPassword"),
    ("EmailSettings", "SMTPPassword"),
    ("FileSettings", "AmazonS3SecretAccessKey"),
    ("FileSettings", "ExportAmazonS3SecretAccessKey"),
    ("FileSettings", "PublicLinkSalt"),
    ("ServiceSettings", "SplitKey"),
    ("SqlSettings", "AtRestEncryptKey"),
    ("SqlSettings", "DataSource"),
];

/// What a node knows about itself and puts into the client configuration.
pub(crate) struct NodeIdentity<'a> {
    pub(crate) version: &'a str,
    pub(crate) build_number: &'a str,
    pub(crate) build_hash: &'a str,
    pub(crate) clustered: bool,
    pub(crate) server_id: &'a str,
    pub(crate) installed_at: i64,
    pub(crate) schema_version: u32,
}

/// The configuration, loaded.
pub(crate) struct NodeSettings {
    /// The whole document, the environment on top, secrets in clear.
    pub(crate) document: Value,
    /// What somebody logged in sees, all values as text.
    pub(crate) client: Map<String, Value>,
    /// Hash of what clients see: drift elsewhere in the document does not show, as on a real server.
    pub(crate) hash: String,
}

impl NodeSettings {
    pub(crate) fn load(mut document: Value, environment: &Environment, identity: &NodeIdentity<'_>) -> Self {
        environment.apply(&mut document);
        let mut client = DEFAULTS.client.clone();
        for (section, key, value) in changed_settings(&document) {
            let name = if section == "FeatureFlags" { format!("FeatureFlag{key}") } else { key.to_owned() };
            if let Some(seen) = client.get_mut(&name) {
                *seen = value.as_str().map_or_else(|| value.to_string(), str::to_owned).into();
            }
        }
        let build_enterprise =
            if identity.clustered { ids::digest(&[b"enterprise"])[..40].to_owned() } else { "none".into() };
        for (key, value) in [
            ("Version", identity.version.to_owned()),
            ("BuildNumber", identity.build_number.to_owned()),
            ("BuildHash", identity.build_hash.to_owned()),
            ("BuildHashEnterprise", build_enterprise),
            ("BuildEnterpriseReady", identity.clustered.to_string()),
            ("EnableCluster", identity.clustered.to_string()),
            ("EnableGuestAccounts", identity.clustered.to_string()),
            ("DiagnosticId", identity.server_id.to_owned()),
            ("TelemetryId", identity.server_id.to_owned()),
            ("InstallationDate", identity.installed_at.to_string()),
            ("SchemaVersion", identity.schema_version.to_string()),
        ] {
            client.insert(key.to_owned(), value.into());
        }
        let text = Value::Object(client.clone()).to_string();
        let hash = ids::digest(&[text.as_bytes()]);
        Self { document, client, hash }
    }

    /// What a client sees: everything when logged in, otherwise what the login page needs.
    pub(crate) fn client_view(&self, logged_in: bool, no_accounts: bool) -> Value {
        let mut view: Map<String, Value> = if logged_in {
            self.client.clone()
        } else {
            let seen = |key: &String| self.client.get(key).map(|value| (key.clone(), value.clone()));
            DEFAULTS.limited.iter().filter_map(seen).collect()
        };
        view.insert("NoAccounts".into(), no_accounts.to_string().into());
        view.into()
    }

    /// A text setting, or "".
    pub(crate) fn text(&self, section: &str, key: &str) -> &str {
        self.document[section][key].as_str().unwrap_or_default()
    }

    /// A switch.
    pub(crate) fn on(&self, section: &str, key: &str) -> bool {
        self.document[section][key].as_bool().unwrap_or_default()
    }
}

/// Settings that differ from a fresh server's: section, key, value.
fn changed_settings(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let sections = document.as_object().into_iter().flatten();
    sections.flat_map(|(section, settings)| {
        let settings = settings.as_object().into_iter().flatten();
        settings
            .filter(move |(key, value)| DEFAULTS.config[section.as_str()][key.as_str()] != **value)
            .map(move |(key, value)| (section.as_str(), key.as_str(), value))
    })
}

/// A document as the API shows it: secrets that are set are masked.
pub(crate) fn masked(document: &Value) -> Value {
    let mut shown = document.clone();
    for (section, key) in SECRETS {
        if shown[section][key].as_str().is_some_and(|secret| !secret.is_empty()) {
            shown[section][key] = MASK.into();
        }
    }
    shown
}

/// What of a shown document is not a fresh server's default: what was recorded so, and what has changed since.
pub(crate) fn without_defaults(shown: &Value) -> Value {
    let mut chosen = Map::new();
    for (section, settings) in shown.as_object().into_iter().flatten() {
        let kept = settings.as_object().into_iter().flatten().filter(|(key, value)| {
            DEFAULTS.chosen[section.as_str()][key.as_str()] == json!(true)
                || DEFAULTS.config[section.as_str()][key.as_str()] != **value
        });
        let kept: Map<String, Value> = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
        if !kept.is_empty() {
            chosen.insert(section.clone(), kept.into());
        }
    }
    chosen.into()
}

/// The document with a patch applied: two levels deep, lists and maps replaced whole. Settings that come from the
/// environment, feature flags, and masks of secrets leave what was there, without a word. `has` asks for faults.
pub(crate) fn patched(
    document: &Value,
    patch: &Value,
    environment: &Environment,
    has: impl Fn(&str) -> bool,
) -> Result<Value, Refusal> {
    let mut patched = document.clone();
    for (section, settings) in patch.as_object().into_iter().flatten() {
        if section == FLAGS && !has("flag-patch-sticks") {
            continue;
        }
        for (key, value) in settings.as_object().into_iter().flatten() {
            let owned = environment.owns(section, key) && !has("environment-key-changed");
            let mask = value == MASK && !has("mask-stored");
            if !owned && !mask {
                patched[section.as_str()][key.as_str()] = value.clone();
            }
        }
    }
    validate(&patched)?;
    Ok(patched)
}

fn validate(document: &Value) -> Result<(), Refusal> {
    let attempts = &document["ServiceSettings"]["MaximumLoginAttempts"];
    if attempts.as_i64().is_some_and(|attempts| attempts <= 0) {
        return Err(Refusal::new(
            400,
            "model.config.is_valid.login_attempts.app_error",
            "Invalid maximum login attempts for service settings. Must be a positive number.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(document: Value) -> NodeSettings {
        let identity = NodeIdentity {
            version: "11.6.0",
            build_number: "11.6.0",
            build_hash: "abc",
            clustered: false,
            server_id: "server",
            installed_at: 1,
            schema_version: 159,
        };
        NodeSettings::load(document, &Environment::default(), &identity)
    }

    fn patched(document: &Value, patch: &Value) -> Result<Value, Refusal> {
        super::patched(document, patch, &Environment::default(), |_| false)
    }

    #[test]
    fn the_hash_shows_only_what_clients_see() {
        let fresh = load(DEFAULTS.config.clone());
        let seen = patched(&DEFAULTS.config, &json!({"TeamSettings": {"SiteName": "Lab"}})).unwrap();
        let unseen = patched(&DEFAULTS.config, &json!({"ServiceSettings": {"ReadTimeout": 7}})).unwrap();
        assert_eq!(load(seen.clone()).client["SiteName"], "Lab");
        assert_ne!(load(seen).hash, fresh.hash);
        assert_eq!(load(unseen).hash, fresh.hash);
    }

    #[test]
    fn what_the_environment_owns_is_left_alone() {
        let patch =
            json!({"ServiceSettings": {"EnableDeveloper": false}, "FeatureFlags": {"TestFeature": "on"}});
        assert_eq!(patched(&DEFAULTS.config, &patch).unwrap(), DEFAULTS.config);
    }

    #[test]
    fn a_mask_leaves_the_secret_and_is_all_that_is_shown() {
        let patch = json!({"EmailSettings": {"SMTPPassword": "secret"}});
        let set = patched(&DEFAULTS.config, &patch).unwrap();
        let shown = masked(&set);
        assert_eq!(shown["EmailSettings"]["SMTPPassword"], MASK);
        assert_eq!(masked(&DEFAULTS.config)["EmailSettings"]["SMTPPassword"], "");
        assert_eq!(patched(&set, &shown).unwrap(), set);
        let careless = super::patched(&set, &shown, &Environment::default(), |fault| fault == "mask-stored");
        assert_eq!(careless.unwrap()["EmailSettings"]["SMTPPassword"], MASK);
    }

    #[test]
    fn without_defaults_is_what_somebody_chose() {
        let patch = json!({"SupportSettings": {"HelpLink": "x"}});
        let shown = without_defaults(&masked(&patched(&DEFAULTS.config, &patch).unwrap()));
        assert_eq!(shown["SupportSettings"], json!({"HelpLink": "x"}));
        assert_eq!(shown["TeamSettings"]["MaxUsersPerTeam"], 2000);
        assert!(shown.get("PasswordSettings").is_none());
    }

    #[test]
    fn an_impossible_number_is_refused() {
        let patch = json!({"ServiceSettings": {"MaximumLoginAttempts": -5}});
        assert_eq!(patched(&DEFAULTS.config, &patch).unwrap_err().status, 400);
    }

    #[test]
    fn nobody_logged_in_sees_little() {
        let settings = load(DEFAULTS.config.clone());
        let limited = settings.client_view(false, true);
        assert_eq!(limited["NoAccounts"], "true");
        assert!(limited.get("SchemaVersion").is_none());
        assert_eq!(settings.client_view(true, false)["SchemaVersion"], "159");
    }
}
