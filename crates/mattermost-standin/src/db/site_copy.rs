//! What the database of the stand-in is given and asked for as a copy of somebody's site: a small dump of its own, and its old rows.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::db::ids;
use crate::db::posts::Post;
use crate::db::rows::{Channel, Team, User};
use crate::db::site_products::{self, DumpedName, OldRow};
use crate::db::world::World;

/// The dump of a site, as JSON. Each row says when it was made, in milliseconds since 1970.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dump {
    team: DumpedName,
    channel: DumpedName,
    users: Vec<DumpedName>,
    posts: Vec<DumpedPost>,
    /// Each with a card of its name.
    boards: Vec<DumpedName>,
    /// Each of a playbook of its name.
    runs: Vec<DumpedName>,
}

/// What the first user said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DumpedPost {
    message: String,
    create_at: i64,
}

impl World {
    /// Fills the empty database with a dump.
    ///
    /// # Errors
    /// Why it is none.
    pub fn restore(&self, dump: &str) -> Result<(), String> {
        let dump: Dump = serde_json::from_str(dump).map_err(|error| error.to_string())?;
        let mut tables = self.tables();
        let mut first = String::new();
        for DumpedName { name, create_at } in dump.users {
            let user = member(name, create_at);
            if first.is_empty() {
                first.clone_from(&user.id);
            }
            tables.personal.welcome(&user.id);
            tables.users.insert(user.id.clone(), user);
        }
        let team = team(dump.team);
        let DumpedName { name, create_at } = dump.channel;
        let channel = Channel::new(create_at, &team.id, "O", &name, &name, &first);
        for DumpedPost { message, create_at } in dump.posts {
            tables.add_post(Post::new(ids::new_id(), create_at, &first, &channel.id, &message, ""));
        }
        dump.boards.iter().for_each(|board| site_products::board(&mut tables, board, &team.id, &first));
        dump.runs
            .iter()
            .for_each(|run| site_products::run(&mut tables, run, (&team.id, &channel.id), &first));
        tables.teams.insert(team.id.clone(), team);
        tables.channels.insert(channel.id.clone(), channel);
        // As the nodes of the gate's own cluster have it by their environment.
        tables.config["TeamSettings"]["EnableOpenServer"] = true.into();
        Ok(())
    }

    /// The rows that were there before a moment, in milliseconds since 1970.
    #[must_use]
    pub fn rows_before(&self, before: i64) -> Vec<OldRow> {
        let tables = self.tables();
        let users = tables.users.values().map(|user| {
            ("users", user.id.clone(), user.create_at, vec![("username", user.username.clone())])
        });
        let teams = tables
            .teams
            .values()
            .map(|team| ("teams", team.id.clone(), team.create_at, vec![("name", team.name.clone())]));
        let channels = tables.channels.values().map(|channel| {
            ("channels", channel.id.clone(), channel.create_at, vec![("name", channel.name.clone())])
        });
        let posts = tables.posts.values().map(|post| {
            let columns = vec![("message", post.message.clone()), ("deleteat", post.delete_at.to_string())];
            ("posts", post.id.clone(), post.create_at, columns)
        });
        let products = site_products::rows(&tables);
        let all = users.chain(teams).chain(channels).chain(posts).chain(products);
        all.filter(|(_, _, made, _)| *made < before).collect()
    }

    /// Makes an account a system admin; whether there is one of that name.
    #[must_use]
    pub fn promote(&self, username: &str) -> bool {
        let mut tables = self.tables();
        let user = tables.users.values_mut().find(|user| user.username == username);
        user.map(|user| "system_admin system_user".clone_into(&mut user.roles)).is_some()
    }
}

fn member(username: String, create_at: i64) -> User {
    let id = ids::new_id();
    User {
        password_hash: ids::password_hash(&id, &ids::new_id()),
        id,
        create_at,
        update_at: create_at,
        delete_at: 0,
        email: format!("{username}@site.example"),
        username,
        profile: Map::new(),
        roles: "system_user".into(),
        password_at: create_at,
        failed_attempts: 0,
        email_verified: true,
        custom_status: String::new(),
        picture_at: 0,
    }
}

fn team(DumpedName { name, create_at }: DumpedName) -> Team {
    Team {
        id: ids::new_id(),
        create_at,
        update_at: create_at,
        delete_at: 0,
        display_name: name.clone(),
        name,
        description: String::new(),
        email: String::new(),
        kind: "O".into(),
        invite_id: ids::new_id(),
        allow_open_invite: false,
        icon_at: 0,
    }
}

/// A dump as [`World::restore`] takes it: so many users and posts, a few boards and runs, whose words begin with `word`.
#[must_use]
pub fn dump_of(word: &str, rows: i64) -> String {
    const FIRST: i64 = 1_500_000_000_000;
    let named = |name: String, n: i64| serde_json::json!({"name": name, "create_at": FIRST + n});
    let users: Vec<Value> = (0..rows).map(|n| named(format!("{word}{n}"), n)).collect();
    let said = |n: i64| serde_json::json!({"message": format!("{word} says {n}"), "create_at": FIRST + n});
    let posts: Vec<Value> = (0..rows).map(said).collect();
    let few = |what: &str| -> Vec<Value> { (0..3).map(|n| named(format!("{word} {what} {n}"), n)).collect() };
    let team = named(format!("{word}-team"), 0);
    let channel = named(format!("{word}-channel"), 0);
    serde_json::json!({
        "team": team, "channel": channel, "users": users, "posts": posts, "boards": few("board"), "runs": few("run"),
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::world::Options;

    #[test]
    fn what_was_restored_is_old_and_nothing_else() {
        let world = World::new(Options::default());
        world.restore(&dump_of("planted", 3)).unwrap();
        let old = world.rows_before(1_600_000_000_000);
        let of = |table| old.iter().filter(|(of, ..)| *of == table).count();
        assert_eq!(["users", "teams", "channels", "posts"].map(of), [3, 1, 1, 3]);
        assert_eq!(["focalboard_boards", "focalboard_blocks", "ir_playbook", "ir_incident"].map(of), [3; 4]);
        assert!(world.promote("planted0") && !world.promote("nobody"));
        assert!(world.restore("{}").is_err());
    }
}
