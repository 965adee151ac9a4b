//! What belongs to one account: its sidebar, its settings, what it says of itself.

use super::own_channel::OWN_CHANNEL;
use crate::checks::old::kind::{Act, Kind, RouteLook, Who};

pub(in crate::checks) const CATEGORIES: Kind = Kind::new(
    "old.categories",
    "a category of the sidebar",
    "a category that somebody made in their sidebar on stable is there with its channel, and can be renamed and deleted",
    &[
        OWN_CHANNEL,
        &[Act::post(
            Who::Owner,
            "/api/v4/users/$owner/teams/$team/channels/categories",
            r#"{"user_id":"$owner","team_id":"$team","display_name":"$word","channel_ids":["$own"]}"#,
        )
        .keep("category", "/id")],
    ],
    &[
        RouteLook::item("/api/v4/users/$owner/teams/$team/channels/categories", "/categories", "id", "$category"),
        RouteLook::whole("/api/v4/users/$owner/teams/$team/channels/categories/$category"),
    ],
)
.changed(&[Act::put(
    Who::Owner,
    "/api/v4/users/$owner/teams/$team/channels/categories/$category",
    r#"{"id":"$category","user_id":"$owner","team_id":"$team","display_name":"$word again","type":"custom","channel_ids":["$own"]}"#,
)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/users/$owner/teams/$team/channels/categories/$category")]);

pub(in crate::checks) const STATUSES: Kind = Kind::new(
    "old.statuses",
    "a custom status",
    "what somebody said on stable that they are doing is told to everybody as then, and can be changed and taken back",
    &[&[Act::put(
        Who::Owner,
        "/api/v4/users/$owner/status/custom",
        r#"{"emoji":"palm_tree","text":"$word"}"#,
    )]],
    &[
        RouteLook::at("/api/v4/users/$owner", "/props/customStatus"),
        RouteLook::at("/api/v4/users/username/$owner_name", "/props/customStatus"),
    ],
)
.changed(&[Act::put(
    Who::Owner,
    "/api/v4/users/$owner/status/custom",
    r#"{"emoji":"house","text":"$word again"}"#,
)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/users/$owner/status/custom")]);

// Set by hand: it does not change when its owner does something or comes by another node.
pub(in crate::checks) const PRESENCES: Kind = Kind::new(
    "old.presences",
    "a status that was set by hand",
    "who was set to do not disturb on stable still is, for everybody, and can be set online",
    &[&[Act::put(Who::Member, "/api/v4/users/$member/status", r#"{"user_id":"$member","status":"dnd"}"#)]],
    &[
        RouteLook::at("/api/v4/users/$member/status", "/status"),
        RouteLook::at("/api/v4/users/$member/status", "/manual"),
    ],
)
.changed(&[Act::put(
    Who::Member,
    "/api/v4/users/$member/status",
    r#"{"user_id":"$member","status":"away"}"#,
)]);

pub(in crate::checks) const PREFERENCES: Kind = Kind::new(
    "old.preferences",
    "a preference",
    "a preference of stable is listed and found by name for its owner alone, and can be changed and deleted",
    &[&[Act::put(
        Who::Owner,
        "/api/v4/users/$owner/preferences",
        r#"[{"user_id":"$owner","category":"upgrade_gate","name":"$word","value":"before"}]"#,
    )]],
    &[
        RouteLook::item("/api/v4/users/$owner/preferences", "", "name", "$word"),
        RouteLook::item("/api/v4/users/$owner/preferences/upgrade_gate", "", "name", "$word"),
        RouteLook::whole("/api/v4/users/$owner/preferences/upgrade_gate/name/$word"),
    ],
)
.changed(&[Act::put(
    Who::Owner,
    "/api/v4/users/$owner/preferences",
    r#"[{"user_id":"$owner","category":"upgrade_gate","name":"$word","value":"after"}]"#,
)])
.deleted(&[Act::post(
    Who::Owner,
    "/api/v4/users/$owner/preferences/delete",
    r#"[{"user_id":"$owner","category":"upgrade_gate","name":"$word","value":"after"}]"#,
)]);

// All of it is one row that servers read, change and write back: no other kind may change the same account, or one change
// would undo the other (seen on a real 12.0).
pub(in crate::checks) const NOTIFICATIONS: Kind = Kind::new(
    "old.notifications",
    "an account with settings of its own",
    "what somebody set about their notifications and told of themselves on stable is as it was, and can be changed",
    &[&[Act::put(
        Who::Member,
        "/api/v4/users/$member/patch",
        r#"{"nickname":"$word","position":"Ärztin","locale":"de","notify_props":{"channel":"false","comments":"any","desktop":"all","desktop_sound":"true","desktop_threads":"all","email":"false","email_threads":"all","first_name":"false","mention_keys":"$word","push":"none","push_status":"away","push_threads":"all"}}"#,
    )]],
    &[
        RouteLook::at("/api/v4/users/$member", "/notify_props"),
        RouteLook::at("/api/v4/users/username/$member_name", "/notify_props"),
        RouteLook::at("/api/v4/users/$member", "/nickname"),
        RouteLook::at("/api/v4/users/$member", "/position"),
        RouteLook::at("/api/v4/users/$member", "/locale"),
        RouteLook::at("/api/v4/users/$member", "/roles"),
    ],
)
.changed(&[Act::put(
    Who::Member,
    "/api/v4/users/$member/patch",
    r#"{"nickname":"$word again","notify_props":{"channel":"true","comments":"never","desktop":"mention","desktop_sound":"true","desktop_threads":"all","email":"true","email_threads":"all","first_name":"false","mention_keys":"$word,again","push":"mention","push_status":"away","push_threads":"all"}}"#,
)]);

pub(in crate::checks) const ATTRIBUTES: Kind = Kind::new(
    "old.attributes",
    "a custom profile attribute",
    "a custom profile attribute of stable and its value are as they were, and can be changed and deleted",
    &[&[
        Act::post(
            Who::Admin,
            "/api/v4/custom_profile_attributes/fields",
            r#"{"name":"$word","type":"text","attrs":{"visibility":"when_set"}}"#,
        )
        .keep("field", "/id"),
        Act::patch(Who::Owner, "/api/v4/custom_profile_attributes/values", r#"{"$field":"$word"}"#),
    ]],
    &[
        RouteLook::item("/api/v4/custom_profile_attributes/fields", "", "id", "$field"),
        RouteLook::at("/api/v4/users/$owner/custom_profile_attributes", "/$field"),
    ],
)
.changed(&[Act::patch(Who::Owner, "/api/v4/custom_profile_attributes/values", r#"{"$field":"again"}"#)])
.deleted(&[Act::delete(Who::Admin, "/api/v4/custom_profile_attributes/fields/$field")]);

pub(in crate::checks) const TOKENS: Kind = Kind::new(
    "old.tokens",
    "a personal access token",
    "a personal access token of stable is listed and found as it was, and can be switched off and revoked",
    &[&[Act::post(Who::Admin, "/api/v4/users/$owner/tokens", r#"{"description":"$word"}"#)
        .keep("token", "/id")]],
    &[
        RouteLook::item("/api/v4/users/$owner/tokens", "", "id", "$token"),
        RouteLook::whole("/api/v4/users/tokens/$token"),
    ],
)
.changed(&[Act::post(Who::Admin, "/api/v4/users/tokens/disable", r#"{"token_id":"$token"}"#)])
.deleted(&[Act::post(Who::Admin, "/api/v4/users/tokens/revoke", r#"{"token_id":"$token"}"#)]);
