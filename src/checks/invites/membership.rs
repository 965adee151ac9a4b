//! Whether somebody who came in is in.

use crate::checks::context::Context;
use crate::checks::outcome::{Expect as _, Halt, Stop};
use crate::checks::scene::Place;
use crate::mattermost::Team;

/// The channel that everybody of a team is in.
pub(super) const FIRST_CHANNEL: &str = "town-square";

/// Each of these nodes must show the user in the team and in its first channel.
pub(super) async fn everywhere(
    cx: &Context<'_>,
    places: &[Place],
    team: &Team,
    user: &str,
    who: &str,
) -> Result<(), Halt> {
    let mut halted = Ok(());
    for place in places {
        let admin = cx.home.admin.at(&place.anyone);
        let seen = cx.crossed(place, || async {
            let member = admin.team_member(&team.id, user).await.expecting("the new member")?;
            if member.user_id != user || member.delete_at != 0 {
                let got = format!("{} with delete_at {}", member.user_id, member.delete_at);
                return Err(Stop::failed_at(&place.name, format!("the member {user}"), got));
            }
            let channels = admin.channels_of(user, &team.id).await.expecting("the new member's channels")?;
            if channels.iter().any(|channel| channel.name == FIRST_CHANNEL) {
                Ok(())
            } else {
                let names: Vec<_> = channels.into_iter().map(|channel| channel.name).collect();
                Err(Stop::failed_at(
                    &place.name,
                    format!("{FIRST_CHANNEL} among the new member's channels"),
                    format!("{names:?}"),
                ))
            }
        });
        let name = format!("{} shows {who} in the team and its first channel", place.label());
        halted = halted.and(cx.step(name, seen).await);
    }
    halted
}
