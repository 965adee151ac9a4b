//! `calls`: two people on two nodes start, join, leave and end a call, and hear of each other; every node knows of it.
//!
//! No sound is sent: what is verified is signalling, state and end. A call lives on the node that started it, and its
//! node waits for it at its stop: whatever happens here, the call is ended.

use std::time::Duration;

use tokio::time::Instant;

use super::call_state;
use super::channel;
use super::prelude::*;
use super::product;
use crate::mattermost::{Frame, Socket};
use crate::wait;

/// The plugin's id.
const PLUGIN: &str = "com.mattermost.calls";

pub(super) const CHECK: Check = Check::new(
    "calls",
    "two people on two nodes start, join, leave and end a call and hear of each other; every node knows of it",
    &["S2.7"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Plugin(PLUGIN)]);

/// Who sends no media is dropped after ten seconds: what fails later than this says nothing about the server.
const WITHOUT_MEDIA: Duration = Duration::from_secs(9);

/// The end of a call is written within 16 s (seen), at once if everybody has left.
const END: Duration = Duration::from_secs(20);

/// A call while it lasts: alice started it on one node, bob is on the same one or another.
struct HeldCall<'a> {
    channel: &'a str,
    host: &'a Place,
    alice: Socket,
    bob: Socket,
    since: Instant,
}

/// The call of stable: its channel and its post.
const OLD: Entry<(String, String)> = Entry::new("a call");

/// Where calls are held: in the check's channel, or in a conversation.
const CHANNEL: Entry<String> = Entry::new("a channel to call in");

async fn run(cx: &Context<'_>) {
    if !product::runs(cx, PLUGIN).await {
        return;
    }
    for place in cx.places {
        let version = async { place.client.calls_version().await.expecting("a version") };
        let version = cx.step(format!("{place} tells the version of Calls"), version).await;
        let Ok(version) = version else { return };
        cx.fact(format!("Calls of {}", place.name), version);
    }
    if let Some((channel, post)) = OLD.old(cx) {
        let name = "still allows calls in the channel and knows of the call of stable";
        cx.on_each(cx.places, name, |place| is_known(place, &channel, &post)).await;
    }
    let channel = cx.step("there is a channel to call in", place_to_call(cx)).await;
    let Ok(channel) = channel else { return };
    cx.each_version(async |walk| {
        let guest = if cx.clustered() { walk.remote_reader() } else { walk.actor };
        one_call(cx, &channel, walk.actor, guest).await
    })
    .await;
    if !cx.clustered() && cx.places.len() > 1 {
        cx.not_applicable(
            "two people on different nodes hear of each other in a call",
            cx.why_not_clustered(),
        );
    }
}

/// A channel where everybody may start a call, or the conversation of the two where only that is allowed.
async fn place_to_call(cx: &Context<'_>) -> Result<String, StepError> {
    if let Some(known) = CHANNEL.kept(cx) {
        return Ok(known);
    }
    let (home, first) = (cx.home, cx.actor());
    let allowed = first.alice().group_calls_allowed().await.expecting("the configuration of Calls")?;
    let channel = if allowed {
        channel::of_check(cx).await?
    } else {
        let conversation = first.alice().converse(&[&home.alice_id, &home.bob_id]).await;
        conversation.expecting("a direct channel")?.id
    };
    let kind = if allowed { "in a channel" } else { "in a direct channel: calls in others need a licence" };
    cx.fact("calls", kind);
    first.admin().enable_calls(&channel).await.expecting("calls to be allowed in the channel")?;
    CHANNEL.put(cx, channel.clone());
    Ok(channel)
}

/// One call from its start to its end; ended also when something fails on the way.
async fn one_call(cx: &Context<'_>, channel: &str, host: &Place, guest: &Place) -> Result<(), Reported> {
    let whom = if host.name == guest.name { "with another on it".into() } else { format!("with {guest}") };
    let title = format!("{host} {whom}");
    // A socket of its own for each: Calls takes no second call on one that was in a call.
    let name = |who: &str| format!("call of {title}: {who} listens");
    let alice = cx.step(name("alice"), cx.socket(host.alice())).await?;
    let bob = cx.step(name("bob"), cx.socket(guest.bob())).await?;
    let mut held = HeldCall { channel, host, alice, bob, since: Instant::now() };
    let ended = hold(cx, &title, &mut held).await;
    if ended.is_err() {
        // Not judged: the failure is told already. The plugin throws out whoever is left within seconds.
        let _ = held.bob.leave_call().await;
        let _ = held.alice.leave_call().await;
        let _ = host.admin().end_call(channel).await;
    }
    ended
}

