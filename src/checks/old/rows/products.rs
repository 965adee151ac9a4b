//! What the products keep. Each is a plugin that may not be there: then its kinds do not apply.

use super::own_channel::OWN_CHANNEL;
use crate::checks::old::kind::{Act, Kind, RouteLook, Who};
use crate::checks::prelude::*;

const BOARDS_PLUGIN: &[Need] = &[Need::Plugin("focalboard")];
const PLAYBOOKS_PLUGIN: &[Need] = &[Need::Plugin("playbooks")];
const CALLS_PLUGIN: &[Need] = &[Need::Plugin("com.mattermost.calls")];

/// A board of the owner's with a column: `board`.
const BOARD: &[Act] = &[Act::post(
    Who::Owner,
    "/plugins/focalboard/api/v2/boards",
    r#"{"teamId":"$team","type":"O","minimumRole":"editor","title":"$word","cardProperties":[{"id":"status","name":"Status","type":"select","options":[{"id":"todo","value":"To do","color":"propColorGray"}]}]}"#,
)
.keep("board", "/id")];

pub(in crate::checks) const BOARDS: Kind = Kind::new(
    "old.boards",
    "a board with a card",
    "a board of stable and its card are as they were, by id and in lists, and can be changed and deleted",
    &[
        BOARD,
        &[Act::post(
            Who::Owner,
            "/plugins/focalboard/api/v2/boards/$board/cards?disable_notify=true",
            r#"{"title":"$word","properties":{"status":"todo"}}"#,
        )
        .keep("card", "/id")],
    ],
    &[
        RouteLook::whole("/plugins/focalboard/api/v2/boards/$board"),
        RouteLook::item("/plugins/focalboard/api/v2/teams/$team/boards", "", "id", "$board"),
        RouteLook::whole("/plugins/focalboard/api/v2/cards/$card"),
        RouteLook::item(
            "/plugins/focalboard/api/v2/boards/$board/cards?page=0&per_page=100",
            "",
            "id",
            "$card",
        ),
    ],
)
.changed(&[Act::patch(
    Who::Owner,
    "/plugins/focalboard/api/v2/cards/$card",
    r#"{"title":"$word again","updatedProperties":{"status":"todo"}}"#,
)])
.deleted(&[Act::delete(Who::Owner, "/plugins/focalboard/api/v2/boards/$board")])
.needs(BOARDS_PLUGIN);

pub(in crate::checks) const BOARD_VIEWS: Kind = Kind::new(
    "old.boardviews",
    "a view of a board",
    "a view that a board had on stable is among its blocks as it was, and can be deleted",
    &[
        BOARD,
        &[Act::post(
            Who::Owner,
            "/plugins/focalboard/api/v2/boards/$board/blocks?disable_notify=true",
            r#"[{"id":"v$board","schema":1,"boardId":"$board","parentId":"$board","createdBy":"$owner","modifiedBy":"$owner","type":"view","title":"$word","fields":{"viewType":"table","groupById":"status","sortOptions":[],"visiblePropertyIds":["status"],"visibleOptionIds":[],"hiddenOptionIds":[],"collapsedOptionIds":[],"filter":{"operation":"and","filters":[]},"cardOrder":[],"columnWidths":{},"columnCalculations":{},"kanbanCalculations":{},"defaultTemplateId":""},"createAt":1,"updateAt":1,"deleteAt":0}]"#,
        )
        .keep("view", "/0/id")],
    ],
    &[RouteLook::item("/plugins/focalboard/api/v2/boards/$board/blocks?all=true", "", "id", "$view")],
)
.deleted(&[Act::delete(Who::Owner, "/plugins/focalboard/api/v2/boards/$board/blocks/$view?disable_notify=true")])
.needs(BOARDS_PLUGIN);

pub(in crate::checks) const BOARD_LINKS: Kind = Kind::new(
    "old.boardlinks",
    "a shared link to a board",
    "the link by which a board was shared on stable is the one that people were given, and can be switched off",
    &[
        BOARD,
        &[Act::post(
            Who::Owner,
            "/plugins/focalboard/api/v2/boards/$board/sharing",
            r#"{"id":"$board","enabled":true,"token":"t$word"}"#,
        )],
    ],
    &[RouteLook::whole("/plugins/focalboard/api/v2/boards/$board/sharing")],
)
.changed(&[Act::post(
    Who::Owner,
    "/plugins/focalboard/api/v2/boards/$board/sharing",
    r#"{"id":"$board","enabled":false,"token":"t$word"}"#,
)])
.where_on("/plugins/focalboard/api/v2/clientConfig", "/enablePublicSharedBoards")
.needs(BOARDS_PLUGIN);

