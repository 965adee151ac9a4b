//! The websocket at `/api/v4/websocket`: who may open one, what it hears, what it may ask.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal};
use crate::node::core::NodeCore;
use crate::node::identity::Token;
use crate::products::calls;

/// A socket that does not say who it is is closed after this long.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
pub(crate) struct Resume {
    connection_id: Option<String>,
    sequence_number: Option<String>,
}

/// Opens a websocket.
pub(crate) async fn open(
    State(node): State<Arc<NodeCore>>,
    Query(resume): Query<Resume>,
    token: Token,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Answer {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let origin = text(header::ORIGIN);
    if !is_own(&node, origin, text(header::HOST)) {
        return Ok(refused(StatusCode::FORBIDDEN, origin));
    }
    let Ok(upgrade) = upgrade else { return Ok(refused(StatusCode::BAD_REQUEST, origin)) };
    let token = node.transact(|tables| token.caller(&node, tables)).ok().map(|caller| caller.token);
    // The product insists on both or neither.
    let torn = resume.connection_id.is_some_and(|id| !id.is_empty()) && resume.sequence_number.is_none();
    Ok(upgrade.on_upgrade(move |socket| async move {
        if !torn {
            talk(node, socket, token).await;
        }
    }))
}

/// Whether a page of this origin may open one: of the site's URL, and only where it has none of the host that is asked (seen on
/// 11.7).
fn is_own(node: &NodeCore, origin: &str, host: &str) -> bool {
    let settings = node.settings();
    let site = settings.text("ServiceSettings", "SiteURL");
    let (scheme, rest) = site.split_once("://").unwrap_or_default();
    let own = rest.split('/').next().unwrap_or_default();
    let (of, asks) = origin.split_once("://").unwrap_or_default();
    let fits = if own.is_empty() { asks == host } else { (of, asks) == (scheme, own) };
    origin.is_empty() || fits || node.has("any-origin")
}

/// The odd answer of the product to what cannot become a websocket: text first, then the JSON of a 400.
fn refused(status: StatusCode, origin: &str) -> Response {
    let refusal = Refusal::new(
        400,
        "api.web_socket.connect.upgrade.app_error",
        &format!("URL Blocked because of CORS. Url: {origin}"),
    );
    let reason = status.canonical_reason().unwrap_or_default();
    let body = format!("{reason}\n{}", refusal.json(&crate::db::ids::new_id()));
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::SEC_WEBSOCKET_VERSION, "13")];
    (status, headers, body).into_response()
}

async fn talk(node: Arc<NodeCore>, mut socket: WebSocket, token: Option<String>) {
    let challenged = token.is_none();
    let (token, seq) = match token {
        Some(token) => (token, 0),
        None => match tokio::time::timeout(PATIENCE, challenge(&mut socket)).await {
            Ok(Some(challenge)) => challenge,
            _ => return,
        },
    };
    let Some(session) = node.transact(|tables| node.session(tables, &token)) else { return };
    let hello =
        json!({"connection_id": "", "server_hostname": node.name, "server_version": node.version_id()});
    let (id, mut frames) = node.hub.open(&session.user_id, &token, hello);
    if challenged {
        node.hub.reply(&id, &json!({"status": "OK", "seq_reply": seq}));
    }
    exchange(&node, &mut socket, &id, &token, &mut frames).await;
    node.transact(|tables| calls::leave(&node, tables, &id));
    node.hub.close(&id);
    // The socket is dropped: the end of TCP and no close frame, as the product does it.
}

async fn exchange(
    node: &NodeCore,
    socket: &mut WebSocket,
    id: &str,
    token: &str,
    frames: &mut UnboundedReceiver<String>,
) {
    loop {
        tokio::select! {
            frame = frames.recv() => {
                let Some(frame) = frame else { return };
                if socket.send(Message::text(frame)).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    if let Some(reply) = node.transact(|tables| reply(node, tables, id, token, &text)) {
                        node.hub.reply(id, &reply);
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
            () = node.killed.cancelled() => return,
        }
    }
}

/// Waits for the first `authentication_challenge`: its token and number.
async fn challenge(socket: &mut WebSocket) -> Option<(String, u64)> {
    while let Some(Ok(message)) = socket.recv().await {
        let Message::Text(text) = message else { continue };
        let Ok(action) = serde_json::from_str::<Value>(&text) else { continue };
        if action["action"] == "authentication_challenge" {
            let token = action["data"]["token"].as_str()?.to_owned();
            return Some((token, action["seq"].as_u64().unwrap_or_default()));
        }
    }
    None
}

fn reply(node: &NodeCore, tables: &mut Tables, id: &str, token: &str, text: &str) -> Option<Value> {
    let action: Value = serde_json::from_str(text).ok()?;
    let name = action["action"].as_str()?;
    // After a logout the socket is mute in both directions.
    let session = node.session(tables, token)?;
    let seq = &action["seq"];
    match name {
        "authentication_challenge" | "user_typing" | "presence" => {
            Some(json!({"status": "OK", "seq_reply": seq}))
        }
        "ping" => Some(json!({"status": "OK", "seq_reply": seq, "data": {
            "node_id": "", "server_time": node.world.tick(), "text": "pong", "version": node.reported.version,
        }})),
        "get_statuses" => {
            Some(json!({"status": "OK", "seq_reply": seq, "data": {session.user_id: "online"}}))
        }
        // Plugins answer with events, never with a reply.
        name if name.starts_with("custom_") => {
            calls::act(node, tables, id, &session.user_id, name, &action["data"]);
            None
        }
        _ => Some(json!({"status": "FAIL", "seq_reply": seq, "error": {
            "id": "api.web_socket_router.bad_action.app_error", "message": "Unknown WebSocket action.",
            "detailed_error": "", "status_code": 500,
        }})),
    }
}
