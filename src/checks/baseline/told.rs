//! The rules for what servers tell clients: their configuration and the licence.

use crate::mattermost::Config;

/// What says which version answers, and so differs.
const OF_THE_VERSION: [&str; 6] =
    ["BuildDate", "BuildHash", "BuildHashEnterprise", "BuildNumber", "SchemaVersion", "Version"];

/// How a client configuration compares with stable's.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Compared {
    /// Keys with another value: what it was, then what it is.
    pub(super) wrong: Vec<(String, String)>,
    /// Keys that are told no more; releases retire some, and no rule tells which (8 from 9.9 to 11.4).
    pub(super) retired: Vec<String>,
}

/// Judges a later client configuration.
pub(super) fn client(before: &Config, now: &Config) -> Compared {
    let mut compared = Compared::default();
    let comparable = |key: &str| !OF_THE_VERSION.contains(&key) && !key.starts_with("FeatureFlag");
    for (key, was) in before.iter().filter(|(key, _)| comparable(key)) {
        match now.get(key) {
            Some(is) if is == was => {}
            Some(is) => compared.wrong.push((format!("{key} \"{was}\""), format!("\"{is}\""))),
            None => compared.retired.push(key.clone()),
        }
    }
    compared
}

/// Each fact of stable's licence that is not so any more; new facts are fine.
pub(super) fn licence(before: &Config, now: &Config) -> Vec<(String, String)> {
    let changed = before.iter().filter(|(key, was)| now.get(*key) != Some(was));
    changed
        .map(|(key, was)| {
            let is = now.get(key).map_or("no such fact".into(), |is| format!("\"{is}\""));
            (format!("{key} \"{was}\" in the licence"), is)
        })
        .collect()
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
        assert_eq!(client(&before, &now), Compared { wrong: Vec::new(), retired: vec!["Old".into()] });
        assert_eq!(client(&before, &of(&[("SiteName", "Bar"), ("Old", "x")])).wrong.len(), 1);
    }

    #[test]
    fn a_licence_keeps_what_it_said() {
        let before = of(&[("IsLicensed", "true"), ("Cluster", "true")]);
        assert_eq!(licence(&before, &of(&[("IsLicensed", "true"), ("Cluster", "true"), ("LDAP", "x")])), []);
        assert_eq!(licence(&before, &of(&[("IsLicensed", "true"), ("Cluster", "false")])).len(), 1);
        assert_eq!(licence(&before, &of(&[("IsLicensed", "true")])).len(), 1);
    }
}