// It is not taken away: Boards marks the file in the server's own table, and a node that remembers it goes on showing it
// (`deleteBlock` in server/services/store/sqlstore/blocks.go).
pub(in crate::checks) const BOARD_FILES: Kind = Kind::new(
    "old.boardfiles",
    "a file at a card of a board",
    "a file that was attached to a card on stable has its bytes and its name, and stands at the card, where it can be renamed",
    &[
        BOARD,
        &[
            Act::post(
                Who::Owner,
                "/plugins/focalboard/api/v2/boards/$board/cards?disable_notify=true",
                r#"{"title":"$word","properties":{}}"#,
            )
            .keep("card", "/id"),
            Act::board_file(Who::Owner, "$board", "Notes of $word, at a card of a board."),
            // Newer Boards show an older file to nobody unless a block of the board names it.
            Act::post(
                Who::Owner,
                "/plugins/focalboard/api/v2/boards/$board/blocks?disable_notify=true",
                r#"[{"id":"a$board","schema":1,"boardId":"$board","parentId":"$card","createdBy":"$owner","modifiedBy":"$owner","type":"attachment","title":"notes.txt","fields":{"fileId":"$file"},"createAt":1,"updateAt":1,"deleteAt":0}]"#,
            )
            .keep("attachment", "/0/id"),
        ],
    ],
    &[
        RouteLook::whole("/plugins/focalboard/api/v2/files/teams/$team/$board/$file"),
        RouteLook::whole("/plugins/focalboard/api/v2/files/teams/$team/$board/$file/info"),
        RouteLook::item("/plugins/focalboard/api/v2/boards/$board/blocks?all=true", "", "id", "$attachment"),
    ],
)
.changed(&[Act::patch(
    Who::Owner,
    "/plugins/focalboard/api/v2/boards/$board/blocks/$attachment?disable_notify=true",
    r#"{"title":"$word.txt"}"#,
)])
.needs(BOARDS_PLUGIN);

/// A public playbook of the owner's with two steps and two metrics, one of which has no target: `playbook`.
const PLAYBOOK: &[Act] = &[Act::post(
    Who::Owner,
    "/plugins/playbooks/api/v0/playbooks",
    r#"{"title":"$word","description":"of stable","team_id":"$team","public":true,"create_public_playbook_run":true,"reminder_timer_default_seconds":86400,"status_update_enabled":true,"retrospective_enabled":true,"retrospective_template":"What was $word?","retrospective_reminder_interval_seconds":86400,"metrics":[{"type":"metric_integer","title":"lost $word","description":"how many","target":5},{"type":"metric_duration","title":"time of $word","description":"","target":null}],"checklists":[{"title":"Steps","items":[{"title":"one","description":"the first"},{"title":"two"}]}]}"#,
)
.keep("playbook", "/id")];

pub(in crate::checks) const PLAYBOOKS: Kind = Kind::new(
    "old.playbooks",
    "a playbook with a retrospective and metrics",
    "a playbook of stable has its steps, its retrospective and its metrics, alone and in the list, and can be deleted",
    &[PLAYBOOK],
    &[
        RouteLook::whole("/plugins/playbooks/api/v0/playbooks/$playbook"),
        RouteLook::item(
            "/plugins/playbooks/api/v0/playbooks?team_id=$team&page=0&per_page=100",
            "/items",
            "id",
            "$playbook",
        ),
    ],
)
.deleted(&[Act::delete(Who::Owner, "/plugins/playbooks/api/v0/playbooks/$playbook")])
.needs(PLAYBOOKS_PLUGIN);

pub(in crate::checks) const RUNS: Kind = Kind::new(
    "old.runs",
    "a run with an assignee",
    "a run of stable has its steps and who is to do them, alone and in the list, goes on, and can be finished",
    &[
        PLAYBOOK,
        &[
            RUN,
            Act::put(
                Who::Owner,
                "/plugins/playbooks/api/v0/runs/$run/checklists/0/item/0/assignee",
                r#"{"assignee_id":"$owner"}"#,
            ),
        ],
    ],
    &[
        RouteLook::whole("/plugins/playbooks/api/v0/runs/$run"),
        RouteLook::item("/plugins/playbooks/api/v0/runs?team_id=$team&page=0&per_page=100", "/items", "id", "$run"),
    ],
)
.changed(&[Act::put(
    Who::Owner,
    "/plugins/playbooks/api/v0/runs/$run/checklists/0/item/0/state",
    r#"{"new_state":"closed"}"#,
)])
.deleted(&[Act::put(Who::Owner, "/plugins/playbooks/api/v0/runs/$run/finish", "")])
.needs(PLAYBOOKS_PLUGIN);

