//! `users`: an account made on one node exists on all of them, and may no more than it should.

use super::check::{Check, Stages};
use super::context::Context;
use super::each_version::each_version;
use super::ledger::Entry;
use super::outcome::{Expect as _, Halt, Stop};
use super::refused::refused;
use super::scene::Place;
use crate::mattermost::{ApiError, User, address_of};

pub(super) const CHECK: Check = Check {
    id: "users",
    title: "users made by an admin and by sign-up on one node are known on every other, deactivated and back, with their rights only",
    lines: &["S1.3a", "S2.2a"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// The password of accounts that nobody ever logs in with.
const PASSWORD: &str = "Upgrade-Gate-1234";

/// The user that was made on stable.
const OLD: Entry<String> = Entry::new("id", "a user");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = home_is_well(cx).await;
    halted = halted.and(
        each_version(cx, |n, actor, others| async move {
            let made = walk(cx, n, actor, &others).await;
            let signed_up = match sign_up(cx, n, actor, &others).await {
                Ok(Some(user)) => in_and_out(cx, actor, &user).await,
                Ok(None) => Ok(()),
                Err(halt) => Err(halt),
            };
            made.and(signed_up).and(may_no_more(cx, actor).await)
        })
        .await,
    );
    if let Some(old) = OLD.old(cx) {
        for place in cx.places {
            let name = format!("{} knows the user made on stable", place.name);
            let reader = cx.home.admin.at(&place.anyone);
            let seen = async { reader.user(&old).await.expecting("the user made on stable").map(drop) };
            halted = halted.and(cx.step(name, seen).await);
        }
    }
    halted
}

/// The accounts that all checks stand on must be active, with the roles that they had, on every node. By name, because
/// that is never answered from a cache.
async fn home_is_well(cx: &Context<'_>) -> Result<(), Halt> {
    let names: Vec<&str> = cx.home.usernames.iter().map(String::as_str).collect();
    let mut halted = Ok(());
    for place in cx.places {
        let admin = cx.home.admin.at(&place.anyone);
        let seen = async {
            let users = admin.users_by_names(&names).await.expecting("the gate's accounts by name")?;
            let mut roles = Vec::new();
            for name in &names {
                let Some(user) = users.iter().find(|user| user.username == *name) else {
                    return Err(Stop::failed_at(
                        &place.name,
                        format!("the account {name}"),
                        "no such account",
                    ));
                };
                if user.delete_at != 0 {
                    let got = format!("deactivated, delete_at {}", user.delete_at);
                    return Err(Stop::failed_at(&place.name, format!("the account {name} active"), got));
                }
                roles.push(format!("{name}: {}", user.roles));
            }
            match cx.carried::<Vec<String>>("roles") {
                None => cx.carry("roles", &roles),
                Some(known) if known == roles => {}
                Some(known) => {
                    return Err(Stop::failed_at(&place.name, known.join("; "), roles.join("; ")));
                }
            }
            Ok(())
        };
        let name = format!("{} has the gate's accounts active, with their roles", place.label());
        halted = halted.and(cx.step(name, seen).await);
    }
    halted
}

async fn walk(cx: &Context<'_>, n: usize, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let username = format!("user-{}-{n}", cx.nonce);
    let admin = cx.home.admin.at(&actor.anyone);
    let made = cx
        .step(format!("make a user on {}", actor.label()), async {
            let made = admin.create_user(&username, PASSWORD).await.expecting("a new user")?;
            is(&actor.name, &username, admin.user_by_name(&username).await)?;
            Ok(made)
        })
        .await?;
    OLD.keep(cx, &made.id);
    let halted = known_elsewhere(cx, others, &made, "the user").await;
    let twice = others.first().unwrap_or(&actor);
    let name = format!("{} refuses the same name again", twice.label());
    let again = cx.home.admin.at(&twice.anyone);
    let taken = async {
        let answer = again.create_user(&username, PASSWORD).await;
        refused(&twice.name, 400, "400 for a name that is taken", answer)
    };
    halted.and(cx.step(name, taken).await)
}

/// Nobody signs up, as far as the installation lets them.
async fn sign_up(cx: &Context<'_>, n: usize, actor: &Place, others: &[&Place]) -> Result<Option<User>, Halt> {
    let username = format!("signup-{}-{n}", cx.nonce);
    let name = format!("somebody signs up on {}", actor.label());
    let answer = actor.anyone.create_user(&username, PASSWORD).await;
    if let (Err(error), None) = (&answer, cx.carried::<bool>("open"))
        && error.id() == "api.user.create_user.no_open_server"
    {
        cx.not_applicable(
            name,
            "TeamSettings.EnableOpenServer is off: nobody may sign up without an invitation",
        );
        return Ok(None);
    }
    let made = cx.judge(name, answer.expecting("a new user, by sign-up"))?;
    cx.carry("open", &true);
    known_elsewhere(cx, others, &made, "who signed up").await?;
    Ok(Some(made))
}

async fn known_elsewhere(cx: &Context<'_>, others: &[&Place], made: &User, who: &str) -> Result<(), Halt> {
    let mut halted = Ok(());
    for other in others {
        let reader = cx.home.admin.at(&other.anyone);
        let name = format!("{} knows {who} by name and by id", other.label());
        let seen = cx.crossed(other, || async {
            is(&other.name, &made.username, reader.user_by_name(&made.username).await)?;
            is(&other.name, &made.username, reader.user(&made.id).await)
        });
        halted = halted.and(cx.step(name, seen).await);
    }
    halted
}

fn is(node: &str, username: &str, answer: Result<User, ApiError>) -> Result<(), Stop> {
    let user = answer.expecting("the user")?;
    let email = address_of(username);
    if user.username == username && user.email == email && user.delete_at == 0 {
        Ok(())
    } else {
        let got = format!("{} with \"{}\" and delete_at {}", user.username, user.email, user.delete_at);
        Err(Stop::failed_at(node, format!("{username} with \"{email}\", active"), got))
    }
}

/// Deactivated on one node and brought back, as every node sees it.
async fn in_and_out(cx: &Context<'_>, actor: &Place, user: &User) -> Result<(), Halt> {
    let admin = cx.home.admin.at(&actor.anyone);
    let mut halted = Ok(());
    for (active, word) in [(false, "deactivated"), (true, "active again")] {
        cx.step(format!("{} makes a user {word}", actor.label()), async {
            admin.set_active(&user.id, active).await.expecting(&format!("the user {word}"))
        })
        .await?;
        for place in cx.places {
            let reader = cx.home.admin.at(&place.anyone);
            let seen = cx.crossed(place, || async {
                let seen = reader.user_by_name(&user.username).await.expecting("the user by name")?;
                if (seen.delete_at == 0) == active {
                    Ok(())
                } else {
                    let got = format!("delete_at {}", seen.delete_at);
                    Err(Stop::failed_at(&place.name, format!("the user {word}"), got))
                }
            });
            halted = halted.and(cx.step(format!("{} shows them {word}", place.label()), seen).await);
        }
    }
    halted
}

/// A plain member is refused what only admins may.
async fn may_no_more(cx: &Context<'_>, actor: &Place) -> Result<(), Halt> {
    let alice = cx.home.alice.at(&actor.anyone);
    let node = &actor.name;
    let name = format!("{} refuses a plain member another's sessions", actor.label());
    let sessions = async {
        refused(node, 403, "403 for another's sessions", alice.see_sessions(&cx.home.admin_id).await)
    };
    let halted = cx.step(name, sessions).await;
    let name = format!("{} refuses a plain member to give roles", actor.label());
    // The roles are those that bob has: should the server do it, nothing has changed.
    let roles = async {
        let answer = alice.set_roles(&cx.home.bob_id, "system_user").await;
        refused(node, 403, "403 for giving roles", answer)
    };
    halted.and(cx.step(name, roles).await)
}
