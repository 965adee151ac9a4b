//! What a project leaves out of the run: services that no active profile turns on, and those without an image.

use indexmap::IndexMap;

use super::labels::{ROLE, is_node};
use compose_file::{Off, Service};

/// Nodes get the image under test; everything else needs one of its own.
pub(super) fn no_image(name: &str, service: &Service) -> Option<String> {
    if is_node(service) {
        return None;
    }
    let why = match (service.image.is_empty(), service.built) {
        (false, _) => return None,
        (true, true) => {
            "is built from source, and images are not built here; build it first, and name it under `image:`"
        }
        (true, false) => "has no image; name one under `image:`",
    };
    Some(format!(
        "service {name} {why}, or give it the label upgrade-gate.role: node if it is a Mattermost server"
    ))
}

/// The services with a role that no active profile turns on, a sentence each.
#[must_use]
pub fn off_by_profile(off: &IndexMap<String, Off>) -> Vec<String> {
    let sentence = |(name, off): (&String, &Off)| {
        let role = off.labels.get(ROLE)?;
        let why = match off.profiles.as_slice() {
            [only] => format!("its profile {only} is not active"),
            several => format!("none of its profiles {} is active", several.join(", ")),
        };
        Some(format!("{role} {name} is off: {why} (input profiles)"))
    };
    off.iter().filter_map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Roles;
    use super::*;
    use crate::project::project_of;

    fn roles_of(services: &str) -> Result<Roles, Vec<String>> {
        Roles::read(&project_of(&format!("services: {services}")))
    }

    #[test]
    fn a_node_needs_no_image_and_everything_else_does() {
        let node = "labels: {upgrade-gate.role: node}";
        let roles =
            roles_of(&format!("{{a: {{build: ., {node}}}, b: {{{node}}}, c: {{build: ., image: x}}}}"));
        assert_eq!(roles.unwrap().nodes.len(), 2);
        let wrong =
            roles_of(&format!("{{a: {{image: x, {node}}}, b: {{build: .}}, c: {{user: u}}}}")).unwrap_err();
        assert_eq!(wrong.len(), 2, "{wrong:?}");
        assert!(
            wrong[0].starts_with("service b is built from source, and images are not built here"),
            "{wrong:?}"
        );
        assert!(wrong[1].starts_with("service c has no image; name one under `image:`"), "{wrong:?}");
    }

    #[test]
    fn roles_that_are_off_are_named() {
        let off = |profiles: &[&str], role: &[(&str, &str)]| Off {
            profiles: profiles.iter().map(|&name| name.to_owned()).collect(),
            labels: role.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
        };
        let node = [("upgrade-gate.role", "node")];
        let all = IndexMap::from([
            ("n2".to_owned(), off(&["ha"], &node)),
            ("n3".to_owned(), off(&["ha", "more"], &node)),
            ("debug".to_owned(), off(&["debug"], &[])),
        ]);
        assert_eq!(
            off_by_profile(&all),
            [
                "node n2 is off: its profile ha is not active (input profiles)",
                "node n3 is off: none of its profiles ha, more is active (input profiles)"
            ]
        );
    }
}
