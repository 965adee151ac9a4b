//! What was seen on one route, in numbers.

use serde::{Deserialize, Serialize};

use super::series::Series;
use crate::activity::{Chapter, Deed};
use crate::path::Route;

/// Requests of one route in one part of the run, and how long the good ones took from the instant at which they were to be sent.
/// Microseconds, as a ping takes two milliseconds; within one in a hundred.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figure {
    /// Requests.
    pub sent: u64,
    /// Those that failed.
    pub failed: u64,
    /// Half of the good ones took no longer.
    pub p50_us: u64,
    /// 95 of 100.
    pub p95_us: u64,
    /// 99 of 100.
    pub p99_us: u64,
    /// The slowest.
    pub max_us: u64,
    /// Between which the first three would lie in 99 of 100 runs like this one; older records have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<Spread>,
}

/// How sure percentiles are that a number of requests tells: each with its low and its high end, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// Of the half.
    pub p50_us: [u64; 2],
    /// Of 95 of 100.
    pub p95_us: [u64; 2],
    /// Of 99 of 100.
    pub p99_us: [u64; 2],
}

/// A figure of a stage, by the version that answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageFigure {
    /// When.
    pub chapter: Chapter,
    /// Who answered; nothing where there was no answer that told.
    pub version: Option<String>,
    /// How.
    pub figure: Figure,
}

/// Requests that were sent while something was done to a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeedFigure {
    /// What; nothing for the time in which nothing was done.
    pub what: Option<Deed>,
    /// Requests.
    pub sent: u64,
    /// Those that failed.
    pub failed: u64,
    /// The slowest good one, in microseconds.
    pub max_us: u64,
}

/// What was seen on one route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteFigures {
    /// Which.
    pub route: Route,
    /// Milliseconds between two requests; 0 for a websocket.
    pub period_ms: u64,
    /// Stage by stage and version by version.
    pub stages: Vec<StageFigure>,
    /// At rest, before the first node changed its version.
    pub rest: Option<Figure>,
    /// While nodes were restarted with the version that they ran, before the first of them changed it.
    pub null_roll: Option<Figure>,
    /// While nodes were restarted with the release, after all of them ran it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub null_roll_after: Option<Figure>,
    /// While nodes changed their versions, or were restarted after that.
    pub roll: Option<Figure>,
    /// Requests since the first node began to change its version that failed.
    pub failed_since_roll: u64,
    /// By what was being done to nodes.
    pub deeds: Vec<DeedFigure>,
    /// Second by second.
    pub series: Series,
    /// Gaps that were too many to keep, and shorter than those that are.
    pub gaps_left_out: u64,
}
