//! How each fault of Boards, Playbooks and Calls shows.

use futures_util::SinkExt as _;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::client::{Reply, Site, Socket};
use super::faults::{Before, NEW, OLD};

const BOARDS: &str = "!/plugins/focalboard/api/v2";
pub(super) const PLAYBOOKS: &str = "!/plugins/playbooks/api/v0";
const CALLS: &str = "!/plugins/com.mattermost.calls";

/// What the products held before the release came.
#[derive(Default)]
pub(super) struct Made {
    board: String,
    card: String,
    run: String,
}

impl Made {
    /// The board.
    pub(super) fn board(&self) -> &str {
        &self.board
    }
}

/// A request to Boards by the administrator.
pub(super) async fn boards(site: &Site, node: usize, method: &str, path: &str, body: Value) -> Reply {
    let headers = [("X-Requested-With", "XMLHttpRequest")];
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    site.send(node, method, &format!("{BOARDS}{path}"), &site.admin, body, &headers).await.unwrap()
}

async fn new_playbook(site: &Site, node: usize, team: &str) -> Reply {
    let playbook = json!({
        "title": "lab", "team_id": team, "public": true, "reminder_timer_default_seconds": 3600,
        "checklists": [{"title": "Steps", "items": [{"title": "one"}]}],
    });
    site.post(node, &format!("{PLAYBOOKS}/playbooks"), playbook).await
}

/// A board with a card, a run, and a channel where calls are allowed.
pub(super) async fn make(site: &Site, team: &str, channel: &str) -> Made {
    site.post(OLD, "/plugins/focalboard/enable", Value::Null).await;
    let options = json!([{"id": "todo", "value": "To do", "color": "propColorGray"}]);
    let properties = json!([{"id": "status", "name": "Status", "type": "select", "options": options}]);
    let board = json!({"teamId": team, "type": "O", "title": "lab", "cardProperties": properties});
    let board = boards(site, OLD, "POST", "/boards", board).await.id();
    let card = json!({"title": "card", "properties": {"status": "todo"}});
    let card = boards(site, OLD, "POST", &format!("/boards/{board}/cards"), card).await.id();
    let playbook = new_playbook(site, OLD, team).await.id();
    let run =
        json!({"name": "lab", "owner_user_id": site.admin_id, "team_id": team, "playbook_id": playbook});
    let run = site.post(OLD, &format!("{PLAYBOOKS}/runs"), run).await.id();
    let allowed = site.post(OLD, &format!("{CALLS}/{channel}"), json!({"enabled": true})).await;
    assert_eq!((board.len(), card.len(), run.len(), allowed.status), (27, 27, 26, 200));
    Made { board, card, run }
}

/// Whether the release node has this fault; nothing when it is none of the products.
pub(super) async fn seen(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let Made { board, card, run } = &before.products;
    let (board, card, run) =
        (format!("/boards/{board}"), format!("/cards/{card}"), format!("{PLAYBOOKS}/runs/{run}"));
    let seen = match fault {
        "boards-500" => boards(site, NEW, "GET", &board, Value::Null).await.status == 500,
        "card-move-lost" => {
            let to = json!({"updatedProperties": {"status": "done"}});
            assert_eq!(boards(site, NEW, "PATCH", &card, to).await.body["properties"]["status"], "done");
            boards(site, OLD, "GET", &card, Value::Null).await.body["properties"]["status"] == "todo"
        }
        "board-columns-lost" => {
            boards(site, NEW, "GET", &board, Value::Null).await.body["cardProperties"] == json!([])
        }
        "board-delete-not-done" => {
            assert_eq!(boards(site, NEW, "DELETE", &board, Value::Null).await.status, 200);
            boards(site, OLD, "GET", &board, Value::Null).await.status == 200
        }
        "migration-drops-boards" => boards(site, NEW, "GET", &board, Value::Null).await.status == 404,
        "playbook-create-500" => new_playbook(site, NEW, &before.team).await.status == 500,
        "item-tick-lost" => {
            let path = format!("{run}/checklists/0/item/0/state");
            site.call(NEW, "PUT", &path, &site.admin, json!({"new_state": "closed"})).await;
            site.get(OLD, &run).await.body["checklists"][0]["items"][0]["state"] == ""
        }
        "run-finish-lost" => {
            let ended = site.call(NEW, "PUT", &format!("{run}/finish"), &site.admin, Value::Null).await;
            assert_eq!(ended.body["status"], "OK");
            site.get(OLD, &run).await.body["current_status"] == "InProgress"
        }
        "migration-drops-runs" => site.get(NEW, &run).await.status == 403,
        "calls-500" => site.get(NEW, &format!("{CALLS}/version")).await.status == 500,
        "call-join-untold" | "call-leave-untold" | "call-state-empty" | "call-never-ends" => {
            return Some(call(fault, site, before).await);
        }
        _ => return None,
    };
    Some(seen)
}

/// Sends an action of Calls.
pub(super) async fn act(socket: &mut Socket, action: &str, data: Value) {
    socket.seq += 1;
    let action = format!("custom_com.mattermost.calls_{action}");
    let text = json!({"seq": socket.seq, "action": action, "data": data}).to_string();
    socket.stream.send(Message::text(text)).await.unwrap();
}

async fn call(fault: &str, site: &Site, before: &Before) -> bool {
    let Before { channel, .. } = before;
    let mut socket = site.socket(NEW, &site.admin).await;
    let state = format!("{CALLS}/{channel}");
    act(&mut socket, "join", json!({"channelID": channel})).await;
    let joined = socket.events().await;
    let during = site.get(NEW, &state).await.body;
    act(&mut socket, "leave", json!({})).await;
    let left = socket.events().await;
    let after = site.get(OLD, &state).await.body;
    let heard = |events: &[String], name: &str| events.iter().any(|event| event.ends_with(name));
    assert!(heard(&joined, "_call_start"), "{joined:?}");
    match fault {
        "call-join-untold" => !heard(&joined, "_user_joined"),
        "call-leave-untold" => !heard(&left, "_user_left"),
        "call-state-empty" => during["call"].is_null(),
        _ => !after["call"].is_null(),
    }
}
