//! What a node's environment says about its settings: `MM_SECTION_KEY`, read at its start, on top of the stored document.
//!
//! As on a real server, what comes from here is never stored, cannot be changed by the API, and what nobody knows or
//! nobody can read (an unknown flag, a word for a number) is ignored without a word.

use serde_json::{Value, json};

use super::defaults::DEFAULTS;

/// The section that only the environment can set.
pub(super) const FLAGS: &str = "FeatureFlags";

/// The settings that a node's environment owns, beside those of the recording.
#[derive(Debug, Clone, Default)]
pub(super) struct Environment {
    /// Section, key, value.
    settings: Vec<(String, String, Value)>,
}

impl Environment {
    /// Reads variables such as `MM_FEATUREFLAGS_TESTFEATURE`.
    pub(super) fn read(variables: &[(String, String)]) -> Self {
        let mut settings = Vec::new();
        for (section, keys) in DEFAULTS.config.as_object().into_iter().flatten() {
            for (key, known) in keys.as_object().into_iter().flatten() {
                let name = format!("MM_{}_{}", section.to_uppercase(), key.to_uppercase());
                let told = variables.iter().rev().find(|(variable, _)| *variable == name);
                if let Some(value) = told.and_then(|(_, text)| like(known, text)) {
                    settings.push((section.clone(), key.clone(), value));
                }
            }
        }
        Self { settings }
    }

    /// The same without any feature flag.
    pub(super) fn without_flags(mut self) -> Self {
        self.settings.retain(|(section, ..)| section != FLAGS);
        self
    }

    /// The feature flags alone: key and value.
    pub(super) fn flags(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.settings
            .iter()
            .filter(|(section, ..)| section == FLAGS)
            .map(|(_, key, value)| (key.as_str(), value))
    }

    /// Puts its settings on top of a document.
    pub(super) fn apply(&self, document: &mut Value) {
        for (section, key, value) in &self.settings {
            document[section.as_str()][key.as_str()] = value.clone();
        }
    }

    /// Takes its settings out of a document again: there stands what was stored.
    pub(super) fn strip(&self, document: &mut Value, stored: &Value) {
        for (section, key, _) in &self.settings {
            document[section.as_str()][key.as_str()] = stored[section.as_str()][key.as_str()].clone();
        }
    }

    /// Whether a setting is not the API's to change.
    pub(super) fn owns(&self, section: &str, key: &str) -> bool {
        DEFAULTS.environment[section][key] == json!(true)
            || self.settings.iter().any(|(s, k, _)| s == section && k == key)
    }

    /// `/config/environment`: `true` at each owned setting; a real server leaves feature flags out.
    pub(super) fn shown(&self) -> Value {
        let mut shown = DEFAULTS.environment.clone();
        for (section, key, _) in self.settings.iter().filter(|(section, ..)| section != FLAGS) {
            shown[section.as_str()][key.as_str()] = json!(true);
        }
        shown
    }
}

/// A text as a value of the kind that the setting has.
fn like(known: &Value, text: &str) -> Option<Value> {
    match known {
        Value::Bool(_) => text.parse::<bool>().ok().map(Value::from),
        Value::Number(_) => text.parse::<i64>().ok().map(Value::from),
        Value::String(_) => Some(text.into()),
        Value::Array(_) => Some(text.split_whitespace().collect::<Vec<_>>().into()),
        Value::Null | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Environment {
        let owned: Vec<_> = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Environment::read(&owned)
    }

    #[test]
    fn known_settings_are_read_in_their_own_kind_and_the_rest_is_ignored() {
        let environment = of(&[
            ("MM_FEATUREFLAGS_TESTFEATURE", "on"),
            ("MM_FEATUREFLAGS_TESTBOOLFEATURE", "perhaps"),
            ("MM_FEATUREFLAGS_NOSUCHFLAG", "true"),
            ("MM_TEAMSETTINGS_MAXUSERSPERTEAM", "7"),
            ("HOME", "/"),
        ]);
        let mut document = DEFAULTS.config.clone();
        environment.apply(&mut document);
        assert_eq!(document[FLAGS]["TestFeature"], "on");
        assert_eq!(document[FLAGS]["TestBoolFeature"], false);
        assert_eq!(document["TeamSettings"]["MaxUsersPerTeam"], 7);
        assert!(document[FLAGS].get("NoSuchFlag").is_none());
        environment.strip(&mut document, &DEFAULTS.config);
        assert_eq!(document, DEFAULTS.config);
    }

    #[test]
    fn what_it_owns_is_told_but_for_feature_flags() {
        let environment = of(&[("MM_FEATUREFLAGS_TESTFEATURE", "on"), ("MM_EMAILSETTINGS_SMTPPORT", "25")]);
        assert!(
            environment.owns("EmailSettings", "SMTPPort") && !environment.owns("EmailSettings", "SMTPServer")
        );
        assert_eq!(environment.shown()["EmailSettings"]["SMTPPort"], true);
        assert!(environment.shown().get(FLAGS).is_none());
        assert_eq!(environment.flags().count(), 1);
        assert_eq!(environment.without_flags().flags().count(), 0);
    }
}
