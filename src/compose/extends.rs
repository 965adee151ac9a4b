//! `extends` within one file: the service starts as a copy of another one, and its own keys are merged over it.

use yaml_serde::Value;

use super::merge::merge;
use super::node::{Findings, Node, Place, scalar};
use super::tags::{retagged, settle};

/// Carries out and removes `extends` in all services of one file. Another file is refused: it would need reading in the middle of
/// a pure parse, and several `-f` files say the same.
pub(super) fn carry_out_extends(tree: &mut Value, findings: &mut Findings) {
    let Some(services) = tree.get("services").and_then(Value::as_mapping).cloned() else { return };
    for name in services.keys() {
        let extended = extended(name, &services, &mut Vec::new(), findings);
        if let (Some(extended), Some(slot)) =
            (extended, tree.get_mut("services").and_then(|all| all.get_mut(name)))
        {
            *slot = extended;
        }
    }
}

/// The service with what it extends beneath it; `None` when nothing can be said (a problem is noted then, or it has none).
fn extended(
    name: &Value,
    services: &yaml_serde::Mapping,
    above: &mut Vec<Value>,
    findings: &mut Findings,
) -> Option<Value> {
    let place = Place::default().key("services").key(scalar(name)?);
    let mut service = services.get(name)?.clone();
    let Some(extends) = service.as_mapping_mut().and_then(|keys| keys.shift_remove("extends")) else {
        return Some(service);
    };
    let base = base_of(&Node::new(&extends, place.key("extends")), findings);
    if above.contains(name) {
        findings.problem(
            &place,
            "the services extend each other in a circle",
            "Break the circle of `extends`",
        );
        return Some(service);
    }
    let Some(base) = base else { return Some(service) };
    let base = Value::from(base);
    if !services.contains_key(&base) {
        let message = format!("it extends `{}`, which is no service of this file", scalar(&base)?);
        findings.problem(&place.key("extends"), message, "Name a service of the same file");
        return Some(service);
    }
    above.push(name.clone());
    let below = extended(&base, services, above, findings)?;
    above.pop();
    let merged = merge(settle(below), service.clone(), &place, findings);
    Some(retagged(&service, merged))
}

/// The name of the service that is extended.
fn base_of(extends: &Node<'_>, findings: &mut Findings) -> Option<String> {
    if !extends.value.is_mapping() {
        return extends.text(findings);
    }
    let mut base = None;
    let mut file = None;
    for (key, node) in extends.keys(findings) {
        match key.as_str() {
            "service" => base = node.text(findings),
            "file" => file = Some(node),
            _ => findings.problem(&node.place, format!("`extends` has no key `{key}`"), "Leave it out"),
        }
    }
    if let Some(file) = file {
        let remedy =
            "Move the base service into this file, or give both files to the gate, one over the other";
        findings.problem(&file.place, "extending a service of another file is not supported", remedy);
        return None;
    }
    if base.is_none() {
        findings.problem(&extends.place, "`extends` does not say which service", "Add `service: NAME`");
    }
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried_out(yaml: &str) -> (Value, Vec<String>) {
        let mut tree: Value = yaml_serde::from_str(yaml).unwrap();
        let mut findings = Findings::default();
        carry_out_extends(&mut tree, &mut findings);
        (tree, findings.problems.iter().map(|found| format!("{}: {}", found.place, found.message)).collect())
    }

    #[test]
    fn a_service_extends_one_that_extends_another() {
        let (tree, told) = carried_out(
            "services: {c: {extends: {service: b}, tty: true}, a: {image: x, environment: [A=1]}, b: {extends: a, environment: {B: 2}}}",
        );
        let expected: Value = yaml_serde::from_str("{image: x, environment: [A=1, B=2], tty: true}").unwrap();
        assert_eq!(tree["services"]["c"], expected);
        assert!(tree["services"]["b"].get("extends").is_none());
        assert!(told.is_empty(), "{told:?}");
    }

    #[test]
    fn tags_mean_what_is_extended_and_the_files_below() {
        let (tree, _) = carried_out(
            "services: {a: {extends: b, labels: !override {x: 1}, user: !reset null}, b: {image: x, labels: {y: 2}, user: u}}",
        );
        let expected: Value =
            yaml_serde::from_str("{image: x, labels: !override {x: 1}, user: !reset null}").unwrap();
        assert_eq!(tree["services"]["a"], expected);
    }

    #[test]
    fn circles_unknown_bases_and_other_files_are_refused() {
        let (_, told) = carried_out("services: {a: {extends: b}, b: {extends: a}}");
        assert!(told.iter().any(|text| text.contains("in a circle")), "{told:?}");
        let (_, told) = carried_out("services: {a: {extends: z}}");
        assert_eq!(told, ["services.a.extends: it extends `z`, which is no service of this file"]);
        let (_, told) = carried_out("services: {a: {extends: {service: b, file: other.yml}}}");
        assert_eq!(told, ["services.a.extends.file: extending a service of another file is not supported"]);
    }
}
