//! Rules at work: what a running node asks before it answers a request, sends an event, or does its work.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use basics::unpoisoned;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::disturbance::Disturbance;
use super::glob;
use super::outage::Outage;
use super::rot::Rot;
use super::rule::{AppliesTo, Effect, Rule, Table};

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
pub struct AskingNode<'a> {
    /// Its name.
    pub name: &'a str,
    /// The version it really runs.
    pub version: &'a str,
    /// Whether it came up on a schema that is newer than its own.
    pub back: bool,
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
    outages: Mutex<Vec<Outage>>,
}

/// What happens to one event on its way to a websocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventEffect {
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
        Self { inner: Arc::new(Inner { plan, calls, outages: Mutex::default() }) }
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

    /// Whether what happens to a request depends on more than its method and path.
    #[must_use]
    pub fn reads(&self, method: &str, path: &str) -> bool {
        self.of_requests(method, path).any(|(_, rule)| !rule.matches.with.is_empty())
    }

    /// What happens to a request at this node; `fields` are those of its query and its JSON body.
    #[must_use]
    pub fn on_request(
        &self,
        who: AskingNode<'_>,
        method: &str,
        path: &str,
        fields: &Map<String, Value>,
    ) -> Disturbance {
        let mut disturbance = Disturbance::default();
        for (index, rule) in self.of_requests(method, path) {
            if rule.matches.fits(|key| fields.get(key)) && self.hits(index, rule, who) {
                if rule.matches.old {
                    disturbance.to_old.push(rule.effect.clone());
                } else {
                    disturbance.add(&rule.effect);
                }
            }
        }
        disturbance
    }

    fn of_requests(&self, method: &str, path: &str) -> impl Iterator<Item = (usize, &Rule)> {
        self.inner.plan.rules.iter().enumerate().filter(move |(_, rule)| {
            let matches = &rule.matches;
            matches.event.is_none()
                && rule.effect.is_of_requests()
                && matches.method.as_deref().is_none_or(|wanted| wanted == method)
                && matches.path.as_deref().is_none_or(|pattern| glob::fits(pattern, path))
        })
    }

    /// What happens to an event on its way to a websocket of this node.
    #[must_use]
    pub fn on_event(&self, who: AskingNode<'_>, event: &str, data: &Value) -> EventEffect {
        for (index, rule) in self.inner.plan.rules.iter().enumerate() {
            let effect = match rule.effect {
                Effect::DropEvent => EventEffect::Drop,
                Effect::DuplicateEvent => EventEffect::Duplicate,
                _ => continue,
            };
            let wanted = rule.matches.event.as_deref().is_none_or(|wanted| wanted == event);
            if wanted && rule.matches.fits(|key| data.get(key)) && self.hits(index, rule, who) {
                return effect;
            }
        }
        EventEffect::Deliver
    }

    /// How this node damages rows when it comes up.
    #[must_use]
    pub fn rots(&self, who: AskingNode<'_>) -> Vec<Rot> {
        let rules = self.inner.plan.rules.iter().enumerate();
        let rots = rules.filter_map(|(index, rule)| match rule.effect {
            Effect::Rot(rot) if self.hits(index, rule, who) => Some(rot),
            _ => None,
        });
        rots.collect()
    }

    /// The outages of all nodes that have these rules, in the order in which they began.
    #[must_use]
    pub fn outages(&self) -> Vec<Outage> {
        unpoisoned::lock(&self.inner.outages).clone()
    }

    /// Notes that an outage begins; gives its place for [`Faults::note_end`].
    pub(crate) fn note_outage(&self, outage: Outage) -> usize {
        let mut outages = unpoisoned::lock(&self.inner.outages);
        outages.push(outage);
        outages.len() - 1
    }

    /// Notes when an outage ended.
    pub(crate) fn note_end(&self, place: usize, at: Instant) {
        if let Some(outage) = unpoisoned::lock(&self.inner.outages).get_mut(place) {
            outage.until = Some(at);
        }
    }

    /// Whether a request may be answered as of when its node came up, or compared with that, so that the node has to keep what it found.
    #[must_use]
    pub fn look_back(&self) -> bool {
        self.inner.plan.rules.iter().any(|rule| rule.effect == Effect::Stale || rule.matches.old)
    }

    /// The tables that this node empties while it migrates the database.
    #[must_use]
    pub fn wiped(&self, who: AskingNode<'_>) -> Vec<Table> {
        let mut wiped = Vec::new();
        for (index, rule) in self.inner.plan.rules.iter().enumerate() {
            if let Effect::Wipe(tables) = &rule.effect
                && self.hits(index, rule, who)
            {
                wiped.extend(tables);
            }
        }
        wiped
    }

    /// Whether this node has a named behaviour now; asking counts as a call.
    #[must_use]
    pub fn has(&self, behaviour: &str, who: AskingNode<'_>) -> bool {
        self.inner.plan.rules.iter().enumerate().any(|(index, rule)| {
            matches!(&rule.effect, Effect::Behaviour(name) if name == behaviour)
                && self.hits(index, rule, who)
        })
    }

    fn hits(&self, index: usize, rule: &Rule, who: AskingNode<'_>) -> bool {
        let plan = &self.inner.plan;
        let concerned = match &rule.when.node {
            AppliesTo::All => true,
            AppliesTo::Back => who.back,
            AppliesTo::New => who.version == plan.release_version,
            // Without this a run between two builds of one version would have no healthy node at all.
            AppliesTo::Old => {
                who.version == plan.stable_version && plan.stable_version != plan.release_version
            }
            AppliesTo::Named(name) => name == who.name,
            AppliesTo::NewOn(name) => name == who.name && who.version == plan.release_version,
        };
        if !concerned {
            return false;
        }
        let call = self.inner.calls[index].fetch_add(1, Ordering::Relaxed) + 1;
        let from = rule.when.from_call.max(1);
        // One outage after the other would be one without an end.
        let once = matches!(rule.effect, Effect::Outage(_)).then_some(1);
        call >= from
            && rule.when.calls.or(once).is_none_or(|calls| call < from + calls)
            && (call - from).is_multiple_of(rule.when.every.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::PlayedOn;
    use crate::fault::rule::read_rules;
    use serde_json::json;

    const OLD: AskingNode<'_> = AskingNode { name: "node1", version: "11.6.0", back: false };
    const NEW: AskingNode<'_> = AskingNode { name: "node2", version: "11.7.0", back: false };

    fn faults(yaml: &str) -> Faults {
        Faults::new(read_rules(yaml).unwrap(), "11.6.0", "11.7.0")
    }

    #[test]
    fn one_node_alone_may_misbehave_on_the_release() {
        let faults = faults("- when: { node: new on node2 }\n  effect: { behaviour: b }\n");
        let other = AskingNode { name: "node3", ..NEW };
        let before = AskingNode { version: OLD.version, ..NEW };
        assert_eq!([NEW, other, before].map(|who| faults.has("b", who)), [true, false, false]);
        let written = serde_json::to_value(&faults.plan().rules[0].when.node).unwrap();
        assert_eq!(written, json!("new on node2"));
    }

    #[test]
    fn only_nodes_on_the_release_misbehave_by_default() {
        let faults = faults("- effect: { behaviour: lost-post }\n");
        assert!(!faults.has("lost-post", OLD));
        assert!(faults.has("lost-post", NEW));
        assert!(!faults.has("lost-edit", NEW));
    }

    #[test]
    fn what_is_wrong_with_a_node_that_went_back_is_wrong_with_no_other() {
        let faults = faults("- when: { node: back }\n  effect: { behaviour: lost-post }\n");
        assert!(!faults.has("lost-post", OLD) && !faults.has("lost-post", NEW));
        assert!(faults.has("lost-post", AskingNode { back: true, ..OLD }));
    }

    #[test]
    fn every_second_call_from_the_third_on_is_hit() {
        let faults = faults("- when: { from_call: 3, every: 2 }\n  effect: reset\n");
        let hits: Vec<bool> = (0..7).map(|_| faults.on_request(NEW, "GET", "/", &Map::new()).reset).collect();
        assert_eq!(hits, [false, false, true, false, true, false, true]);
    }

    #[test]
    fn events_are_dropped_by_name_and_requests_left_alone() {
        let faults = faults("- match: { event: posted }\n  effect: drop-event\n");
        assert_eq!(faults.on_event(NEW, "posted", &Value::Null), EventEffect::Drop);
        assert_eq!(faults.on_event(NEW, "hello", &Value::Null), EventEffect::Deliver);
        assert_eq!(faults.on_event(OLD, "posted", &Value::Null), EventEffect::Deliver);
        assert_eq!(faults.on_request(NEW, "GET", "/", &Map::new()), Disturbance::default());
    }

    #[test]
    fn a_rule_about_fields_hits_only_what_has_them() {
        let faults =
            faults("- match: { path: /posts, with: { root_id: '*', kind: reply } }\n  effect: forget\n");
        let forgotten = |fields: Value| {
            let fields = fields.as_object().cloned().unwrap_or_default();
            faults.on_request(NEW, "POST", "/posts", &fields).played_on == PlayedOn::Copy
        };
        assert!(faults.reads("POST", "/posts") && !faults.reads("POST", "/users"));
        assert!(forgotten(json!({"root_id": "abc", "kind": "reply"})));
        assert!(!forgotten(json!({"root_id": "", "kind": "reply"})));
        assert!(!forgotten(json!({"root_id": "abc", "kind": "other"})));
        assert!(!forgotten(json!({})));
    }

    #[test]
    fn a_field_can_be_wanted_empty_or_missing() {
        let faults = faults("- match: { with: { file_ids: '' } }\n  effect: forget\n");
        let forgotten = |fields: Value| {
            let fields = fields.as_object().cloned().unwrap_or_default();
            faults.on_request(NEW, "POST", "/posts", &fields).played_on == PlayedOn::Copy
        };
        assert!(
            forgotten(json!({}))
                && forgotten(json!({"file_ids": []}))
                && forgotten(json!({"file_ids": null}))
        );
        assert!(!forgotten(json!({"file_ids": ["a"]})));
    }

    #[test]
    fn the_tables_that_a_release_loses_are_named() {
        let faults = faults("- effect: { wipe: [posts, files] }\n");
        assert_eq!(faults.wiped(NEW), [Table::Posts, Table::Files]);
        assert_eq!(faults.wiped(OLD), []);
        assert_eq!(faults.on_request(NEW, "GET", "/", &Map::new()), Disturbance::default());
    }
}
