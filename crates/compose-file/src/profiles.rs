//! Which services are on.

use indexmap::IndexMap;
use yaml_serde::Value;

use super::environment::labels;
use super::node::{Findings, YamlNode, YamlPlace, scalar};
use super::source::{Off, Source};

/// The profiles that are on: those that were chosen, or else the ones of the variable `COMPOSE_PROFILES`, as compose has it.
pub(super) fn active(source: &Source, variables: &IndexMap<String, String>) -> Vec<String> {
    if !source.profiles.is_empty() {
        return source.profiles.clone();
    }
    let listed = variables.get("COMPOSE_PROFILES").map(String::as_str).unwrap_or_default();
    listed.split(',').map(str::trim).filter(|profile| !profile.is_empty()).map(str::to_owned).collect()
}

/// What is known of a service that is off; `None` if it is on.
pub(super) fn off(service: &YamlNode<'_>, active: &[String], findings: &mut Findings) -> Option<Off> {
    let profiles = service.value.get("profiles").filter(|profiles| !profiles.is_null())?;
    let profiles = YamlNode::new(profiles, service.place.key("profiles")).texts(findings);
    if profiles.is_empty() || active.iter().any(|chosen| chosen == "*" || profiles.contains(chosen)) {
        return None;
    }
    // What else is wrong with it does not matter while it is off.
    let mut unheard = Findings::default();
    let labels = service.value.get("labels").filter(|labels| !labels.is_null());
    let labels = labels.map(|value| labels_of(value, &mut unheard)).unwrap_or_default();
    Some(Off { profiles, labels })
}

/// A profile that no service has is a typing error, or has nothing to do.
pub(super) fn warn_of_unknown(
    services: &[(String, YamlNode<'_>)],
    active: &[String],
    findings: &mut Findings,
) {
    let has = |service: &YamlNode<'_>, profile: &str| {
        let profiles = service.value.get("profiles").and_then(Value::as_sequence);
        profiles.is_some_and(|all| all.iter().any(|one| scalar(one).as_deref() == Some(profile)))
    };
    for profile in active.iter().filter(|profile| *profile != "*") {
        if !services.iter().any(|(_, service)| has(service, profile)) {
            let place = YamlPlace::default().key("services");
            findings.warn(&place, format!("no service has the profile `{profile}`"));
        }
    }
}

fn labels_of(value: &Value, findings: &mut Findings) -> IndexMap<String, String> {
    labels(&YamlNode::new(value, YamlPlace::default()), findings)
}

/// The profiles of services that are off, each once.
pub(super) fn all_of(off: &IndexMap<String, Off>) -> String {
    let mut names: Vec<&str> = off.values().flat_map(|off| off.profiles.iter().map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::*;

    #[test]
    fn what_was_chosen_wins_over_the_variable() {
        let variables = IndexMap::from([("COMPOSE_PROFILES".to_owned(), "a, b,".to_owned())]);
        assert_eq!(active(&Source::default(), &variables), ["a", "b"]);
        let chosen = Source { profiles: vec!["c".into()], ..Source::default() };
        assert_eq!(active(&chosen, &variables), ["c"]);
        assert!(active(&Source::default(), &IndexMap::new()).is_empty());
    }

    #[test]
    fn a_service_without_an_active_profile_is_off() {
        let off_with = |active: &[&str]| {
            let active: Vec<String> = active.iter().map(|&profile| profile.to_owned()).collect();
            reading("{profiles: [ha, x], labels: {role: node}}", |node, findings| {
                off(node, &active, findings)
            })
            .0
        };
        let found = off_with(&["y"]).unwrap();
        assert_eq!((found.profiles.join(" ").as_str(), found.labels["role"].as_str()), ("ha x", "node"));
        assert!(off_with(&["x"]).is_none() && off_with(&["*"]).is_none());
        assert!(reading("{profiles: }", |node, findings| off(node, &[], findings)).0.is_none());
        assert!(reading("{profiles: []}", |node, findings| off(node, &[], findings)).0.is_none());
    }
}
