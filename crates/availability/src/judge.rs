//! What was seen against what a roll may cost.
//!
//! Judged is the time since the first node began to change its version. Left out is what is nobody's: a node that was down on
//! purpose, asked directly; a gap in which the gate's own server stalled too; a gap as the roll from stable to itself had one.

use serde::{Deserialize, Serialize};

use crate::activity::Motion;
use crate::figures::{Figure, RouteFigures};
use crate::gaps::{Culprit, Gap, told};
use crate::observation::Observation;
use crate::path::{Route, Through, UserPath};
use crate::slow_seconds::SlowSeconds;

/// What a drained roll may cost users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tolerance {
    /// Requests that fail.
    pub failed_requests: u64,
    /// The longest time without a websocket, in milliseconds.
    pub socket_gap_ms: u64,
    /// How many times the p99 of the null roll a path's may be, or of the time at rest where there was none.
    pub p99_times: u64,
    /// A p99 below this, in milliseconds, is never too slow.
    pub p99_floor_ms: u64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { failed_requests: 0, socket_gap_ms: 5000, p99_times: 3, p99_floor_ms: 250 }
    }
}

/// Which part of a tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Budget {
    /// Requests that fail.
    FailedRequests,
    /// Time without a websocket.
    SocketGap,
    /// Slow answers.
    Latency,
}

/// Something that is not tolerated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crossing {
    /// Which part of the tolerance.
    pub budget: Budget,
    /// Where.
    pub route: Route,
    /// What was allowed, what was seen, and the worst gap.
    pub sentence: String,
    /// The worst gap, unless it was too short to be kept, or there is none, as of slow answers.
    pub worst: Option<Gap>,
}

/// How long users could not do something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Downtime {
    /// What, by which way.
    pub route: Route,
    /// Milliseconds, all gaps together.
    pub total_ms: u64,
    /// Milliseconds of the longest.
    pub longest_ms: u64,
    /// Requests that failed.
    pub failed: u64,
}

/// Fewer requests have no 99th percentile.
const ENOUGH: u64 = 100;

/// What was not tolerated. Where nodes were not drained, or all stopped, requests by the ways of users may fail or be slow, which
/// [`downtimes`] tells; a node that nobody touched has to answer all the same.
#[must_use]
pub fn judge(seen: &Observation, tolerance: &Tolerance, drained: bool) -> Vec<Crossing> {
    let Some(began_ms) = seen.diary.roll_began_ms() else { return Vec::new() };
    let judged = JudgedRoll { seen, began_ms };
    let mut crossings = Vec::new();
    let routes = seen.routes.iter().filter(|figures| figures.route.through != Through::Control);
    for figures in routes.filter(|figures| drained || !figures.route.is_of_users()) {
        if figures.route.path == UserPath::Socket {
            crossings.extend(judged.socket(&figures.route, tolerance));
        } else {
            crossings.extend(judged.failures(figures, tolerance));
            crossings.extend(judged.latency(figures, tolerance));
        }
    }
    crossings
}

/// Whether the roll from stable to itself had such a gap: on the same path, of the same kind, and at least as long.
#[must_use]
pub fn is_known(seen: &Observation, gap: &Gap) -> bool {
    let rolled = seen.diary.roll_began_ms();
    seen.gaps.iter().any(|known| {
        known.motion == Motion::NullRoll
            && rolled.is_none_or(|began| known.stretch.end_ms() < began)
            && known.route == gap.route
            && known.stretch.harm() == gap.stretch.harm()
            && known.stretch.length_ms >= gap.stretch.length_ms
    })
}

/// How long users could not do what, since the first node began to change its version; what is the environment's is in it.
#[must_use]
pub fn downtimes(seen: &Observation) -> Vec<Downtime> {
    let Some(began_ms) = seen.diary.roll_began_ms() else { return Vec::new() };
    let of_users = seen.routes.iter().filter(|figures| figures.route.is_of_users());
    let downtime = |figures: &RouteFigures| {
        let gaps = seen.gaps.iter().filter(|gap| {
            gap.route == figures.route && gap.stretch.end_ms() >= began_ms && gap.stretch.failed > 0
        });
        let lengths: Vec<u64> = gaps.map(|gap| gap.stretch.length_ms).collect();
        let longest_ms = lengths.iter().copied().max()?;
        let (route, failed) = (figures.route.clone(), figures.failed_since_roll);
        let total_ms = lengths.iter().copied().fold(0, u64::saturating_add);
        Some(Downtime { route, total_ms, longest_ms, failed })
    };
    of_users.filter_map(downtime).collect()
}

