//! The rules for what servers tell clients: their configuration and the licence.

use crate::announced::{Applying, Change};
use crate::mattermost::Config;

/// What says which version answers, and so differs.
const OF_THE_VERSION: [&str; 6] =
    ["BuildDate", "BuildHash", "BuildHashEnterprise", "BuildNumber", "SchemaVersion", "Version"];

/// How a client configuration compares with stable's.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ClientCompared {
    /// Keys with another value: what it was, then what it is.
    pub(super) wrong: Vec<(String, String)>,
    /// What was announced of the others.
    pub(super) announced: Vec<&'static Change>,
    /// Keys that are told no more; releases retire some, and no rule tells which (8 from 9.9 to 11.4).
    pub(super) retired: Vec<String>,
}

/// Judges a later client configuration.
pub(super) fn client(before: &Config, now: &Config, applying: &Applying) -> ClientCompared {
    let mut compared = ClientCompared::default();
    let comparable = |key: &str| !OF_THE_VERSION.contains(&key) && !key.starts_with("FeatureFlag");
    for (key, was) in before.iter().filter(|(key, _)| comparable(key)) {
        match now.get(key) {
            Some(is) if is == was => {}
            Some(is) => match applying.client(key, was, is) {
                Some(change) => compared.announced.push(change),
                None => compared.wrong.push((format!("{key} \"{was}\""), format!("\"{is}\""))),
            },
            None => compared.retired.push(key.clone()),
        }
    }
    compared
}

/// Judges a later licence: each fact of stable's must be so; new facts are fine.
pub(super) fn licence(before: &Config, now: &Config, applying: &Applying) -> ClientCompared {
    let mut compared = ClientCompared::default();
    for (key, was) in before.iter().filter(|(key, was)| now.get(*key) != Some(was)) {
        let is = now.get(key);
        match is.and_then(|is| applying.licence(key, was, is)) {
            Some(change) => compared.announced.push(change),
            None => {
                let is = is.map_or("no such fact".into(), |is| format!("\"{is}\""));
                compared.wrong.push((format!("{key} \"{was}\" in the licence"), is));
            }
        }
    }
    compared
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Config {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_client_configuration_may_lose_keys_but_change_no_value_except_the_versions_own() {
        let before = of(&[("Version", "1"), ("FeatureFlagX", "a"), ("SiteName", "Lab"), ("Old", "x")]);
        let now = of(&[("Version", "2"), ("FeatureFlagX", "b"), ("SiteName", "Lab"), ("New", "y")]);
        let none = Applying::default();
        let retired = ClientCompared { retired: vec!["Old".into()], ..ClientCompared::default() };
        assert_eq!(client(&before, &now, &none), retired);
        assert_eq!(client(&before, &of(&[("SiteName", "Bar"), ("Old", "x")]), &none).wrong.len(), 1);
    }

    #[test]
    fn a_licence_keeps_what_it_said() {
        let before = of(&[("IsLicensed", "true"), ("Cluster", "true")]);
        let wrong = |now: &[(&str, &str)]| licence(&before, &of(now), &Applying::default()).wrong.len();
        assert_eq!(wrong(&[("IsLicensed", "true"), ("Cluster", "true"), ("LDAP", "x")]), 0);
        assert_eq!(wrong(&[("IsLicensed", "true"), ("Cluster", "false")]), 1);
        assert_eq!(wrong(&[("IsLicensed", "true")]), 1);
    }
}
