//! Roles and their permissions: those of people, teams and channels as recorded from 11.6 (`roles.json`).
//!
//! Before 11.2 the permissions for integrations of one's own had shorter names.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal, ok, read_ids};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;
use basics::versions::Version;

/// A role as it was recorded.
#[derive(Debug, Deserialize)]
struct Role {
    name: String,
    display_name: String,
    description: String,
    permissions: Vec<String>,
    scheme_managed: bool,
    built_in: bool,
}

static ROLES: LazyLock<Vec<Role>> =
    // Part of the program and read by a test: it cannot fail where this runs.
    LazyLock::new(|| serde_json::from_str(include_str!("roles.json")).unwrap_or_default());

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/roles", get(signed_in(all)))
        .route("/roles/names", post(signed_in(named)))
        .route("/roles/name/{name}", get(signed_in(one)))
}

fn all(node: &Arc<NodeCore>, _tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("sysconsole_read_user_management_permissions")?;
    ok(&ROLES.iter().map(|role| role.json(node)).collect())
}

fn named(node: &Arc<NodeCore>, _tables: &mut Tables, _caller: Caller, body: Bytes) -> Answer {
    let names = read_ids(&body, "rolename")?;
    ok(&ROLES.iter().filter(|role| names.contains(&role.name)).map(|role| role.json(node)).collect())
}

fn one(node: &Arc<NodeCore>, _tables: &mut Tables, _caller: Caller, Path(name): Path<String>) -> Answer {
    let role = ROLES.iter().find(|role| role.name == name).ok_or_else(|| {
        Refusal::missing("app.role.get_by_name.app_error", "Unable to get role.", "Role", &name)
    })?;
    ok(&role.json(node))
}

impl Role {
    fn json(&self, node: &NodeCore) -> Value {
        // Real ones: 11.1 has the old names, 11.4 the new ones.
        let old_names = Version::read(&node.release.version).line().is_none_or(|line| line < (11, 2));
        let permissions: Vec<String> = self
            .permissions
            .iter()
            .map(|permission| match permission.strip_prefix("manage_own_") {
                Some(rest) if old_names => format!("manage_{rest}"),
                _ => permission.clone(),
            })
            .collect();
        json!({
            "id": &ids::digest(&[self.name.as_bytes()])[..26], "name": self.name,
            "display_name": self.display_name, "description": self.description,
            "create_at": node.world.installed_at, "update_at": node.world.installed_at, "delete_at": 0,
            "permissions": permissions, "scheme_managed": self.scheme_managed, "built_in": self.built_in,
            "scheme_id": null,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_roles_are_readable() {
        let roles: Vec<Role> = serde_json::from_str(include_str!("roles.json")).unwrap();
        let of = |name: &str| &roles.iter().find(|role| role.name == name).unwrap().permissions;
        assert_eq!(roles.len(), 9);
        assert!(of("team_user").contains(&"create_public_channel".to_owned()));
        assert!(of("team_admin").contains(&"manage_own_incoming_webhooks".to_owned()));
    }
}
