//! What was seen, in figures and gaps: plain data for records and reports.

use serde::{Deserialize, Serialize};

use crate::diary::Diary;
use crate::figures::{RouteFigures, SocketFigures};
use crate::gaps::Gap;
use crate::path::{Route, UserPath};

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
