//! `calls`: two people on two nodes start, join, leave and end a call, and hear of each other; every node knows of it.
//!
//! No sound is sent: what is verified is signalling, state and end. A call lives on the node that started it, and its
//! node waits for it at its stop: whatever happens here, the call is ended.

use super::ledger::Entry;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::call_state;
use super::channel;
use super::check::{Check, Need, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::product;
use super::scene::Place;
use crate::mattermost::{Frame, Socket};
use crate::retry;

/// The plugin's id.
const PLUGIN: &str = "com.mattermost.calls";

pub(super) const CHECK: Check = Check {
    id: "calls",
    title: "two people on two nodes start, join, leave and end a call and hear of each other; every node knows of it",
    lines: &["S2.7"],
    stages: Stages::Each,
    alone: false,
    needs: &[Need::Plugin(PLUGIN)],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// Who sends no media is dropped after ten seconds: what fails later than this says nothing about the server.
const WITHOUT_MEDIA: Duration = Duration::from_secs(9);

/// The end of a call is written within 16 s (seen), at once if everybody has left.
const END: Duration = Duration::from_secs(20);

/// A call while it lasts: alice started it on one node, bob is on the same one or another.
struct Held<'a> {
    channel: &'a str,
    host: &'a Place,
    alice: Socket,
    bob: Socket,
    since: Instant,
}

/// The call of stable: its channel and its post.
const OLD: Entry<(String, String)> = Entry::new("old", "a call");

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    if !product::runs(cx, PLUGIN).await? {
        return Ok(());
    }
    for place in cx.places {
        let name = format!("{} tells the version of Calls", place.label());
        let version =
            cx.step(name, async { place.anyone.calls_version().await.expecting("a version") }).await?;
        cx.fact(format!("Calls of {}", place.name), version);
    }
    let mut halted = old(cx).await;
    let channel = cx.step("there is a channel to call in", place_to_call(cx)).await?;
    for (actor, others) in product::actors(cx) {
        let guest = others.first().copied().filter(|_| cx.clustered()).unwrap_or(actor);
        halted = halted.and(one_call(cx, &channel, actor, guest).await);
    }
    if !cx.clustered() && cx.places.len() > 1 {
        cx.not_applicable(
            "two people on different nodes hear of each other in a call",
            cx.why_not_clustered(),
        );
    }
    halted
}

/// A channel where everybody may start a call, or the conversation of the two where only that is allowed.
async fn place_to_call(cx: &Context<'_>) -> Result<String, Stop> {
    let home = cx.home;
    let (admin, alice) = (home.admin.at(&cx.places[0].anyone), home.alice.at(&cx.places[0].anyone));
    if let Some(known) = cx.carried("call channel") {
        return Ok(known);
    }
    let allowed = alice.group_calls_allowed().await.expecting("the configuration of Calls")?;
    let channel = if allowed {
        channel::of_check(cx).await?
    } else {
        let conversation = alice.converse(&[&home.alice_id, &home.bob_id]).await;
        conversation.expecting("a direct channel")?.id
    };
    let kind = if allowed { "in a channel" } else { "in a direct channel: calls in others need a licence" };
    cx.fact("calls", kind);
    admin.enable_calls(&channel).await.expecting("calls to be allowed in the channel")?;
    cx.carry("call channel", &channel);
    Ok(channel)
}

/// One call from its start to its end; ended also when something fails on the way.
async fn one_call(cx: &Context<'_>, channel: &str, host: &Place, guest: &Place) -> Result<(), Halt> {
    let whom =
        if host.name == guest.name { "with another on it".into() } else { format!("with {}", guest.label()) };
    let title = format!("{} {whom}", host.label());
    // A socket of its own for each: Calls takes no second call on one that was in a call.
    let name = |who: &str| format!("call of {title}: {who} listens");
    let alice = cx.step(name("alice"), cx.socket(&cx.home.alice, host)).await?;
    let bob = cx.step(name("bob"), cx.socket(&cx.home.bob, guest)).await?;
    let mut held = Held { channel, host, alice, bob, since: Instant::now() };
    let ended = hold(cx, &title, &mut held).await;
    if ended.is_err() {
        // Not judged: the failure is told already. The plugin throws out whoever is left within seconds.
        let _ = held.bob.leave_call().await;
        let _ = held.alice.leave_call().await;
        let _ = cx.home.admin.at(&host.anyone).end_call(channel).await;
    }
    ended
}

