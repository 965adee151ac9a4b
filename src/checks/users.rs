//! `users`: an account made on one node exists on all of them.

use super::check::{Check, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;
use crate::mattermost::{ApiError, User};

pub(super) const CHECK: Check = Check {
    id: "users",
    title: "a user made on one node is known on every other by name and by id, and no name is given twice",
    lines: &["S1.3a", "S2.2a"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    for (n, (actor, others)) in cx.actors().into_iter().enumerate() {
        halted = halted.and(walk(cx, n, actor, &others).await);
    }
    if let Some(old) = cx.carried::<String>("id") {
        for place in cx.places {
            let name = format!("{} knows the user made on stable", place.name);
            let reader = cx.home.admin.at(&place.anyone);
            let seen = async { reader.user(&old).await.expecting("the user made on stable").map(drop) };
            halted = halted.and(cx.step(name, seen).await);
        }
    }
    halted
}

async fn walk(cx: &Context<'_>, n: usize, actor: &Place, others: &[&Place]) -> Result<(), Halt> {
    let username = format!("user-{}-{n}", cx.nonce);
    let admin = cx.home.admin.at(&actor.anyone);
    let made = cx
        .step(format!("make a user on {}", actor.label()), async {
            let made = admin.create_user(&username, "Upgrade-Gate-1234").await.expecting("a new user")?;
            is(&actor.name, &username, admin.user_by_name(&username).await)?;
            Ok(made)
        })
        .await?;
    if cx.carried::<String>("id").is_none() {
        cx.carry("id", &made.id);
    }
    let mut halted = Ok(());
    for other in others {
        let reader = cx.home.admin.at(&other.anyone);
        let name = format!("{} knows the user by name and by id", other.label());
        let seen = cx.crossed(other, || async {
            is(&other.name, &username, reader.user_by_name(&username).await)?;
            is(&other.name, &username, reader.user(&made.id).await)
        });
        halted = halted.and(cx.step(name, seen).await);
    }
    let twice = others.first().unwrap_or(&actor);
    let name = format!("{} refuses the same name again", twice.label());
    let again = cx.home.admin.at(&twice.anyone);
    let refused = async {
        match again.create_user(&username, "Upgrade-Gate-1234").await {
            Err(error) if error.status() == Some(400) => Ok(()),
            Err(error) => Err(error).expecting("400 for a name that is taken"),
            Ok(user) => {
                Err(Stop::failed_at(&twice.name, "400 for a name that is taken", format!("user {}", user.id)))
            }
        }
    };
    halted.and(cx.step(name, refused).await)
}

fn is(node: &str, username: &str, answer: Result<User, ApiError>) -> Result<(), Stop> {
    let user = answer.expecting("the user")?;
    let email = format!("{username}@upgrade-gate.example");
    if user.username == username && user.email == email && user.delete_at == 0 {
        Ok(())
    } else {
        let got = format!("{} with \"{}\" and delete_at {}", user.username, user.email, user.delete_at);
        Err(Stop::failed_at(node, format!("{username} with \"{email}\", active"), got))
    }
}
