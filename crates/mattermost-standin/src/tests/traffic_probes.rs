//! Faults of `traffic.yaml`: how each shows at the node that runs the release.

use std::io::Read as _;
use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::{Value, json};
use sinks::PushSink;
use tokio::time::Instant;

use super::client::{Reply, Site};
use super::crowd_probes;
use super::faults::{Before, NEW, OLD};

/// How long is waited for what is to come. What never does costs a test all of it.
const COMES: Duration = Duration::from_secs(2);

/// Whether the fault shows; nothing where it is about something else.
pub(super) async fn seen(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    if let Some(seen) = posts(fault, site, before).await {
        return Some(seen);
    }
    if let Some(seen) = push(fault, site, before).await {
        return Some(seen);
    }
    if let Some(seen) = crowd_probes::seen(fault, site, before).await {
        return Some(seen);
    }
    hooks(fault, site, before).await
}

async fn push(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let Before { channel, user, token, .. } = before;
    if !fault.starts_with("push-") && fault != "device-forgotten" {
        return None;
    }
    let sink = PushSink::start(Ipv4Addr::LOCALHOST.into()).await.unwrap();
    let told =
        json!({"EmailSettings": {"SendPushNotifications": true, "PushNotificationServer": sink.url()}});
    site.call(OLD, "PUT", "/config/patch", &site.admin, told).await;
    site.post(OLD, &format!("/channels/{channel}/members"), json!({"user_id": user})).await;
    let node = if fault == "device-forgotten" { NEW } else { OLD };
    let attach = async |token: &str, device: &str| {
        let device = json!({"device_id": format!("android:{device}")});
        let told = site.call(node, "PUT", "/users/sessions/device", token, device).await;
        assert_eq!(told.status, 200);
    };
    attach(token, "one").await;
    let other = site.login(OLD, "alice").await;
    attach(&other, "two").await;
    site.call(OLD, "POST", "/users/logout", &other, Value::Null).await;
    let own = json!({"channel_id": channel, "message": "mine"});
    site.call(NEW, "POST", "/posts", token, own).await;
    let post = site.say(NEW, channel, "hello @alice").await;
    // The old node does all that it should, after whatever the new one does.
    let last = site.say(if fault == "device-forgotten" { NEW } else { OLD }, channel, "@alice again").await;
    let end = sink.comes(Instant::now() + COMES, |push| push.post == last).await;
    sink.comes(Instant::now() + COMES, |push| push.post == post).await;
    let all = sink.all();
    let about: Vec<&str> =
        all.iter().filter(|push| push.post == post).map(|push| push.device.as_str()).collect();
    Some(match fault {
        "push-lost" => about.is_empty(),
        "push-doubled" => {
            // The second one follows the first.
            sink.comes(Instant::now() + Duration::from_millis(300), |push| push.post == post).await
        }
        "push-to-the-dead" => {
            sink.comes(Instant::now() + Duration::from_millis(300), |push| push.device == "two").await
        }
        "push-to-author" => {
            let mine = |push: &sinks::Push| push.post != post && push.post != last;
            sink.comes(Instant::now() + Duration::from_millis(300), mine).await
        }
        "push-again" => {
            let help = json!({"SupportSettings": {"HelpLink": "https://lab.test/help"}});
            site.call(NEW, "PUT", "/config/patch", &site.admin, help).await;
            sink.comes(Instant::now() + Duration::from_millis(300), |_| false).await;
            sink.all().iter().filter(|push| push.post == last).count() == 2
        }
        "push-astray" => all.iter().any(|push| push.post == post && push.channel.is_empty()),
        _ => !end,
    })
}

