//! What must agree: keys and JSON types of bodies, and headers that clients rely on.

use std::collections::BTreeMap;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// Headers that are compared, in both directions: one that was not recorded must not be there.
const HEADERS: [&str; 8] = [
    "accept-ranges",
    "cache-control",
    "content-disposition",
    "content-range",
    "content-type",
    "etag",
    "x-request-id",
    "x-version-id",
];

pub(super) fn headers(
    recorded: &BTreeMap<String, String>,
    ours: &HeaderMap,
    differ: &mut impl FnMut(String),
) {
    for name in HEADERS {
        let own = ours.get(name).map(|value| value.to_str().unwrap_or_default());
        match (recorded.get(name).map(String::as_str), own) {
            (None, None) => {}
            (Some("*"), Some(own)) if own_value_fits(name, own) => {}
            (Some(wanted), Some(own)) if wanted == own => {}
            (wanted, own) => differ(format!("header {name} is {own:?}, recorded {wanted:?}")),
        }
    }
}

/// Whether a value that every server chooses for itself has the right shape.
fn own_value_fits(name: &str, value: &str) -> bool {
    match name {
        // An id as all ids of the product.
        "x-request-id" => {
            value.len() == 26 && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        }
        // <version>.<build number>.<hash of what clients see>.<whether there is a licence>
        "x-version-id" => {
            let parts: Vec<&str> = value.split('.').collect();
            let numbers = parts.iter().take(3).all(|part| part.bytes().all(|b| b.is_ascii_digit()));
            let hash = parts.len().checked_sub(2).and_then(|at| parts.get(at)).map_or(0, |hash| hash.len());
            parts.len() >= 6 && numbers && hash >= 32 && matches!(parts.last(), Some(&("true" | "false")))
        }
        _ => !value.is_empty(),
    }
}

/// Compares keys and types. Elements of lists are compared by their first, posts in a map from ids by
/// the first of the same type.
pub(super) fn shape(recorded: &Value, ours: &Value, at: &str, more: bool, differ: &mut impl FnMut(String)) {
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) if at.ends_with("/posts") => {
            // Ids decide the order, and a post of the system has another shape: like is compared with like.
            let Some(recorded) = recorded.values().next() else { return };
            if let Some(ours) = ours.values().find(|ours| ours["type"] == recorded["type"]) {
                shape(recorded, ours, &format!("{at}/*"), more, differ);
            } else {
                differ(format!("{at} has no post of type {}", recorded["type"]));
            }
        }
        (Value::Object(recorded), Value::Object(ours)) => {
            for (key, value) in recorded {
                match ours.get(key) {
                    Some(own) => shape(value, own, &format!("{at}/{key}"), more, differ),
                    None => differ(format!("{at}/{key} is missing")),
                }
            }
            for key in ours.keys().filter(|key| !more && !recorded.contains_key(*key)) {
                differ(format!("{at}/{key} is not in the recording"));
            }
        }
        (Value::Array(recorded), Value::Array(ours)) => match (recorded.first(), ours.first()) {
            (Some(recorded), Some(ours)) => shape(recorded, ours, &format!("{at}/0"), more, differ),
            (Some(_), None) => differ(format!("{at} is empty")),
            _ => {}
        },
        _ if std::mem::discriminant(recorded) == std::mem::discriminant(ours) => {}
        _ => differ(format!("{at} is {ours}, recorded {recorded}")),
    }
}

/// Whether everything that was recorded is there; lists may be longer and in another order.
pub(super) fn holds(recorded: &Value, ours: &Value) -> bool {
    match (recorded, ours) {
        (Value::Object(recorded), Value::Object(ours)) => {
            recorded.iter().all(|(key, value)| ours.get(key).is_some_and(|own| holds(value, own)))
        }
        (Value::Array(recorded), Value::Array(ours)) => {
            recorded.iter().all(|value| ours.iter().any(|own| holds(value, own)))
        }
        _ => recorded == ours,
    }
}
