//! Lines of logs without what people wrote or are called: what a run on a site's own data shows of them.
//!
//! A server's line is an object whose `msg` and `caller` stand in its source; names, addresses and texts are in its other fields, and of
//! `error` only what stands before its first quote, bracket or address is the server's own. What a plugin says, and a line that is no
//! object, may be anything.

use serde_json::{Map, Value};

/// What stands in the place of a line of which nothing can be shown.
const UNSHOWN: &str = "(a line that may have words of the site in it)";
/// Fields that the source of a server fills, and nobody else.
const OWN: [&str; 4] = ["timestamp", "level", "msg", "caller"];
/// Where words of others begin in an error.
const FOREIGN: [char; 8] = ['"', '\'', '`', '(', '[', '{', '=', '@'];

/// Lines as they may be shown; of those in a row of which nothing can be, one stands for all.
pub(super) fn all(lines: &[String]) -> Vec<String> {
    let mut shown: Vec<String> = lines.iter().map(|line| hushed(line)).collect();
    shown.dedup_by(|one, other| one == other && one == UNSHOWN);
    shown
}

/// A line as it may be shown.
fn hushed(line: &str) -> String {
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(line) else { return UNSHOWN.into() };
    let mut shown = Map::new();
    let of_a_plugin = fields.keys().any(|key| key.starts_with("plugin"));
    for (key, value) in &fields {
        match (key.as_str(), value) {
            ("msg", Value::String(text)) => {
                let text = if of_a_plugin { UNSHOWN.to_owned() } else { own_part(text) };
                shown.insert(key.clone(), text.into());
            }
            ("plugin_id", value) => {
                shown.insert(key.clone(), value.clone());
            }
            ("error" | "err", Value::String(text)) if !of_a_plugin => {
                shown.insert(key.clone(), own_part(text).into());
            }
            (known, value) if OWN.contains(&known) => {
                shown.insert(key.clone(), value.clone());
            }
            _ => {}
        }
    }
    Value::Object(shown).to_string()
}

fn own_part(text: &str) -> String {
    let text = text.lines().next().unwrap_or_default();
    match text.find(FOREIGN) {
        Some(end) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_source_says_stays_and_what_the_data_says_goes() {
        let line = r#"{"timestamp":"t","level":"error","msg":"Failed to save","caller":"app/x.go:7","username":"planted","error":"pq: duplicate key value violates unique constraint \"planted\""}"#;
        let shown = hushed(line);
        assert!(!shown.contains("planted"), "{shown}");
        for part in ["Failed to save", "app/x.go:7", "duplicate key value violates unique constraint…"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let plugin = hushed(r#"{"level":"info","msg":"planted joined","plugin_id":"playbooks"}"#);
        assert!(!plugin.contains("planted") && plugin.contains("playbooks"), "{plugin}");
        assert_eq!(hushed("panic: planted"), UNSHOWN);
        assert_eq!(own_part("no planted@site"), "no planted…");
    }
}
