//! Where two JSON documents differ.

use super::prelude::*;

/// The whole document is as it was.
pub(super) fn unchanged(place: &Place, before: &Value, now: &Value) -> Result<(), StepError> {
    match first_difference("", before, now) {
        None => Ok(()),
        Some((path, was, is)) => Err(place.failed(format!("{path} unchanged: {was}"), is)),
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
    use serde_json::json;

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
