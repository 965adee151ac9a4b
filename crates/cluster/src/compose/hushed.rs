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
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(line) else { return of_a_crash(line) };
    let mut shown = Map::new();
    let of_a_plugin = fields.keys().any(|key| key.starts_with("plugin"));
    for (key, value) in &fields {
        match (key.as_str(), value) {
            ("msg", Value::String(text)) => {
                let text = if of_a_plugin { of_a_crash(text) } else { own_part(text) };
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

/// What Go itself says when a server dies: that it does, and where. What it was told to panic with may be anything.
fn of_a_crash(line: &str) -> String {
    const OWN: [&str; 4] = ["panic: runtime error: ", "fatal error: ", "[signal ", "goroutine "];
    if OWN.iter().any(|own| line.starts_with(own)) {
        return line.to_owned();
    }
    let place = line.strip_prefix('\t').and_then(|line| line.split(' ').next()).unwrap_or_default();
    let in_source = place.starts_with('/')
        && place.rsplit_once(".go:").is_some_and(|(_, n)| n.bytes().all(|byte| byte.is_ascii_digit()));
    match caught(line) {
        Some(caught) => caught,
        None if in_source => format!("\t{place}"),
        None => UNSHOWN.into(),
    }
}

/// What a server or a plugin says of a panic that it survived, without what the panic says, unless that is Go's own.
fn caught(text: &str) -> Option<String> {
    const CAUGHT: [&str; 4] =
        ["http: panic serving", "recovered from panic", "recovered from a panic", "panic: "];
    if text.contains("runtime error: ") {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let said = CAUGHT.iter().find(|said| lower.starts_with(**said))?;
    Some(format!("{} …", text[..said.len()].trim_end()))
}

fn own_part(text: &str) -> String {
    let text = text.lines().next().unwrap_or_default();
    if let Some(caught) = caught(text) {
        return caught;
    }
    match text.find(FOREIGN) {
        // An address begins before its sign.
        Some(end) if text[end..].starts_with('@') => {
            format!("{} …", text[..end].rsplit_once(' ').map_or("", |(before, _)| before))
        }
        Some(end) => format!("{} …", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_is_seen_and_what_it_was_told_is_not() {
        assert_eq!(hushed("panic: planted"), "panic: …");
        let own = "panic: runtime error: index out of range [5] with length 3";
        assert_eq!(hushed(own), own);
        let survived = hushed(r#"{"level":"error","msg":"http: panic serving 10.0.0.2:41: planted"}"#);
        assert!(survived.contains("http: panic serving …") && !survived.contains("planted"), "{survived}");
        let plugin = hushed(r#"{"level":"warn","msg":"panic: planted","plugin_id":"playbooks"}"#);
        assert!(plugin.contains("panic: …") && !plugin.contains("planted"), "{plugin}");
        assert_eq!(hushed("\t/src/server/app/x.go:17 +0x1d"), "\t/src/server/app/x.go:17");
        assert_eq!(hushed("\t/planted/x +0x1d"), UNSHOWN);
    }

    #[test]
    fn what_the_source_says_stays_and_what_the_data_says_goes() {
        let line = r#"{"timestamp":"t","level":"error","msg":"Failed to save","caller":"app/x.go:7","username":"planted","error":"pq: duplicate key value violates unique constraint \"planted\""}"#;
        let shown = hushed(line);
        assert!(!shown.contains("planted"), "{shown}");
        for part in ["Failed to save", "app/x.go:7", "duplicate key value violates unique constraint …"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let plugin = hushed(r#"{"level":"info","msg":"planted joined","plugin_id":"playbooks"}"#);
        assert!(!plugin.contains("planted") && plugin.contains("playbooks"), "{plugin}");
        assert_eq!(hushed("planted"), UNSHOWN);
        assert_eq!(own_part("sent to planted@site"), "sent to …");
        let version = r#"{"level":"info","msg":"Current version is 11.6.0 (11.6.0/date/hash)"}"#;
        assert!(hushed(version).contains("Current version is 11.6.0 …"), "{}", hushed(version));
    }
}
