//! Files, pictures, and the links to them.

use super::own_channel::OWN_CHANNEL;
use crate::checks::old::kind::{Act, Kind, RouteLook, Who};

pub(in crate::checks) const EMOJIS: Kind = Kind::new(
    "old.emojis",
    "a custom emoji",
    "a custom emoji of stable is found by id, by name and in the list, with its picture, and can be deleted",
    &[&[Act::emoji(Who::Owner, "$word")]],
    &[
        RouteLook::whole("/api/v4/emoji/$emoji"),
        RouteLook::whole("/api/v4/emoji/name/$word"),
        RouteLook::item("/api/v4/emoji?per_page=200", "", "id", "$emoji"),
        RouteLook::whole("/api/v4/emoji/$emoji/image"),
    ],
)
.deleted(&[Act::delete(Who::Owner, "/api/v4/emoji/$emoji")])
.remembered();

pub(in crate::checks) const UPLOADS: Kind = Kind::new(
    "old.uploads",
    "an upload that was begun",
    "an upload that was begun on stable is known to its owner as it was, and can be ended",
    &[
        OWN_CHANNEL,
        &[Act::post(
            Who::Owner,
            "/api/v4/uploads",
            r#"{"channel_id":"$own","filename":"$word.txt","file_size":10}"#,
        )
        .keep("upload", "/id")],
    ],
    &[
        RouteLook::whole("/api/v4/uploads/$upload"),
        RouteLook::item("/api/v4/users/$owner/uploads", "", "id", "$upload"),
    ],
)
.changed(&[Act::bytes(Who::Owner, "/api/v4/uploads/$upload", "0123456789")]);

// It is not deleted: a node goes on showing a file that it remembers when its message is gone (seen on a real 11.7).
pub(in crate::checks) const FILES: Kind = Kind::new(
    "old.files",
    "a file with text",
    "a text file of stable has its name, its type and its bytes, is at its message, and is found by what it says",
    &[
        OWN_CHANNEL,
        &[
            Act::file(Who::Owner, "$own", "Notes of $word, to be found by what they say."),
            Act::post(
                Who::Owner,
                "/api/v4/posts",
                r#"{"channel_id":"$own","message":"$word","file_ids":["$file"]}"#,
            )
            .keep("post", "/id"),
        ],
    ],
    &[
        RouteLook::whole("/api/v4/files/$file/info"),
        RouteLook::whole("/api/v4/files/$file"),
        RouteLook::at("/api/v4/posts/$post", "/metadata"),
        RouteLook::search(
            "/api/v4/teams/$team/files/search",
            r#"{"terms":"$word","is_or_search":false}"#,
            "/file_infos/$file",
        ),
    ],
);

pub(in crate::checks) const LINKS: Kind = Kind::new(
    "old.links",
    "a public link to a file",
    "the public link to a file of stable is the one that people were given",
    &[
        OWN_CHANNEL,
        &[
            Act::file(Who::Owner, "$own", "Open to everybody who has the link to $word."),
            Act::post(
                Who::Owner,
                "/api/v4/posts",
                r#"{"channel_id":"$own","message":"$word","file_ids":["$file"]}"#,
            )
            .keep("post", "/id"),
        ],
    ],
    &[RouteLook::from("/api/v4/files/$file/link", "/link", "/files/")],
)
.deleted(&[Act::delete(Who::Owner, "/api/v4/posts/$post")]);

pub(in crate::checks) const TEAM_ICONS: Kind = Kind::new(
    "old.teamicons",
    "the icon of a team",
    "the icon of a team is the picture of stable, with its time, and can be taken down",
    &[&[Act::picture(Who::Admin, "teams/$team")]],
    &[
        RouteLook::whole("/api/v4/teams/$team/image"),
        RouteLook::at("/api/v4/teams/$team", "/last_team_icon_update"),
    ],
)
.deleted(&[Act::delete(Who::Admin, "/api/v4/teams/$team/image")]);
