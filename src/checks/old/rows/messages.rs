//! Messages, and what is done with them before and after they are sent.

use super::own_channel::{OWN_CHANNEL, OWN_POST};
use crate::checks::old::kind::{Act, Kind, RouteLook, Who};

// An answer that is not sent yet: in its first minutes a server deletes all drafts that answer nothing, by the once-only job
// `delete_orphan_drafts_migration` (seen on a real 11.6 with a database of its own, and in its source).
pub(in crate::checks) const DRAFTS: Kind = Kind::new(
    "old.drafts",
    "a draft",
    "a draft of stable is listed as it was, and can be saved over and deleted",
    &[
        OWN_CHANNEL,
        OWN_POST,
        &[Act::post(
            Who::Owner,
            "/api/v4/drafts",
            r#"{"channel_id":"$own","root_id":"$post","user_id":"$owner","message":"$word"}"#,
        )],
    ],
    &[RouteLook::item("/api/v4/users/$owner/teams/$team/drafts", "", "channel_id", "$own")],
)
.changed(&[Act::post(
    Who::Owner,
    "/api/v4/drafts",
    r#"{"channel_id":"$own","root_id":"$post","user_id":"$owner","message":"$word again"}"#,
)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/users/$owner/channels/$own/drafts/$post")]);

pub(in crate::checks) const SCHEDULED: Kind = Kind::new(
    "old.scheduled",
    "a scheduled message",
    "a message that was scheduled on stable is listed as it was, and can be changed and deleted",
    &[
        OWN_CHANNEL,
        &[Act::post(
            Who::Owner,
            "/api/v4/posts/schedule",
            r#"{"channel_id":"$own","user_id":"$owner","message":"$word","scheduled_at":$later}"#,
        )
        .keep("scheduled", "/id")],
    ],
    &[RouteLook::item("/api/v4/posts/scheduled/team/$team?includeDirectChannels=true", "/$team", "id", "$scheduled")],
)
.changed(&[Act::put(
    Who::Owner,
    "/api/v4/posts/schedule/$scheduled",
    r#"{"id":"$scheduled","channel_id":"$own","user_id":"$owner","message":"$word again","scheduled_at":$later}"#,
)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/posts/schedule/$scheduled")]);

pub(in crate::checks) const SAVED: Kind = Kind::new(
    "old.saved",
    "a saved message",
    "a message that somebody saved on stable is among their saved ones, and can be taken from there",
    &[
        OWN_CHANNEL,
        OWN_POST,
        &[Act::put(
            Who::Owner,
            "/api/v4/users/$owner/preferences",
            r#"[{"user_id":"$owner","category":"flagged_post","name":"$post","value":"true"}]"#,
        )],
    ],
    &[
        RouteLook::at("/api/v4/users/$owner/posts/flagged?team_id=$team", "/posts/$post"),
        RouteLook::whole("/api/v4/users/$owner/preferences/flagged_post/name/$post"),
    ],
)
.deleted(&[Act::post(
    Who::Owner,
    "/api/v4/users/$owner/preferences/delete",
    r#"[{"user_id":"$owner","category":"flagged_post","name":"$post","value":"true"}]"#,
)]);

// A reminder has no route that shows it: what can be seen is that its message lives, and that it can be set anew.
pub(in crate::checks) const REMINDERS: Kind = Kind::new(
    "old.reminders",
    "a message with a reminder",
    "a message with a reminder of stable is as it was, and the reminder can be set anew",
    &[
        OWN_CHANNEL,
        OWN_POST,
        &[Act::post(Who::Owner, "/api/v4/users/$owner/posts/$post/reminder", r#"{"target_time":$later_s}"#)],
    ],
    &[RouteLook::whole("/api/v4/posts/$post")],
)
.changed(&[Act::post(Who::Owner, "/api/v4/users/$owner/posts/$post/reminder", r#"{"target_time":$later_s}"#)
    .unseen()])
.deleted(&[Act::delete(Who::Owner, "/api/v4/posts/$post")]);

pub(in crate::checks) const ACKNOWLEDGEMENTS: Kind = Kind::new(
    "old.acknowledgements",
    "an acknowledged message",
    "an acknowledgement of stable stands at its message, and can be taken back",
    &[
        OWN_CHANNEL,
        &[
            Act::post(
                Who::Owner,
                "/api/v4/posts",
                r#"{"channel_id":"$own","message":"$word","metadata":{"priority":{"priority":"","requested_ack":true}}}"#,
            )
            .keep("post", "/id"),
            Act::post(Who::Member, "/api/v4/users/$member/posts/$post/ack", "{}"),
        ],
    ],
    &[
        RouteLook::at("/api/v4/posts/$post", "/metadata"),
        RouteLook::at("/api/v4/channels/$own/posts", "/posts/$post"),
    ],
)
.changed(&[Act::delete(Who::Member, "/api/v4/users/$member/posts/$post/ack")])
.deleted(&[Act::delete(Who::Owner, "/api/v4/posts/$post")]);

pub(in crate::checks) const PRIORITIES: Kind = Kind::new(
    "old.priorities",
    "an urgent message",
    "a message that was urgent on stable still is, alone and in its channel, and can be edited and deleted",
    &[
        OWN_CHANNEL,
        &[Act::post(
            Who::Owner,
            "/api/v4/posts",
            r#"{"channel_id":"$own","message":"$word","metadata":{"priority":{"priority":"urgent"}}}"#,
        )
        .keep("post", "/id")],
    ],
    &[
        RouteLook::at("/api/v4/posts/$post", "/metadata"),
        RouteLook::at("/api/v4/channels/$own/posts", "/posts/$post"),
    ],
)
.changed(&[Act::put(Who::Owner, "/api/v4/posts/$post/patch", r#"{"message":"$word again"}"#)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/posts/$post")]);

pub(in crate::checks) const REACTIONS: Kind = Kind::new(
    "old.reactions",
    "a reaction",
    "a reaction of stable stands below its message, and can be taken back",
    &[
        OWN_CHANNEL,
        OWN_POST,
        &[Act::post(
            Who::Member,
            "/api/v4/reactions",
            r#"{"user_id":"$member","post_id":"$post","emoji_name":"tada"}"#,
        )],
    ],
    &[
        RouteLook::item("/api/v4/posts/$post/reactions", "", "emoji_name", "tada"),
        RouteLook::at("/api/v4/channels/$own/posts", "/posts/$post/metadata"),
    ],
)
.deleted(&[Act::delete(Who::Member, "/api/v4/users/$member/posts/$post/reactions/tada")])
.remembered();

pub(in crate::checks) const PINS: Kind = Kind::new(
    "old.pins",
    "a pinned message",
    "a message that was pinned on stable still is, and can be taken down",
    &[OWN_CHANNEL, OWN_POST, &[Act::post(Who::Owner, "/api/v4/posts/$post/pin", "{}")]],
    &[RouteLook::at("/api/v4/channels/$own/pinned", "/posts/$post")],
)
.changed(&[Act::post(Who::Owner, "/api/v4/posts/$post/unpin", "{}")])
.deleted(&[Act::delete(Who::Owner, "/api/v4/posts/$post").unseen()]);

pub(in crate::checks) const EDITS: Kind = Kind::new(
    "old.edits",
    "an edited message",
    "a message that was edited on stable has its former text for its author, and can be edited again and deleted",
    &[
        OWN_CHANNEL,
        OWN_POST,
        &[Act::put(Who::Owner, "/api/v4/posts/$post/patch", r#"{"message":"$word edited"}"#)],
    ],
    &[
        RouteLook::whole("/api/v4/posts/$post/edit_history"),
        RouteLook::at("/api/v4/posts/$post/thread", "/posts/$post"),
    ],
)
.changed(&[Act::put(Who::Owner, "/api/v4/posts/$post/patch", r#"{"message":"$word edited again"}"#)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/posts/$post")]);

pub(in crate::checks) const ATTACHMENTS: Kind = Kind::new(
    "old.attachments",
    "a message with attachments",
    "a message with attachments and properties of stable has them all, alone and in its thread",
    &[
        OWN_CHANNEL,
        &[Act::post(
            Who::Owner,
            "/api/v4/posts",
            r##"{"channel_id":"$own","message":"#$word","props":{"gate":{"word":"$word"},"attachments":[{"fallback":"$word","color":"#ff8000","pretext":"before","title":"$word","text":"an attachment","fields":[{"title":"a","value":"1","short":true}],"footer":"the end"}]}}"##,
        )
        .keep("post", "/id")],
    ],
    &[
        RouteLook::at("/api/v4/posts/$post", "/props"),
        RouteLook::at("/api/v4/posts/$post/thread", "/posts/$post"),
        RouteLook::at("/api/v4/channels/$own/posts", "/posts/$post/props"),
    ],
)
.changed(&[Act::put(Who::Owner, "/api/v4/posts/$post/patch", r#"{"props":{"gate":{"word":"again"}}}"#)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/posts/$post")]);

pub(in crate::checks) const PERMALINKS: Kind = Kind::new(
    "old.permalinks",
    "a message that others link to",
    "what a link to a message of stable leads to is what it was, for everybody",
    &[OWN_CHANNEL, OWN_POST],
    &[
        RouteLook::whole("/api/v4/posts/$post/info"),
        RouteLook::at("/api/v4/posts/$post", "/message"),
        RouteLook::at("/api/v4/posts/$post", "/type"),
    ],
)
.deleted(&[Act::delete(Who::Owner, "/api/v4/posts/$post")]);
