//! `timed`: what is to come at a time comes once, whoever watches the clock by then.
//!
//! Servers look for reminders and scheduled messages that are due every five minutes, by the clock (9.x to 12.x): the leader of a
//! cluster, or every node where they form none; who takes a reminder takes it out of its table in one statement, so that one alone
//! gets it. So some are set for each of the next looks, on stable and through a node of each version in later stages, and those whose
//! look was meanwhile must be there, once. A run that none falls into is told so; the input `reminders` waits for one.

mod book;

use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::time::Instant;

use super::channel;
use super::old::not_here;
use super::prelude::*;
use crate::wait::{self, Missed, WaitPace, WaitProgress};
use book::{Arrival, Clock, Kind, Timed, came_once};

pub(super) const CHECK: Check = Check::new(
    "timed",
    "reminders and scheduled messages of stable and of each stage come once, at their time, whichever server was replaced meanwhile",
    &["E1"],
    |cx| Box::pin(run(cx)),
)
.awaits_a_look();

/// For which of the next looks something is set on stable: for more of the near ones, and for some that a long run gets to.
const AHEAD: [i64; 7] = [1, 2, 3, 5, 8, 13, 21];
/// How near the next look must be for the release's checks to wait for it unasked.
const NEAR: Duration = Duration::from_secs(15);
/// How long after a look what it found may come.
const LATE: Duration = Duration::from_secs(10);
/// What is waited for comes by the clock: no need to look often.
const PACE: WaitPace = WaitPace::growing(Duration::from_millis(50), Duration::from_secs(2));

/// What was set so far.
const BOOK: Entry<Vec<Timed>> = Entry::new("what is due later");
/// Whether messages can be scheduled.
const SCHEDULES: Entry<bool> = Entry::new("a scheduled message");

async fn run(cx: &Context<'_>) {
    let channel = cx.step("there is a channel to write in", channel::of_check(cx)).await;
    let Ok(channel) = channel else { return };
    let first = cx.step("the servers tell the time", time(cx, &channel)).await;
    let Ok(clock) = first else { return };
    let mut book = BOOK.get(cx.carried, cx.check).unwrap_or_default();
    let schedules = SCHEDULES.is_wanted(cx) || SCHEDULES.old(cx).is_some();
    for walk in cx.walks() {
        cx.part(set(cx, &walk, &channel, schedules, &clock, &mut book)).await;
    }
    looked(cx, &channel, &clock, &book).await;
    if cx.stage == Stage::Release {
        take_back(cx, &clock, &book).await;
    }
    BOOK.set(cx.carried, cx.check, book);
}

/// A message, by whose time the servers' clock is known.
async fn time(cx: &Context<'_>, channel: &str) -> Result<Clock, StepError> {
    let (actor, text) = (cx.actor(), format!("what time is it in {}", cx.nonce));
    let post = cx.as_member(actor, || actor.alice().create_post(channel, &text, &[])).await;
    let now = post.expecting("a new post")?.create_at;
    let every = i64::try_from(cx.looks_for_due.as_millis()).unwrap_or(i64::MAX);
    Ok(Clock { began: now, at: Instant::now(), every, led: cx.clustered() })
}

/// Sets reminders, and messages to be sent, for some of the next looks.
async fn set(
    cx: &Context<'_>,
    walk: &Walk<'_>,
    channel: &str,
    schedules: bool,
    clock: &Clock,
    book: &mut Vec<Timed>,
) -> Result<(), Reported> {
    let actor = walk.actor;
    let ahead = if cx.stage == Stage::Stable { &AHEAD[..] } else { &AHEAD[..1] };
    let one = |kind, mark: String, due: i64| Timed {
        kind,
        mark,
        id: String::new(),
        due,
        node: actor.name.clone(),
        set: format!("{actor} in {}", cx.stage),
    };
    let reminders = try_join_all(ahead.iter().map(|&n| async move {
        let (alice, due) = (actor.alice(), clock.look(n));
        let text = format!("to be reminded of: {n} on {} in {}", actor.name, cx.nonce);
        let post = cx.as_member(actor, || alice.create_post(channel, &text, &[])).await;
        let post = post.expecting("a new post")?.id;
        let path = format!("/api/v4/users/{}/posts/{post}/reminder", cx.home.alice_id);
        let wanted = json!({ "target_time": due / 1000 - 1 });
        alice.post(&path, &wanted).await.expecting("200 for a reminder")?;
        Ok::<_, StepError>((post, due))
    }));
    let made = walk.step("set reminders on {node}", reminders).await?;
    book.extend(made.into_iter().map(|(post, due)| one(Kind::Reminder, post, due)));
    if !schedules {
        return Ok(());
    }
    let scheduled = try_join_all(ahead.iter().map(|&n| async move {
        let due = clock.look(n);
        let text = format!("for later: {n} on {} in {}", actor.name, cx.nonce);
        let message = json!({ "channel_id": channel, "message": text, "scheduled_at": due - 1000 });
        let made = cx.as_member(actor, || actor.alice().post("/api/v4/posts/schedule", &message)).await;
        match made.as_ref().err().and_then(not_here) {
            Some(why) if cx.stage == Stage::Stable => Err(StepError::NotApplicable(why)),
            _ => {
                let made: Value = made.and_then(|reply| reply.json()).expecting("a scheduled message")?;
                let id = made["id"].as_str().unwrap_or_default().to_owned();
                Ok((text, due, id))
            }
        }
    }));
    let scheduled = scheduled.await;
    if let Err(StepError::NotApplicable(why)) = &scheduled {
        SCHEDULES.none(cx, why);
    }
    let made = walk.step("schedule messages on {node}", async { scheduled }).await?;
    SCHEDULES.keep(cx, &true);
    book.extend(made.into_iter().map(|(text, due, id)| Timed { id, ..one(Kind::Message, text, due) }));
    Ok(())
}

