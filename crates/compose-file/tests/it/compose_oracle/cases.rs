//! One project that both sides are asked for.

use std::collections::BTreeMap;

use serde_json::json;

/// The variables that every case is given, beside its `.env`.
pub(super) const GIVEN: [(&str, &str); 4] =
    [("HOME", "/home/jo"), ("GIVEN", "given"), ("EMPTY", ""), ("TAG", "9.11")];

/// Files beside every case, for what a compose file can name.
const BESIDE: [(&str, &str); 3] = [
    ("app.env", "FROM_FILE=a\nBOTH=file\n"),
    ("second.env", "BOTH=second\nUSES=$FROM_FILE-$GIVEN\n"),
    ("secret.txt", "s3cret"),
];

/// A project: its files, and which of them are compose files, the lowest first.
pub(super) struct Case {
    pub(super) title: String,
    pub(super) files: BTreeMap<String, String>,
    pub(super) compose: Vec<String>,
    pub(super) profiles: Vec<String>,
}

impl Case {
    /// A project of these compose files.
    pub(super) fn of(title: impl Into<String>, texts: &[String]) -> Self {
        let mut case =
            Self { title: title.into(), files: BTreeMap::new(), compose: Vec::new(), profiles: Vec::new() };
        for (name, text) in BESIDE {
            case.files.insert(name.to_owned(), text.to_owned());
        }
        for (index, text) in texts.iter().enumerate() {
            let name = format!("{index}.yaml");
            case.files.insert(name.clone(), text.clone());
            case.compose.push(name);
        }
        case
    }

    /// With this profile on.
    pub(super) fn profile(mut self, name: &str) -> Self {
        self.profiles.push(name.to_owned());
        self
    }

    /// With one more file.
    pub(super) fn with(mut self, name: &str, text: &str) -> Self {
        self.files.insert(name.to_owned(), text.to_owned());
        self
    }

    /// The line that the oracle reads.
    pub(super) fn asked(&self) -> String {
        let env: BTreeMap<&str, &str> = GIVEN.into();
        json!({"files": self.files, "compose": self.compose, "env": env, "profiles": self.profiles})
            .to_string()
    }
}
