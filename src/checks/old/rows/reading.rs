//! What somebody has read and not read yet.

use super::own_channel::{OWN_CHANNEL, OWN_POST};
use crate::checks::old::kind::{Act, Kind, RouteLook, Who};

pub(in crate::checks) const THREADS: Kind = Kind::new(
    "old.threads",
    "a followed thread",
    "a thread that somebody followed on stable is in their list with its counts, grows, and can be unfollowed",
    &[
        OWN_CHANNEL,
        OWN_POST,
        &[Act::post(
            Who::Member,
            "/api/v4/posts",
            r#"{"channel_id":"$own","root_id":"$post","message":"an answer to @$owner_name"}"#,
        )],
    ],
    &[
        RouteLook::item("/api/v4/users/$owner/teams/$team/threads?per_page=100", "/threads", "id", "$post"),
        RouteLook::whole("/api/v4/users/$owner/teams/$team/threads/$post"),
    ],
)
.changed(&[Act::post(
    Who::Member,
    "/api/v4/posts",
    r#"{"channel_id":"$own","root_id":"$post","message":"another answer"}"#,
)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/users/$owner/teams/$team/threads/$post/following")]);

pub(in crate::checks) const UNREADS: Kind = Kind::new(
    "old.unreads",
    "an unread mention",
    "a channel with a mention that was unread on stable has the same counts, and can be read",
    &[
        OWN_CHANNEL,
        &[Act::post(
            Who::Member,
            "/api/v4/posts",
            r#"{"channel_id":"$own","message":"@$owner_name, have you seen $word?"}"#,
        )],
    ],
    &[
        RouteLook::whole("/api/v4/users/$owner/channels/$own/unread"),
        RouteLook::item("/api/v4/users/$owner/teams/$team/channels/members", "", "channel_id", "$own"),
    ],
)
.changed(&[Act::post(
    Who::Owner,
    "/api/v4/channels/members/$owner/view",
    r#"{"channel_id":"$own","prev_channel_id":""}"#,
)]);
