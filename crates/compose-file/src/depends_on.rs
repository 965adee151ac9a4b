//! `depends_on`: a list of services, or a mapping with conditions.

use indexmap::IndexMap;

use super::node::{Findings, YamlNode};
use super::project::{Dependency, DependsCondition};

/// Reads `depends_on`.
pub(super) fn depends_on(node: &YamlNode<'_>, findings: &mut Findings) -> IndexMap<String, Dependency> {
    let started = Dependency { condition: DependsCondition::ServiceStarted, required: true };
    if node.value.is_sequence() {
        return node.texts(findings).into_iter().map(|name| (name, started)).collect();
    }
    let mut all = IndexMap::new();
    for (name, node) in node.entries(findings) {
        let mut dependency = started;
        if !node.value.is_null() {
            for (key, node) in node.keys(findings) {
                match key.as_str() {
                    "condition" => dependency.condition = condition(&node, findings).unwrap_or_default(),
                    "required" => dependency.required = node.flag(findings).unwrap_or(true),
                    "restart" => {
                        if node.flag(findings) == Some(true) {
                            let message =
                                "`restart` has no effect here: services are not restarted with others";
                            findings.warn(&node.place, message);
                        }
                    }
                    _ => findings.problem(
                        &node.place,
                        format!("a dependency has no key `{key}`"),
                        "Leave it out",
                    ),
                }
            }
        }
        all.insert(name, dependency);
    }
    all
}

fn condition(node: &YamlNode<'_>, findings: &mut Findings) -> Option<DependsCondition> {
    let expected = "service_started, service_healthy or service_completed_successfully";
    node.read(expected, findings, |text| match text {
        "service_started" => Some(DependsCondition::ServiceStarted),
        "service_healthy" => Some(DependsCondition::ServiceHealthy),
        "service_completed_successfully" => Some(DependsCondition::ServiceCompletedSuccessfully),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::node::reading;
    use super::*;

    #[test]
    fn both_forms() {
        let (read, _) = reading("[a, b]", depends_on);
        assert_eq!(read.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert!(read["a"].required && read["a"].condition == DependsCondition::ServiceStarted);
        let (read, told) = reading(
            "{a: {condition: service_healthy, restart: false}, b: {condition: service_completed_successfully, required: false}}",
            depends_on,
        );
        assert_eq!(read["a"], Dependency { condition: DependsCondition::ServiceHealthy, required: true });
        assert_eq!(
            read["b"],
            Dependency { condition: DependsCondition::ServiceCompletedSuccessfully, required: false }
        );
        assert!(told.is_empty());
    }

    #[test]
    fn wrong_conditions_are_told() {
        let (_, told) = reading("{a: {condition: healthy, restart: often, after: b}, c: 3}", depends_on);
        insta::assert_snapshot!(told.join("\n"), @r"
        a.condition: `healthy` is not service_started, service_healthy or service_completed_successfully
        a.restart: `often` is not true or false
        a.after: a dependency has no key `after`
        c: `3` is not a mapping
        ");
    }
}
