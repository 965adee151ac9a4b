//! Whether somebody who came in is in.

use crate::checks::prelude::*;
use crate::mattermost::{FIRST_CHANNEL, Team};

/// Each of these nodes must show the user in the team and in its first channel.
pub(super) async fn everywhere<'p>(
    cx: &Context<'_>,
    places: impl IntoIterator<Item = &'p Place>,
    team: &Team,
    user: &str,
    who: &str,
) {
    let name = format!("shows {who} in the team and its first channel");
    cx.on_each(places, &name, |place| is_in(place, team, user)).await;
}

async fn is_in(place: &Place, team: &Team, user: &str) -> Result<(), StepError> {
    let member = place.admin().team_member(&team.id, user).await.expecting("the new member")?;
    let right = member.user_id == user && member.delete_at == 0;
    let got = format!("{} with delete_at {}", member.user_id, member.delete_at);
    place.ensure(right, format!("the member {user}"), got)?;
    let channels = place.admin().channels_of(user, &team.id).await;
    let channels = channels.expecting("the new member's channels")?;
    let names: Vec<_> = channels.into_iter().map(|channel| channel.name).collect();
    let there = names.iter().any(|name| name == FIRST_CHANNEL);
    let expected = format!("{FIRST_CHANNEL} among the new member's channels");
    place.ensure(there, expected, format!("{names:?}"))
}