struct JudgedRoll<'o> {
    seen: &'o Observation,
    began_ms: u64,
}

impl<'o> JudgedRoll<'o> {
    /// The gaps of a route that are to be judged, each with whether it counts.
    fn gaps(&self, route: &Route) -> impl Iterator<Item = (&'o Gap, bool)> {
        let (seen, began_ms, route) = (self.seen, self.began_ms, route.clone());
        let gaps = seen.gaps.iter().filter(move |gap| gap.route == route && gap.stretch.end_ms() >= began_ms);
        gaps.map(|gap| (gap, !gap.on_purpose && gap.culprit == Culprit::Cluster && !is_known(self.seen, gap)))
    }

    fn worst(&self, route: &Route) -> Option<&'o Gap> {
        let counted = self.gaps(route).filter(|(gap, counts)| *counts && gap.stretch.failed > 0);
        counted.map(|(gap, _)| gap).max_by_key(|gap| gap.stretch.length_ms)
    }

    fn failures(&self, figures: &RouteFigures, tolerance: &Tolerance) -> Option<Crossing> {
        let excused = self.gaps(&figures.route).filter(|(_, counts)| !counts);
        let excused: u64 = excused.map(|(gap, _)| gap.stretch.failed).sum();
        let failed = figures.failed_since_roll.saturating_sub(excused);
        let worst = self.worst(&figures.route);
        if failed <= tolerance.failed_requests {
            return None;
        }
        let told = worst.map_or_else(String::new, |gap| format!("; the longest gap: {gap}"));
        let sentence = format!(
            "{failed} requests of \"{}\" failed since the roll began, and {} may{told}",
            figures.route, tolerance.failed_requests
        );
        let (budget, route) = (Budget::FailedRequests, figures.route.clone());
        Some(Crossing { budget, route, sentence, worst: worst.cloned() })
    }

    fn socket(&self, route: &Route, tolerance: &Tolerance) -> Option<Crossing> {
        let worst = self.worst(route).filter(|gap| gap.stretch.length_ms > tolerance.socket_gap_ms)?;
        let sentence = format!(
            "a websocket was without events for {}, and {} are allowed; the longest gap: {worst}",
            worst.length(),
            told(tolerance.socket_gap_ms)
        );
        Some(Crossing {
            budget: Budget::SocketGap,
            route: route.clone(),
            sentence,
            worst: Some(worst.clone()),
        })
    }

    fn latency(&self, figures: &RouteFigures, tolerance: &Tolerance) -> Option<Crossing> {
        let enough = |figure: &Option<Figure>| {
            figure.as_ref().filter(|figure| figure.sent - figure.failed >= ENOUGH).map(|figure| figure.p99_us)
        };
        // A node that is replaced is slow while it warms up: users are kept from that by the balancer.
        let roll_us = enough(&figures.roll).filter(|_| figures.route.is_of_users())?;
        let (against, usual_us) = match (enough(&figures.null_roll), enough(&figures.rest)) {
            (Some(null_roll), _) => ("the same restarts on stable", null_roll),
            (None, Some(rest)) => ("stable at rest", rest),
            (None, None) => return None,
        };
        // Where the gate's own server is slow, so is everything.
        let control = Route { path: UserPath::PingNew, through: Through::Control };
        let own = self.seen.route(&control);
        let own_us = own.and_then(|own| enough(&own.roll)).unwrap_or(0);
        let most_us = (usual_us.max(own_us) * tolerance.p99_times).max(tolerance.p99_floor_ms * 1000);
        if roll_us <= most_us {
            return None;
        }
        let seconds = SlowSeconds::count(self.seen, figures, own, most_us / 1000);
        if !seconds.is_lasting() {
            return None;
        }
        let slow = self.gaps(&figures.route).filter(|(_, counts)| *counts).map(|(gap, _)| gap);
        let worst = slow.max_by_key(|gap| gap.stretch.length_ms);
        let sentence = format!(
            "99 of 100 requests of \"{}\" took up to {} while nodes changed their versions; with {against} it was {}, and {} are \
             allowed: slow in {} of {} s{}",
            figures.route,
            told(roll_us / 1000),
            told(usual_us / 1000),
            told(most_us / 1000),
            seconds.slow,
            seconds.all,
            worst.map_or_else(String::new, |gap| format!("; the longest gap: {gap}"))
        );
        Some(Crossing {
            budget: Budget::Latency,
            route: figures.route.clone(),
            sentence,
            worst: worst.cloned(),
        })
    }
}

#[cfg(test)]
mod tests;
