//! What happens to one request: all that the rules which it hits do to it.

use std::time::Duration;

use serde_json::Value;

use super::outage::OutageOrder;
use super::rule::{Damage, Effect};

/// What happens to one request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Disturbance {
    /// Wait before anything else.
    pub delay: Option<Duration>,
    /// Never answer.
    pub hang: bool,
    /// Cut the connection before the request is served.
    pub reset: bool,
    /// Cut the connection after the request was served.
    pub reset_after: bool,
    /// Answer this instead: status and body.
    pub answer: Option<(u16, Option<Value>)>,
    /// What it is played on.
    pub played_on: PlayedOn,
    /// Take whoever asks for an administrator.
    pub unguarded: bool,
    /// Headers to set on the answer.
    pub headers: Vec<(String, String)>,
    /// The node is out from this request on.
    pub outage: Option<OutageOrder>,
    /// What to change in the body of the answer, in this order.
    pub changes: Vec<BodyChange>,
    /// What happens to the rows of the answer that are old.
    pub to_old: Vec<Effect>,
}

/// What a request is played on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlayedOn {
    /// The installation, as every request should be.
    #[default]
    World,
    /// A copy of it, which is thrown away.
    Copy,
    /// A copy with the tables that the node found when it came up.
    Past,
}

/// A change of the body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum BodyChange {
    /// A value is merged in at a JSON pointer.
    Merge {
        /// The pointer.
        at: String,
        /// The value: objects key by key (null removes a key), anything else replaces.
        merge: Value,
    },
    /// What is at a JSON pointer is taken out.
    Remove(String),
    /// The list at a JSON pointer is turned round.
    Reverse(String),
    /// These texts are taken out of every list.
    Strike(Vec<String>),
    /// The bytes are damaged.
    Damage(Damage),
}

impl Disturbance {
    pub(super) fn add(&mut self, effect: &Effect) {
        match effect {
            Effect::Answer { status, body } => self.answer = Some((*status, body.clone())),
            Effect::Patch { at, merge } => {
                self.changes.push(BodyChange::Merge { at: at.clone(), merge: merge.clone() });
            }
            Effect::Remove(at) => self.changes.push(BodyChange::Remove(at.clone())),
            Effect::Reverse(at) => self.changes.push(BodyChange::Reverse(at.clone())),
            Effect::Strike(texts) => self.changes.push(BodyChange::Strike(texts.clone())),
            Effect::Damage(damage) => self.changes.push(BodyChange::Damage(*damage)),
            Effect::Forget => self.played_on = PlayedOn::Copy,
            Effect::Stale => self.played_on = PlayedOn::Past,
            Effect::Unguarded => self.unguarded = true,
            Effect::Header { name, value } => self.headers.push((name.clone(), value.clone())),
            Effect::Delay(ms) => {
                self.delay = Some(self.delay.unwrap_or_default() + Duration::from_millis(*ms));
            }
            Effect::Hang => self.hang = true,
            Effect::Reset => self.reset = true,
            Effect::ResetAfter => self.reset_after = true,
            Effect::Outage(order) => self.outage = Some(*order),
            Effect::Wipe(_)
            | Effect::Rot(_)
            | Effect::DropEvent
            | Effect::DuplicateEvent
            | Effect::Behaviour(_) => {}
        }
    }

    /// The body of the answer with its changes. What is no JSON is left as it is by changes of JSON, and a pointer that
    /// leads nowhere changes nothing.
    #[must_use]
    pub fn changed(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for change in &self.changes {
            if let BodyChange::Damage(damage) = change {
                damage.hit(&mut bytes);
            } else if let Ok(mut body) = serde_json::from_slice(&bytes) {
                change.make(&mut body);
                bytes = body.to_string().into_bytes();
            }
        }
        bytes
    }
}

