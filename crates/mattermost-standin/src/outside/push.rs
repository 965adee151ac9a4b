//! Push notifications: one for each session of a device, about a direct message or a mention, to the server in
//! `EmailSettings.PushNotificationServer`.
//!
//! Simpler than the product: everybody wants them, nobody is active meanwhile, and of what they say there is nothing but where.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::db::ids;
use crate::db::posts::Post;
use crate::db::tables::Tables;
use crate::events::publish_post::is_for;
use crate::node::core::NodeCore;
use crate::outside::call::OutsideCall;

/// Sends what a post is worth to whoever has a device. Nobody waits for it: what goes wrong is only logged.
pub(crate) fn send(node: &Arc<NodeCore>, tables: &mut Tables, post: &Post, sender: &str) {
    let settings = node.settings();
    let server = settings.text("EmailSettings", "PushNotificationServer").trim_end_matches('/').to_owned();
    if !settings.on("EmailSettings", "SendPushNotifications") || server.is_empty() {
        return;
    }
    let devices = devices(node, tables, post);
    // Asked only where there is one: a behaviour counts its calls.
    if devices.is_empty() || node.has("push-lost") {
        return;
    }
    let times = if node.has("push-doubled") { 2 } else { 1 };
    let payloads: Vec<Value> = devices
        .iter()
        .flat_map(|device| std::iter::repeat_n(payload(node, post, sender, device), times))
        .collect();
    let url = format!("{server}/api/v1/send_push");
    tables.kept.last_push = payloads.last().map(|last| (url.clone(), last.clone()));
    spawn(node, url, payloads);
}

/// Sends the last one once more, whoever sent it.
pub(crate) fn again(node: &Arc<NodeCore>, tables: &Tables) {
    if let Some((url, last)) = tables.kept.last_push.clone()
        && node.has("push-again")
    {
        spawn(node, url, vec![last]);
    }
}

fn spawn(node: &Arc<NodeCore>, url: String, payloads: Vec<Value>) {
    let sending = Arc::clone(node);
    node.tasks.spawn(async move {
        for payload in payloads {
            if let Err(why) = OutsideCall::json(&url, &payload).send(&sending).await {
                let what = json!({"err": why});
                sending.log.info("Failed to send to push proxy", "app/notification_push.go:213", what);
            }
        }
    });
}

/// The devices of those whom a post is for.
fn devices(node: &NodeCore, tables: &Tables, post: &Post) -> Vec<String> {
    let own = node.has("push-to-author");
    let concerned = |user: &str| is_for(tables, post, user) || (own && user == post.user_id);
    let live = tables.sessions.values().map(|session| (&session.user_id, &session.device_id));
    let dead = tables.kept.lost_devices.iter().filter(|_| node.has("push-to-the-dead"));
    let all = live.chain(dead.map(|(user, device)| (user, device)));
    let wanted = all.filter(|(user, device)| !device.is_empty() && concerned(user));
    wanted.map(|(_, device)| device.clone()).collect()
}

fn payload(node: &NodeCore, post: &Post, sender: &str, device: &str) -> Value {
    let (platform, id) = device.split_once(':').unwrap_or(("", device));
    let channel = if node.has("push-astray") { "" } else { post.channel_id.as_str() };
    json!({
        "ack_id": ids::new_id(), "platform": platform, "server_id": node.world.server_id, "device_id": id,
        "post_id": post.id, "category": "CAN_REPLY", "message": post.message, "badge": 1,
        "channel_id": channel, "root_id": post.root_id, "type": "message", "sender_id": post.user_id,
        "sender_name": sender, "version": "v2", "is_crt_enabled": true, "is_id_loaded": false, "signature": "",
    })
}