/// A look that something is missing at, or that came too early: why, and what was there.
type Short = (StepError, Vec<Arrival>);

/// What is there of what is due, and whether it is all that must be there, once.
async fn looked(cx: &Context<'_>, channel: &str, clock: &Clock, book: &[Timed]) {
    let last = cx.stage == Stage::Release;
    // Set is something for the next look in each stage, or for the one after where that is too near.
    let awaited = [clock.look(1).max(clock.next()), clock.next()];
    let awaited = awaited.into_iter().find(|look| last && (cx.reminders || clock.until(*look) <= NEAR));
    let until = Instant::now() + awaited.map_or(Duration::ZERO, |look| clock.until(look));
    let due_by = awaited.unwrap_or_else(|| clock.now());
    let (_, reader) = cx.actor_and_reader();
    let look = || async {
        let came = match arrivals(cx, reader, channel).await {
            Ok(came) => came,
            Err(error) => return WaitProgress::OnTheWay((error, Vec::new())),
        };
        match book.iter().find(|one| one.must_be_there(clock, due_by) && one.count(&came) == 0) {
            None if Instant::now() >= until => WaitProgress::There(came),
            None => WaitProgress::OnTheWay((StepError::NotMeasured("nothing is late".into()), came)),
            Some(late) => WaitProgress::OnTheWay((late.missing(), came)),
        }
    };
    let found: Result<Vec<Arrival>, Missed<Short, ()>> = wait::until(until + LATE, PACE, look).await;
    let (missing, came) = match found {
        Ok(came) => (None, came),
        Err(Missed::TimeUp((error, came))) => (Some(error), came),
        Err(Missed::Never(())) => (None, Vec::new()),
    };
    tell(cx, book, &came);
    let due = book.iter().any(|one| one.must_be_there(clock, due_by) || one.count(&came) > 0);
    let name = format!("{reader} has what was due");
    match missing {
        Some(error) => cx.judge(name, Err(error)),
        None if due => cx.judge(name, Ok(())),
        None => {
            let every = cx.looks_for_due.as_secs();
            let reason = format!(
                "servers look for what is due every {every} s by the clock, and did not since something was set; the input reminders waits for that in the release's checks"
            );
            cx.not_applicable(name, reason);
        }
    }
    if due {
        cx.judge("nothing came twice or before its time", came_once(book, &came));
    }
}

/// Takes back what nobody looks for any more. A server that goes on after the run has nothing of it to send; one that is due
/// just now may be gone already.
async fn take_back(cx: &Context<'_>, clock: &Clock, book: &[Timed]) {
    let alice = cx.actor().alice();
    for one in book.iter().filter(|one| one.kind == Kind::Message && one.due > clock.now()) {
        let _ = alice.delete(&format!("/api/v4/posts/schedule/{}", one.id)).await;
    }
}

/// All that came so far of reminders to alice, and of messages in the check's channel.
async fn arrivals(cx: &Context<'_>, place: &Place, channel: &str) -> Result<Vec<Arrival>, StepError> {
    let mut came = posts(cx, place, channel).await?;
    let bot = match place.admin().user_by_name("system-bot").await {
        // It is made when it first has to say something.
        Err(error) if error.status() == Some(404) => return Ok(came),
        found => found.expecting("the account that reminds")?.id,
    };
    let direct = place.alice().converse(&[&cx.home.alice_id, &bot]).await.expecting("the direct channel")?.id;
    came.extend(posts(cx, place, &direct).await?);
    Ok(came)
}

async fn posts(cx: &Context<'_>, place: &Place, channel: &str) -> Result<Vec<Arrival>, StepError> {
    // Servers keep pages of 30 and 60 for themselves, and none of this size (11.x).
    let path = format!("/api/v4/channels/{channel}/posts?per_page=200");
    let page = cx.as_member(place, || place.alice().get(&path)).await.expecting("a page of messages")?;
    let page: Value = page.json().expecting("a page of messages")?;
    let posts = page["posts"].as_object().into_iter().flat_map(|posts| posts.values());
    Ok(posts.filter_map(Arrival::read).collect())
}

fn tell(cx: &Context<'_>, book: &[Timed], came: &[Arrival]) {
    for (kind, words) in [(Kind::Reminder, "reminders"), (Kind::Message, "scheduled messages")] {
        let of: Vec<&Timed> = book.iter().filter(|one| one.kind == kind).collect();
        if !of.is_empty() {
            let there = of.iter().filter(|one| one.count(came) > 0);
            let old = there.clone().filter(|one| !one.set.ends_with(&cx.stage.to_string())).count();
            let told =
                format!("{} of {} came, {old} of them set in an earlier stage", there.count(), of.len());
            cx.fact(words, told);
        }
    }
}
