//! What becomes of an account, and what of it is mailed to whom.

use super::book::MailBook;
use super::rules::Rules;
use crate::checks::correspondent::PASSWORD;
use crate::checks::prelude::*;
use crate::mattermost::address_of;
use crate::sinks::Mail;

/// The password that somebody takes in the place of one that they forgot.
const NEXT: &str = "Upgrade-Gate-5678";

/// Somebody comes, forgets their password, has another address, and goes.
pub(super) async fn mailed(
    cx: &Context<'_>,
    walk: &Walk<'_>,
    book: &mut MailBook<'_>,
    rules: &Rules,
) -> Result<(), Reported> {
    let (actor, other) = (walk.actor, walk.remote_reader());
    let name = format!("person-{}-{}", cx.nonce, walk.n);
    let (old, new) = (address_of(&name), address_of(&format!("moved-{name}")));
    let id = walk.step("make somebody on {node}", async {
        Ok(actor.admin().create_user(&name, PASSWORD).await.expecting("a new user")?.id)
    });
    let id = id.await?;
    if rules.messages.is_none() {
        let welcome = book.account(cx, actor, "a welcome", &old, |_| true);
        walk.step("a welcome comes from {node}", welcome).await?;
    }
    let asked = async {
        let sent = actor.client.post("/api/v4/users/password/reset/send", &json!({ "email": old })).await;
        sent.expecting("200 for a forgotten password")?;
        let link = book.account(cx, actor, "a link to a new password", &old, |mail| token_in(mail).is_some());
        let mail = link.await?;
        Ok(token_in(&mail).unwrap_or_default())
    };
    let token = walk.step("a forgotten password on {node}: a link to a new one is mailed", asked).await?;
    let redeemed = async {
        let taken = json!({ "token": token, "new_password": NEXT });
        let set = other.client.post("/api/v4/users/password/reset", &taken).await;
        set.expecting("200 for the mailed token and a new password")?;
        book.account(cx, other, "word of the new password", &old, |_| true).await
    };
    cx.step(format!("a new one is taken on {other}, and that is mailed"), redeemed).await?;
    let moved = async {
        let patch = json!({ "email": new });
        let moved = actor.admin().put(&format!("/api/v4/users/{id}/patch"), &patch).await;
        moved.expecting("the user with another address")?;
        book.account(cx, actor, "word of the new address", &old, |mail| mail.text.contains(&new)).await
    };
    walk.step("another address on {node}: the old one is told", moved).await?;
    let step = format!("who goes themselves on {actor} gets a farewell at the new address");
    if let Some(why) = rules.leaving {
        cx.not_applicable(step, why);
        return Ok(());
    }
    let left = async {
        let login = actor.client.login(&name, NEXT).await.expecting("a session with the new password")?;
        login.client.set_active(&id, false).await.expecting("the account deactivated by its owner")?;
        book.account(cx, actor, "a farewell", &new, |_| true).await
    };
    cx.step(step, left).await.map(drop)
}

/// The token of a link to a new password.
fn token_in(mail: &Mail) -> Option<String> {
    mail.links.iter().filter(|link| link.contains("reset_password_complete")).find_map(|link| {
        let link = reqwest::Url::parse(link).ok()?;
        let token = link.query_pairs().find(|(key, value)| key == "token" && !value.is_empty());
        token.map(|(_, value)| value.into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_that_of_the_link_to_a_new_password() {
        let of = |links: &[&str]| {
            let links = links.iter().map(|&link| link.to_owned()).collect();
            token_in(&Mail { links, ..Mail::default() })
        };
        let link = "http://site.example/reset_password_complete?token=abc";
        assert_eq!(of(&["http://site.example", link]).as_deref(), Some("abc"));
        assert_eq!(of(&["http://site.example/do_verify_email?token=abc"]), None);
    }
}
