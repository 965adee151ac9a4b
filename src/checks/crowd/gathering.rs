//! The crowd comes together: accounts, a team, its first channel, and another channel that some of them are in.

use std::time::Duration;

use futures_util::future::try_join_all;

use super::room::CrowdRoom;
use crate::checks::prelude::*;
use crate::mattermost::{Client, FIRST_CHANNEL, Socket};

/// How many accounts are made at once.
const AT_ONCE: usize = 4;
/// How many are brought into the team by one request: servers take 256 (`MaxAddMembersBatch`), and need 20 to 50 ms for each.
const BATCH: usize = 50;
/// How long servers may take to tell of all members of a batch; a real one needed 3 s for a hundred.
const SETTLING: Duration = Duration::from_secs(15);

/// The crowd of stable.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    /// The channel that all of them are in.
    pub(super) square: String,
    /// A channel that some of them are in, and that nobody is called in.
    pub(super) aside: String,
    /// All members of the square but the admin: alice, bob, users, then bots.
    pub(super) members: Vec<String>,
    /// Who is in the other channel as well: alice, then the first, the middle and the last of those that were made.
    pub(super) samples: Vec<String>,
    /// How many of the members are bots.
    pub(super) bots: usize,
}

impl Crowd {
    /// How many members the square has; the admin is one.
    pub(super) fn size(&self) -> usize {
        self.members.len() + 1
    }

    /// The member of this place in the list, as a failure names them.
    pub(super) fn name(&self, place: usize) -> String {
        match place {
            0 => "alice".to_owned(),
            1 => "bob".to_owned(),
            _ if place >= self.members.len() - self.bots => format!("bot {}", place + 1),
            _ => format!("user {}", place + 1),
        }
    }
}

/// Makes it, as large as there is room for.
pub(super) async fn gather(cx: &Context<'_>, room: &CrowdRoom) -> Result<Crowd, StepError> {
    let (actor, home) = (cx.actor(), cx.home);
    let admin = actor.admin();
    let team = admin.create_team(&format!("crowd-{}", cx.nonce), "Crowd").await.expecting("a new team")?.id;
    let square = admin.channel_named(&team, FIRST_CHANNEL).await.expecting("the first channel of a team")?.id;
    let mut socket = cx.socket(admin).await?;
    let mut members = vec![home.alice_id.clone(), home.bob_id.clone()];
    members.extend(accounts(cx, admin, room).await?);
    for batch in members.chunks(BATCH) {
        admin.add_all_to_team(&team, batch).await.expecting("the new members")?;
        settled(cx, &mut socket, &square, batch.len()).await;
    }
    let last = members.len() - 1;
    let samples = [0, 2, last / 2, last].map(|n| members[n].clone()).to_vec();
    let aside = admin.create_channel(&team, &format!("aside-{}", cx.nonce), "O").await;
    let aside = aside.expecting("a new channel")?.id;
    for member in &samples {
        admin.add_to_channel(&aside, member).await.expecting("the new member")?;
    }
    settled(cx, &mut socket, &aside, samples.len()).await;
    Ok(Crowd { square, aside, members, samples, bots: room.bots })
}

/// The ids of the new accounts: users, then bots.
async fn accounts(cx: &Context<'_>, admin: &Client, room: &CrowdRoom) -> Result<Vec<String>, StepError> {
    let made = async |n: usize| {
        let name = format!("crowd-{}-{n}", cx.nonce);
        if n < room.users {
            Ok::<_, StepError>(admin.create_outside_user(&name).await.expecting("a new user")?.id)
        } else {
            Ok(admin.create_bot(&name).await.expecting("a new bot")?.user_id)
        }
    };
    let mut ids = Vec::with_capacity(room.members());
    for first in (0..room.members()).step_by(AT_ONCE) {
        let some = first..room.members().min(first + AT_ONCE);
        ids.extend(try_join_all(some.map(made)).await?);
    }
    Ok(ids)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_named_by_their_kind_and_place() {
        let members = (0..6).map(|n| n.to_string()).collect();
        let crowd =
            Crowd { square: String::new(), aside: String::new(), members, samples: Vec::new(), bots: 2 };
        assert_eq!(crowd.size(), 7);
        let names: Vec<String> = (0..6).map(|place| crowd.name(place)).collect();
        assert_eq!(names, ["alice", "bob", "user 3", "user 4", "bot 5", "bot 6"]);
    }
}
