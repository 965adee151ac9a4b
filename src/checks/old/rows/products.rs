//! What the products keep. Each is a plugin that may not be there: then its kinds do not apply.

use super::own_channel::OWN_CHANNEL;
use crate::checks::old::kind::{Act, Kind, RouteLook, Who};

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
.deleted(&[Act::delete(Who::Owner, "/plugins/focalboard/api/v2/boards/$board")]);

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
.deleted(&[Act::delete(Who::Owner, "/plugins/focalboard/api/v2/boards/$board/blocks/$view?disable_notify=true")]);

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
.where_on("/plugins/focalboard/api/v2/clientConfig", "/enablePublicSharedBoards");

/// A public playbook of the owner's with two steps: `playbook`.
const PLAYBOOK: &[Act] = &[Act::post(
    Who::Owner,
    "/plugins/playbooks/api/v0/playbooks",
    r#"{"title":"$word","description":"of stable","team_id":"$team","public":true,"create_public_playbook_run":true,"reminder_timer_default_seconds":86400,"status_update_enabled":true,"retrospective_enabled":true,"retrospective_template":"What was $word?","retrospective_reminder_interval_seconds":86400,"checklists":[{"title":"Steps","items":[{"title":"one","description":"the first"},{"title":"two"}]}]}"#,
)
.keep("playbook", "/id")];

pub(in crate::checks) const PLAYBOOKS: Kind = Kind::new(
    "old.playbooks",
    "a playbook with a retrospective",
    "a playbook of stable has its steps and its retrospective, alone and in the list, and can be deleted",
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
.deleted(&[Act::delete(Who::Owner, "/plugins/playbooks/api/v0/playbooks/$playbook")]);

pub(in crate::checks) const RUNS: Kind = Kind::new(
    "old.runs",
    "a run with an assignee",
    "a run of stable has its steps and who is to do them, alone and in the list, goes on, and can be finished",
    &[
        PLAYBOOK,
        &[
            Act::post(
                Who::Owner,
                "/plugins/playbooks/api/v0/runs",
                r#"{"name":"$word","owner_user_id":"$owner","team_id":"$team","playbook_id":"$playbook","create_public_run":true}"#,
            )
            .keep("run", "/id"),
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
.deleted(&[Act::put(Who::Owner, "/plugins/playbooks/api/v0/runs/$run/finish", "")]);

pub(in crate::checks) const CALLS: Kind = Kind::new(
    "old.calls",
    "a channel with calls",
    "a channel where calls were allowed on stable has them, and they can be forbidden there",
    &[OWN_CHANNEL, &[Act::post(Who::Admin, "/plugins/com.mattermost.calls/$own", r#"{"enabled":true}"#)]],
    &[RouteLook::whole("/plugins/com.mattermost.calls/$own")],
)
.changed(&[Act::post(Who::Admin, "/plugins/com.mattermost.calls/$own", r#"{"enabled":false}"#)]);
