//! A channel of a check's own, made on stable and used in every stage: after an upgrade people write in old ones.

use futures_util::future::try_join_all;

use super::context::Context;
use super::outcome::{Expect as _, Stop};

/// The id of the check's channel, with alice and bob in it.
///
/// # Errors
/// When it cannot be made.
pub(super) async fn of_check(cx: &Context<'_>) -> Result<String, Stop> {
    if let Some(old) = cx.carried("channel") {
        return Ok(old);
    }
    let home = cx.home;
    let admin = home.admin.at(&cx.places[0].anyone);
    let channel = admin.create_channel(&home.team_id, &format!("channel-{}", cx.nonce), "O").await;
    let channel = channel.expecting("a new channel")?;
    for member in [&home.alice_id, &home.bob_id] {
        admin.add_to_channel(&channel.id, member).await.expecting("the new member")?;
    }
    // A node that remembers their memberships of before would refuse them in the first check that acts there.
    let known = cx.places.iter().flat_map(|place| [(place, &home.alice), (place, &home.bob)]);
    try_join_all(known.map(|(place, member)| async {
        let member = member.at(&place.anyone);
        cx.as_member(place, || member.typing(&channel.id)).await.expecting("the new member to be let in")
    }))
    .await?;
    cx.carry("channel", &channel.id);
    Ok(channel.id)
}
