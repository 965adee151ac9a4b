//! `users`: an account made on one node exists on all of them, and may no more than it should.

use super::prelude::*;
use super::refused::refused;
use crate::mattermost::{ApiError, User, address_of};

pub(super) const CHECK: Check = Check::new(
    "users",
    "users made by an admin and by sign-up on one node are known on every other, deactivated and back, with their rights only",
    &["S1.3a", "S2.2a"],
    |cx| Box::pin(run(cx)),
);

/// The password of accounts that nobody ever logs in with.
const PASSWORD: &str = "Upgrade-Gate-1234";

/// The user that was made on stable.
const OLD: Entry<String> = Entry::new("a user");
/// The roles of the gate's accounts.
const ROLES: Entry<Vec<String>> = Entry::new("the roles of the gate's accounts");
/// That people may sign up; where they could once, they can later.
const MAY_SIGN_UP: Entry<bool> = Entry::new("whether people may sign up");

async fn run(cx: &Context<'_>) {
    // By name, because that is never answered from a cache.
    cx.on_each_at_once(cx.places, "has the gate's accounts active, with their roles", |place| {
        home_is_well(cx, place)
    })
    .await;
    cx.each_version(async |walk| {
        cx.part(made_by_admin(cx, &walk)).await;
        cx.part(made_by_sign_up(cx, &walk)).await;
        may_no_more(cx, &walk).await;
        Ok(())
    })
    .await;
    if let Some(old) = OLD.old(cx) {
        cx.on_each_at_once(cx.places, "{name} knows the user made on stable", async |place| {
            place.admin().user(&old).await.expecting("the user made on stable")
        })
        .await;
    }
}

/// The accounts that all checks stand on must be active, with the roles that they had.
async fn home_is_well(cx: &Context<'_>, place: &Place) -> Result<(), StepError> {
    let names: Vec<&str> = cx.home.usernames.iter().map(String::as_str).collect();
    let users = place.admin().users_by_names(&names).await.expecting("the gate's accounts by name")?;
    let mut roles = Vec::new();
    for name in &names {
        let Some(user) = users.iter().find(|user| user.username == *name) else {
            return Err(place.failed(format!("the account {name}"), "no such account"));
        };
        let got = format!("deactivated, delete_at {}", user.delete_at);
        place.ensure(user.delete_at == 0, format!("the account {name} active"), got)?;
        roles.push(format!("{name}: {}", user.roles));
    }
    match ROLES.kept(cx) {
        Some(known) => place.ensure(known == roles, known.join("; "), roles.join("; ")),
        None => {
            ROLES.put(cx, roles);
            Ok(())
        }
    }
}

async fn made_by_admin(cx: &Context<'_>, walk: &Walk<'_>) -> Result<(), Reported> {
    let (admin, username) = (walk.admin(), format!("user-{}-{}", cx.nonce, walk.n));
    let made = async {
        let made = admin.create_user(&username, PASSWORD).await.expecting("a new user")?;
        is(walk.actor, &username, admin.user_by_name(&username).await)?;
        Ok(made)
    };
    let made = walk.step("make a user on {node}", made).await?;
    OLD.keep(cx, &made.id);
    cx.on_each(walk.others(), "knows the user by name and by id", |place| knows(place, &made)).await;
    let twice = walk.others.first().copied().unwrap_or(walk.actor);
    let taken = async {
        let answer = twice.admin().create_user(&username, PASSWORD).await;
        refused(&twice.name, 400, "400 for a name that is taken", answer)
    };
    cx.step(format!("{twice} refuses the same name again"), taken).await
}

/// A new user signs up without any account, where the installation lets them; then goes and comes back.
async fn made_by_sign_up(cx: &Context<'_>, walk: &Walk<'_>) -> Result<(), Reported> {
    let username = format!("signup-{}-{}", cx.nonce, walk.n);
    let answer = walk.actor.client.create_user(&username, PASSWORD).await;
    if let (Err(error), None) = (&answer, MAY_SIGN_UP.kept(cx))
        && error.id() == "api.user.create_user.no_open_server"
    {
        let reason = "TeamSettings.EnableOpenServer is off: nobody may sign up without an invitation";
        cx.not_applicable(format!("somebody signs up on {}", walk.actor), reason);
        return Ok(());
    }
    let made = async { answer.expecting("a new user, by sign-up") };
    let made = walk.step("somebody signs up on {node}", made).await?;
    MAY_SIGN_UP.put_first(cx, true);
    cx.on_all(walk.others(), "knows who signed up by name and by id", |place| knows(place, &made)).await?;
    in_and_out(cx, walk, &made).await
}

async fn knows(place: &Place, made: &User) -> Result<(), StepError> {
    is(place, &made.username, place.admin().user_by_name(&made.username).await)?;
    is(place, &made.username, place.admin().user(&made.id).await)
}

fn is(place: &Place, username: &str, answer: Result<User, ApiError>) -> Result<(), StepError> {
    let user = answer.expecting("the user")?;
    let email = address_of(username);
    let right = user.username == username && user.email == email && user.delete_at == 0;
    let got = format!("{} with \"{}\" and delete_at {}", user.username, user.email, user.delete_at);
    place.ensure(right, format!("{username} with \"{email}\", active"), got)
}

/// Deactivated on one node and brought back, as every node sees it.
async fn in_and_out(cx: &Context<'_>, walk: &Walk<'_>, user: &User) -> Result<(), Reported> {
    for (active, word) in [(false, "deactivated"), (true, "active again")] {
        let switched =
            async { walk.admin().set_active(&user.id, active).await.expecting(&format!("the user {word}")) };
        walk.step(&format!("{{node}} makes a user {word}"), switched).await?;
        cx.on_each(cx.places, &format!("shows them {word}"), async |place| {
            let seen = place.admin().user_by_name(&user.username).await.expecting("the user by name")?;
            let got = format!("delete_at {}", seen.delete_at);
            place.ensure((seen.delete_at == 0) == active, format!("the user {word}"), got)
        })
        .await;
    }
    Ok(())
}

/// A plain member is refused what only admins may.
async fn may_no_more(cx: &Context<'_>, walk: &Walk<'_>) {
    let (alice, node) = (walk.alice(), &walk.actor.name);
    let sessions = async {
        refused(node, 403, "403 for another's sessions", alice.see_sessions(&cx.home.admin_id).await)
    };
    walk.verify("{node} refuses a plain member another's sessions", sessions).await;
    // The roles are those that bob has: should the server do it, nothing has changed.
    let roles = async {
        let answer = alice.set_roles(&cx.home.bob_id, "system_user").await;
        refused(node, 403, "403 for giving roles", answer)
    };
    walk.verify("{node} refuses a plain member to give roles", roles).await;
}
