//! Lists in which repetition has no meaning.

use yaml_serde::Value;

use super::merge::is_set;
use super::node::{PlaceStep, YamlPlace, scalar};

/// Leaves each entry of the lists once where repetition has no meaning: the last of one name, in the place of the first.
pub(super) fn once(value: &mut Value, place: &YamlPlace) {
    match value {
        Value::Mapping(mapping) => {
            for (key, value) in mapping.iter_mut() {
                once(value, &place.key(scalar(key).unwrap_or_default()));
            }
        }
        Value::Sequence(items) if is_set(place) => {
            let name = |item: &Value| match item.as_str().and_then(|text| text.split_once('=')) {
                Some((name, _)) if !is_hosts(place) => Value::from(name),
                _ => item.clone(),
            };
            let mut left: Vec<Value> = Vec::new();
            for item in std::mem::take(items) {
                match left.iter_mut().find(|other| name(other) == name(&item)) {
                    Some(other) => *other = item,
                    None => left.push(item),
                }
            }
            *items = left;
        }
        _ => {}
    }
}

/// One host may have several addresses.
fn is_hosts(place: &YamlPlace) -> bool {
    matches!(place.steps().last(), Some(PlaceStep::Key(key)) if key == "extra_hosts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_without_repetition_keep_the_last_of_a_name() {
        let of = |list: &str| {
            let mut tree: Value = yaml_serde::from_str(&format!("{{services: {{app: {list}}}}}")).unwrap();
            once(&mut tree, &YamlPlace::default());
            std::mem::take(&mut tree["services"]["app"])
        };
        let tree = |text: &str| -> Value { yaml_serde::from_str(text).unwrap() };
        assert_eq!(of("{cap_add: [A, B, A]}"), tree("{cap_add: [A, B]}"));
        assert_eq!(of("{tmpfs: ['/r:size=1m', /t, '/r:size=2m']}"), tree("{tmpfs: ['/r:size=2m', /t]}"));
        assert_eq!(of("{extra_hosts: ['a=1', 'a=2']}"), tree("{extra_hosts: ['a=1', 'a=2']}"));
        assert_eq!(of("{networks: {n: {aliases: [a, a]}}}"), tree("{networks: {n: {aliases: [a]}}}"));
    }
}
