//! `channels.crowd`: in a channel of many members one word calls all of them: each is mentioned once more, on every node, and
//! nowhere else.
//!
//! The crowd is made once, on stable, in a team of its own: as accounts that log in elsewhere they need no hash of a password, which
//! costs a server some 0.2 s each (11.7). To make a hundred so took a real server 0.8 s, but to bring them into a team 2.5 s more,
//! and the whole check 5 s: sixty are as many as a page of members has, and one more with the gate's own accounts. The input `crowd`
//! asks for more: three hundred took three nodes of 11.11 20 s. Servers without a licence take 250 users in all, and warn from 200 on: what a
//! larger crowd has beyond that are bots, who count for no such limit and are called like everybody else.

mod gathering;
mod members;
mod mentions;
mod room;

use std::time::Duration;

use serde::Deserialize;

use super::prelude::*;
use gathering::{Crowd, gather};
use mentions::Mentions;
use room::CrowdLimits;
pub(crate) use room::DEFAULT;

pub(super) const CHECK: Check = Check::new(
    "channels.crowd",
    "a channel of sixty, or as many as you ask for, is as large on every node, its pages have each member once, and who calls all of them mentions each once more, on every node and in no other channel",
    &["S1.3b", "S2.4"],
    |cx| Box::pin(run(cx)),
);

/// The crowd of stable.
const CROWD: Entry<Crowd> = Entry::new("a crowd");

/// How much longer than other checks this one may take for a crowd of so many.
pub(crate) fn patience(check: &Check, wanted: usize) -> Duration {
    /// To make an account, to bring it into a team, and to read it in every stage: five times what a real server needed.
    const EACH: Duration = Duration::from_millis(500);
    let more = if check.id == CHECK.id { wanted.saturating_sub(DEFAULT) } else { 0 };
    EACH * u32::try_from(more).unwrap_or(u32::MAX)
}

async fn run(cx: &Context<'_>) {
    if CROWD.is_wanted(cx) {
        let limits = cx
            .prepare("the server tells how many users it may have", CrowdLimits::of(cx.actor().admin()))
            .await;
        let Ok(limits) = limits else { return };
        let room = limits.room(cx.crowd);
        if let Some(reason) = room.too_small() {
            CROWD.none(cx, &reason);
            return cx.not_applicable("a crowd is called", reason);
        }
        if let Some(reason) = &room.short {
            cx.not_applicable(format!("a crowd of {}", cx.crowd), reason.clone());
        }
        let made = cx.step(format!("make a team of {}", room.words()), gather(cx, &room)).await;
        let Ok(crowd) = made else { return };
        let bots = if crowd.bots == 0 { String::new() } else { format!(", of whom {} are bots", crowd.bots) };
        cx.fact("members", format!("{}{bots}", crowd.size()));
        CROWD.put(cx, crowd);
    }
    let Some(crowd) = CROWD.kept(cx).or_else(|| CROWD.old(cx)) else { return };
    cx.on_each(cx.places, "counts the members", |place| members::counted(place, &crowd)).await;
    let paged = |place| members::paged(place, &crowd, &cx.home.admin_id);
    cx.on_each(cx.places, "has each member once in their pages", paged).await;
    cx.each_version(async |walk| called(cx, &walk, &crowd).await).await;
}

/// Somebody calls all of them.
async fn called(cx: &Context<'_>, walk: &Walk<'_>, crowd: &Crowd) -> Result<(), Reported> {
    let before = Mentions::told_by(walk.actor, crowd);
    let before = walk.step("{node} tells how often each was mentioned", before).await?;
    let text = format!("@all hear what {} says in {}", walk.actor.name, cx.stage);
    let said = async { walk.admin().create_post(&crowd.square, &text, &[]).await.expecting("a new post") };
    walk.step("call all of them on {node}", said).await?;
    let wanted = before.once_more();
    let seen = |place| mentions::as_wanted(place, crowd, &wanted);
    cx.on_all(walk.readers(), "has each of them mentioned once more, there alone", seen).await?;
    // One who counts twice may do it late.
    cx.on_each_at_once(walk.readers(), "has them mentioned once more at the end as well", seen).await;
    cx.on_each(walk.readers(), "tells alice as much", async |place| {
        #[derive(Deserialize)]
        struct Unread {
            mention_count: u64,
        }
        let path = format!("/api/v4/users/me/channels/{}/unread", crowd.square);
        let reply = place.alice().get(&path).await.expecting("what alice has not read")?;
        let got: Unread = reply.json().expecting("what alice has not read")?;
        let wanted = wanted.of_alice();
        place.ensure(got.mention_count == wanted, format!("{wanted} mentions"), got.mention_count.to_string())
    })
    .await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_a_larger_crowd_waits_for_it_and_for_nothing_else() {
        assert_eq!(patience(&CHECK, DEFAULT), Duration::ZERO);
        assert_eq!(patience(&CHECK, 300), Duration::from_secs(120));
        assert_eq!(patience(&Check { id: "posts", ..CHECK }, 300), Duration::ZERO);
    }
}
