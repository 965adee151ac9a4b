//! The rule for roles: none is lost, and none may do less than on stable.

use std::collections::{BTreeMap, BTreeSet};

use crate::announced::{Applying, Change};
use crate::mattermost::Role;

/// What each role allows, by name.
pub(super) type Allowed = BTreeMap<String, BTreeSet<String>>;

/// How the roles compare with stable's.
#[derive(Debug, Default, PartialEq)]
pub(super) struct RolesCompared {
    /// Each loss: the role and what it allowed, then what it is now.
    pub(super) wrong: Vec<(String, String)>,
    /// What was announced of the others.
    pub(super) announced: Vec<&'static Change>,
}

/// The roles that are in use.
pub(super) fn allowed(roles: Vec<Role>) -> Allowed {
    let living = roles.into_iter().filter(|role| role.delete_at == 0);
    living.map(|role| (role.name, role.permissions.into_iter().collect())).collect()
}

/// Judges later roles.
pub(super) fn lost(before: &Allowed, now: &Allowed, applying: &Applying) -> RolesCompared {
    let mut compared = RolesCompared::default();
    for (role, could) in before {
        let Some(can) = now.get(role) else {
            compared.wrong.push((format!("the role {role}"), "no such role".into()));
            continue;
        };
        let mut gone: Vec<&str> = Vec::new();
        for permission in could.difference(can) {
            match applying.permission(permission, can) {
                Some(change) => compared.announced.push(change),
                None => gone.push(permission),
            }
        }
        if !gone.is_empty() {
            compared.wrong.push((
                format!("the role {role} to allow {}", gone.join(", ")),
                "a role that does not".into(),
            ));
        }
    }
    compared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::announced::Ground;
    use crate::versions::Version;

    fn of(role: &str, permissions: &[&str]) -> Allowed {
        let permissions = permissions.iter().map(|&permission| permission.to_owned()).collect();
        BTreeMap::from([(role.to_owned(), permissions)])
    }

    fn judged(stable: &str, before: &Allowed, release: &str, now: &Allowed) -> RolesCompared {
        let versions = (Version::read(stable), Version::read(release));
        lost(before, now, &Applying::between(&versions.0, &versions.1, &Ground::default()))
    }

    #[test]
    fn more_is_fine_less_is_not_and_a_new_name_is_announced() {
        let before = of("team_admin", &["create_post", "manage_incoming_webhooks"]);
        let renamed = of("team_admin", &["create_post", "manage_own_incoming_webhooks", "upload_file"]);
        let compared = judged("9.9.0", &before, "11.4.0", &renamed);
        assert_eq!((compared.wrong.len(), compared.announced.len()), (0, 1), "{compared:?}");
        let less = judged("9.9.0", &before, "11.4.0", &of("team_admin", &["create_post"])).wrong;
        assert_eq!(less[0].0, "the role team_admin to allow manage_incoming_webhooks");
        assert_eq!(judged("9.9.0", &before, "11.4.0", &Allowed::new()).wrong[0].1, "no such role");
        assert_eq!(judged("11.6.0", &before, "11.7.0", &renamed).wrong.len(), 1, "nobody announced it there");
    }

    #[test]
    fn what_goes_with_an_announced_permission_is_still_a_loss() {
        let before = of("team_admin", &["create_post", "import_team"]);
        let compared = judged("11.11.0", &before, "12.0.0", &of("team_admin", &[]));
        assert_eq!(compared.wrong[0].0, "the role team_admin to allow create_post");
        assert_eq!(compared.announced[0].id, "import-team-gone");
        assert_eq!(judged("11.10.0", &before, "11.11.0", &of("team_admin", &["create_post"])).wrong.len(), 1);
    }

    #[test]
    fn a_deleted_role_is_no_role() {
        let role = |name: &str, delete_at| Role { name: name.into(), permissions: Vec::new(), delete_at };
        assert_eq!(allowed(vec![role("a", 0), role("b", 5)]).into_keys().collect::<Vec<_>>(), ["a"]);
    }
}