/// A run of it: `run`.
const RUN: Act = Act::post(
    Who::Owner,
    "/plugins/playbooks/api/v0/runs",
    r#"{"name":"$word","owner_user_id":"$owner","team_id":"$team","playbook_id":"$playbook","create_public_run":true}"#,
)
.keep("run", "/id");

// One metric has a value: of two, lists of runs do not promise an order (`getMetricsForPlaybookRun` of Playbooks 2.8).
pub(in crate::checks) const RETROSPECTIVES: Kind = Kind::new(
    "old.retrospectives",
    "a published retrospective with a metric",
    "what was learned from a run on stable and the value of its metric are as they were, alone and in the list, and can be rewritten",
    &[
        PLAYBOOK,
        &[
            Act::get(Who::Owner, "/plugins/playbooks/api/v0/playbooks/$playbook").keep("metric", "/metrics/0/id"),
            RUN,
            Act::post(
                Who::Owner,
                "/plugins/playbooks/api/v0/runs/$run/retrospective/publish",
                r#"{"retrospective":"$word went well","metrics":[{"metric_config_id":"$metric","value":7}]}"#,
            ),
        ],
    ],
    &[
        RouteLook::whole("/plugins/playbooks/api/v0/runs/$run"),
        RouteLook::item("/plugins/playbooks/api/v0/runs?team_id=$team&page=0&per_page=100", "/items", "id", "$run"),
    ],
)
.changed(&[Act::post(
    Who::Owner,
    "/plugins/playbooks/api/v0/runs/$run/retrospective",
    r#"{"retrospective":"$word went better","metrics":[{"metric_config_id":"$metric","value":8}]}"#,
)])
.deleted(&[Act::put(Who::Owner, "/plugins/playbooks/api/v0/runs/$run/finish", "")])
.needs(PLAYBOOKS_PLUGIN);

pub(in crate::checks) const CALLS: Kind = Kind::new(
    "old.calls",
    "a channel with calls",
    "a channel where calls were allowed on stable has them, and they can be forbidden there",
    &[OWN_CHANNEL, &[Act::post(Who::Admin, "/plugins/com.mattermost.calls/$own", r#"{"enabled":true}"#)]],
    &[RouteLook::whole("/plugins/com.mattermost.calls/$own")],
)
.changed(&[Act::post(Who::Admin, "/plugins/com.mattermost.calls/$own", r#"{"enabled":false}"#)])
.needs(CALLS_PLUGIN);

// In a conversation of two: calls in other channels need a licence.
pub(in crate::checks) const CALL_POSTS: Kind = Kind::new(
    "old.callposts",
    "the message of a call",
    "the message that a call left on stable says what it said, alone, in its thread and in its channel, and can be answered and deleted",
    &[&[
        Act::post(Who::Owner, "/api/v4/channels/direct", r#"["$owner","$member"]"#).keep("direct", "/id"),
        Act::post(Who::Admin, "/plugins/com.mattermost.calls/$direct", r#"{"enabled":true}"#),
        Act::call(Who::Owner, "$direct"),
    ]],
    &[
        RouteLook::at("/api/v4/posts/$post", "/type"),
        RouteLook::at("/api/v4/posts/$post", "/props/end_at"),
        RouteLook::at("/api/v4/posts/$post/thread", "/posts/$post"),
        RouteLook::at("/api/v4/channels/$direct/posts", "/posts/$post"),
    ],
)
.changed(&[Act::post(
    Who::Member,
    "/api/v4/posts",
    r#"{"channel_id":"$direct","root_id":"$post","message":"$word was short"}"#,
)])
.deleted(&[Act::delete(Who::Owner, "/api/v4/posts/$post")])
.needs(CALLS_PLUGIN);

// It is not taken away: that a plugin's settings are all there is for another check to say of the whole configuration.
pub(in crate::checks) const PLUGIN_SETTINGS: Kind = Kind::new(
    "old.pluginsettings",
    "a setting of a plugin",
    "a setting that an admin gave a plugin on stable has its value, for admins alone, and can be changed",
    &[&[Act::plugin_setting("$word")]],
    &[RouteLook::at("/api/v4/config", "/PluginSettings/Plugins/com.mattermost.calls/upgrade_gate")],
)
.changed(&[Act::plugin_setting("$word again")])
.configured()
.needs(CALLS_PLUGIN);
