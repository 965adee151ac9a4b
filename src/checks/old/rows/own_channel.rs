//! The channels that rows are made in: each has one of its own, so that no count of one is moved by another.

use crate::checks::old::kind::{Act, Who};

/// A private channel of the row's own, in which nobody else acts: `own`.
pub(super) const OWN_CHANNEL: &[Act] = &[
    Act::post(
        Who::Owner,
        "/api/v4/channels",
        r#"{"team_id":"$team","name":"$word","display_name":"$word","type":"P"}"#,
    )
    .keep("own", "/id"),
    Act::post(Who::Owner, "/api/v4/channels/$own/members", r#"{"user_id":"$member"}"#),
];

/// An open one.
pub(super) const OPEN_CHANNEL: &[Act] = &[
    Act::post(
        Who::Owner,
        "/api/v4/channels",
        r#"{"team_id":"$team","name":"$word","display_name":"$word","type":"O"}"#,
    )
    .keep("own", "/id"),
    Act::post(Who::Owner, "/api/v4/channels/$own/members", r#"{"user_id":"$member"}"#),
];

/// A message of the owner's in it: `post`.
pub(super) const OWN_POST: &[Act] =
    &[Act::post(Who::Owner, "/api/v4/posts", r#"{"channel_id":"$own","message":"$word"}"#)
        .keep("post", "/id")];
