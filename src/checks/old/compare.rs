//! Two answers beside each other: what stable said, and what came now.
//!
//! Fields that the release adds are no difference. One that is gone, has another value or another type is one, wherever it
//! stands; a list with more or fewer items is one as a whole.

use std::collections::BTreeSet;

use serde_json::Value;

/// What somebody saw through a look.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sight {
    /// A status that is no success, and what the server says of it: that is not compared.
    Refused(u16, String),
    /// A success without the entity in it.
    Missing(u16),
    /// The entity.
    Seen(u16, Value),
}

impl Sight {
    /// The status of the answer.
    fn status(&self) -> u16 {
        match self {
            Self::Refused(status, _) | Self::Missing(status) | Self::Seen(status, _) => *status,
        }
    }
}

/// Where two sights differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// The JSON pointer to the field; empty where it is the whole. None where it is the status.
    pub(super) path: Option<String>,
    /// What stable said.
    pub(super) was: String,
    /// What came now.
    pub(super) is: String,
    /// Whether the entity is lost, or shown to somebody whom stable refused.
    pub(super) safety: bool,
}

/// What longer values are cut to in a failure.
const SHOWN: usize = 160;

/// All that differs, but for the paths in `volatile`.
pub(super) fn differences(before: &Sight, now: &Sight, volatile: &BTreeSet<String>) -> Vec<Difference> {
    if let (Sight::Seen(was, before), Sight::Seen(is, now)) = (before, now)
        && was == is
    {
        let mut found = Vec::new();
        compare("", before, now, volatile, &mut found);
        return found;
    }
    let found = |sight: &Sight| matches!(sight, Sight::Seen(..));
    if before.status() == now.status() && found(before) == found(now) {
        return Vec::new();
    }
    let gained = matches!(before, Sight::Refused(..)) && now.status() < 300;
    let lost = found(before) && matches!(now, Sight::Missing(_) | Sight::Refused(404, _));
    vec![Difference { path: None, was: told(before), is: told(now), safety: gained || lost }]
}

/// A sight in a few words.
pub(super) fn told(sight: &Sight) -> String {
    match sight {
        Sight::Refused(status, why) if why.is_empty() => format!("status {status}"),
        Sight::Refused(status, why) => format!("status {status} ({why})"),
        Sight::Missing(status) => format!("status {status} without it"),
        Sight::Seen(status, _) => format!("status {status} with it"),
    }
}

fn compare(path: &str, was: &Value, is: &Value, volatile: &BTreeSet<String>, found: &mut Vec<Difference>) {
    if volatile.contains(path) || was == is {
        return;
    }
    match (was, is) {
        (Value::Object(was), Value::Object(is)) => {
            for (key, value) in was {
                let deeper = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
                match is.get(key) {
                    Some(now) => compare(&deeper, value, now, volatile, found),
                    None if volatile.contains(&deeper) => {}
                    None => found.push(difference(&deeper, shown(&deeper, value), "no such field".into())),
                }
            }
        }
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => {
            for (n, (value, now)) in was.iter().zip(is).enumerate() {
                compare(&format!("{path}/{n}"), value, now, volatile, found);
            }
        }
        _ => found.push(difference(path, shown(path, was), shown(path, is))),
    }
}

fn difference(path: &str, was: String, is: String) -> Difference {
    Difference { path: Some(path.to_owned()), was, is, safety: false }
}

/// A value in a failure: cut, and never a secret.
fn shown(path: &str, value: &Value) -> String {
    let field = path.rsplit('/').next().unwrap_or_default();
    if ["token", "secret", "password"].iter().any(|word| field.contains(word)) {
        return "a secret".into();
    }
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(was: &Value, is: &Value, volatile: &[&str]) -> Vec<String> {
        let volatile = volatile.iter().map(|&path| path.to_owned()).collect();
        let (was, is) = (Sight::Seen(200, was.clone()), Sight::Seen(200, is.clone()));
        differences(&was, &is, &volatile).into_iter().filter_map(|one| one.path).collect()
    }

    #[test]
    fn fields_may_come_and_may_not_go() {
        let was = json!({ "id": "a", "props": { "x": null } });
        assert_eq!(
            paths(&was, &json!({ "id": "a", "props": { "x": null, "y": 1 }, "new": 1 }), &[]),
            [""; 0]
        );
        assert_eq!(paths(&was, &json!({ "id": "a", "props": {} }), &[]), ["/props/x"]);
        assert_eq!(paths(&was, &json!({ "props": { "x": 0 } }), &[]), ["/id", "/props/x"]);
    }

    #[test]
    fn another_type_and_another_number_of_items_are_differences() {
        assert_eq!(paths(&json!({ "n": 5 }), &json!({ "n": "5" }), &[]), ["/n"]);
        assert_eq!(paths(&json!({ "l": [1] }), &json!({ "l": [1, 2] }), &[]), ["/l"]);
        assert_eq!(
            paths(&json!({ "l": [1, { "a": 1 }] }), &json!({ "l": [1, { "a": 2 }] }), &[]),
            ["/l/1/a"]
        );
        assert_eq!(paths(&json!({ "l": [] }), &json!({ "l": null }), &[]), ["/l"]);
    }

    #[test]
    fn what_differs_between_two_looks_on_stable_is_not_compared() {
        let (was, is) = (json!({ "a": { "t": 1 }, "b": 1 }), json!({ "a": { "t": 2 }, "b": 2 }));
        assert_eq!(paths(&was, &is, &["/a/t"]), ["/b"]);
        assert_eq!(paths(&was, &is, &["/a", "/b"]), [""; 0]);
        assert_eq!(paths(&was, &json!({ "b": 1 }), &["/a"]), [""; 0], "it may be gone as well");
    }

    #[test]
    fn a_status_is_compared_and_a_loss_or_a_gain_is_of_the_safety_class() {
        let none = BTreeSet::new();
        let seen = Sight::Seen(200, json!(1));
        let of = |before: &Sight, now: &Sight| differences(before, now, &none).pop();
        let refused = |status| Sight::Refused(status, String::new());
        assert_eq!(of(&seen, &seen), None);
        assert_eq!(of(&refused(403), &Sight::Refused(403, "other words".into())), None);
        let wrong = |was: &str, is: &str, safety| {
            Some(Difference { path: None, was: was.into(), is: is.into(), safety })
        };
        assert_eq!(of(&seen, &refused(500)), wrong("status 200 with it", "status 500", false));
        assert_eq!(
            of(&seen, &Sight::Missing(200)),
            wrong("status 200 with it", "status 200 without it", true)
        );
        assert_eq!(of(&refused(403), &seen), wrong("status 403", "status 200 with it", true));
        assert_eq!(
            of(&Sight::Missing(200), &seen),
            wrong("status 200 without it", "status 200 with it", false)
        );
    }

    #[test]
    fn secrets_are_not_shown_and_long_values_are_cut() {
        assert_eq!(shown("/token", &json!("abc")), "a secret");
        assert!(shown("/message", &json!("x".repeat(500))).chars().count() <= SHOWN + 1);
    }
}
