//! What programs come in and go out by.

use super::own_channel::{OPEN_CHANNEL, OWN_CHANNEL};
use crate::checks::old::kind::{Act, Kind, RouteLook, Who};

pub(in crate::checks) const INCOMING: Kind = Kind::new(
    "old.incoming",
    "an incoming webhook",
    "an incoming webhook of stable with a name and a picture of its own is as it was, and can be changed and deleted",
    &[
        OWN_CHANNEL,
        &[Act::post(
            Who::Admin,
            "/api/v4/hooks/incoming",
            r#"{"channel_id":"$own","display_name":"$word","description":"of stable","username":"robot","icon_url":"https://example.com/robot.png"}"#,
        )
        .keep("hook", "/id")],
    ],
    &[
        RouteLook::whole("/api/v4/hooks/incoming/$hook"),
        RouteLook::item("/api/v4/hooks/incoming?team_id=$team&per_page=200", "", "id", "$hook"),
    ],
)
.changed(&[Act::put(
    Who::Admin,
    "/api/v4/hooks/incoming/$hook",
    r#"{"id":"$hook","team_id":"$team","channel_id":"$own","display_name":"$word again","description":"of release"}"#,
)])
.deleted(&[Act::delete(Who::Admin, "/api/v4/hooks/incoming/$hook")]);

pub(in crate::checks) const OUTGOING: Kind = Kind::new(
    "old.outgoing",
    "an outgoing webhook",
    "an outgoing webhook of stable is as it was, with its token, and can be changed and deleted",
    &[
        OPEN_CHANNEL,
        &[Act::post(
            Who::Admin,
            "/api/v4/hooks/outgoing",
            r#"{"team_id":"$team","channel_id":"$own","display_name":"$word","trigger_words":["$word"],"trigger_when":0,"callback_urls":["http://127.0.0.1:9/"],"content_type":"application/json"}"#,
        )
        .keep("hook", "/id")],
    ],
    &[
        RouteLook::whole("/api/v4/hooks/outgoing/$hook"),
        RouteLook::item("/api/v4/hooks/outgoing?team_id=$team&per_page=200", "", "id", "$hook"),
    ],
)
.changed(&[Act::put(
    Who::Admin,
    "/api/v4/hooks/outgoing/$hook",
    r#"{"id":"$hook","team_id":"$team","channel_id":"$own","display_name":"$word again","trigger_words":["$word"],"callback_urls":["http://127.0.0.1:9/"]}"#,
)])
.deleted(&[Act::delete(Who::Admin, "/api/v4/hooks/outgoing/$hook")]);

pub(in crate::checks) const COMMANDS: Kind = Kind::new(
    "old.commands",
    "a slash command",
    "a slash command of stable is listed as it was, with its token, and can be changed and deleted",
    &[&[Act::post(
        Who::Admin,
        "/api/v4/commands",
        r#"{"team_id":"$team","trigger":"$word","method":"P","url":"http://127.0.0.1:9/","auto_complete":true,"auto_complete_desc":"of stable","display_name":"$word"}"#,
    )
    .keep("command", "/id")]],
    &[
        RouteLook::item("/api/v4/commands?team_id=$team&custom_only=true", "", "id", "$command"),
        RouteLook::whole("/api/v4/commands/$command"),
    ],
)
.changed(&[Act::put(
    Who::Admin,
    "/api/v4/commands/$command",
    r#"{"id":"$command","team_id":"$team","trigger":"$word","method":"G","url":"http://127.0.0.1:9/","display_name":"$word again"}"#,
)])
.deleted(&[Act::delete(Who::Admin, "/api/v4/commands/$command")]);

pub(in crate::checks) const BOTS: Kind = Kind::new(
    "old.bots",
    "a bot",
    "a bot of stable is found by id and in the list as it was, and can be renamed and disabled",
    &[&[Act::bot(Who::Admin, "$word")]],
    &[
        RouteLook::whole("/api/v4/bots/$bot"),
        RouteLook::item("/api/v4/bots?per_page=200&include_deleted=true", "", "user_id", "$bot"),
        RouteLook::at("/api/v4/users/$bot", "/username"),
    ],
)
.changed(&[Act::put(
    Who::Admin,
    "/api/v4/bots/$bot",
    r#"{"username":"$word","display_name":"Another name","description":"of release"}"#,
)])
.deleted(&[Act::post(Who::Admin, "/api/v4/bots/$bot/disable", "{}")]);

pub(in crate::checks) const OAUTH: Kind = Kind::new(
    "old.oauth",
    "an OAuth app",
    "an OAuth app of stable is listed as it was, with its secret, and can be changed and deleted",
    &[&[Act::post(
        Who::Admin,
        "/api/v4/oauth/apps",
        r#"{"name":"$word","description":"of stable","homepage":"https://example.com","callback_urls":["https://example.com/back"]}"#,
    )
    .keep("app", "/id")]],
    &[
        RouteLook::whole("/api/v4/oauth/apps/$app"),
        RouteLook::item("/api/v4/oauth/apps?per_page=200", "", "id", "$app"),
        RouteLook::whole("/api/v4/oauth/apps/$app/info"),
    ],
)
.changed(&[Act::put(
    Who::Admin,
    "/api/v4/oauth/apps/$app",
    r#"{"id":"$app","name":"$word again","description":"of release","homepage":"https://example.com","callback_urls":["https://example.com/back"]}"#,
)])
.deleted(&[Act::delete(Who::Admin, "/api/v4/oauth/apps/$app")]);
