//! Rules at work: what a running node asks before it answers a request, sends an event, or does its work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::glob;
use super::rule::{Dial, Effect, Rule};

/// The rules of a run and the two versions it is about: what a node has to be told.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FaultPlan {
    /// What goes wrong.
    pub rules: Vec<Rule>,
    /// The version that counts as old.
    pub stable_version: String,
    /// The version that counts as new. When both are the same, every node is new.
    pub release_version: String,
}

/// The node that asks.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    /// Its name.
    pub name: &'a str,
    /// The version it really runs.
    pub version: &'a str,
}

/// Rules at work; clones share the count of calls. In another process they start from nothing.
#[derive(Debug, Clone)]
pub struct Faults {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    plan: FaultPlan,
    calls: Vec<AtomicU64>,
}

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
    /// Headers to set on the answer.
    pub headers: Vec<(String, String)>,
    /// JSON merges to make in the answer: pointer and value.
    pub patches: Vec<(String, Value)>,
}

/// What happens to one event on its way to a websocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventFate {
    /// It is sent.
    Deliver,
    /// It is lost.
    Drop,
    /// It is sent twice.
    Duplicate,
}

impl Faults {
    /// Rules about an upgrade from `stable_version` to `release_version`.
    #[must_use]
    pub fn new(rules: Vec<Rule>, stable_version: &str, release_version: &str) -> Self {
        Self::of(FaultPlan {
            rules,
            stable_version: stable_version.into(),
            release_version: release_version.into(),
        })
    }

    /// The same from a plan, as it comes over a wire.
    #[must_use]
    pub fn of(plan: FaultPlan) -> Self {
        let calls = plan.rules.iter().map(|_| AtomicU64::new(0)).collect();
        Self { inner: Arc::new(Inner { plan, calls }) }
    }

    /// A healthy server.
    #[must_use]
    pub fn none() -> Self {
        Self::of(FaultPlan::default())
    }

    /// The rules and versions.
    #[must_use]
    pub fn plan(&self) -> &FaultPlan {
        &self.inner.plan
    }

    /// What happens to a request at this node.
    #[must_use]
    pub fn on_request(&self, who: Who<'_>, method: &str, path: &str) -> Disturbance {
        let mut disturbance = Disturbance::default();
        for (index, rule) in self.inner.plan.rules.iter().enumerate() {
            let matches = &rule.matches;
            let wanted = matches.event.is_none()
                && !matches!(rule.effect, Effect::Behaviour(_) | Effect::DropEvent | Effect::DuplicateEvent)
                && matches.method.as_deref().is_none_or(|wanted| wanted == method)
                && matches.path.as_deref().is_none_or(|pattern| glob::fits(pattern, path));
            if wanted && self.hits(index, rule, who) {
                disturbance.add(&rule.effect);
            }
        }
        disturbance
    }

    /// What happens to an event on its way to a websocket of this node.
    #[must_use]
    pub fn on_event(&self, who: Who<'_>, event: &str) -> EventFate {
        for (index, rule) in self.inner.plan.rules.iter().enumerate() {
            let fate = match rule.effect {
                Effect::DropEvent => EventFate::Drop,
                Effect::DuplicateEvent => EventFate::Duplicate,
                _ => continue,
            };
            let wanted = rule.matches.event.as_deref().is_none_or(|wanted| wanted == event);
            if wanted && self.hits(index, rule, who) {
                return fate;
            }
        }
        EventFate::Deliver
    }

    /// Whether this node has a named behaviour now; asking counts as a call.
    #[must_use]
    pub fn has(&self, behaviour: &str, who: Who<'_>) -> bool {
        self.inner.plan.rules.iter().enumerate().any(|(index, rule)| {
            matches!(&rule.effect, Effect::Behaviour(name) if name == behaviour)
                && self.hits(index, rule, who)
        })
    }

