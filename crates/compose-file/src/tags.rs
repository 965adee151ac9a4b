//! The tags by which an upper file takes away what is below: `!reset` removes it, `!override` stands in its place.

use yaml_serde::Value;
use yaml_serde::value::{Tag, TaggedValue};

pub(super) fn is_reset(value: &Value) -> bool {
    matches!(value, Value::Tagged(tagged) if tagged.tag == "reset")
}

pub(super) fn settle_unless_reset(value: Value) -> Option<Value> {
    (!is_reset(&value)).then(|| settle(value))
}

/// Carries out the tags of a tree that lies over nothing: what is reset goes, `!override` is dropped.
pub(super) fn settle(value: Value) -> Value {
    match value {
        Value::Tagged(tagged) if tagged.tag == "override" => settle(tagged.value),
        Value::Tagged(tagged) if tagged.tag == "reset" => Value::Null,
        Value::Mapping(mapping) => Value::Mapping(
            mapping.into_iter().filter_map(|(key, value)| Some((key, settle_unless_reset(value)?))).collect(),
        ),
        Value::Sequence(items) => items.into_iter().filter_map(settle_unless_reset).collect(),
        other => other,
    }
}

/// What `upper` became when it was laid over a service of its own file, with the tags it had: they mean the files below as well.
pub(super) fn retagged(upper: &Value, merged: Value) -> Value {
    match (upper, merged) {
        (Value::Tagged(tagged), merged) => {
            // What compose leaves in spite of a `!reset` takes the place of what is below.
            let tag = if merged.is_null() { tagged.tag.clone() } else { Tag::new("override") };
            Value::Tagged(Box::new(TaggedValue { tag, value: merged }))
        }
        (Value::Mapping(upper), Value::Mapping(mut merged)) => {
            for (key, value) in upper {
                if is_reset(value) || merged.contains_key(key) {
                    let below = merged.shift_remove(key).unwrap_or_default();
                    merged.insert(key.clone(), retagged(value, below));
                }
            }
            Value::Mapping(merged)
        }
        (_, merged) => merged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_kept_for_the_files_below() {
        let tree = |text: &str| -> Value { yaml_serde::from_str(text).unwrap() };
        let upper = tree("{a: !override [x], b: !reset null, c: {d: !override 1, e: 2}, f: 3}");
        let merged = tree("{a: [x], c: {d: 1, e: 2, g: 4}, f: 3, h: 5}");
        let expected =
            tree("{a: !override [x], b: !reset null, c: {d: !override 1, e: 2, g: 4}, f: 3, h: 5}");
        assert_eq!(retagged(&upper, merged), expected);
    }
}
