//! Effects on what is old: rows that were there, as they are, when the node came up. What is newer, or was touched since,
//! is answered as it should be.
//!
//! A row is old where the same request, played on the tables that the node found, shows it just so.

use serde_json::Value;

use super::disturbance::Disturbance;
use super::rule::Effect;

/// What an answer becomes: another status where it is replaced, and its body.
pub(crate) type Aged = (Option<u16>, Vec<u8>);

/// Lets effects happen to the old rows in an answer; `then` is what was answered when the node came up.
pub(crate) fn aged(effects: &[Effect], now: Vec<u8>, then: &[u8]) -> Aged {
    let mut status = None;
    let mut body = now;
    for effect in effects {
        match (effect, serde_json::from_slice::<Value>(&body), serde_json::from_slice::<Value>(then)) {
            (Effect::Answer { status: instead, body: told }, now, past) => {
                let has_old = match (now, past) {
                    (Ok(now), Ok(past)) => shares(&now, &past),
                    _ => body == then,
                };
                if has_old {
                    status = Some(*instead);
                    body = told.as_ref().map(Value::to_string).unwrap_or_default().into_bytes();
                }
            }
            (Effect::Patch { at, .. } | Effect::Remove(at), Ok(mut now), Ok(past)) => {
                for place in old_places(at, &now, &past).into_iter().rev() {
                    let one = match effect {
                        Effect::Patch { merge, .. } => Effect::Patch { at: place, merge: merge.clone() },
                        _ => Effect::Remove(place),
                    };
                    let mut disturbance = Disturbance::default();
                    disturbance.add(&one);
                    let changed = disturbance.changed(now.to_string().into_bytes());
                    now = serde_json::from_slice(&changed).unwrap_or(now);
                }
                body = now.to_string().into_bytes();
            }
            (Effect::Damage(_), ..) if body == then => {
                let mut disturbance = Disturbance::default();
                disturbance.add(effect);
                body = disturbance.changed(body);
            }
            _ => {}
        }
    }
    (status, body)
}

/// Whether an answer is as it was, or is or has a list with a row that it had.
fn shares(now: &Value, past: &Value) -> bool {
    let has_one = |now: &[Value], past: &Value| {
        let past = past.as_array();
        now.iter().any(|row| row.is_object() && past.is_some_and(|past| past.contains(row)))
    };
    match now {
        Value::Array(now) => has_one(now, past),
        Value::Object(fields) => {
            let lists = fields.iter().filter_map(|(key, value)| Some((key, value.as_array()?)));
            now == past || lists.into_iter().any(|(key, list)| has_one(list, &past[key]))
        }
        _ => now == past,
    }
}

/// The pointers that a pattern leads to where the row is old. `*` stands for each of a list or an object, and
/// `*[type=G]` for each whose field is this text; `[type=D]/name` is a field of an answer that is such a row itself.
fn old_places(pattern: &str, now: &Value, past: &Value) -> Vec<String> {
    let Some((list, rest)) = pattern.split_once("/*") else {
        let (condition, place) = condition_of(pattern);
        let old = now.pointer(place).is_some() && now.pointer(place) == past.pointer(place);
        return if old && meets(now, condition) { vec![place.to_owned()] } else { Vec::new() };
    };
    let (condition, field) = condition_of(rest);
    let (Some(now), Some(past)) = (now.pointer(list), past.pointer(list)) else { return Vec::new() };
    match (now, past) {
        (Value::Array(now), Value::Array(past)) => {
            let old = now.iter().enumerate().filter(|(_, row)| past.contains(row) && meets(row, condition));
            old.map(|(n, _)| format!("{list}/{n}{field}")).collect()
        }
        (Value::Object(now), Value::Object(past)) => {
            let old = now.iter().filter(|(key, row)| past.get(*key) == Some(row) && meets(row, condition));
            old.map(|(key, _)| format!("{list}/{key}{field}")).collect()
        }
        _ => Vec::new(),
    }
}

/// `[field=text]/rest` → the field and its text, and the rest.
fn condition_of(pattern: &str) -> (Option<(&str, &str)>, &str) {
    match pattern.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((condition, rest)) => (condition.split_once('='), rest),
        None => (None, pattern),
    }
}

fn meets(row: &Value, condition: Option<(&str, &str)>) -> bool {
    condition.is_none_or(|(field, text)| row[field] == text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(effect: Effect, now: &Value, then: &Value) -> (Option<u16>, Value) {
        let (status, body) = aged(&[effect], now.to_string().into_bytes(), then.to_string().as_bytes());
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[test]
    fn only_rows_that_were_there_and_are_as_they_were_are_hit() {
        let then = json!({ "list": [{ "id": "a", "text": "x" }, { "id": "b", "text": "x" }] });
        let now = json!({ "list": [
            { "id": "a", "text": "x" }, { "id": "b", "text": "edited" }, { "id": "c", "text": "x" },
        ] });
        let patch = Effect::Patch { at: "/list/*".into(), merge: json!({ "text": null }) };
        let (_, body) = of(patch, &now, &then);
        assert_eq!(body["list"][0], json!({ "id": "a" }));
        assert_eq!(body["list"][1], now["list"][1]);
        assert_eq!(body["list"][2], now["list"][2]);
        let left = |at: &str| of(Effect::Remove(at.into()), &now, &then).1["list"].as_array().unwrap().len();
        assert_eq!((left("/list/*"), left("/list/*[id=a]"), left("/list/*[id=b]")), (2, 2, 3));
    }

    #[test]
    fn a_row_that_is_the_answer_can_be_meant_by_a_field_of_it() {
        let direct = json!({ "type": "D", "name": "a" });
        let name = |at: &str| {
            of(Effect::Patch { at: at.into(), merge: json!("") }, &direct, &direct).1["name"].clone()
        };
        assert_eq!((name("[type=D]/name"), name("[type=O]/name")), (json!(""), json!("a")));
    }

    #[test]
    fn an_answer_with_an_old_row_is_replaced_and_one_of_new_rows_is_not() {
        let answer = || Effect::Answer { status: 500, body: None };
        let row = json!({ "id": "a" });
        assert_eq!(of(answer(), &row, &row).0, Some(500));
        assert_eq!(of(answer(), &json!({ "id": "b" }), &row).0, None);
        assert_eq!(of(answer(), &json!([row, { "id": "b" }]), &json!([row])).0, Some(500));
        assert_eq!(of(answer(), &json!([{ "id": "b" }]), &json!([row])).0, None);
        let page = |rows: &[&Value]| json!({ "total": rows.len(), "items": rows });
        assert_eq!(of(answer(), &page(&[&row, &json!({ "id": "b" })]), &page(&[&row])).0, Some(500));
        assert_eq!(of(answer(), &page(&[&json!({ "id": "b" })]), &page(&[&row])).0, None);
        let edited = |text: &str| json!({ "id": "a", "text": text, "files": [], "props": {} });
        assert_eq!(of(answer(), &edited("b"), &edited("a")).0, None);
    }
}
