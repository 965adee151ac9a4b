//! `config`: one setting changed through one node arrives on all, nothing else moves, and it goes back.
//!
//! Not in mixed stages: the configuration is one document, and an old node that saves it drops the keys of the new one.

use serde_json::{Value, json};

use super::check::{Check, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::Place;

pub(super) const CHECK: Check = Check {
    id: "config",
    title: "a setting changed through one node is so on every node, nothing else moves, and it can be put back",
    lines: &["S2.3"],
    stages: Stages::Ends,
    alone: true,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// A text without any effect that clients see, so that `config/client` shows it without an admin's rights.
const SECTION: &str = "SupportSettings";
const KEY: &str = "HelpLink";

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let writer = &cx.places[0];
    let admin = cx.home.admin.at(&writer.anyone);
    let before = cx
        .step(format!("read the configuration on {}", writer.name), async {
            admin.config().await.expecting("the configuration")
        })
        .await?;
    let changed = format!("https://upgrade-gate.example/{}", cx.nonce);
    let was = before[SECTION][KEY].clone();
    cx.step(format!("change {SECTION}.{KEY} through {}", writer.name), set(cx, writer, &json!(changed)))
        .await?;
    let mut halted = Ok(());
    for reader in cx.places {
        let name = format!("{} has the change, and nothing else moved", reader.label());
        let seen = cx.crossed(reader, || differs_only_in(cx, reader, &before, &changed));
        halted = halted.and(cx.step(name, seen).await);
    }
    // Put back even when somebody did not see the change: the next check wants what was there.
    let back = cx.step(format!("put it back through {}", writer.name), set(cx, writer, &was)).await;
    for reader in cx.places {
        let name = format!("{} has it back", reader.label());
        let seen = cx.crossed(reader, || shows(cx, reader, &was));
        halted = halted.and(cx.step(name, seen).await);
    }
    halted.and(back)
}

/// The answer must show the new value: a key that the environment owns answers 200 and stays.
async fn set(cx: &Context<'_>, place: &Place, value: &Value) -> Result<(), Stop> {
    let admin = cx.home.admin.at(&place.anyone);
    let patch = json!({ SECTION: { KEY: value } });
    let after = admin.patch_config(&patch).await.expecting("the changed configuration")?;
    if &after[SECTION][KEY] == value {
        Ok(())
    } else {
        Err(Stop::failed_at(&place.name, format!("{SECTION}.{KEY} {value}"), after[SECTION][KEY].to_string()))
    }
}

async fn shows(cx: &Context<'_>, place: &Place, value: &Value) -> Result<(), Stop> {
    let config = cx.home.admin.at(&place.anyone).config().await.expecting("the configuration")?;
    if &config[SECTION][KEY] == value {
        Ok(())
    } else {
        Err(Stop::failed_at(
            &place.name,
            format!("{SECTION}.{KEY} {value}"),
            config[SECTION][KEY].to_string(),
        ))
    }
}

async fn differs_only_in(cx: &Context<'_>, place: &Place, before: &Value, changed: &str) -> Result<(), Stop> {
    shows(cx, place, &json!(changed)).await?;
    let mut now = cx.home.admin.at(&place.anyone).config().await.expecting("the configuration")?;
    now[SECTION][KEY] = before[SECTION][KEY].clone();
    match first_difference("", before, &now) {
        None => Ok(()),
        Some((path, was, is)) => Err(Stop::failed_at(&place.name, format!("{path} unchanged: {was}"), is)),
    }
}

/// The first place where two values differ: path, then both.
fn first_difference(path: &str, a: &Value, b: &Value) -> Option<(String, String, String)> {
    let (Value::Object(left), Value::Object(right)) = (a, b) else {
        return (a != b).then(|| (path.to_owned(), a.to_string(), b.to_string()));
    };
    let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
    keys.into_iter().find_map(|key| {
        let deeper = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        first_difference(
            &deeper,
            left.get(key).unwrap_or(&Value::Null),
            right.get(key).unwrap_or(&Value::Null),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_names_its_path() {
        let a = json!({ "A": { "x": 1, "y": [1, 2] }, "B": {} });
        assert_eq!(first_difference("", &a, &a), None);
        let mut b = a.clone();
        b["A"]["y"] = json!([2, 1]);
        assert_eq!(first_difference("", &a, &b).unwrap().0, "A.y");
        let mut c = a.clone();
        c["B"]["new"] = json!(true);
        assert_eq!(first_difference("", &a, &c).unwrap(), ("B.new".into(), "null".into(), "true".into()));
    }
}