async fn hold(cx: &Context<'_>, title: &str, held: &mut HeldCall<'_>) -> Result<(), Reported> {
    let (alice, bob) = (cx.home.alice_id.as_str(), cx.home.bob_id.as_str());
    let (channel, since) = (held.channel, held.since);
    let name = |what: &str| format!("call of {title}: {what}");
    let (call, post) = cx.step(name("alice starts it"), in_time(since, start(cx, held))).await?;
    let told = async {
        hears(cx, &mut held.bob, channel, "call_start", |data| data["id"] == *call).await?;
        hears(cx, &mut held.bob, channel, "user_joined", |data| data["user_id"] == alice).await
    };
    cx.step(name("bob hears that it started and that alice is in it"), in_time(since, told)).await?;
    let inside = [alice];
    let known = call_state::known(cx, channel, &call, &inside);
    cx.step(name("every node knows it"), in_time(since, known)).await?;
    let joined = async {
        joins(cx, &mut held.bob, channel).await?;
        hears(cx, &mut held.alice, channel, "user_joined", |data| data["user_id"] == bob).await
    };
    cx.step(name("bob joins and alice hears it"), in_time(since, joined)).await?;
    let inside = [alice, bob];
    let known = call_state::known(cx, channel, &call, &inside);
    cx.step(name("every node knows that both are in it"), in_time(since, known)).await?;
    let left = async {
        held.bob.leave_call().await.expecting("an open websocket to leave by")?;
        hears(cx, &mut held.alice, channel, "user_left", |data| data["user_id"] == bob).await
    };
    cx.step(name("bob leaves and alice hears it"), in_time(since, left)).await?;
    let ended = async {
        held.host.alice().end_call(channel).await.expecting("the end of the call")?;
        hears(cx, &mut held.alice, channel, "call_end", |_| true).await?;
        hears(cx, &mut held.bob, channel, "call_end", |_| true).await
    };
    cx.step(name("alice ends it and both hear it"), in_time(since, ended)).await?;
    cx.step(name("alice leaves, and that is its end"), last_leaves(cx, held, &post)).await?;
    let name = name("it is over on {node}");
    let over = cx.on_all(cx.places, &name, |place| call_state::over(place, channel, &post)).await;
    OLD.keep(cx, &(channel.to_owned(), post));
    over
}

/// What fails after ten seconds may be the plugin's way with those who send no media.
async fn in_time<T>(
    since: Instant,
    work: impl Future<Output = Result<T, StepError>>,
) -> Result<T, StepError> {
    match work.await {
        Err(StepError::Failed(failure)) if since.elapsed() > WITHOUT_MEDIA => {
            Err(StepError::NotMeasured(format!(
                "the call took longer than ten seconds, after which Calls drops who sends no media; then: expected {}, \
             got {}",
                failure.expected, failure.got
            )))
        }
        other => other,
    }
}

/// Waits for an event of Calls in a channel.
async fn hears(
    cx: &Context<'_>,
    socket: &mut Socket,
    channel: &str,
    event: &str,
    wanted: impl Fn(&Value) -> bool + Send + Sync,
) -> Result<Frame, StepError> {
    let frame = socket.wait_for(cx.event_deadline(), |frame| {
        frame.call_event() == Some(event) && frame.data["channelID"] == *channel && wanted(&frame.data)
    });
    cx.in_time(frame).await.expecting(&format!("the event {event} of Calls within five seconds"))
}

/// Joins, and waits until the plugin says so.
async fn joins(cx: &Context<'_>, socket: &mut Socket, channel: &str) -> Result<(), StepError> {
    socket.join_call(channel).await.expecting("an open websocket to join by")?;
    let answer = socket.wait_for(cx.event_deadline(), |f| matches!(f.call_event(), Some("join" | "error")));
    let answer = answer.await.expecting("to be let into the call within five seconds")?;
    if answer.call_event() == Some("join") {
        return Ok(());
    }
    Err(StepError::failed_at(
        socket.node(),
        "to be let into the call",
        format!("the error {}", answer.data["data"]),
    ))
}

/// Alice joins first, which starts the call; gives its id and that of its post.
async fn start(cx: &Context<'_>, held: &mut HeldCall<'_>) -> Result<(String, String), StepError> {
    joins(cx, &mut held.alice, held.channel).await?;
    let alice = &cx.home.alice_id;
    let began =
        hears(cx, &mut held.alice, held.channel, "call_start", |data| data["owner_id"] == **alice).await?;
    let word = |key: &str| began.data[key].as_str().unwrap_or_default().to_owned();
    let (call, post) = (word("id"), word("post_id"));
    if call.is_empty() || post.is_empty() {
        let got = began.data.to_string();
        return Err(StepError::failed_at(
            &held.host.name,
            "call_start with the ids of the call and its post",
            got,
        ));
    }
    Ok((call, post))
}

/// The last one leaves; then the call is over on its node, which writes the end into the call's post.
async fn last_leaves(cx: &Context<'_>, held: &mut HeldCall<'_>, post: &str) -> Result<(), StepError> {
    let (channel, host) = (held.channel, held.host);
    held.alice.leave_call().await.expecting("an open websocket to leave by")?;
    hears(cx, &mut held.alice, channel, "user_left", |data| data["user_id"] == *cx.home.alice_id).await?;
    // The event comes first, the database within milliseconds after it.
    wait::until_ok(Instant::now() + END, || call_state::over(host, channel, post)).await
}

/// The call of stable is still told of, and calls are still allowed where they were.
async fn is_known(place: &Place, channel: &str, post: &str) -> Result<(), StepError> {
    let state = place.alice().calls_channel(channel).await.expecting("the state of the channel")?;
    place.ensure(state.enabled, "calls allowed in the channel, as on stable", "not")?;
    call_state::has_end(place, post).await
}
