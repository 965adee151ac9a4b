//! Integrations seen from both sides: the server that calls, and the program that is called; and how their faults show.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::client::Site;
use super::faults::{Before, NEW, OLD};
use super::product_probes::Made;
use crate::db::world::Options;
use crate::fault::Faults;
use sinks::{CannedAnswer, HttpSink, Request};

/// How long is waited for what is to come. What never does costs a test all of it.
const COMES: Duration = Duration::from_secs(2);

/// The file of this area.
const CATALOGUE: &str = include_str!("../fault/catalogue/integrations.yaml");

/// Whether a fault is one of integrations.
pub(super) fn knows(fault: &str) -> bool {
    CATALOGUE.contains(&format!("- id: {fault}\n"))
}

/// A program that says back what it is given, as webhook, command, button and dialog.
async fn program() -> HttpSink {
    let sink = HttpSink::start(Ipv4Addr::LOCALHOST.into()).await.unwrap();
    sink.serve("/hook", |request| CannedAnswer::json(&json!({"text": format!("re: {}", said(request))})));
    sink.serve("/command", |request| {
        let text = format!("re: {}", request.field("text").unwrap_or_default());
        CannedAnswer::json(&json!({"response_type": request.field("text"), "text": text}))
    });
    sink.serve("/press", |_| CannedAnswer::json(&json!({"update": {"message": "pressed"}})));
    sink.serve("/cws", |_| CannedAnswer::json(&json!({"id": "real"})));
    sink.serve("/app", |request| {
        let binding = json!([{"location": "/channel_header", "bindings": [{"label": "send"}]}]);
        let shows = request.path.ends_with("/bindings");
        CannedAnswer::json(&if shows {
            json!({"type": "ok", "data": binding})
        } else {
            json!({"type": "ok", "text": "hi"})
        })
    });
    sink
}

fn said(request: &Request) -> String {
    request.json()["text"].as_str().unwrap_or_default().to_owned()
}

/// The next call of an endpoint, if one comes soon.
async fn call(sink: &HttpSink, endpoint: &str) -> Option<Request> {
    sink.wait(endpoint, Instant::now() + COMES, |_| true).await
}

/// Whether a channel comes to have a message.
async fn has(site: &Site, channel: &str, message: &str) -> bool {
    let deadline = Instant::now() + COMES;
    let look = || async {
        let posts = site.get(OLD, &format!("/channels/{channel}/posts")).await.body["posts"].clone();
        let mut all = posts.as_object().cloned().unwrap_or_default().into_iter();
        all.find(|(_, post)| post["message"] == message).map(drop).ok_or(())
    };
    basics::wait::until_ok(deadline, look).await.is_ok()
}

/// Whether the release node has this fault.
pub(super) async fn shows(fault: &str, site: &mut Site, before: &Before) -> bool {
    let sink = program().await;
    match fault.split('-').next() {
        Some("app") => apps(fault, &everything(site).await, &sink).await,
        Some("cws" | "cloud") => cloud(fault, &everything(site).await, &sink).await,
        Some("hook" | "incoming" | "outgoing") => hooks(fault, site, before, &sink).await,
        Some("dialog" | "submission" | "button") => dialogs(fault, site, before, &sink).await,
        Some("bot") => bots(fault, site, before).await,
        _ => commands(fault, site, before, &sink).await,
    }
}

/// A cloud workspace with the Apps framework and the same faults.
async fn everything(site: &Site) -> Site {
    let options = Options { cloud: true, apps: true, ..Options::default() };
    Site::of(options, &["11.6.0", "11.7.0"], &site.nodes[NEW].running.core.faults).await
}

async fn hooks(fault: &str, site: &Site, before: &Before, sink: &HttpSink) -> bool {
    let Before { team, channel, .. } = before;
    let hook = site.post(OLD, "/hooks/incoming", json!({"channel_id": channel})).await.id();
    let out = json!({"team_id": team, "channel_id": channel, "trigger_words": ["lab!"],
        "callback_urls": [sink.url("/hook")], "display_name": "out"});
    site.post(OLD, "/hooks/outgoing", out).await;
    let come_in = async |text: &str| {
        let body = json!({"text": text});
        site.call(NEW, "POST", &format!("!/hooks/{hook}"), "", body).await.status
    };
    match fault {
        "hook-post-lost" => {
            assert_eq!(come_in("hello").await, 200);
            !has(site, channel, "hello").await
        }
        "incoming-hooks-404" => come_in("hello").await == 404,
        "incoming-hook-outlives-deletion" => {
            let path = format!("/hooks/incoming/{hook}");
            assert_eq!(site.call(NEW, "DELETE", &path, &site.admin, Value::Null).await.status, 200);
            come_in("hello").await == 200
        }
        "outgoing-hook-never-sent" => {
            site.say(NEW, channel, "lab! one").await;
            call(sink, "/hook").await.is_none()
        }
        _ => {
            site.say(NEW, channel, "lab! one").await;
            assert_eq!(said(&call(sink, "/hook").await.unwrap()), "lab! one");
            !has(site, channel, "re: lab! one").await
        }
    }
}