async fn hold(cx: &Context<'_>, title: &str, held: &mut Held<'_>) -> Result<(), Halt> {
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
        cx.home.alice.at(&held.host.anyone).end_call(channel).await.expecting("the end of the call")?;
        hears(cx, &mut held.alice, channel, "call_end", |_| true).await?;
        hears(cx, &mut held.bob, channel, "call_end", |_| true).await
    };
    cx.step(name("alice ends it and both hear it"), in_time(since, ended)).await?;
    cx.step(name("alice leaves, and that is its end"), last_leaves(cx, held, &post)).await?;
    let mut halted = Ok(());
    for reader in cx.places {
        let over = cx.crossed(reader, || call_state::over(cx, reader, channel, &post));
        halted = halted.and(cx.step(name(&format!("it is over on {}", reader.label())), over).await);
    }
    OLD.keep(cx, &(channel.to_owned(), post));
    halted
}

/// What fails after ten seconds may be the plugin's way with those who send no media.
async fn in_time<T>(since: Instant, work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
    match work.await {
        Err(Stop::Failed(failure)) if since.elapsed() > WITHOUT_MEDIA => Err(Stop::NotMeasured(format!(
            "the call took longer than ten seconds, after which Calls drops who sends no media; then: expected {}, \
             got {}",
            failure.expected, failure.got
        ))),
        other => other,
    }
}

/// Waits for an event of Calls in a channel.
async fn hears(
    cx: &Context<'_>,
    socket: &mut Socket,
    channel: &str,
    event: &str,
    wanted: impl Fn(&Value) -> bool,
) -> Result<Frame, Stop> {
    let frame = socket.wait_for(cx.event_deadline(), |frame| {
        frame.call_event() == Some(event) && frame.data["channelID"] == *channel && wanted(&frame.data)
    });
    let heard = frame.await.expecting(&format!("the event {event} of Calls within five seconds"));
    if heard.is_err() {
        cx.was_late();
    }
    heard
}

/// Joins, and waits until the plugin says so.
async fn joins(cx: &Context<'_>, socket: &mut Socket, channel: &str) -> Result<(), Stop> {
    socket.join_call(channel).await.expecting("an open websocket to join by")?;
    let answer = socket.wait_for(cx.event_deadline(), |f| matches!(f.call_event(), Some("join" | "error")));
    let answer = answer.await.expecting("to be let into the call within five seconds")?;
    if answer.call_event() == Some("join") {
        return Ok(());
    }
    Err(Stop::failed_at(
        socket.node(),
        "to be let into the call",
        format!("the error {}", answer.data["data"]),
    ))
}

/// Alice joins first, which starts the call; gives its id and that of its post.
async fn start(cx: &Context<'_>, held: &mut Held<'_>) -> Result<(String, String), Stop> {
    joins(cx, &mut held.alice, held.channel).await?;
    let alice = &cx.home.alice_id;
    let began =
        hears(cx, &mut held.alice, held.channel, "call_start", |data| data["owner_id"] == **alice).await?;
    let word = |key: &str| began.data[key].as_str().unwrap_or_default().to_owned();
    let (call, post) = (word("id"), word("post_id"));
    if call.is_empty() || post.is_empty() {
        let got = began.data.to_string();
        return Err(Stop::failed_at(
            &held.host.name,
            "call_start with the ids of the call and its post",
            got,
        ));
    }
    Ok((call, post))
}

/// The last one leaves; then the call is over on its node, which writes the end into the call's post.
async fn last_leaves(cx: &Context<'_>, held: &mut Held<'_>, post: &str) -> Result<(), Stop> {
    let (channel, host) = (held.channel, held.host);
    held.alice.leave_call().await.expecting("an open websocket to leave by")?;
    hears(cx, &mut held.alice, channel, "user_left", |data| data["user_id"] == *cx.home.alice_id).await?;
    // The event comes first, the database within milliseconds after it.
    retry::until(Instant::now() + END, || call_state::over(cx, host, channel, post)).await
}

/// The call of stable is still told of, and calls are still allowed where they were.
async fn old(cx: &Context<'_>) -> Result<(), Halt> {
    let Some((channel, post)) = OLD.old(cx) else { return Ok(()) };
    let mut halted = Ok(());
    for reader in cx.places {
        let alice = cx.home.alice.at(&reader.anyone);
        let name =
            format!("{} still allows calls in the channel and knows of the call of stable", reader.label());
        let kept = cx.crossed(reader, || async {
            let state = alice.calls_channel(&channel).await.expecting("the state of the channel")?;
            if !state.enabled {
                return Err(Stop::failed_at(
                    &reader.name,
                    "calls allowed in the channel, as on stable",
                    "not",
                ));
            }
            call_state::has_end(cx, reader, &post).await
        });
        halted = halted.and(cx.step(name, kept).await);
    }
    halted
}
