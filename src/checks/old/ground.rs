//! What old rows stand on: two members, a guest where there may be one, a team and a channel of their own, made once on stable.
//!
//! Nobody else acts there: a count or a time that changes was changed by the servers.

use std::sync::Arc;

use secrecy::ExposeSecret as _;
use tokio::sync::{OnceCell, Semaphore};

use super::kind::Who;
use super::words::Words;
use crate::checks::guests::why_no_guests;
use crate::checks::prelude::*;
use crate::mattermost::{ApiError, Client};

/// How many rows are looked at at a time: a server is to answer everybody else meanwhile.
const AT_ONCE: usize = 8;

/// What all rows have in common.
#[derive(Debug)]
pub(super) struct Common {
    ground: OnceCell<Result<OldGround, StepError>>,
    /// Whoever works on a row has one of these.
    pub(super) turns: Semaphore,
}

impl Default for Common {
    fn default() -> Self {
        Self { ground: OnceCell::new(), turns: Semaphore::new(AT_ONCE) }
    }
}

impl Common {
    /// That of the run.
    pub(super) fn of(cx: &Context<'_>) -> Arc<Self> {
        cx.carried.shared("old", "what all rows have in common")
    }

    /// The ground: whoever comes first on stable makes it, and how that ended is everybody's.
    ///
    /// # Errors
    /// What could not be made.
    pub(super) async fn ground(&self, cx: &Context<'_>) -> Result<OldGround, StepError> {
        self.ground.get_or_init(|| OldGround::make(cx)).await.clone()
    }
}

/// The accounts, and what is known by name from the start.
#[derive(Debug, Clone)]
pub(super) struct OldGround {
    owner: Client,
    member: Client,
    /// Nobody, where there may be none.
    guest: Option<Client>,
    /// Ids of accounts, team and channel.
    pub(super) words: Words,
}

impl OldGround {
    async fn make(cx: &Context<'_>) -> Result<Self, StepError> {
        let place = cx.actor();
        let (admin, home) = (place.admin(), cx.home);
        let names = ["owner", "member"].map(|who| format!("{who}-{}", cx.nonce));
        let account = async |name: &str| -> Result<(String, Client), ApiError> {
            let secret = home.password.expose_secret();
            let user = admin.create_user(name, secret).await?;
            Ok((user.id, place.client.login(name, secret).await?.client))
        };
        let team_name = format!("old-{}", cx.nonce);
        let (owner, member, team) =
            tokio::join!(account(&names[0]), account(&names[1]), admin.create_team(&team_name, "Old rows"));
        let (owner_id, owner) = owner.expecting("an account for old rows")?;
        let (member_id, member) = member.expecting("an account for old rows")?;
        let team = team.expecting("a team for old rows")?.id;
        for user in [&owner_id, &member_id] {
            admin.add_to_team(&team, user).await.expecting("the new member of the team")?;
        }
        let channel = cx.as_member(place, || owner.create_channel(&team, &team_name, "P")).await;
        let channel = channel.expecting("a channel for old rows")?.id;
        let joined = cx.as_member(place, || owner.add_to_channel(&channel, &member_id)).await;
        joined.expecting("the new member of the channel")?;
        let guest = guest(cx, place, &team, &channel).await?;
        let mut words = Words::default();
        for (name, value) in [
            ("owner", &owner_id),
            ("member", &member_id),
            ("stranger", &home.alice_id),
            ("admin", &home.admin_id),
            ("owner_name", &names[0]),
            ("member_name", &names[1]),
            ("team", &team),
            ("channel", &channel),
        ] {
            words.set(name, value.as_str());
        }
        Ok(Self { owner, member, guest, words })
    }

    /// Somebody on a node; nobody, where there may be no such account.
    pub(super) fn client(&self, who: Who, place: &Place) -> Option<Client> {
        Some(match who {
            Who::Owner => self.owner.at(&place.client),
            Who::Member => self.member.at(&place.client),
            Who::Guest => self.guest.as_ref()?.at(&place.client),
            Who::Stranger => place.alice().clone(),
            Who::Admin => place.admin().clone(),
        })
    }
}

/// A guest in the channel, if there may be guests.
async fn guest(
    cx: &Context<'_>,
    place: &Place,
    team: &str,
    channel: &str,
) -> Result<Option<Client>, StepError> {
    let (admin, password) = (place.admin(), cx.home.password.expose_secret());
    if why_no_guests(admin).await?.is_some() {
        return Ok(None);
    }
    let name = format!("oldguest-{}", cx.nonce);
    let user = admin.create_user(&name, password).await.expecting("a guest for old rows")?;
    admin.add_to_team(team, &user.id).await.expecting("the new member of the team")?;
    let joined = cx.as_member(place, || admin.add_to_channel(channel, &user.id)).await;
    joined.expecting("the new member of the channel")?;
    admin.demote(&user.id).await.expecting("the member to become a guest")?;
    let login = place.client.login(&name, password).await.expecting("the guest to log in")?;
    Ok(Some(login.client))
}
