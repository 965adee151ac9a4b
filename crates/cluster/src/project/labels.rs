//! The labels `upgrade-gate.…` of a service: known, on the right role, with a value that means something.

use super::super::reload::RELOAD;
use compose_file::Service;

/// A label, and the roles that it has an effect on.
const KNOWN: [(&str, &[&str]); 6] = [
    (ROLE, &[]),
    (PORT, &["node", "balancer"]),
    (URL, &["node", "balancer"]),
    (HAPROXY, &["balancer"]),
    (BACKEND, &["balancer"]),
    (RELOAD, &["balancer"]),
];
/// Who the service is.
pub(super) const ROLE: &str = "upgrade-gate.role";
/// The port that it serves.
pub(super) const PORT: &str = "upgrade-gate.port";
/// The address that users have.
pub(super) const URL: &str = "upgrade-gate.url";
/// The port of haproxy's runtime API.
pub(super) const HAPROXY: &str = "upgrade-gate.haproxy";
/// The backend that has the nodes.
pub(super) const BACKEND: &str = "upgrade-gate.backend";
/// The roles.
pub(super) const ROLES: [&str; 4] = ["node", "balancer", "store", "database"];

/// The role that a service's label says, known or not.
pub(super) fn role(service: &Service) -> Option<&str> {
    service.labels.get(ROLE).map(String::as_str)
}

/// Whether the service is a Mattermost server, by its label.
#[must_use]
pub fn is_node(service: &Service) -> bool {
    role(service) == Some("node")
}

/// Names every label of ours that is none, that has no effect where it stands, or whose value means nothing.
pub(super) fn judge(name: &str, service: &Service, wrong: &mut Vec<String>) {
    let role = role(service);
    for (label, value) in service.labels.iter().filter(|(label, _)| is_meant_for_us(label)) {
        let Some((_, roles)) = KNOWN.iter().find(|(known, _)| known == label) else {
            let names = KNOWN.map(|(known, _)| known);
            // To a label without an end the shortest is nearest; the role is what a service needs first.
            let bare = plain(label) == "upgrade-gate";
            let nearest = if bare { ROLE } else { nearest(&plain(label), &names) };
            wrong.push(format!("service {name} has the label {label}, which is none; write {nearest}"));
            continue;
        };
        if *label == ROLE {
            if !ROLES.contains(&value.as_str()) {
                let all = "write node, balancer, store or database";
                wrong.push(format!("service {name} has the label {label} with what is no role; {all}"));
            }
        } else if !role.is_some_and(|role| roles.contains(&role))
            && role.is_none_or(|role| ROLES.contains(&role))
        {
            let on = role.map_or("a service without a role".to_owned(), |role| format!("a {role}"));
            let where_to = roles.join(" or ");
            wrong.push(format!(
                "service {name} has the label {label}, which has no effect on {on}; take it away, or write {ROLE}: {where_to}"
            ));
        }
    }
    if let Some(backend) = service.labels.get(BACKEND) {
        // It becomes a part of haproxy's commands.
        let plain = |c: char| c.is_ascii_alphanumeric() || "._:-".contains(c);
        if backend.is_empty() || !backend.chars().all(plain) {
            wrong.push(format!("service {name} has the label {BACKEND} with a value that is no name of a backend; write letters, digits and ._:-"));
        }
        if !service.labels.contains_key(HAPROXY) {
            wrong.push(format!("service {name} has the label {BACKEND} without {HAPROXY}, and so no effect; write {HAPROXY} and the port of haproxy's runtime API"));
        }
    }
}

/// The port that a label names.
pub(super) fn port(name: &str, service: &Service, label: &str, wrong: &mut Vec<String>) -> Option<u16> {
    let text = service.labels.get(label)?;
    let port = text.parse().ok().filter(|port| *port > 0 && text.bytes().all(|b| b.is_ascii_digit()));
    if port.is_none() {
        wrong.push(format!(
            "service {name} has the label {label} with what is no port; write a number from 1 to 65535"
        ));
    }
    port
}

/// Whether somebody who wrote this meant us.
fn is_meant_for_us(label: &str) -> bool {
    plain(label).starts_with("upgrade-gate") || plain(label).starts_with("upgradegate")
}

fn plain(label: &str) -> String {
    label.trim().to_ascii_lowercase().replace('_', "-")
}

/// The word with the fewest letters changed, added or left out.
fn nearest<'a>(text: &str, words: &[&'a str]) -> &'a str {
    words.iter().min_by_key(|word| distance(text, word)).copied().unwrap_or_default()
}

/// Levenshtein's distance, row by row.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    // A label of some kilobytes is nobody's typing error.
    for (i, from) in a.chars().take(100).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(labels: &[(&str, &str)]) -> Vec<String> {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let service = Service { labels, ..Service::default() };
        let mut wrong = Vec::new();
        judge("s", &service, &mut wrong);
        let _ = port("s", &service, PORT, &mut wrong);
        wrong
    }

    #[test]
    fn right_labels_and_those_of_others_are_fine() {
        assert!(told(&[("com.example", "x"), ("traefik.enable", "true")]).is_empty());
        assert!(told(&[(ROLE, "node"), (PORT, "80")]).is_empty());
        assert!(
            told(&[(ROLE, "balancer"), (PORT, "80"), (HAPROXY, "9999"), (BACKEND, "mm.nodes")]).is_empty()
        );
        assert!(told(&[(ROLE, "database")]).is_empty());
    }

    #[test]
    fn typing_errors_are_told_with_the_nearest_label() {
        for (typed, meant) in [
            ("upgrade-gate.prot", PORT),
            ("upgrade-gate.roles", ROLE),
            ("upgrade-gate.ha-proxy", HAPROXY),
            ("upgrade_gate.role", ROLE),
            ("Upgrade-Gate.Port", PORT),
            ("upgrade-gate.back-end", BACKEND),
            ("upgradegate.role", ROLE),
            ("upgrade-gate", ROLE),
        ] {
            let told = told(&[(typed, "x")]);
            assert!(told[0].ends_with(&format!("write {meant}")), "{typed}: {told:?}");
        }
    }

    #[test]
    fn labels_without_effect_and_values_without_meaning_are_told() {
        for (labels, part) in [
            (&[(ROLE, "node"), (HAPROXY, "9999")][..], "no effect on a node"),
            (&[(ROLE, "node"), (BACKEND, "x"), (HAPROXY, "1")], "no effect on a node"),
            (&[(ROLE, "database"), (PORT, "5432")], "no effect on a database"),
            (&[(ROLE, "store"), (PORT, "9000")], "no effect on a store"),
            (&[(ROLE, "store"), (URL, "https://s.test")], "no effect on a store"),
            (&[(PORT, "80")], "no effect on a service without a role"),
            (&[(ROLE, "Node")], "no role"),
            (&[(ROLE, "")], "no role"),
            (&[(ROLE, "balancer"), (BACKEND, "x")], "without upgrade-gate.haproxy"),
            (&[(ROLE, "balancer"), (HAPROXY, "1"), (BACKEND, "a/b;shutdown")], "no name of a backend"),
            (&[(ROLE, "node"), (PORT, "0")], "no port"),
            (&[(ROLE, "node"), (PORT, "65536")], "no port"),
            (&[(ROLE, "node"), (PORT, "+80")], "no port"),
            (&[(ROLE, "node"), (PORT, "http")], "no port"),
            (&[(ROLE, "node"), (PORT, "")], "no port"),
        ] {
            let told = told(labels);
            assert!(told.iter().any(|told| told.contains(part)), "{labels:?}: {told:?}");
        }
    }
}