/// Runs a command of the program on the release node, and gives what the program was sent.
async fn run(site: &Site, before: &Before, sink: &HttpSink, text: &str) -> Request {
    let Before { team, channel, .. } = before;
    let command = json!({"team_id": team, "trigger": "lab", "url": sink.url("/command")});
    site.post(OLD, "/commands", command).await;
    let line = json!({"channel_id": channel, "command": format!("/lab {text}")});
    assert_eq!(site.post(NEW, "/commands/execute", line).await.body["text"], format!("re: {text}"));
    call(sink, "/command").await.unwrap()
}

async fn commands(fault: &str, site: &Site, before: &Before, sink: &HttpSink) -> bool {
    match fault {
        "command-whisper-lost" => {
            let mut socket = site.socket(NEW, &site.admin).await;
            run(site, before, sink, "ephemeral").await;
            !socket.events().await.contains(&"ephemeral_message".to_owned())
        }
        "late-answer-refused" => {
            let url = run(site, before, sink, "in_channel").await.field("response_url").unwrap();
            let path = url.split_once("/hooks/").unwrap().1.to_owned();
            let late = json!({"response_type": "in_channel", "text": "later"});
            site.call(NEW, "POST", &format!("!/hooks/{path}"), "", late).await.status == 404
        }
        _ => {
            run(site, before, sink, "in_channel").await;
            !has(site, &before.channel, "re: in_channel").await
        }
    }
}

async fn dialogs(fault: &str, site: &Site, before: &Before, sink: &HttpSink) -> bool {
    if fault == "button-press-lost" {
        let integration = json!({"url": sink.url("/press"), "context": {}});
        let action = json!({"id": "go", "name": "Go", "type": "button", "integration": integration});
        let props = json!({"attachments": [{"text": "x", "actions": [action]}]});
        let body = json!({"channel_id": before.channel, "message": "press", "props": props});
        let post = site.post(OLD, "/posts", body).await;
        assert!(!post.body.to_string().contains("/press"), "readers must not see what a button calls");
        let path = format!("/posts/{}/actions/go", post.id());
        assert_eq!(site.post(NEW, &path, json!({})).await.status, 200);
        return call(sink, "/press").await.is_none();
    }
    if fault == "submission-lost" {
        let body = json!({"url": sink.url("/press"), "callback_id": "cb", "submission": {"name": "Al"}});
        assert_eq!(site.post(NEW, "/actions/dialogs/submit", body).await.status, 200);
        return call(sink, "/press").await.is_none();
    }
    let trigger = run(site, before, sink, "ephemeral").await.field("trigger_id").unwrap();
    let mut socket = site.socket(NEW, &site.admin).await;
    let dialog = json!({"trigger_id": trigger, "url": "", "dialog": {"callback_id": "cb"}});
    let opened = site.call(NEW, "POST", "/actions/dialogs/open", "", dialog).await.status;
    opened == 400 || !socket.events().await.contains(&"open_dialog".to_owned())
}

async fn bots(fault: &str, site: &mut Site, before: &Before) -> bool {
    if fault == "bot-create-500" {
        return site.post(NEW, "/bots", json!({"username": "other-bot"})).await.status == 500;
    }
    // The node that migrates wipes: a later release does it again.
    let bot = site.post(OLD, "/bots", json!({"username": "lab-bot"})).await.body["user_id"].clone();
    let path = format!("/users/{}/tokens", bot.as_str().unwrap());
    let token =
        site.post(OLD, &path, json!({"description": "lab"})).await.body["token"].as_str().unwrap().to_owned();
    let faults = site.nodes[NEW].running.core.faults.clone();
    let plan = crate::fault::FaultPlan { release_version: "11.8.0".into(), ..faults.plan().clone() };
    site.start("11.8.0", &Faults::of(plan)).await;
    assert_eq!(site.call(NEW + 1, "GET", "/users/me", &before.token, Value::Null).await.status, 200);
    site.call(NEW + 1, "GET", "/users/me", &token, Value::Null).await.status == 401
}

