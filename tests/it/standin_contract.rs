//! The stand-in against recorded exchanges with a real 11.6: each is replayed, and status and shape must agree.
//!
//! `tests/fixtures/exchanges` is a walk from an empty database, cut from recordings: long lists to one element, ids of
//! what the walk makes to `{names}`. An exchange `gives` a name to what it makes. Shape means keys and JSON types;
//! error ids must be equal. Where `compare` says `contains`, the stand-in may have more than was recorded.

use std::collections::HashMap;

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use upgrade_gate::fault::Faults;
use upgrade_gate::standin::{Node, Options, World, release};

#[derive(Deserialize)]
struct Exchange {
    name: String,
    r#as: String,
    method: String,
    path: String,
    range: Option<String>,
    request_body: Option<Value>,
    status: u16,
    response_body: Option<Value>,
    compare: Option<String>,
    gives: Option<String>,
    /// Where in the answer that stands, if not in its id: a JSON pointer.
    from: Option<String>,
}

const WALK: [&str; 9] = [
    include_str!("../fixtures/exchanges/system.json"),
    include_str!("../fixtures/exchanges/users.json"),
    include_str!("../fixtures/exchanges/config.json"),
    include_str!("../fixtures/exchanges/teams.json"),
    include_str!("../fixtures/exchanges/channels.json"),
    include_str!("../fixtures/exchanges/posts.json"),
    include_str!("../fixtures/exchanges/files.json"),
    include_str!("../fixtures/exchanges/invites.json"),
    include_str!("../fixtures/exchanges/end.json"),
];

#[tokio::test]
async fn the_stand_in_answers_as_a_real_server_did() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let world = World::new(Options { clustered: false, ..Options::default() });
    let listen = "127.0.0.1:0".parse().unwrap();
    let node = Node::start(world, "node1", release::known("11.6.0"), Faults::none(), listen).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut made = HashMap::new();
    let (mut differences, mut replayed) = (Vec::new(), 0);
    for exchange in WALK.iter().flat_map(|part| serde_json::from_str::<Vec<Exchange>>(part).unwrap()) {
        replay(&client, &node, &exchange, &mut made, &mut differences).await;
        replayed += 1;
    }
    assert!(replayed >= 100, "only {replayed} exchanges");
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

async fn replay(
    client: &reqwest::Client,
    node: &Node,
    exchange: &Exchange,
    made: &mut HashMap<String, String>,
    differences: &mut Vec<String>,
) {
    let fill = |text: &str| {
        made.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
    };
    let method: Method = exchange.method.parse().unwrap();
    let url = format!("http://{}{}", node.address(), fill(&exchange.path));
    let mut request = client.request(method, url);
    match exchange.r#as.as_str() {
        "nobody" => {}
        "stranger" => request = request.bearer_auth("a".repeat(26)),
        who => request = request.bearer_auth(&made[&format!("token:{who}")]),
    }
    if let Some(range) = &exchange.range {
        request = request.header("Range", range);
    }
    match &exchange.request_body {
        Some(Value::String(text)) => request = request.body(fill(text)),
        Some(json) => request = request.body(fill(&json.to_string())),
        None => {}
    }
    let response = request.send().await.unwrap();
    let mut differ = |what: String| differences.push(format!("{}: {what}", exchange.name));
    if response.status().as_u16() != exchange.status {
        differ(format!("status {}, recorded {}", response.status().as_u16(), exchange.status));
    }
    let token = response.headers().get("token").map(|value| value.to_str().unwrap().to_owned());
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
    if let Some(recorded) = &exchange.response_body {
        let more = exchange.compare.as_deref() == Some("contains");
        compare(recorded, &body, "", more, &mut differ);
        if exchange.status >= 400 && recorded["id"] != body["id"] {
            differ(format!("error {}, recorded {}", body["id"], recorded["id"]));
        }
    }
    match exchange.gives.as_deref() {
        Some(name) if exchange.from.is_some() => {
            let given = body.pointer(exchange.from.as_deref().unwrap()).and_then(Value::as_str);
            made.insert(name.into(), given.unwrap_or_default().into())
        }
        Some(name) if name.starts_with("token:") => made.insert(name.into(), token.unwrap_or_default()),
        Some(name) => {
            let id = body.pointer("/file_infos/0/id").or(body.get("id")).and_then(Value::as_str);
            made.insert(name.into(), id.unwrap_or_default().into())
        }
        None => None,
    };
}

/// Compares keys and types. Values of a map from ids (`posts`) and elements of lists are compared by their first.
fn compare(recorded: &Value, ours: &Value, at: &str, more: bool, differ: &mut impl FnMut(String)) {
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) if at.ends_with("/posts") => {
            if let (Some(recorded), Some(ours)) = (recorded.values().next(), ours.values().next()) {
                compare(recorded, ours, &format!("{at}/*"), more, differ);
            }
        }
        (Value::Object(recorded), Value::Object(ours)) => {
            for (key, value) in recorded {
                match ours.get(key) {
                    Some(own) => compare(value, own, &format!("{at}/{key}"), more, differ),
                    None => differ(format!("{at}/{key} is missing")),
                }
            }
            for key in ours.keys().filter(|key| !more && !recorded.contains_key(*key)) {
                differ(format!("{at}/{key} is not in the recording"));
            }
        }
        (Value::Array(recorded), Value::Array(ours)) => match (recorded.first(), ours.first()) {
            (Some(recorded), Some(ours)) => compare(recorded, ours, &format!("{at}/0"), more, differ),
            (Some(_), None) => differ(format!("{at} is empty")),
            _ => {}
        },
        _ if std::mem::discriminant(recorded) == std::mem::discriminant(ours) => {}
        _ => differ(format!("{at} is {ours}, recorded {recorded}")),
    }
}
