//! A channel of a check's own, made on stable and used in every stage: after an upgrade people write in old ones.

use futures_util::future::try_join_all;

use super::prelude::*;

/// The channel of the check, wherever it was made.
const CHANNEL: Entry<String> = Entry::new("a channel of its own");

/// The id of the check's channel, with alice and bob in it.
///
/// # Errors
/// When it cannot be made.
pub(super) async fn of_check(cx: &Context<'_>) -> Result<String, StepError> {
    if let Some(old) = CHANNEL.kept(cx) {
        return Ok(old);
    }
    let (home, admin) = (cx.home, cx.actor().admin());
    let channel = admin.create_channel(&home.team_id, &format!("channel-{}", cx.nonce), "O").await;
    let channel = channel.expecting("a new channel")?.id;
    for member in [&home.alice_id, &home.bob_id] {
        admin.add_to_channel(&channel, member).await.expecting("the new member")?;
    }
    // A node that remembers their memberships of before would refuse them in the first check that acts there.
    let known = cx.places.iter().flat_map(|place| [(place, place.alice()), (place, place.bob())]);
    try_join_all(known.map(|(place, member)| async {
        cx.as_member(place, || member.typing(&channel)).await.expecting("the new member to be let in")
    }))
    .await?;
    CHANNEL.put(cx, channel.clone());
    Ok(channel)
}
