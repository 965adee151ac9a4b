//! `channels.crowd`: in a channel of many members one word calls all of them: each is mentioned once more, on every node, and
//! nowhere else.
//!
//! The crowd is made once, on stable, in a team of its own: as accounts that log in elsewhere they need no hash of a password, which
//! costs a server some 0.2 s each (11.7). To make a hundred so took a real server 0.8 s, but to bring them into a team 2.5 s more,
//! and the whole check 5 s: sixty are as many as a page of members has, and one more with the gate's own accounts. Three hundred
//! would not fit anyway: servers without a licence take 250 users in all, and warn from 200 on.

use std::time::Duration;

use serde::Deserialize;

use futures_util::future::try_join_all;

use super::prelude::*;
use crate::mattermost::{Client, FIRST_CHANNEL, Socket};

pub(super) const CHECK: Check = Check::new(
    "channels.crowd",
    "a channel of up to sixty is as large on every node, and who calls all of them mentions each once more, on every node and in no other channel",
    &["S1.3b", "S2.4"],
    |cx| Box::pin(run(cx)),
);

/// How many accounts the crowd has, as far as the server may have them.
const MOST: usize = 60;
/// What is left to the rest of the run where the number of users is limited.
const FOR_OTHERS: i64 = 80;
/// The gate's own accounts in the team, and one more: as many as the limit are too many.
const OWN: i64 = 4;
/// Fewer are no crowd: the pages in which servers read members are longer.
const FEWEST: usize = 20;
/// How long servers may take to tell of all new members; a real one needed 3 s for a hundred.
const SETTLING: Duration = Duration::from_secs(15);

/// The crowd of stable.
#[derive(Debug, Clone)]
struct Crowd {
    /// The channel that all of them are in.
    square: String,
    /// A channel that some of them are in, and that nobody is called in.
    aside: String,
    /// Members whose counts are looked at: alice first, then the first, the middle and the last.
    samples: Vec<String>,
    /// How many members the channel has.
    size: u64,
}

/// The crowd of stable.
const CROWD: Entry<Crowd> = Entry::new("a crowd");

async fn run(cx: &Context<'_>) {
    if CROWD.is_wanted(cx) {
        let count = cx.prepare("the server tells how many users it may have", room(cx.actor().admin())).await;
        let Ok(count) = count else { return };
        if count < FEWEST {
            let reason = format!(
                "the server's limits of users (of all, of a team, of a channel that is called) leave room for {count}; a crowd has {FEWEST} at least"
            );
            CROWD.none(cx, &reason);
            return cx.not_applicable("a crowd is called", reason);
        }
        let made = cx.step(format!("make a team of {count} users"), make(cx, count)).await;
        let Ok(crowd) = made else { return };
        cx.fact("members", crowd.size.to_string());
        CROWD.put(cx, crowd);
    }
    let Some(crowd) = CROWD.kept(cx).or_else(|| CROWD.old(cx)) else { return };
    cx.on_each(cx.places, "counts the members", |place| counts(place, &crowd)).await;
    cx.each_version(async |walk| called(cx, &walk, &crowd).await).await;
}

/// How many users a crowd may have here.
async fn room(admin: &Client) -> Result<usize, StepError> {
    let left = admin.room_for_users().await.expecting("the limits of the edition")?;
    let config = admin.config().await.expecting("the configuration")?;
    let setting = |key: &str| config["TeamSettings"][key].as_i64();
    // A team takes so many, and in a channel of more nobody is called.
    let settings =
        ["MaxUsersPerTeam", "MaxNotificationsPerChannel"].map(|key| setting(key).map(|most| most - OWN));
    let limits = settings.into_iter().flatten().chain(left.map(|left| left - FOR_OTHERS));
    let least = limits.min().map_or(MOST, |least| usize::try_from(least).unwrap_or_default());
    Ok(least.min(MOST))
}

async fn make(cx: &Context<'_>, count: usize) -> Result<Crowd, StepError> {
    let (actor, home) = (cx.actor(), cx.home);
    let admin = actor.admin();
    let team = admin.create_team(&format!("crowd-{}", cx.nonce), "Crowd").await.expecting("a new team")?.id;
    let square = admin.channel_named(&team, FIRST_CHANNEL).await.expecting("the first channel of a team")?.id;
    let mut socket = cx.socket(admin).await?;
    let mut members = vec![home.alice_id.clone(), home.bob_id.clone()];
    for n in 0..count {
        let username = format!("crowd-{}-{n}", cx.nonce);
        members.push(admin.create_outside_user(&username).await.expecting("a new user")?.id);
    }
    admin.add_all_to_team(&team, &members).await.expecting("the new members")?;
    settled(cx, &mut socket, &square, members.len()).await;
    let last = members.len() - 1;
    let samples = [0, 2, last / 2, last].map(|n| members[n].clone()).to_vec();
    let aside = admin.create_channel(&team, &format!("aside-{}", cx.nonce), "O").await;
    let aside = aside.expecting("a new channel")?.id;
    for member in &samples {
        admin.add_to_channel(&aside, member).await.expecting("the new member")?;
    }
    settled(cx, &mut socket, &aside, samples.len()).await;
    Ok(Crowd { square, aside, samples, size: members.len() as u64 + 1 })
}

