//! `push`: who has the app on a device is told there of what is for them, once, and of nothing else.
//!
//! Servers send a push for a direct message and for a mention to each session that has a device, from the node that the
//! message was written on (11.x). One session with a device is of stable and is never ended; each walk begins another one, which
//! the next walk ends.

use super::channel;
use super::correspondent::{Correspondent, PASSWORD};
use super::prelude::*;
use crate::mattermost::Client;
use crate::sinks::{Push, PushSink};

pub(super) const CHECK: Check = Check::new(
    "push",
    "each device gets one push for a direct message and a mention written on a node of each version, none for other messages and none once its session ended",
    &["S2.4"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Sinks]);

/// What apps put before the id of a device.
const PLATFORM: &str = "android";

/// A session of a device.
#[derive(Debug, Clone)]
struct Device {
    id: String,
    session: Client,
}

/// Who has the devices.
const OWNER: Entry<Correspondent> = Entry::new("somebody with a device");
/// The device of stable, whose session is never ended.
const STAYS: Entry<Device> = Entry::new("a device");
/// The devices of walks before whose sessions are not ended yet.
const NEXT: Entry<Vec<Device>> = Entry::new("a device whose session ends");

async fn run(cx: &Context<'_>) {
    let sink = match &cx.push {
        Ok(sink) => *sink,
        Err(absent) => {
            let end = StepError::from(absent);
            if let StepError::NotApplicable(reason) = &end {
                OWNER.none(cx, reason);
                STAYS.none(cx, reason);
            }
            return cx.judge("devices are told of messages", Err(end));
        }
    };
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    if OWNER.is_wanted(cx) {
        let made = cx.step("make somebody with a device", make(cx, &channel)).await;
        let Ok((owner, device)) = made else { return };
        OWNER.put(cx, owner);
        STAYS.put(cx, device);
    }
    let owner = OWNER.kept(cx).or_else(|| OWNER.old(cx));
    let (Some(owner), Some(stays)) = (owner, STAYS.kept(cx)) else { return };
    let mut told = PushBook { sink, pushed: Pushed::default() };
    for walk in cx.walks() {
        cx.part(walked(cx, &walk, &mut told, &channel, (&owner, &stays))).await;
    }
    // At the end, when what comes twice or to the wrong device had time to come; what comes later is met by `once`.
    let verdict = told.pushed.judged(&sink.all());
    // Where a walk ended early, what it had begun may come late.
    if verdict.is_ok() && cx.all_well() {
        let mut pushed = PUSHED.get(cx.carried, CHECK.id).unwrap_or_default();
        pushed.wanted.extend(told.pushed.wanted);
        PUSHED.set(cx.carried, CHECK.id, pushed);
    }
    cx.judge("each came once, and nothing else", verdict);
}

async fn make(cx: &Context<'_>, channel: &str) -> Result<(Correspondent, Device), StepError> {
    let actor = cx.actor();
    let owner = Correspondent::make(cx, "owner", channel).await?;
    told_whenever(actor.admin(), &owner.id).await?;
    let device = device(cx, actor, actor, &owner, "stays").await?;
    Ok((owner, device))
}

/// Sees to it that somebody gets pushes while they are online, as servers of 11.x have it from the start.
async fn told_whenever(admin: &Client, user: &str) -> Result<(), StepError> {
    let seen = admin.get(&format!("/api/v4/users/{user}")).await.expecting("the new user")?;
    let mut props = seen.json::<Value>().expecting("the new user")?["notify_props"].take();
    if props["push_status"] != "online" {
        props["push_status"] = json!("online");
        let patch = json!({ "notify_props": props });
        admin.put(&format!("/api/v4/users/{user}/patch"), &patch).await.expecting("the changed user")?;
    }
    Ok(())
}

/// A new session on one node, and its device as the app tells it through another one.
async fn device(
    cx: &Context<'_>,
    actor: &Place,
    through: &Place,
    owner: &Correspondent,
    name: &str,
) -> Result<Device, StepError> {
    let login = actor.client.login(&owner.name, PASSWORD).await.expecting("a new session")?;
    let id = format!("{}-{name}", cx.nonce);
    let told = json!({ "device_id": format!("{PLATFORM}:{id}") });
    let session = login.client.at(&through.client);
    session.put("/api/v4/users/sessions/device", &told).await.expecting("the device of the session")?;
    Ok(Device { id, session })
}