    fn hits(&self, index: usize, rule: &Rule, who: Who<'_>) -> bool {
        let plan = &self.inner.plan;
        let concerned = match &rule.when.node {
            Dial::All => true,
            Dial::New => who.version == plan.release_version,
            // Without this a run between two builds of one version would have no healthy node at all.
            Dial::Old => who.version == plan.stable_version && plan.stable_version != plan.release_version,
            Dial::Named(name) => name == who.name,
        };
        if !concerned {
            return false;
        }
        let call = self.inner.calls[index].fetch_add(1, Ordering::Relaxed) + 1;
        let from = rule.when.from_call.max(1);
        call >= from
            && rule.when.calls.is_none_or(|calls| call < from + calls)
            && (call - from).is_multiple_of(rule.when.every.max(1))
    }
}

impl Disturbance {
    fn add(&mut self, effect: &Effect) {
        match effect {
            Effect::Answer { status, body } => self.answer = Some((*status, body.clone())),
            Effect::Patch { at, merge } => self.patches.push((at.clone(), merge.clone())),
            Effect::Header { name, value } => self.headers.push((name.clone(), value.clone())),
            Effect::Delay(ms) => {
                self.delay = Some(self.delay.unwrap_or_default() + Duration::from_millis(*ms));
            }
            Effect::Hang => self.hang = true,
            Effect::Reset => self.reset = true,
            Effect::ResetAfter => self.reset_after = true,
            Effect::DropEvent | Effect::DuplicateEvent | Effect::Behaviour(_) => {}
        }
    }

    /// Makes the merges in a JSON body; a pointer that leads nowhere changes nothing.
    pub fn patch(&self, body: &mut Value) {
        for (at, merge) in &self.patches {
            if let Some(place) = body.pointer_mut(at) {
                merge_into(place, merge);
            }
        }
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
    use super::*;
    use crate::fault::rule::read_rules;
    use serde_json::json;

    const OLD: Who<'_> = Who { name: "node1", version: "11.6.0" };
    const NEW: Who<'_> = Who { name: "node2", version: "11.7.0" };

    fn faults(yaml: &str) -> Faults {
        Faults::new(read_rules(yaml).unwrap(), "11.6.0", "11.7.0")
    }

    #[test]
    fn only_nodes_on_the_release_misbehave_by_default() {
        let faults = faults("- effect: { behaviour: lost-post }\n");
        assert!(!faults.has("lost-post", OLD));
        assert!(faults.has("lost-post", NEW));
        assert!(!faults.has("lost-edit", NEW));
    }

    #[test]
    fn every_second_call_from_the_third_on_is_hit() {
        let faults = faults("- when: { from_call: 3, every: 2 }\n  effect: reset\n");
        let hits: Vec<bool> = (0..7).map(|_| faults.on_request(NEW, "GET", "/").reset).collect();
        assert_eq!(hits, [false, false, true, false, true, false, true]);
    }

    #[test]
    fn bodies_are_merged_at_their_pointer() {
        let faults = faults(
            "- match: { path: /a/* }\n  effect: { patch: { at: /user, merge: { name: x, gone: null } } }\n",
        );
        let mut body = json!({"user": {"name": "y", "gone": 1, "stays": 2}});
        faults.on_request(NEW, "GET", "/a/b").patch(&mut body);
        assert_eq!(body, json!({"user": {"name": "x", "stays": 2}}));
        assert_eq!(faults.on_request(NEW, "GET", "/b"), Disturbance::default());
    }

    #[test]
    fn events_are_dropped_by_name_and_requests_left_alone() {
        let faults = faults("- match: { event: posted }\n  effect: drop-event\n");
        assert_eq!(faults.on_event(NEW, "posted"), EventFate::Drop);
        assert_eq!(faults.on_event(NEW, "hello"), EventFate::Deliver);
        assert_eq!(faults.on_event(OLD, "posted"), EventFate::Deliver);
        assert_eq!(faults.on_request(NEW, "GET", "/"), Disturbance::default());
    }
}