/// Waits until a channel was told of so many new members. To be brought in is a mention too, and is counted after it was
/// answered, but before the channel is told of it. A server that tells nothing has nothing to count late.
async fn settled(cx: &Context<'_>, socket: &mut Socket, channel: &str, members: usize) {
    let deadline = cx.deadline_in(SETTLING);
    for _ in 0..members {
        let told = socket.wait_for(deadline, |frame| {
            frame.event == "posted" && frame.post().is_some_and(|post| post["channel_id"] == channel)
        });
        if told.await.is_err() {
            return;
        }
    }
}

async fn counts(place: &Place, crowd: &Crowd) -> Result<(), StepError> {
    #[derive(Deserialize)]
    struct ChannelSize {
        member_count: u64,
    }
    let path = format!("/api/v4/channels/{}/stats", crowd.square);
    let reply = place.admin().get(&path).await.expecting("the size of a channel")?;
    let stats: ChannelSize = reply.json().expecting("the size of a channel")?;
    let right = stats.member_count == crowd.size;
    place.ensure(right, format!("{} members", crowd.size), stats.member_count.to_string())
}

/// Somebody calls all of them.
async fn called(cx: &Context<'_>, walk: &Walk<'_>, crowd: &Crowd) -> Result<(), Reported> {
    let before = walk.step("{node} tells how often each was mentioned", mentions(walk.actor, crowd)).await?;
    let text = format!("@all hear what {} says in {}", walk.actor.name, cx.stage);
    let said = async { walk.admin().create_post(&crowd.square, &text, &[]).await.expecting("a new post") };
    walk.step("call all of them on {node}", said).await?;
    let wanted: Vec<(u64, u64)> = before.iter().map(|(square, aside)| (square + 1, *aside)).collect();
    let seen = |place| has(place, crowd, &wanted);
    cx.on_all(walk.readers(), "has each of them mentioned once more, there alone", seen).await?;
    // One who counts twice may do it late.
    cx.on_each_at_once(walk.readers(), "has them mentioned once more at the end as well", seen).await;
    cx.on_each(walk.readers(), "tells alice as much", async |place| {
        let path = format!("/api/v4/users/me/channels/{}/unread", crowd.square);
        let reply = place.alice().get(&path).await.expecting("what alice has not read")?;
        let got: Mentions = reply.json().expecting("what alice has not read")?;
        let wanted = wanted[0].0;
        place.ensure(got.mention_count == wanted, format!("{wanted} mentions"), got.mention_count.to_string())
    })
    .await;
    Ok(())
}

#[derive(Deserialize)]
struct Mentions {
    mention_count: u64,
}

/// How often each sample is mentioned: in the crowd's channel, and in the other one.
async fn mentions(place: &Place, crowd: &Crowd) -> Result<Vec<(u64, u64)>, StepError> {
    let of = async |channel: &str, user: &str| {
        let path = format!("/api/v4/channels/{channel}/members/{user}");
        let reply = place.admin().get(&path).await.expecting("a member of the channel")?;
        let mentions: Mentions = reply.json().expecting("a member of the channel")?;
        Ok::<_, StepError>(mentions.mention_count)
    };
    let both = crowd.samples.iter().map(async |user| {
        let (square, aside) = tokio::join!(of(&crowd.square, user), of(&crowd.aside, user));
        Ok((square?, aside?))
    });
    try_join_all(both).await
}

async fn has(place: &Place, crowd: &Crowd, wanted: &[(u64, u64)]) -> Result<(), StepError> {
    let got = mentions(place, crowd).await?;
    let words = |list: &[(u64, u64)]| {
        let each: Vec<String> = list.iter().map(|(here, aside)| format!("{here} and {aside}")).collect();
        format!("mentions there and in another channel of {} members: {}", list.len(), each.join(", "))
    };
    place.ensure(got == wanted, words(wanted), words(&got))
}