impl BodyChange {
    fn make(&self, body: &mut Value) {
        match self {
            Self::Merge { at, merge } => {
                if let Some(place) = body.pointer_mut(at) {
                    merge_into(place, merge);
                }
            }
            Self::Remove(at) => remove(body, at),
            Self::Reverse(at) => {
                if let Some(list) = body.pointer_mut(at).and_then(Value::as_array_mut) {
                    list.reverse();
                }
            }
            Self::Strike(texts) => strike(body, texts),
            Self::Damage(_) => {}
        }
    }
}

impl Damage {
    fn hit(self, bytes: &mut Vec<u8>) {
        match self {
            Self::FirstByte => {
                if let Some(byte) = bytes.first_mut() {
                    *byte ^= 1;
                }
            }
            Self::SecondHalf => bytes.truncate(bytes.len() / 2),
        }
    }
}

fn strike(body: &mut Value, texts: &[String]) {
    match body {
        Value::Array(list) => {
            list.retain(|one| !one.as_str().is_some_and(|one| texts.iter().any(|text| text == one)));
            list.iter_mut().for_each(|one| strike(one, texts));
        }
        Value::Object(fields) => fields.values_mut().for_each(|one| strike(one, texts)),
        _ => {}
    }
}

fn remove(body: &mut Value, at: &str) {
    let Some((place, last)) = at.rsplit_once('/') else { return };
    match body.pointer_mut(place) {
        Some(Value::Object(fields)) => drop(fields.shift_remove(last)),
        Some(Value::Array(list)) => {
            if let Some(index) = last.parse().ok().filter(|index| *index < list.len()) {
                list.remove(index);
            }
        }
        _ => {}
    }
}

fn merge_into(place: &mut Value, merge: &Value) {
    match (place, merge) {
        (Value::Object(place), Value::Object(merge)) => {
            for (key, value) in merge {
                if value.is_null() {
                    place.shift_remove(key);
                } else {
                    merge_into(place.entry(key.clone()).or_insert(Value::Null), value);
                }
            }
        }
        (place, merge) => *place = merge.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(effects: &[Effect], body: &Value) -> Value {
        let mut disturbance = Disturbance::default();
        effects.iter().for_each(|effect| disturbance.add(effect));
        serde_json::from_slice(&disturbance.changed(body.to_string().into_bytes())).unwrap()
    }

    #[test]
    fn bodies_are_merged_at_their_pointer() {
        let patch = [Effect::Patch { at: "/user".into(), merge: json!({"name": "x", "gone": null}) }];
        let body = json!({"user": {"name": "y", "gone": 1, "stays": 2}});
        assert_eq!(changed(&patch, &body), json!({"user": {"name": "x", "stays": 2}}));
        assert_eq!(changed(&patch, &json!({"team": 1})), json!({"team": 1}));
    }

    #[test]
    fn a_member_of_a_list_or_an_object_is_taken_out() {
        let removals = ["/list/0", "/list/7", "/gone", "/nowhere/0"].map(|at| Effect::Remove(at.into()));
        assert_eq!(changed(&removals, &json!({"list": [1, 2], "gone": true})), json!({"list": [2]}));
    }

    #[test]
    fn lists_are_turned_round_and_texts_struck_wherever_they_stand() {
        let effects = [Effect::Reverse("/order".into()), Effect::Strike(vec!["b".into()])];
        let body = json!({"order": ["a", "b", "c"], "deep": [{"list": ["b", "d"]}], "text": "b"});
        let after = json!({"order": ["c", "a"], "deep": [{"list": ["d"]}], "text": "b"});
        assert_eq!(changed(&effects, &body), after);
    }

    #[test]
    fn bytes_that_are_no_json_can_be_damaged_and_nothing_else() {
        let of = |effect: Effect| {
            let mut disturbance = Disturbance::default();
            disturbance.add(&effect);
            disturbance.changed(b"abcd".to_vec())
        };
        assert_eq!(of(Effect::Damage(Damage::FirstByte)), b"`bcd");
        assert_eq!(of(Effect::Damage(Damage::SecondHalf)), b"ab");
        assert_eq!(of(Effect::Remove("/a".into())), b"abcd");
    }
}
