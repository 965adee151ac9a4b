//! `flags`: the two feature flags that do nothing are switched on by the environment of every node, and off again.
//!
//! Flags come from the environment alone and are read at a start, so switching them is a roll: node by node to the new
//! environment, and back. An operator does this on stable (line S1.6) and will do it on the release; that a release's
//! nodes come back from a plain restart, with sessions and data, is learned by the way. So it runs on both ends, on all
//! nodes: a flag that is on for two of three is worse than off. In mixed stages a restart would only repeat the upgrade.
//! It costs a restart of each node, twice, on each end: 2 to 5 s a restart on real servers, so some
//! 20 s for three nodes; leave it out with `skip`.

use super::channel;
use super::prelude::*;
use super::restart_round::RestartRound;

pub(super) const CHECK: Check = Check::new(
    "flags",
    "feature flags follow the environment of each node, on and off again, and nothing else can switch them",
    &["S1.6"],
    |cx| Box::pin(run(cx)),
)
.in_stages(Stages::Ends)
.alone()
.environment(&[("MM_FEATUREFLAGS_TESTFEATURE", ON), ("MM_FEATUREFLAGS_TESTBOOLFEATURE", "true")]);

/// Any text but "off" is on; ping tells it.
const ON: &str = "on";

/// A post that was written before the restarts: its id and its text.
const POST: Entry<(String, String)> = Entry::new("a post to outlive the restarts");

async fn run(cx: &Context<'_>) {
    let (on, word) = match cx.round {
        RestartRound::Before => (false, "off"),
        RestartRound::With => (true, "on"),
        RestartRound::After => (false, "off again"),
    };
    if cx.round != RestartRound::Before {
        let post = POST.kept(cx);
        cx.on_each_at_once(cx.places, "{node}: session and post outlived the restart", |place| {
            outlived(place, post.as_ref())
        })
        .await;
    }
    cx.on_each_at_once(cx.places, &format!("{{node}}: the flags are {word}"), |place| are(place, on)).await;
    if cx.round == RestartRound::Before {
        cx.verify("there is a post to outlive the restarts", leave_a_post(cx)).await;
    }
    if cx.round != RestartRound::After {
        cx.on_each_at_once(cx.places, "{node}: a flag changed through the API stays as it was", |place| {
            cannot_be_patched(cx, place, on)
        })
        .await;
    }
}

/// Told without an account, to a member, to an admin, and by ping: all from the one node.
async fn are(place: &Place, on: bool) -> Result<(), StepError> {
    let (text, switch) = (if on { ON } else { "off" }, if on { "true" } else { "false" });
    for (who, client) in [("nobody", &place.client), ("a member", place.alice())] {
        let seen = client.client_config().await.expecting("the client configuration")?;
        for (key, wanted) in [("FeatureFlagTestFeature", text), ("FeatureFlagTestBoolFeature", switch)] {
            let got = seen.get(key).map_or("no such flag", String::as_str);
            place.ensure(got == wanted, format!("{key} {wanted}, seen by {who}"), got)?;
        }
    }
    let config = place.admin().config().await.expecting("the configuration")?;
    in_document(place, &config, on)?;
    // Ping tells the flag only while it is not off.
    let ping: Value =
        place.client.ping().await.and_then(|reply| reply.json()).expecting("an answer to ping")?;
    let told = ping["TestFeatureFlag"].as_str().unwrap_or("off");
    place.ensure(told == text, format!("TestFeatureFlag {text} in ping"), told)
}

fn in_document(place: &Place, config: &Value, on: bool) -> Result<(), StepError> {
    let flags = &config["FeatureFlags"];
    let wanted = if on { json!(ON) } else { json!("off") };
    let right = flags["TestFeature"] == wanted && flags["TestBoolFeature"] == json!(on);
    let got = format!("TestFeature {}, TestBoolFeature {}", flags["TestFeature"], flags["TestBoolFeature"]);
    let expected = format!("TestFeature {wanted}, TestBoolFeature {on} in FeatureFlags of the configuration");
    place.ensure(right, expected, got)
}

/// The attempt is answered with 200 and changes nothing; that it was not stored either shows after the next restart.
///
/// Without clustering the node reads the stored configuration first: even a patch that changes nothing saves what a node
/// believes, and an old belief would undo what was changed through another node.
async fn cannot_be_patched(cx: &Context<'_>, place: &Place, on: bool) -> Result<(), StepError> {
    if !cx.clustered() {
        cx.refresh(place).await?;
    }
    let admin = place.admin();
    let patch = json!({ "FeatureFlags": { "TestFeature": "patched", "TestBoolFeature": !on } });
    let answered = admin.patch_config(&patch).await.expecting("200 and the configuration as it was")?;
    in_document(place, &answered, on)?;
    let kept = admin.config().await.expecting("the configuration")?;
    in_document(place, &kept, on)
}

/// The post of stable, or a new one where that is lost: who lost it is for `posts` to say, here only restarts count.
async fn leave_a_post(cx: &Context<'_>) -> Result<(), StepError> {
    let first = cx.actor();
    if let Some((id, message)) = POST.kept(cx)
        && reads(first, &id, &message).await.is_ok()
    {
        return Ok(());
    }
    let channel = channel::of_check(cx).await?;
    let message = format!("written before the restarts of {}", cx.stage);
    let post = first.alice().create_post(&channel, &message, &[]).await.expecting("a new post")?;
    POST.put(cx, (post.id, message));
    Ok(())
}

async fn reads(place: &Place, id: &str, message: &str) -> Result<(), StepError> {
    let post = place.bob().read_post(id).await;
    let post = post.expecting("the post from before, with the session from before")?;
    place.ensure(post.message == message, format!("\"{message}\""), format!("\"{}\"", post.message))
}

/// Sessions and data are in the database: restarts must not touch them.
async fn outlived(place: &Place, post: Option<&(String, String)>) -> Result<(), StepError> {
    match post {
        Some((id, message)) => reads(place, id, message).await,
        None => Err(StepError::NotMeasured("no post could be written before the restarts".into())),
    }
}
