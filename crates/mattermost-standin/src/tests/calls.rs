//! A call on the stand-in: its frames against recorded ones, who may start it, and how it ends.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::{Site, Socket};
use super::product_probes::act;
use crate::fault::Faults;

/// One frame of each kind, recorded from Calls 1.11.5 on 11.6.
const RECORDED: &str = include_str!("../../../../tests/fixtures/exchanges/calls-frames.json");
const CALLS: &str = "!/plugins/com.mattermost.calls";

/// A site of two nodes, a channel in which both are, and alice's token.
async fn site(clustered: bool) -> (Site, String, String) {
    let site = Site::new(clustered, &["11.6.0", "11.6.0"], &Faults::none()).await;
    let (team, channel) = site.place(0, "lab").await;
    let (alice, token) = site.user(0, "alice").await;
    site.post(0, &format!("/teams/{team}/members"), json!({"team_id": team, "user_id": alice})).await;
    site.post(0, &format!("/channels/{channel}/members"), json!({"user_id": alice})).await;
    (site, channel, token)
}

fn keys(value: &Value) -> Vec<&String> {
    let mut keys: Vec<&String> = value.as_object().into_iter().flat_map(|map| map.keys()).collect();
    keys.sort_unstable();
    keys
}

/// Keeps what comes until `last` came, by name.
async fn collect(socket: &mut Socket, last: &str, frames: &mut BTreeMap<String, Value>) {
    loop {
        let frame = socket.next().await.unwrap();
        let name = frame["event"].as_str().unwrap_or_default().to_owned();
        frames.insert(name.clone(), frame);
        if name == last {
            return;
        }
    }
}

#[tokio::test]
async fn its_frames_have_the_recorded_shape() {
    let (site, channel, alice) = site(true).await;
    let (mut host, mut guest) = (site.socket(0, &site.admin).await, site.socket(1, &alice).await);
    let mut frames = BTreeMap::new();
    act(&mut host, "join", json!({"channelID": channel})).await;
    collect(&mut host, "custom_com.mattermost.calls_call_state", &mut frames).await;
    act(&mut guest, "join", json!({"channelID": channel})).await;
    collect(&mut host, "custom_com.mattermost.calls_user_joined", &mut frames).await;
    let ended = site.post(1, &format!("{CALLS}/calls/{channel}/end"), Value::Null).await;
    assert_eq!((ended.status, &ended.body["message"]), (200, &json!("success")));
    act(&mut host, "leave", json!({})).await;
    collect(&mut host, "custom_com.mattermost.calls_user_left", &mut frames).await;
    act(&mut guest, "leave", json!({})).await;
    collect(&mut host, "post_edited", &mut frames).await;
    let recorded: Vec<Value> = serde_json::from_str(RECORDED).unwrap();
    for model in &recorded {
        let name = model["event"].as_str().unwrap();
        let Some(ours) = frames.get(name) else { panic!("no {name} in {:?}", frames.keys()) };
        assert_eq!(keys(&ours["data"]), keys(&model["data"]), "{name}");
        assert_eq!(keys(&ours["broadcast"]), keys(&model["broadcast"]), "{name}");
        assert_eq!(ours["broadcast"]["channel_id"] == "", model["broadcast"]["channel_id"] == "", "{name}");
        assert_eq!(
            ours["broadcast"]["omit_users"].is_null(),
            model["broadcast"]["omit_users"].is_null(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn members_start_calls_only_where_an_administrator_allowed_it() {
    let (site, channel, alice) = site(true).await;
    let mut socket = site.socket(0, &alice).await;
    act(&mut socket, "join", json!({"channelID": channel})).await;
    let error = socket.event("custom_com.mattermost.calls_error").await;
    assert_eq!(error["data"]["data"], "insufficient permissions");
    site.post(0, &format!("{CALLS}/{channel}"), json!({"enabled": true})).await;
    act(&mut socket, "join", json!({"channelID": channel})).await;
    socket.event("custom_com.mattermost.calls_join").await;
}

#[tokio::test]
async fn without_clustering_a_call_is_known_everywhere_and_heard_on_its_node_alone() {
    let (site, channel, alice) = site(false).await;
    let (mut host, mut far) = (site.socket(0, &site.admin).await, site.socket(1, &alice).await);
    act(&mut host, "join", json!({"channelID": channel})).await;
    host.event("custom_com.mattermost.calls_call_state").await;
    assert!(far.events().await.is_empty());
    assert_eq!(
        site.get(1, &format!("{CALLS}/{channel}")).await.body["call"]["sessions"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_websocket_that_ends_leaves_its_call() {
    let (site, channel, alice) = site(true).await;
    let (host, mut far) = (site.socket(0, &site.admin).await, site.socket(1, &alice).await);
    let mut host = host;
    act(&mut host, "join", json!({"channelID": channel})).await;
    far.event("custom_com.mattermost.calls_user_joined").await;
    drop(host);
    far.event("custom_com.mattermost.calls_user_left").await;
    let edited = far.event("post_edited").await;
    assert!(edited["data"]["post"].as_str().unwrap().contains("end_at"));
    assert_eq!(site.get(1, &format!("{CALLS}/calls/{channel}/active")).await.body["active"], false);
}
