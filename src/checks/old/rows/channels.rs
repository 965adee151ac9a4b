//! Channels, who is what in them, and groups of people.

use super::own_channel::{OPEN_CHANNEL, OWN_CHANNEL};
use crate::checks::old::kind::{Act, Kind, RouteLook, Who};

pub(in crate::checks) const CHANNELS: Kind = Kind::new(
    "old.channels",
    "a channel with header and purpose",
    "a private channel of stable is as it was, by id, by name and in lists, hidden from others, and can be renamed",
    &[
        OWN_CHANNEL,
        &[Act::put(
            Who::Owner,
            "/api/v4/channels/$own/patch",
            r#"{"header":"$word: [a link](https://example.com)","purpose":"to be old"}"#,
        )],
    ],
    &[
        RouteLook::whole("/api/v4/channels/$own"),
        RouteLook::whole("/api/v4/teams/$team/channels/name/$word"),
        RouteLook::item("/api/v4/users/$owner/teams/$team/channels", "", "id", "$own"),
        RouteLook::whole("/api/v4/channels/$own/stats"),
    ],
)
.changed(&[Act::put(Who::Owner, "/api/v4/channels/$own/patch", r#"{"display_name":"$word again"}"#)]);

pub(in crate::checks) const ARCHIVED: Kind = Kind::new(
    "old.archived",
    "an archived channel",
    "a channel that was archived on stable still is, is listed as such, and can be brought back",
    &[OPEN_CHANNEL, &[Act::delete(Who::Owner, "/api/v4/channels/$own")]],
    &[
        RouteLook::whole("/api/v4/channels/$own"),
        RouteLook::item("/api/v4/teams/$team/channels/deleted?per_page=200", "", "id", "$own"),
    ],
)
.changed(&[Act::post(Who::Admin, "/api/v4/channels/$own/restore", "{}")]);

pub(in crate::checks) const BOOKMARKS: Kind = Kind::new(
    "old.bookmarks",
    "a bookmark of a channel",
    "a bookmark that a channel had on stable is listed as it was, and can be changed and deleted",
    &[
        OWN_CHANNEL,
        &[Act::post(
            Who::Owner,
            "/api/v4/channels/$own/bookmarks",
            r#"{"display_name":"$word","type":"link","link_url":"https://example.com/$word"}"#,
        )
        .keep("bookmark", "/id")],
    ],
    &[RouteLook::item("/api/v4/channels/$own/bookmarks", "", "id", "$bookmark")],
)
.changed(&[Act::patch(
    Who::Owner,
    "/api/v4/channels/$own/bookmarks/$bookmark",
    r#"{"display_name":"$word again"}"#,
)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/channels/$own/bookmarks/$bookmark")]);

pub(in crate::checks) const MUTES: Kind = Kind::new(
    "old.mutes",
    "a muted channel",
    "a channel that somebody muted on stable is muted for them, and can be heard again",
    &[
        OWN_CHANNEL,
        &[Act::put(
            Who::Owner,
            "/api/v4/channels/$own/members/$owner/notify_props",
            r#"{"user_id":"$owner","channel_id":"$own","desktop":"none","mark_unread":"mention"}"#,
        )],
    ],
    &[
        RouteLook::at("/api/v4/channels/$own/members/$owner", "/notify_props"),
        RouteLook::item("/api/v4/channels/$own/members", "", "user_id", "$owner"),
    ],
)
.changed(&[Act::put(
    Who::Owner,
    "/api/v4/channels/$own/members/$owner/notify_props",
    r#"{"user_id":"$owner","channel_id":"$own","desktop":"all","mark_unread":"all"}"#,
)]);

pub(in crate::checks) const MODERATORS: Kind = Kind::new(
    "old.moderators",
    "an admin of a channel",
    "who was made an admin of a channel on stable is one, by the same roles, and can be made a plain member",
    &[
        OWN_CHANNEL,
        &[Act::put(
            Who::Owner,
            "/api/v4/channels/$own/members/$member/schemeRoles",
            r#"{"scheme_user":true,"scheme_admin":true}"#,
        )],
    ],
    &[
        RouteLook::whole("/api/v4/channels/$own/members/$member"),
        RouteLook::item("/api/v4/channels/$own/members", "", "user_id", "$member"),
    ],
)
.changed(&[Act::put(
    Who::Owner,
    "/api/v4/channels/$own/members/$member/schemeRoles",
    r#"{"scheme_user":true,"scheme_admin":false}"#,
)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/channels/$own/members/$member")]);

pub(in crate::checks) const GROUPS: Kind = Kind::new(
    "old.groups",
    "a group message",
    "a group message of stable is there by id and in the lists of its members, with what was said in it",
    &[&[
        Act::post(Who::Owner, "/api/v4/channels/group", r#"["$owner","$member","$stranger"]"#)
            .keep("group", "/id"),
        Act::post(Who::Owner, "/api/v4/posts", r#"{"channel_id":"$group","message":"$word"}"#)
            .keep("post", "/id"),
    ]],
    &[
        RouteLook::whole("/api/v4/channels/$group"),
        RouteLook::item("/api/v4/users/$owner/teams/$team/channels", "", "id", "$group"),
        RouteLook::at("/api/v4/channels/$group/posts", "/posts/$post"),
    ],
)
.changed(&[Act::put(Who::Owner, "/api/v4/posts/$post/patch", r#"{"message":"$word again"}"#)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/posts/$post")]);

pub(in crate::checks) const DIRECTS: Kind = Kind::new(
    "old.directs",
    "a direct message",
    "a direct message of stable is there for the two of them alone, by id, by name and in their lists",
    &[&[
        Act::post(Who::Owner, "/api/v4/channels/direct", r#"["$owner","$member"]"#).keep("direct", "/id"),
        Act::post(Who::Owner, "/api/v4/posts", r#"{"channel_id":"$direct","message":"$word"}"#)
            .keep("post", "/id"),
    ]],
    &[
        RouteLook::at("/api/v4/channels/$direct", "/name"),
        RouteLook::at("/api/v4/channels/$direct/members/$member", "/roles"),
        RouteLook::at("/api/v4/posts/$post", "/message"),
        RouteLook::at("/api/v4/channels/$direct/posts", "/posts/$post"),
    ],
)
.changed(&[Act::put(Who::Owner, "/api/v4/posts/$post/patch", r#"{"message":"$word again"}"#)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/posts/$post")]);

// A team of its own: who is an admin of the team of all rows would be one in every other row as well.
pub(in crate::checks) const TEAMS: Kind = Kind::new(
    "old.teams",
    "a team with an admin of its own",
    "a team of stable and who is its admin are as they were, by id, by name and in lists, and can be changed",
    &[&[
        Act::team(Who::Admin, "$word"),
        Act::post(
            Who::Admin,
            "/api/v4/teams/$own_team/members",
            r#"{"team_id":"$own_team","user_id":"$owner"}"#,
        ),
        Act::put(
            Who::Admin,
            "/api/v4/teams/$own_team/members/$owner/schemeRoles",
            r#"{"scheme_user":true,"scheme_admin":true}"#,
        ),
        Act::put(Who::Admin, "/api/v4/teams/$own_team/patch", r#"{"description":"of stable"}"#),
    ]],
    &[
        RouteLook::whole("/api/v4/teams/$own_team"),
        RouteLook::whole("/api/v4/teams/name/$word"),
        RouteLook::item("/api/v4/users/$owner/teams", "", "id", "$own_team"),
        RouteLook::whole("/api/v4/teams/$own_team/members/$owner"),
        RouteLook::item("/api/v4/teams/$own_team/members", "", "user_id", "$owner"),
    ],
)
.changed(&[Act::put(Who::Owner, "/api/v4/teams/$own_team/patch", r#"{"description":"of release"}"#)])
.deleted(&[Act::delete(Who::Admin, "/api/v4/teams/$own_team/members/$owner")]);

pub(in crate::checks) const CUSTOM_GROUPS: Kind = Kind::new(
    "old.customgroups",
    "a custom group",
    "a custom group of stable is listed with its members as it was, and can be renamed and deleted",
    &[&[Act::post(
        Who::Admin,
        "/api/v4/groups",
        r#"{"name":"$word","display_name":"$word","source":"custom","allow_reference":true,"user_ids":["$owner"]}"#,
    )
    .keep("group", "/id")]],
    &[
        RouteLook::whole("/api/v4/groups/$group"),
        RouteLook::item("/api/v4/groups?per_page=200", "", "id", "$group"),
        RouteLook::at("/api/v4/groups/$group/members", "/members/0/id"),
    ],
)
.changed(&[Act::put(Who::Admin, "/api/v4/groups/$group/patch", r#"{"display_name":"$word again"}"#)])
.deleted(&[Act::delete(Who::Admin, "/api/v4/groups/$group")]);

pub(in crate::checks) const SCHEMES: Kind = Kind::new(
    "old.schemes",
    "a scheme of permissions",
    "a scheme of permissions that was made on stable is listed as it was, and can be renamed and deleted",
    &[&[Act::post(
        Who::Admin,
        "/api/v4/schemes",
        r#"{"name":"$word","display_name":"$word","scope":"team"}"#,
    )
    .keep("scheme", "/id")]],
    &[
        RouteLook::whole("/api/v4/schemes/$scheme"),
        RouteLook::item("/api/v4/schemes?scope=team&per_page=100", "", "id", "$scheme"),
    ],
)
.changed(&[Act::put(Who::Admin, "/api/v4/schemes/$scheme/patch", r#"{"display_name":"$word again"}"#)])
.deleted(&[Act::delete(Who::Admin, "/api/v4/schemes/$scheme")]);
