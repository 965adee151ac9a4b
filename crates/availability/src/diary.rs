//! When the run did what: samples are looked up here once they have ended, which may be long after they began.

use serde::{Deserialize, Serialize};

use super::activity::{Activity, Chapter, Deed, Motion};

/// How long before the word of it something may already show: a request that is on its way when its node is stopped began earlier.
const BEFORE_THE_WORD_MS: u64 = 500;

/// Something, and the instant from which on it is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since<T> {
    /// Milliseconds since the watch's start.
    pub at_ms: u64,
    /// What.
    pub what: T,
}

/// Everything that the run told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diary {
    /// The parts of the run, in their order; the first one begins with the watch.
    pub chapters: Vec<Since<Chapter>>,
    /// What was done to nodes, in its order; each lasts until the next one of its node.
    pub activities: Vec<Since<Activity>>,
}

impl Default for Diary {
    fn default() -> Self {
        let first = Chapter { stage: "stable".into(), motion: Motion::Rest };
        Self { chapters: vec![Since { at_ms: 0, what: first }], activities: Vec::new() }
    }
}

impl Diary {
    /// Notes that another part of the run begins.
    pub fn turn_to(&mut self, at_ms: u64, chapter: Chapter) {
        self.chapters.push(Since { at_ms, what: chapter });
    }

    /// Notes what is done to a node from now on.
    pub fn note(&mut self, at_ms: u64, activity: Activity) {
        self.activities.push(Since { at_ms, what: activity });
    }

    /// The number of the chapter at an instant.
    #[must_use]
    pub fn chapter_at(&self, at_ms: u64) -> usize {
        self.chapters.iter().rposition(|since| since.at_ms <= at_ms).unwrap_or(0)
    }

    /// What was being done at an instant, the newest first.
    #[must_use]
    pub fn doing_at(&self, at_ms: u64) -> Vec<Activity> {
        self.under_way(at_ms).cloned().collect()
    }

    /// The newest of what was being done at an instant. Asked for every request: it copies nothing.
    #[must_use]
    pub fn deed_at(&self, at_ms: u64) -> Option<Deed> {
        self.under_way(at_ms).next().map(|activity| activity.what)
    }

    fn under_way(&self, at_ms: u64) -> impl Iterator<Item = &Activity> {
        let mut told: Vec<&str> = Vec::new();
        let until_then = self.activities.iter().rev().filter(move |since| since.at_ms <= at_ms);
        until_then.map(|since| &since.what).filter(move |activity| {
            let is_newest = !told.contains(&activity.node.as_str());
            if is_newest {
                told.push(&activity.node);
            }
            is_newest && activity.what != Deed::Done
        })
    }

    /// Whether a node was down on purpose at an instant, or went down within a moment of it: a node that starts fast may be up again
    /// when that moment is over.
    #[must_use]
    pub fn was_down_on_purpose(&self, node: &str, at_ms: u64) -> bool {
        let takes_it_down = |activity: &Activity| activity.node == node && activity.what.takes_it_down();
        let moment = at_ms..=at_ms.saturating_add(BEFORE_THE_WORD_MS);
        self.under_way(at_ms).any(takes_it_down)
            || self.activities.iter().any(|since| moment.contains(&since.at_ms) && takes_it_down(&since.what))
    }

    /// When the first node began to change its version.
    #[must_use]
    pub fn roll_began_ms(&self) -> Option<u64> {
        self.chapters.iter().find(|since| since.what.motion == Motion::Roll).map(|since| since.at_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diary(marks: &[(u64, &str, Deed)]) -> Diary {
        let mut diary = Diary::default();
        for (at, node, what) in marks {
            diary.note(*at, Activity { node: (*node).into(), what: *what });
        }
        diary
    }

    #[test]
    fn an_activity_lasts_until_the_next_one_of_its_node() {
        let diary = diary(&[
            (100, "node1", Deed::Drain),
            (200, "node2", Deed::Stop),
            (300, "node1", Deed::Done),
            (400, "node2", Deed::Start),
        ]);
        let told = |at| diary.doing_at(at).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        assert_eq!(told(99), "");
        assert_eq!(told(250), "node2 was stopped, node1 was drained");
        assert_eq!(told(350), "node2 was stopped");
        assert_eq!(told(400), "node2 was started");
    }

    #[test]
    fn a_node_is_down_on_purpose_from_just_before_its_stop_until_it_is_ready() {
        let diary = diary(&[
            (1000, "node1", Deed::Drain),
            (3000, "node1", Deed::Stop),
            (4000, "node1", Deed::Ready),
            (6000, "node1", Deed::Sanity),
        ]);
        for (at, down) in
            [(1000, false), (2400, false), (2600, true), (3000, true), (5999, true), (6000, false)]
        {
            assert_eq!(diary.was_down_on_purpose("node1", at), down, "at {at}");
        }
        assert!(!diary.was_down_on_purpose("node2", 3500));
    }

    #[test]
    fn a_node_that_is_back_within_that_moment_was_down_all_the_same() {
        let diary = diary(&[
            (1000, "node1", Deed::Stop),
            (1010, "node1", Deed::Start),
            (1090, "node1", Deed::Ready),
            (1120, "node1", Deed::Sanity),
        ]);
        let down = |at| diary.was_down_on_purpose("node1", at);
        assert_eq!([499, 500, 990, 1119, 1120].map(down), [false, true, true, true, false]);
    }

    #[test]
    fn a_run_begins_at_rest_on_stable() {
        let mut diary = Diary::default();
        diary.turn_to(500, Chapter { stage: "mixed-1".into(), motion: Motion::Roll });
        assert_eq!((diary.chapter_at(499), diary.chapter_at(500)), (0, 1));
        assert_eq!(diary.roll_began_ms(), Some(500));
    }
}
