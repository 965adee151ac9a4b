//! A part of `config`: secrets are shown as 32 asterisks, and whoever sends these back must not replace them.
//!
//! The secret is the salt of public file links, which every server has and whose effect anybody can see: a link that was
//! made before the whole masked configuration was sent back must open after that, and one that was made on stable must
//! open on release.

use super::channel;
use super::difference::unchanged;
use super::prelude::*;

const MASK: &str = "********************************";
const SECTION: &str = "FileSettings";
const SWITCH: &str = "EnablePublicLink";
const SALT: &str = "PublicLinkSalt";
/// What the file says.
const TEXT: &str = "shown to whoever has the link";

/// The file that is linked to, made on stable: links to it cross the upgrade.
const FILE: Entry<String> = Entry::new("a file to link to");
/// The public link of stable.
const OLD: Entry<String> = Entry::new("a public link");

pub(super) async fn outlive_their_masks(cx: &Context<'_>, writer: &Place) -> Result<(), Reported> {
    let file = cx.step("there is a file to link to", file(cx, writer)).await?;
    let was =
        async { Ok(writer.admin().config().await.expecting("the configuration")?[SECTION][SWITCH].clone()) };
    let was = cx.step("read whether public links are on", was).await?;
    match cx.step("switch public links on", switch(writer, &json!(true))).await {
        Ok(true) => linked(cx, writer, &file).await,
        Ok(false) => {
            // The check's first half proved already that settings can be changed: this one belongs to the environment.
            cx.not_applicable(
                "a masked secret still opens what it sealed",
                "the environment keeps public links off",
            );
        }
        Err(Reported) => {}
    }
    cx.verify("switch public links back", switch(writer, &was)).await;
    // A node that still believes in the switch would store it again with the next change.
    cx.on_each(cx.places, "has the switch back", async |place| {
        let config = place.admin().config().await.expecting("the configuration")?;
        let got = &config[SECTION][SWITCH];
        place.ensure(*got == was, format!("{SECTION}.{SWITCH} {was}"), got.to_string())
    })
    .await;
    Ok(())
}

/// Whether the switch is as it should be after that: the environment may own it.
async fn switch(place: &Place, on: &Value) -> Result<bool, StepError> {
    let patch = json!({ SECTION: { SWITCH: on } });
    let after = place.admin().patch_config(&patch).await.expecting("the changed configuration")?;
    Ok(after[SECTION][SWITCH] == *on)
}

async fn file(cx: &Context<'_>, place: &Place) -> Result<String, StepError> {
    if let Some(old) = FILE.kept(cx) {
        return Ok(old);
    }
    let alice = place.alice();
    let channel = channel::of_check(cx).await?;
    let info = alice.upload(&channel, "linked.txt", TEXT.into()).await.expecting("the uploaded file")?;
    alice.create_post(&channel, "with a file to link to", &[&info.id]).await.expecting("a new post")?;
    FILE.put(cx, info.id.clone());
    Ok(info.id)
}

async fn linked(cx: &Context<'_>, writer: &Place, file: &str) {
    let made = async {
        let link = writer.alice().public_link(file).await.expecting("a public link")?;
        opens(writer, &link).await?;
        Ok(link)
    };
    let made = cx.step("make a public link, sealed with a secret of the configuration", made).await;
    let Ok(link) = made else { return };
    if let Some(old) = OLD.old(cx) {
        let name = "a public link from stable opens: its secret outlived the upgrade";
        cx.verify(name, opens(writer, &old)).await;
    }
    OLD.keep(cx, &link);
    let sent_back = async {
        let admin = writer.admin();
        let shown = admin.config().await.expecting("the configuration")?;
        let expected = format!("{SECTION}.{SALT} masked by 32 asterisks");
        writer.ensure(shown[SECTION][SALT] == MASK, expected, "something else")?;
        let answered =
            admin.put_config(&shown).await.expecting("200 to the whole configuration as it was shown")?;
        unchanged(writer, &shown, &answered)?;
        let kept = admin.config().await.expecting("the configuration")?;
        unchanged(writer, &shown, &kept)
    };
    cx.verify("the whole configuration sent back with its masks changes nothing", sent_back).await;
    cx.on_each(cx.places, "{node}: the link opens after that", |place| opens(place, &link)).await;
}

async fn opens(place: &Place, link: &str) -> Result<(), StepError> {
    let reply = place.client.get(link).await.expecting("the linked file, for anybody")?;
    let got: String = String::from_utf8_lossy(&reply.body).chars().take(80).collect();
    let expected = format!("the linked file: \"{TEXT}\"");
    place.ensure(reply.body == TEXT.as_bytes(), expected, format!("\"{got}\""))
}
