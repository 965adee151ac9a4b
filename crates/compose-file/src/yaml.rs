//! YAML as compose reads it: what a bare scalar means is decided as go-yaml does, which is YAML 1.2 with the numbers of 1.1.
//!
//! `0022` is 18, `1_000` is 1000 and `2024-01-01` is a point in time; the same in quotes are texts. The parser takes these for
//! texts in either case, so it is looked up in the file whether a quote stands in front.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess as _, Visitor,
};
use yaml_serde::value::{Tag, TaggedValue};
use yaml_serde::{Mapping, Value};

use super::numbers::number;

/// Reads one document.
///
/// # Errors
/// Where and why it is no YAML; what the file says there is not repeated.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let read = Tree { text }.deserialize(yaml_serde::Deserializer::from_str(text));
    read.map_err(|error| {
        let told = error.to_string();
        // These repeat the value, which may be a password.
        if !told.contains("invalid value: ") && !told.contains("invalid type: ") {
            return told;
        }
        let at = error
            .location()
            .map_or(String::new(), |at| format!(" at line {} column {}", at.line(), at.column()));
        format!("a value does not fit its tag{at}")
    })
}

/// Makes a [`Value`] of what the parser brings from this text.
#[derive(Clone, Copy)]
struct Tree<'t> {
    text: &'t str,
}

impl Tree<'_> {
    /// Whether this piece of the text stands there bare: without quotes, and not said to be a text.
    fn is_bare(self, piece: &str) -> bool {
        let start = (piece.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        let Some(before) = self.text.get(..start) else { return false };
        let word = before.trim_end().rsplit([' ', '\n', '\t', '[', '{', ',']).next();
        !before.ends_with(['"', '\'']) && !matches!(word, Some("!!str" | "!<tag:yaml.org,2002:str>"))
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'de> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'de> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        // Only `-0` is negative and nothing, and that is a float to go-yaml.
        Ok(if number == 0 { Value::from(-0.0) } else { Value::from(number) })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "go-yaml reads such a number as a float")]
    fn visit_i128<E>(self, number: i128) -> Result<Value, E> {
        Ok(Value::from(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "go-yaml reads such a number as a float")]
    fn visit_u128<E>(self, number: u128) -> Result<Value, E> {
        Ok(Value::from(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value, E> {
        let number = if self.is_bare(text) { number(text) } else { None };
        Ok(number.unwrap_or_else(|| Value::from(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            all.push(item);
        }
        Ok(Value::Sequence(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut all = Mapping::new();
        while let Some(key) = entries.next_key::<Value>()? {
            if all.contains_key(&key) {
                let name = super::node::scalar(&key).unwrap_or_default();
                return Err(A::Error::custom(format!("the key `{name}` stands twice in one mapping")));
            }
            let value = entries.next_value_seed(self)?;
            all.insert(key, value);
        }
        Ok(Value::Mapping(all))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Value, A::Error> {
        let (tag, contents) = data.variant_seed(TagName)?;
        let value = contents.newtype_variant_seed(self)?;
        Ok(Value::Tagged(Box::new(TaggedValue { tag, value })))
    }
}

/// The tag in front of a value.
struct TagName;

impl<'de> DeserializeSeed<'de> for TagName {
    type Value = Tag;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tag, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for TagName {
    type Value = Tag;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tag")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Tag, E> {
        if text.is_empty() { Err(E::custom("a tag is empty")) } else { Ok(Tag::new(text)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_stay_and_what_they_stand_before_is_read() {
        let tree = read("{a: !override 0022, b: !reset [1_000]}").unwrap();
        let tagged = |key: &str| match &tree[key] {
            Value::Tagged(tagged) => (tagged.tag.to_string(), tagged.value.clone()),
            other => panic!("{other:?}"),
        };
        assert_eq!(tagged("a"), ("!override".to_owned(), Value::from(18u64)));
        assert_eq!(tagged("b").1[0], Value::from(1000u64));
    }

    #[test]
    fn errors_repeat_nothing_of_the_file() {
        assert_eq!(read("a: 1\na: 2").unwrap_err(), "the key `a` stands twice in one mapping");
        let told = read("a: !!int hunter2").unwrap_err();
        assert!(told.starts_with("a value does not fit its tag") && !told.contains("hunter2"), "{told}");
    }
}
