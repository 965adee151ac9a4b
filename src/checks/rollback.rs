//! `rollback`: what people did through the release is there once nodes are stable again, and they get in.
//!
//! In the stage before the way back it does through a node of the release what leaves rows of the release's own making: an
//! account whose password is changed there, a message that is edited, a file. In `rollback` stable's nodes must show it, on the
//! schema of the release.

use super::channel;
use super::prelude::*;
use super::refused::refused;

pub(super) const CHECK: Check = Check::new(
    "rollback",
    "what was written through the release is read on stable again, and who changed a password there logs in here",
    &["E1"],
    |cx| Box::pin(run(cx)),
)
.in_stages(Stages::Rollback);

/// What the account has first.
const FIRST_PASSWORD: &str = "Upgrade-Gate-1234";
/// What it has from the release on.
const PASSWORD: &str = "Upgrade-Gate-5678";
/// What the message says at last.
const EDITED: &str = "edited through the release — äöü 漢字 🎉 <&>";
/// What is in the file.
const BYTES: &[u8] = b"written through the release\n";

/// Why nothing can be asked where the stage before left nothing.
const NOTHING_MADE: &str = "nothing was made through the release before";

/// An account: its name.
const ACCOUNT: Entry<String> = Entry::new("an account of the release").or_else(NOTHING_MADE);
/// A message and its file, by their ids.
const MESSAGE: Entry<(String, String)> = Entry::new("a message of the release").or_else(NOTHING_MADE);

async fn run(cx: &Context<'_>) {
    if cx.stage == Stage::Rollback {
        return reads(cx).await;
    }
    let Some(place) = cx.places.iter().find(|place| place.side == Side::Release) else {
        return cx.judge("a node runs the release", Err(StepError::NotMeasured(NOTHING_MADE.into())));
    };
    cx.part(account(cx, place)).await;
    cx.part(message(cx, place)).await;
}

/// Somebody comes, logs in, and takes another password, all through the release.
async fn account(cx: &Context<'_>, place: &Place) -> Result<(), Reported> {
    let name = format!("user-{}", cx.nonce);
    let logged_in = async {
        let made = place.admin().create_user(&name, FIRST_PASSWORD).await.expecting("a new user")?;
        let login = place.client.login(&name, FIRST_PASSWORD).await.expecting("a new session")?;
        Ok((made.id, login.client))
    };
    let (id, session) = cx.step(format!("somebody comes and logs in on {place}"), logged_in).await?;
    let changed = async {
        let answer = session.change_password(&id, FIRST_PASSWORD, PASSWORD).await;
        answer.expecting("another password")
    };
    cx.step(format!("they change their password on {place}"), changed).await?;
    ACCOUNT.put(cx, name);
    Ok(())
}

async fn message(cx: &Context<'_>, place: &Place) -> Result<(), Reported> {
    let written = async {
        let alice = place.alice();
        let channel = channel::of_check(cx).await?;
        let file =
            alice.upload(&channel, "release.txt", BYTES.to_vec()).await.expecting("the uploaded file")?;
        let post = alice.create_post(&channel, "sent through the release", &[&file.id]).await;
        let post = post.expecting("a new post")?;
        alice.edit_post(&post.id, EDITED).await.expecting("the edited post")?;
        Ok((post.id, file.id))
    };
    let made = cx.step(format!("write, edit and upload on {place}"), written).await?;
    MESSAGE.put(cx, made);
    Ok(())
}

async fn reads(cx: &Context<'_>) {
    if let Some((post, file)) = MESSAGE.old(cx) {
        cx.on_each_at_once(cx.places, "reads what was edited through the release", async |place| {
            let seen = place.bob().read_post(&post).await.expecting("the post by its id")?;
            let got = format!("\"{}\"", seen.message);
            place.ensure(seen.message == EDITED, format!("\"{EDITED}\""), got)
        })
        .await;
        cx.on_each_at_once(cx.places, "reads what was uploaded through the release", async |place| {
            let bytes = place.bob().download(&file).await.expecting("the file's bytes")?;
            let got = format!("{} others", bytes.len());
            place.ensure(bytes == BYTES, format!("the file's {} bytes", BYTES.len()), got)
        })
        .await;
    }
    // A login costs a server of 11 most of a second: on one node, the first that went back.
    if let (Some(name), Some(place)) = (ACCOUNT.old(cx), cx.places.iter().find(|p| p.side == Side::Stable)) {
        let in_again = async {
            let login = place.client.login(&name, PASSWORD).await;
            let session = login.expecting("a session by the password that the release took")?.client;
            let me = session.me().await.expecting("the account of the session")?;
            place.ensure(me.username == name, format!("the account {name}"), me.username)
        };
        cx.verify(format!("who changed their password on the release logs in on {place}"), in_again).await;
        let former = async {
            let answer = place.client.login(&name, FIRST_PASSWORD).await;
            refused(&place.name, 401, "401 for the former password", answer)
        };
        cx.verify(format!("{place} refuses their former password"), former).await;
    }
}