async fn posts(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let channel = &before.channel;
    let long = async |length: usize| {
        let message = "ä".repeat(length);
        site.post(NEW, "/posts", json!({"channel_id": channel, "message": message})).await
    };
    let page = async |query: &str, headers: &[(&str, &str)]| {
        let path = format!("/channels/{channel}/posts?{query}");
        site.send(NEW, "GET", &path, &site.admin, Vec::new(), headers).await.unwrap()
    };
    let ids = |reply: &Reply| -> Vec<String> {
        reply.body["order"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
    };
    let three = async || {
        let mut said = Vec::new();
        for text in ["one", "two", "three"] {
            said.push(site.say(OLD, channel, text).await);
        }
        said
    };
    let seen = match fault {
        "long-post-cut" => {
            let id = long(16_383).await.id();
            site.message(OLD, &id).await.as_str().unwrap().chars().count() == 4000
        }
        "long-post-refused" => long(16_383).await.status == 400,
        "longer-post-taken" => long(16_384).await.status == 201,
        "pages-overlap" => {
            let said = three().await;
            ids(&page("page=1&per_page=1", &[]).await) == said[2..]
        }
        "cursor-skips" => {
            let said = three().await;
            ids(&page(&format!("per_page=1&before={}", said[2]), &[]).await) == said[..1]
        }
        "later-cursor-skips" => {
            let said = three().await;
            ids(&page(&format!("per_page=1&after={}", said[0]), &[]).await) == said[2..]
        }
        "known-page-again" | "new-page-kept-back" => {
            let first = page("", &[]).await;
            let known = [("If-None-Match", first.header("etag"))];
            if fault == "new-page-kept-back" {
                site.say(NEW, channel, "new").await;
            }
            let status = page("", &known).await.status;
            status == if fault == "new-page-kept-back" { 304 } else { 200 }
        }
        "packed-page-short" => {
            three().await;
            let reply = page("", &[("Accept-Encoding", "gzip")]).await;
            assert_eq!(reply.header("content-encoding"), "gzip");
            let mut plain = String::new();
            flate2::read::GzDecoder::new(reply.bytes.as_slice()).read_to_string(&mut plain).unwrap();
            let packed: Value = serde_json::from_str(&plain).unwrap();
            packed["order"].as_array().unwrap().len() < ids(&page("", &[]).await).len()
        }
        _ => return None,
    };
    Some(seen)
}

async fn hooks(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let Before { team, channel, .. } = before;
    if !crate::fault::find(fault)?.reddens.iter().any(|id| id == "integrations.payloads")
        || !fault.starts_with("hook-")
        || fault == "hook-post-lost"
    {
        return None;
    }
    let on = json!({"ServiceSettings": {"EnablePostUsernameOverride": true}});
    site.call(OLD, "PUT", "/config/patch", &site.admin, on).await;
    let hook = site.post(OLD, "/hooks/incoming", json!({"channel_id": channel})).await.id();
    let path = format!("!/hooks/{hook}");
    let sent = async |body: Value| site.call(NEW, "POST", &path, "", body).await.status;
    let other = json!({"team_id": team, "name": "beta", "display_name": "Beta", "type": "O"});
    let other = site.post(OLD, "/channels", other).await.id();
    let newest = async |channel: &str| -> Vec<Value> {
        let posts = site.get(OLD, &format!("/channels/{channel}/posts")).await.body["posts"].clone();
        let posts = posts.as_object().unwrap().clone().into_iter().map(|(_, post)| post);
        posts.filter(|post| post["props"]["from_webhook"] == "true").collect()
    };
    let seen = match fault {
        "hook-channel-ignored" => {
            assert_eq!(sent(json!({"text": "hi", "channel": "beta"})).await, 200);
            newest(&other).await.is_empty()
        }
        "hook-person-unknown" => sent(json!({"text": "hi", "channel": "@alice"})).await == 400,
        "hook-names-lost" => {
            assert_eq!(sent(json!({"text": "hi", "username": "CI"})).await, 200);
            newest(channel).await[0]["props"]["override_username"] != "CI"
        }
        "hook-attachments-lost" => {
            assert_eq!(sent(json!({"text": "hi", "attachments": [{"text": "more"}]})).await, 200);
            newest(channel).await[0]["props"]["attachments"].is_null()
        }
        "hook-form-unread" => {
            let form = b"payload=%7B%22text%22%3A%22hi%22%7D".to_vec();
            let kind = [("Content-Type", "application/x-www-form-urlencoded")];
            site.send(NEW, "POST", &path, "", form, &kind).await.unwrap().status == 400
        }
        "hook-long-cut" => {
            assert_eq!(sent(json!({"text": "x".repeat(20_000)})).await, 200);
            newest(channel).await.len() == 1
        }
        _ => return None,
    };
    Some(seen)
}
