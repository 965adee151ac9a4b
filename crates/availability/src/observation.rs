//! What was seen, in figures and gaps: plain data for records and reports.

use serde::{Deserialize, Serialize};

use crate::diary::Diary;
use crate::figures::{RouteFigures, SocketFigures};
use crate::gaps::{Culprit, Gap};
use crate::path::{Route, Through, UserPath};

/// Everything that was seen from the watch's start to its end. Instants are milliseconds since the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// When it started: milliseconds since 1970.
    pub began_unix_ms: u64,
    /// Milliseconds to its end.
    pub lasted_ms: u64,
    /// What the run told of itself meanwhile.
    pub diary: Diary,
    /// Route by route, the control among them.
    pub routes: Vec<RouteFigures>,
    /// Gaps of all routes in the order in which they began, those of nodes that were down on purpose among them.
    pub gaps: Vec<Gap>,
    /// The websockets.
    pub sockets: Vec<SocketFigures>,
    /// Posts that were acknowledged.
    pub posts: u64,
    /// Requests that were not sent, because the machine did not keep pace.
    #[serde(default)]
    pub spared: u64,
    /// Paths that were not watched.
    pub not_watched: Vec<NotWatched>,
}

impl Observation {
    /// What was seen on a route.
    #[must_use]
    pub fn route(&self, route: &Route) -> Option<&RouteFigures> {
        self.routes.iter().find(|figures| figures.route == *route)
    }

    /// For how many milliseconds of the roll the gate's own server stalled too, and how many the roll took. In that time nobody can
    /// tell whether users waited for the cluster or for the machine; who was refused is told all the same.
    #[must_use]
    pub fn machine_stalled_ms(&self) -> Option<(u64, u64)> {
        let began = self.diary.roll_began_ms()?;
        let of_control = self.gaps.iter().filter(|gap| gap.route.through == Through::Control);
        let stalled = of_control.map(|gap| gap.stretch.overlap_ms(began, self.lasted_ms)).sum();
        Some((stalled, self.lasted_ms.saturating_sub(began)))
    }

    /// The worst gap on a way of users: one with failures before one of late answers, one of the cluster before one of the machine,
    /// and then the longest.
    #[must_use]
    pub fn worst_gap(&self) -> Option<&Gap> {
        let badness =
            |gap: &&Gap| (gap.stretch.failed > 0, gap.culprit == Culprit::Cluster, gap.stretch.length_ms);
        self.gaps.iter().filter(|gap| gap.route.is_of_users()).max_by_key(badness)
    }
}

/// A path that is not watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotWatched {
    /// Which.
    pub path: UserPath,
    /// Why, as a sentence.
    pub why: String,
}

/// How it goes at this moment, for one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulse {
    /// Requests so far.
    pub requests: u64,
    /// Requests of the last whole second.
    pub requests_per_s: u64,
    /// Requests that failed by the ways of users.
    pub failed: u64,
    /// The longest gap so far, one with failures before one without; those of nodes that are down on purpose are left out.
    pub worst_gap: Option<Gap>,
}
