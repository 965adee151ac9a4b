//! A part of `config`: secrets are shown as 32 asterisks, and whoever sends these back must not replace them.
//!
//! The secret is the salt of public file links, which every server has and whose effect anybody can see: a link that was
//! made before the whole masked configuration was sent back must open after that, and one that was made on stable must
//! open on release.

use super::ledger::Entry;
use serde_json::{Value, json};

use super::channel;
use super::context::Context;
use super::difference::unchanged;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;

const MASK: &str = "********************************";
const SECTION: &str = "FileSettings";
const SWITCH: &str = "EnablePublicLink";
const SALT: &str = "PublicLinkSalt";
/// What the file says.
const TEXT: &str = "shown to whoever has the link";

pub(super) async fn outlive_their_masks(cx: &Context<'_>, writer: &Place) -> Result<(), Halt> {
    let admin = cx.home.admin.at(&writer.anyone);
    let file = cx.step("there is a file to link to", file(cx, writer)).await?;
    let switch = async |on: &Value| {
        let patch = json!({ SECTION: { SWITCH: on } });
        let after = admin.patch_config(&patch).await.expecting("the changed configuration")?;
        Ok::<_, Stop>(after[SECTION][SWITCH] == *on)
    };
    let was = cx
        .step("read whether public links are on", async {
            Ok(admin.config().await.expecting("the configuration")?[SECTION][SWITCH].clone())
        })
        .await?;
    let on = match cx.step("switch public links on", switch(&json!(true))).await {
        Ok(true) => linked(cx, writer, &file).await,
        Ok(false) => {
            // The check's first half proved already that settings can be changed: this one belongs to the environment.
            cx.not_applicable(
                "a masked secret still opens what it sealed",
                "the environment keeps public links off",
            );
            Ok(())
        }
        Err(halt) => Err(halt),
    };
    let mut back = cx.step("switch public links back", async { switch(&was).await.map(drop) }).await;
    // A node that still believes in the switch would store it again with the next change.
    for place in cx.places {
        let seen = cx.crossed(place, || async {
            let config = cx.home.admin.at(&place.anyone).config().await.expecting("the configuration")?;
            let got = &config[SECTION][SWITCH];
            if *got == was {
                Ok(())
            } else {
                Err(Stop::failed_at(&place.name, format!("{SECTION}.{SWITCH} {was}"), got.to_string()))
            }
        });
        back = back.and(cx.step(format!("{} has the switch back", place.label()), seen).await);
    }
    on.and(back)
}

/// Made on stable and kept: links to it cross the upgrade.
async fn file(cx: &Context<'_>, place: &Place) -> Result<String, Stop> {
    if let Some(old) = cx.carried("file") {
        return Ok(old);
    }
    let alice = cx.home.alice.at(&place.anyone);
    let channel = channel::of_check(cx).await?;
    let info = alice.upload(&channel, "linked.txt", TEXT.into()).await.expecting("the uploaded file")?;
    alice.create_post(&channel, "with a file to link to", &[&info.id]).await.expecting("a new post")?;
    cx.carry("file", &info.id);
    Ok(info.id)
}

/// The public link of stable.
const OLD: Entry<String> = Entry::new("link", "a public link");

async fn linked(cx: &Context<'_>, writer: &Place, file: &str) -> Result<(), Halt> {
    let admin = cx.home.admin.at(&writer.anyone);
    let link = cx
        .step("make a public link, sealed with a secret of the configuration", async {
            let link = cx.home.alice.at(&writer.anyone).public_link(file).await.expecting("a public link")?;
            opens(writer, &link).await?;
            Ok(link)
        })
        .await?;
    let mut halted = Ok(());
    if let Some(old) = OLD.old(cx) {
        let name = "a public link from stable opens: its secret outlived the upgrade";
        halted = halted.and(cx.step(name, opens(writer, &old)).await);
    }
    OLD.keep(cx, &link);
    let sent_back = async {
        let shown = admin.config().await.expecting("the configuration")?;
        if shown[SECTION][SALT] != MASK {
            let got = "something else".to_owned();
            return Err(Stop::failed_at(
                &writer.name,
                format!("{SECTION}.{SALT} masked by 32 asterisks"),
                got,
            ));
        }
        let answered =
            admin.put_config(&shown).await.expecting("200 to the whole configuration as it was shown")?;
        unchanged(writer, &shown, &answered)?;
        let kept = admin.config().await.expecting("the configuration")?;
        unchanged(writer, &shown, &kept)
    };
    let name = "the whole configuration sent back with its masks changes nothing";
    halted = halted.and(cx.step(name, sent_back).await);
    for place in cx.places {
        let name = format!("{}: the link opens after that", place.label());
        halted = halted.and(cx.step(name, cx.crossed(place, || opens(place, &link))).await);
    }
    halted
}

async fn opens(place: &Place, link: &str) -> Result<(), Stop> {
    let reply = place.anyone.get(link).await.expecting("the linked file, for anybody")?;
    if reply.body == TEXT.as_bytes() {
        return Ok(());
    }
    let got: String = String::from_utf8_lossy(&reply.body).chars().take(80).collect();
    Err(Stop::failed_at(&place.name, format!("the linked file: \"{TEXT}\""), format!("\"{got}\"")))
}