/// Messages on one node, and what of them comes to the devices that there are then.
async fn walked(
    cx: &Context<'_>,
    walk: &Walk<'_>,
    told: &mut PushBook<'_>,
    channel: &str,
    (owner, stays): (&Correspondent, &Device),
) -> Result<(), Reported> {
    let (actor, other) = (walk.actor, walk.remote_reader());
    let before = NEXT.kept(cx).unwrap_or_default();
    let name = format!("walk-{}", walk.n);
    let next = device(cx, actor, other, owner, &name);
    let next = cx.step(format!("begin a session on {actor}, tell its device on {other}"), next).await?;
    // All sessions that there are, wherever this walk ends: each is told of what comes until it is ended.
    NEXT.put(cx, [before.as_slice(), std::slice::from_ref(&next)].concat());
    let ends = before.iter().map(|before| before.id.as_str());
    let all: Vec<&str> = [stays.id.as_str(), next.id.as_str()].into_iter().chain(ends).collect();
    let mention = format!("@{} a mention in {}", owner.name, cx.nonce);
    let direct = told.say(cx, actor, &owner.direct, "a direct message", &all);
    walk.step("a direct message on {node} comes to each device", direct).await?;
    let mentioned = told.say(cx, actor, channel, &mention, &all);
    walk.step("a mention on {node} comes to each device", mentioned).await?;
    let unasked = async {
        told.silent(cx, actor.alice(), channel, "a message for nobody").await?;
        told.silent(cx, &stays.session.at(&actor.client), channel, "one of the owner's own").await
    };
    walk.step("write on {node} what is for no device", unasked).await?;
    if !before.is_empty() {
        let ended = async {
            for device in &before {
                device.session.at(&other.client).logout().await.expecting("the session to end")?;
            }
            Ok(())
        };
        cx.step(format!("end the session of an earlier device on {other}"), ended).await?;
        NEXT.put(cx, vec![next.clone()]);
        let rest = [stays.id.as_str(), next.id.as_str()];
        let last = told.say(cx, actor, &owner.direct, "a direct message after that", &rest);
        walk.step("a direct message on {node} comes to the others", last).await?;
    }
    Ok(())
}

/// What was pushed in the stages so far, each once when its check ended.
pub(super) const PUSHED: Entry<Pushed> = Entry::new("what was pushed");

/// Messages, and the devices that each must come to.
#[derive(Debug, Clone, Default)]
pub(super) struct Pushed {
    /// The node that it was written on, the message, its channel, the devices.
    wanted: Vec<(String, String, String, Vec<String>)>,
}

/// Messages of this run of the check, and what comes of them.
struct PushBook<'a> {
    sink: &'a PushSink,
    pushed: Pushed,
}

impl PushBook<'_> {
    /// Alice writes a message, and waits for what must come of it.
    async fn say(
        &mut self,
        cx: &Context<'_>,
        actor: &Place,
        channel: &str,
        text: &str,
        devices: &[&str],
    ) -> Result<(), StepError> {
        let alice = actor.alice();
        let post = cx.as_member(actor, || alice.create_post(channel, text, &[])).await;
        let post = post.expecting("a new post")?.id;
        let list = devices.iter().map(|&device| device.to_owned()).collect();
        self.pushed.wanted.push((actor.name.clone(), post.clone(), channel.to_owned(), list));
        for device in devices {
            let deadline = cx.sending_deadline();
            let fits = |push: &Push| push.device == *device && push.post == post && push.kind == "message";
            if !self.sink.comes(deadline, fits).await {
                cx.mark_late();
                let got = self.sink.all();
                let of_it = got.iter().filter(|push| push.post == post).count();
                let expected = format!("a push about {post} to the device {device} within fifteen seconds");
                return Err(
                    actor.failed(expected, format!("none; {of_it} to other devices, {} in all", got.len()))
                );
            }
        }
        Ok(())
    }

    /// Somebody writes a message that is for no device.
    async fn silent(
        &mut self,
        cx: &Context<'_>,
        author: &Client,
        channel: &str,
        text: &str,
    ) -> Result<(), StepError> {
        let text = format!("{text} in {}", cx.nonce);
        let post = author.create_post(channel, &text, &[]).await.expecting("a new post")?.id;
        self.pushed.wanted.push((author.node().to_owned(), post, channel.to_owned(), Vec::new()));
        Ok(())
    }
}

impl Pushed {
    /// Whether there is anything to judge.
    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Whether each message came once to each of its devices, as of its channel, and to no other.
    ///
    /// # Errors
    /// The first that is wrong; what did not come at all was said where it was waited for.
    pub(super) fn judged(&self, all: &[Push]) -> Result<(), StepError> {
        for (node, post, channel, devices) in &self.wanted {
            let about: Vec<&Push> = all.iter().filter(|push| push.post == *post).collect();
            let mut got: Vec<&str> = about.iter().map(|push| push.device.as_str()).collect();
            let mut wanted: Vec<&str> = devices.iter().map(String::as_str).collect();
            got.sort_unstable();
            wanted.sort_unstable();
            let missing = wanted.iter().any(|device| !got.contains(device));
            let words = |list: &[&str]| if list.is_empty() { "no push".to_owned() } else { list.join(", ") };
            if got != wanted && !missing {
                let expected = format!("about the message {post}: {}", words(&wanted));
                return Err(StepError::failed_at(node, expected, words(&got)));
            }
            if let Some(push) =
                about.iter().find(|push| push.channel != *channel || push.platform != PLATFORM)
            {
                let expected = format!("a push of channel {channel} for {PLATFORM}");
                let got = format!("one of channel {} for {}", push.channel, push.platform);
                return Err(StepError::failed_at(node, expected, got));
            }
        }
        Ok(())
    }
}