async fn apps(fault: &str, site: &Site, sink: &HttpSink) -> bool {
    let base = "!/plugins/com.mattermost.apps/api/v1";
    let manifest = json!({"app_id": "hello", "http": {"root_url": sink.url("/app")}});
    site.post(OLD, &format!("{base}/update-app-listing"), manifest).await;
    let installed = site.post(NEW, &format!("{base}/install-app"), json!({"app_id": "hello"})).await;
    let bindings = site.get(NEW, &format!("{base}/bindings")).await.body;
    let send = json!({"path": "/send", "context": {"app_id": "hello"}});
    let sent = site.post(NEW, &format!("{base}/call"), send).await.body;
    match fault {
        "app-install-500" => installed.status == 500,
        "app-not-shown" => !bindings.to_string().contains("\"app_id\":\"hello\""),
        _ => sent["type"] != "ok" || sent["text"] != "hi",
    }
}

async fn cloud(fault: &str, site: &Site, sink: &HttpSink) -> bool {
    site.world.set_customer_web_server(&sink.url("/cws"));
    site.post(OLD, "/config/reload", Value::Null).await;
    site.post(NEW, "/config/reload", Value::Null).await;
    let connection = site.get(NEW, "/cloud/check-cws-connection").await.body;
    let customer = site.get(NEW, "/cloud/customer").await;
    match fault {
        "cws-unreachable" => connection["status"] == "unavailable" && customer.status == 500,
        "cws-not-asked" => customer.body["id"] != "real",
        _ => customer.body.get("id").is_none(),
    }
}

#[tokio::test]
async fn without_clustering_a_dialog_is_seen_only_where_it_was_opened() {
    let site = Site::new(false, &["11.6.0", "11.6.0"], &Faults::none()).await;
    let sink = program().await;
    let (team, channel) = site.place(OLD, "lab").await;
    let before = Before {
        team,
        channel,
        post: String::new(),
        file: String::new(),
        user: String::new(),
        token: String::new(),
        invitation: String::new(),
        products: Made::default(),
    };
    let trigger = run(&site, &before, &sink, "ephemeral").await.field("trigger_id").unwrap();
    let (mut here, mut there) = (site.socket(OLD, &site.admin).await, site.socket(NEW, &site.admin).await);
    let dialog = json!({"trigger_id": trigger, "url": "", "dialog": {"callback_id": "cb"}});
    site.call(OLD, "POST", "/actions/dialogs/open", "", dialog.clone()).await;
    assert_eq!((here.events().await, there.events().await), (vec!["open_dialog".into()], vec![]));
    let mut forged = dialog;
    forged["trigger_id"] = trigger.replace(&site.admin_id, &"a".repeat(26)).into();
    assert_eq!(site.call(OLD, "POST", "/actions/dialogs/open", "", forged).await.status, 400);
}

#[tokio::test]
async fn without_clustering_a_deleted_hook_lives_on_where_it_was_used() {
    let site = Site::new(false, &["11.6.0", "11.6.0"], &Faults::none()).await;
    let (_, channel) = site.place(OLD, "lab").await;
    let hook = site.post(OLD, "/hooks/incoming", json!({"channel_id": channel})).await.id();
    let post = async |node| {
        site.call(node, "POST", &format!("!/hooks/{hook}"), "", json!({"text": "x"})).await.status
    };
    assert_eq!((post(OLD).await, post(NEW).await), (200, 200));
    site.call(OLD, "DELETE", &format!("/hooks/incoming/{hook}"), &site.admin, Value::Null).await;
    assert_eq!((post(OLD).await, post(NEW).await), (400, 200));
    site.post(NEW, "/caches/invalidate", Value::Null).await;
    assert_eq!(post(NEW).await, 400);
}

#[tokio::test]
async fn a_private_address_that_is_not_listed_is_not_called() {
    let site = Site::new(true, &["11.6.0"], &Faults::none()).await;
    let sink = program().await;
    let (team, channel) = site.place(OLD, "lab").await;
    let patch = json!({"ServiceSettings": {"AllowedUntrustedInternalConnections": ""}});
    site.call(OLD, "PUT", "/config/patch", &site.admin, patch).await;
    site.post(OLD, "/commands", json!({"team_id": team, "trigger": "lab", "url": sink.url("/command")}))
        .await;
    let line = json!({"channel_id": channel, "command": "/lab x"});
    let refused = site.post(OLD, "/commands/execute", line).await;
    assert_eq!(refused.status, 500);
    assert!(refused.body.to_string().contains("AllowedUntrustedInternalConnections"), "{}", refused.body);
}
