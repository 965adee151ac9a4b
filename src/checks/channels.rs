//! `channels`: public, private, direct and group channels, made on one node, used through the others.

use super::prelude::*;
use crate::mattermost::Channel;

pub(super) const CHECK: Check = Check::new(
    "channels",
    "public, private, direct and group channels made on one node open on every other, for members only",
    &["S1.3b", "S2.2b"],
    |cx| Box::pin(run(cx)),
)
.also_in(NEWER_SCHEMA);

/// What the public channel says of itself.
const HEADER: &str = "written by the gate";

async fn run(cx: &Context<'_>) {
    cx.each_version(async |walk| {
        let admin = walk.admin();
        let made = walk.step("make a channel of each kind on {node}", one_of_each(cx, &walk)).await?;
        let [public, private, ..] = &made;
        let written = async {
            let path = format!("/api/v4/channels/{}/patch", public.id);
            admin.put(&path, &json!({ "header": HEADER })).await.expecting("the changed channel")
        };
        walk.step("write the public channel's header on {node}", written).await?;
        let joined =
            async { admin.add_to_channel(&private.id, &cx.home.alice_id).await.expecting("the new member") };
        walk.step("add a member to the private channel on {node}", joined).await?;
        for reader in walk.readers() {
            let header = cx.until_replicated(reader, async || {
                let seen = reader.bob().channel(&public.id).await.expecting("the public channel")?;
                let got = format!("\"{}\"", seen.header);
                reader.ensure(seen.header == HEADER, format!("the header \"{HEADER}\""), got)
            });
            cx.verify(format!("the header is there on {reader}"), header).await;
            let opened = cx.until_replicated(reader, async || {
                for channel in &made {
                    opens(reader, channel).await?;
                }
                Ok(())
            });
            cx.verify(format!("a member opens all four on {reader}"), opened).await;
            let name = format!("a stranger is refused the private one on {reader}");
            cx.verify(name, refuses(reader, private)).await;
        }
        Ok(())
    })
    .await;
}

/// A public, a private, a direct and a group channel.
async fn one_of_each(cx: &Context<'_>, walk: &Walk<'_>) -> Result<[Channel; 4], StepError> {
    let (home, admin) = (cx.home, walk.admin());
    let (alice, bob) = (home.alice_id.as_str(), home.bob_id.as_str());
    let name = |kind: &str| format!("{kind}-{}-{}", cx.nonce, walk.n);
    let public = admin.create_channel(&home.team_id, &name("public"), "O").await;
    let private = admin.create_channel(&home.team_id, &name("private"), "P").await;
    let direct = walk.alice().converse(&[alice, bob]).await;
    let group = admin.converse(&[&home.admin_id, alice, bob]).await;
    Ok([
        public.expecting("a new public channel")?,
        private.expecting("a new private channel")?,
        direct.expecting("a new direct channel")?,
        group.expecting("a new group channel")?,
    ])
}

async fn opens(reader: &Place, made: &Channel) -> Result<(), StepError> {
    let seen = reader.alice().channel(&made.id).await.expecting("the channel")?;
    let words = |channel: &Channel| format!("{} of kind {}", channel.name, channel.kind);
    let same = (&seen.kind, &seen.name) == (&made.kind, &made.name);
    reader.ensure(same, words(made), words(&seen))
}

/// bob is no member; a server that lets him in has lost its permissions.
async fn refuses(reader: &Place, private: &Channel) -> Result<(), StepError> {
    let expected = "403 for somebody who is no member";
    match reader.bob().channel(&private.id).await {
        Err(error) if matches!(error.status(), Some(403 | 404)) => Ok(()),
        Err(error) => Err(error).expecting(expected),
        Ok(_) => Err(reader.failed(expected, "200 with the channel").of_safety()),
    }
}
