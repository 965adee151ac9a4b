//! The rule for roles: none is lost, and none may do less than on stable.

use std::collections::{BTreeMap, BTreeSet};

use crate::mattermost::Role;

/// What each role allows, by name.
pub(super) type Allowed = BTreeMap<String, BTreeSet<String>>;

/// Permissions that later versions know by another name: before 10.x, since. Seen on the way from 9.9 to 11.4.
const RENAMED: [(&str, &str); 3] = [
    ("manage_incoming_webhooks", "manage_own_incoming_webhooks"),
    ("manage_outgoing_webhooks", "manage_own_outgoing_webhooks"),
    ("manage_slash_commands", "manage_own_slash_commands"),
];

/// The roles that are in use.
pub(super) fn allowed(roles: Vec<Role>) -> Allowed {
    let living = roles.into_iter().filter(|role| role.delete_at == 0);
    living.map(|role| (role.name, role.permissions.into_iter().collect())).collect()
}

/// Each loss: the role and what it allowed, then what it is now.
pub(super) fn lost(before: &Allowed, now: &Allowed) -> Vec<(String, String)> {
    let mut lost = Vec::new();
    for (role, could) in before {
        let Some(can) = now.get(role) else {
            lost.push((format!("the role {role}"), "no such role".into()));
            continue;
        };
        let kept = |permission: &str| {
            let since = RENAMED.iter().find(|(old, _)| *old == permission).map(|(_, new)| *new);
            can.contains(permission) || since.is_some_and(|new| can.contains(new))
        };
        let gone: Vec<&str> = could.iter().map(String::as_str).filter(|one| !kept(one)).collect();
        if !gone.is_empty() {
            lost.push((
                format!("the role {role} to allow {}", gone.join(", ")),
                "a role that does not".into(),
            ));
        }
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(role: &str, permissions: &[&str]) -> Allowed {
        let permissions = permissions.iter().map(|&permission| permission.to_owned()).collect();
        BTreeMap::from([(role.to_owned(), permissions)])
    }

    #[test]
    fn more_is_fine_less_is_not_and_a_new_name_is_the_same() {
        let before = of("team_admin", &["create_post", "manage_incoming_webhooks"]);
        let renamed = of("team_admin", &["create_post", "manage_own_incoming_webhooks", "upload_file"]);
        assert_eq!(lost(&before, &renamed), []);
        let less = lost(&before, &of("team_admin", &["create_post"]));
        assert_eq!(less[0].0, "the role team_admin to allow manage_incoming_webhooks");
        assert_eq!(lost(&before, &Allowed::new())[0].1, "no such role");
    }

    #[test]
    fn a_deleted_role_is_no_role() {
        let role = |name: &str, delete_at| Role { name: name.into(), permissions: Vec::new(), delete_at };
        assert_eq!(allowed(vec![role("a", 0), role("b", 5)]).into_keys().collect::<Vec<_>>(), ["a"]);
    }
}
