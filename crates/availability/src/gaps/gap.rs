//! A gap with everything that tells why: where, when in the run, what was being done.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::stretch::Stretch;
use crate::activity::{Activity, Motion};
use crate::diary::Diary;
use crate::harm::Harm;
use crate::path::Route;

/// What made a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Culprit {
    /// The cluster, as far as is known.
    Cluster,
    /// The machine or the gate: the gate's own server stalled too.
    Environment,
}

/// A gap of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Where.
    pub route: Route,
    /// When, how long, how many.
    pub stretch: Stretch,
    /// The stage in which it struck.
    pub stage: String,
    /// What moved then.
    pub motion: Motion,
    /// What was being done to nodes then, the newest first.
    pub doing: Vec<Activity>,
    /// Whether the node was down on purpose, which only its own routes can tell.
    pub on_purpose: bool,
    /// Whose it is.
    pub culprit: Culprit,
}

impl Gap {
    /// A stretch of a route, with what the run did meanwhile.
    #[must_use]
    pub fn of(route: Route, stretch: Stretch, diary: &Diary) -> Self {
        // What made somebody wait was there when the wait began, and what broke a connection when it broke.
        let at = if was_waiting(&stretch) { stretch.start_ms } else { stretch.struck_ms };
        let chapter = &diary.chapters[diary.chapter_at(at)].what;
        // A busy machine may send a request later than it was due, and hear of its failure when the node is there again.
        let on_purpose = route.node().is_some_and(|node| {
            let was_down = |at_ms| diary.was_down_on_purpose(node, at_ms);
            was_down(at) || was_down(stretch.start_ms) && was_down(stretch.last_bad_ms)
        });
        Self {
            stage: chapter.stage.clone(),
            motion: chapter.motion,
            doing: diary.doing_at(at),
            on_purpose,
            culprit: Culprit::Cluster,
            route,
            stretch,
        }
    }

    /// Lays it on the environment if the gate's own server did no better for at least half of it: less would excuse an outage by a
    /// hiccup. A machine that is slow makes everybody wait, and balancers give up servers that do not answer their pings in time. It
    /// refuses nobody, and no node says of itself that it gave up: that is the environment's only where the gate's own server failed too.
    pub fn blame(&mut self, of_control: &[Stretch]) {
        let (start, end) = (self.stretch.start_ms, self.stretch.end_ms());
        let gave_up = self.route.node().is_none() && matches!(self.stretch.harm(), Harm::Status(502..=504));
        let waiting = gave_up || was_waiting(&self.stretch);
        let alike = of_control.iter().filter(|stretch| waiting || stretch.failed > 0);
        let stalled: u64 = alike.map(|stretch| stretch.overlap_ms(start, end)).sum();
        if stalled > 0 && stalled * 2 >= end - start {
            self.culprit = Culprit::Environment;
        }
    }

    /// How bad it is, to be compared: any failure is worse than a wait.
    #[must_use]
    pub fn badness(&self) -> (bool, u64) {
        (self.stretch.failed > 0, self.stretch.length_ms)
    }

    /// `1.2 s`, `340 ms`.
    #[must_use]
    pub fn length(&self) -> String {
        told(self.stretch.length_ms)
    }
}

/// Whether nobody said no: there was no answer, or a late one.
fn was_waiting(stretch: &Stretch) -> bool {
    matches!(stretch.harm(), Harm::Late | Harm::TimedOut | Harm::Silent)
}

/// Milliseconds as people say them.
pub fn told(ms: u64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1000, ms % 1000 / 100) }
}

/// `post through the balancer: 1.2 s (status 502, 4 of 12 requests failed) in mixed-1 on 11.6.0, while node2 was stopped`.
impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stretch { sent, failed, late, .. } = self.stretch;
        write!(f, "{}: {} ({}", self.route, self.length(), self.stretch.harm())?;
        match (failed, late) {
            (0, 0) => {}
            (0, late) => {
                write!(f, ", {late} of {sent} answers late")?;
                let unanswered_ms = self.stretch.unanswered_ms;
                // Beside others that answer a node that stops is not felt by all, and then the figure says nothing.
                if unanswered_ms * 2 >= self.stretch.length_ms {
                    write!(f, ", none at all for {}", told(unanswered_ms))?;
                }
            }
            (failed, _) => write!(f, ", {failed} of {sent} requests failed")?,
        }
        write!(f, ") in {}", self.stage)?;
        match (&self.stretch.version_before, &self.stretch.version_after) {
            (Some(before), Some(after)) if before != after => write!(f, " from {before} to {after}")?,
            (Some(version), _) | (None, Some(version)) => write!(f, " on {version}")?,
            (None, None) => {}
        }
        let nodes: Vec<&str> = self.stretch.nodes.iter().map(String::as_str).collect();
        if !nodes.is_empty() && self.route.node().is_none() {
            write!(f, ", by {}", nodes.join(", "))?;
        }
        let doing: Vec<String> = self.doing.iter().map(ToString::to_string).collect();
        if doing.is_empty() {
            f.write_str(", while nothing was done to any node")?;
        } else {
            write!(f, ", while {}", doing.join(" and "))?;
        }
        match self.culprit {
            Culprit::Cluster => Ok(()),
            Culprit::Environment => f.write_str(", and the gate's own server was no better"),
        }
    }
}
