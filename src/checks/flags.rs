//! `flags`: the two feature flags that do nothing are switched on by the environment of every node, and off again.
//!
//! Flags come from the environment alone and are read at a start, so switching them is a roll: node by node to the new
//! environment, and back. An operator does this on stable (line S1.6) and will do it on the release; that a release's
//! nodes come back from a plain restart, with sessions and data, is learned by the way. So it runs on both ends, on all
//! nodes: a flag that is on for two of three is worse than off. In mixed stages a restart would only repeat the upgrade.
//! It costs a restart of each node, twice, on each end: 2 to 5 s a restart on real servers, so some
//! 20 s for three nodes; leave it out with `skip`.

use serde_json::{Value, json};

use super::channel;
use super::check::{Check, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;
use super::turn::Turn;
use crate::mattermost::Client;

pub(super) const CHECK: Check = Check {
    id: "flags",
    title: "feature flags follow the environment of each node, on and off again, and nothing else can switch them",
    lines: &["S1.6"],
    stages: Stages::Ends,
    alone: true,
    needs: &[],
    environment: &[("MM_FEATUREFLAGS_TESTFEATURE", ON), ("MM_FEATUREFLAGS_TESTBOOLFEATURE", "true")],
    run: |cx| Box::pin(run(cx)),
};

/// Any text but "off" is on; ping tells it.
const ON: &str = "on";

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let (on, word) = match cx.turn {
        Turn::Before => (false, "off"),
        Turn::With => (true, "on"),
        Turn::After => (false, "off again"),
    };
    let mut halted = Ok(());
    if cx.turn != Turn::Before {
        halted = halted.and(outlived(cx).await);
    }
    for place in cx.places {
        let name = format!("{}: the flags are {word}", place.label());
        halted = halted.and(cx.step(name, are(cx, place, on)).await);
    }
    if cx.turn == Turn::Before {
        halted = halted.and(cx.step("there is a post to outlive the restarts", leave_a_post(cx)).await);
    }
    if cx.turn != Turn::After {
        for place in cx.places {
            let name = format!("{}: a flag changed through the API stays as it was", place.label());
            halted = halted.and(cx.step(name, cannot_be_patched(cx, place, on)).await);
        }
    }
    halted
}

/// Told to nobody, to a member, to an admin, and by ping: all from the one node.
async fn are(cx: &Context<'_>, place: &Place, on: bool) -> Result<(), Stop> {
    let (text, switch) = (if on { ON } else { "off" }, if on { "true" } else { "false" });
    let member = cx.home.alice.at(&place.anyone);
    for (who, client) in [("nobody", &place.anyone), ("a member", &member)] {
        let seen = client.client_config().await.expecting("the client configuration")?;
        for (key, wanted) in [("FeatureFlagTestFeature", text), ("FeatureFlagTestBoolFeature", switch)] {
            let got = seen.get(key).map_or("no such flag", String::as_str);
            if got != wanted {
                let (expected, got) = (format!("{key} {wanted}, seen by {who}"), got.to_owned());
                return Err(Stop::failed_at(&place.name, expected, got));
            }
        }
    }
    let admin = cx.home.admin.at(&place.anyone);
    let config = admin.config().await.expecting("the configuration")?;
    in_document(&admin, &config, on)?;
    // Ping tells the flag only while it is not off.
    let ping: Value =
        place.anyone.ping().await.and_then(|reply| reply.json()).expecting("an answer to ping")?;
    let told = ping["TestFeatureFlag"].as_str().unwrap_or("off");
    if told == text {
        Ok(())
    } else {
        Err(Stop::failed_at(&place.name, format!("TestFeatureFlag {text} in ping"), told))
    }
}

fn in_document(node: &Client, config: &Value, on: bool) -> Result<(), Stop> {
    let flags = &config["FeatureFlags"];
    let wanted = if on { json!(ON) } else { json!("off") };
    if flags["TestFeature"] == wanted && flags["TestBoolFeature"] == json!(on) {
        return Ok(());
    }
    let got = format!("TestFeature {}, TestBoolFeature {}", flags["TestFeature"], flags["TestBoolFeature"]);
    let expected = format!("TestFeature {wanted}, TestBoolFeature {on} in FeatureFlags of the configuration");
    Err(Stop::failed_at(node.node(), expected, got))
}

/// The attempt is answered with 200 and changes nothing; that it was not stored either shows after the next restart.
///
/// Without clustering the node reads the stored configuration first: even a patch that changes nothing saves what a node
/// believes, and an old belief would undo what was changed through another node.
async fn cannot_be_patched(cx: &Context<'_>, place: &Place, on: bool) -> Result<(), Stop> {
    if !cx.clustered() {
        cx.refresh(place).await?;
    }
    let admin = cx.home.admin.at(&place.anyone);
    let patch = json!({ "FeatureFlags": { "TestFeature": "patched", "TestBoolFeature": !on } });
    let answered = admin.patch_config(&patch).await.expecting("200 and the configuration as it was")?;
    in_document(&admin, &answered, on)?;
    let kept = admin.config().await.expecting("the configuration")?;
    in_document(&admin, &kept, on)
}

/// The post of stable, or a new one where that is lost: who lost it is for `posts` to say, here only restarts count.
async fn leave_a_post(cx: &Context<'_>) -> Result<(), Stop> {
    let place = &cx.places[0];
    if let Some((id, message)) = cx.carried::<(String, String)>("post")
        && reads(cx, place, &id, &message).await.is_ok()
    {
        return Ok(());
    }
    let channel = channel::of_check(cx).await?;
    let message = format!("written before the restarts of {}", cx.stage);
    let post = cx.home.alice.at(&place.anyone).create_post(&channel, &message, &[]).await;
    cx.carry("post", &(&post.expecting("a new post")?.id, message));
    Ok(())
}

async fn reads(cx: &Context<'_>, place: &Place, id: &str, message: &str) -> Result<(), Stop> {
    let bob = cx.home.bob.at(&place.anyone);
    let post = bob.read_post(id).await.expecting("the post from before, with the session from before")?;
    if post.message == message {
        Ok(())
    } else {
        Err(Stop::failed_at(&place.name, format!("\"{message}\""), format!("\"{}\"", post.message)))
    }
}

/// Sessions and data are in the database: restarts must not touch them.
async fn outlived(cx: &Context<'_>) -> Result<(), Halt> {
    let post = cx.carried::<(String, String)>("post");
    let mut halted = Ok(());
    for place in cx.places {
        let seen = async {
            match &post {
                Some((id, message)) => reads(cx, place, id, message).await,
                None => Err(Stop::NotMeasured("no post could be written before the restarts".into())),
            }
        };
        let name = format!("{}: session and post outlived the restart", place.label());
        halted = halted.and(cx.step(name, seen).await);
    }
    halted
}
