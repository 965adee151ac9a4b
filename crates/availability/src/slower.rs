//! What is slower on the release than on stable, where that is no chance.
//!
//! Compared is the same time of two kinds of server: nodes were restarted in turn with the version that they ran, first on stable
//! and then on the release, with the same watch and the same writes beside it. What is told is a question and no failure: a
//! release may do more than the one before it, and only its makers know whether it was meant to.

use std::fmt;

use crate::figures::{Figure, Spread};
use crate::observation::Observation;
use crate::path::{Route, Through};

/// A percentile of a route that the release is slower at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slower {
    /// Where.
    pub route: Route,
    /// Which percentile: 50 or 95.
    pub percentile: u8,
    /// Between which it lies on stable, in microseconds.
    pub stable_us: [u64; 2],
    /// Between which it lies on the release.
    pub release_us: [u64; 2],
}

/// The slowest hundredth is a few seconds of a busy machine (seen: three times as slow between two equal servers), and
/// [`judge`](crate::judge) looks at it second by second.
const PERCENTILES: [u8; 2] = [50, 95];

/// So many times 100 the release has to be slower, sure ends compared: what is less than half as slow again nobody feels.
const TIMES_100: u64 = 150;
/// And by this many microseconds.
const LEAST_US: u64 = 10_000;

/// The routes of users that are slower, each by its lowest percentile that is. What the gate's own server was slower at too is
/// the machine's.
#[must_use]
pub fn slower(seen: &Observation) -> Vec<Slower> {
    let own = seen.routes.iter().find(|figures| figures.route.through == Through::Control);
    let own = own.and_then(|own| own.null_roll.as_ref().zip(own.null_roll_after.as_ref()));
    let mut found = Vec::new();
    for figures in seen.routes.iter().filter(|figures| figures.route.is_of_users()) {
        let Some(both) = figures.null_roll.as_ref().zip(figures.null_roll_after.as_ref()) else { continue };
        let mut percentiles = PERCENTILES.into_iter();
        let is_slower = |percentile: &u8| {
            let told = grown(both, *percentile, LEAST_US);
            // The gate's own server answers in a millisecond: there the times alone say what the machine was like.
            told.filter(|_| own.and_then(|own| grown(own, *percentile, 0)).is_none())
        };
        let first = percentiles.find_map(|percentile| is_slower(&percentile).map(|told| (percentile, told)));
        found.extend(first.map(|(percentile, (stable_us, release_us))| Slower {
            route: figures.route.clone(),
            percentile,
            stable_us,
            release_us,
        }));
    }
    found
}

/// Both spreads of a percentile, if the second is surely larger.
fn grown(both: (&Figure, &Figure), percentile: u8, least_us: u64) -> Option<([u64; 2], [u64; 2])> {
    let of = |figure: &Figure| {
        let Spread { p50_us, p95_us, .. } = figure.between?;
        Some(match percentile {
            50 => p50_us,
            _ => p95_us,
        })
    };
    let (before, after) = (of(both.0)?, of(both.1)?);
    let most_us = (before[1] * TIMES_100 / 100).max(before[1] + least_us);
    (after[0] > most_us).then_some((before, after))
}

/// `50 of 100 took up to 12.0 to 12.6 ms while nodes of the release were restarted, and up to 5.1 to 5.3 ms while nodes of stable were`.
impl fmt::Display for Slower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |us: u64| format!("{}.{}", us / 1000, us % 1000 / 100);
        let of = |[low, high]: [u64; 2]| format!("{} to {} ms", ms(low), ms(high));
        write!(
            f,
            "{} of 100 took up to {} while nodes of the release were restarted, and up to {} while nodes of stable were",
            self.percentile,
            of(self.release_us),
            of(self.stable_us)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diary::Diary;
    use crate::figures::{Latencies, RouteFigures, Series};
    use crate::path::UserPath;

    /// A thousand requests around this many milliseconds, a tenth of them ten times as slow.
    fn around(ms: u64) -> Option<Figure> {
        let mut counted = Latencies::default();
        for n in 0..1000 {
            let times = if n % 10 == 0 { 10 } else { 1 };
            counted.count(ms * 1000 * times + n, false);
        }
        Some(counted.figure())
    }

    fn route(
        path: UserPath,
        through: Through,
        before: Option<Figure>,
        after: Option<Figure>,
    ) -> RouteFigures {
        RouteFigures {
            route: Route { path, through },
            period_ms: 100,
            stages: Vec::new(),
            rest: None,
            null_roll: before,
            null_roll_after: after,
            roll: None,
            failed_since_roll: 0,
            deeds: Vec::new(),
            series: Series::default(),
            gaps_left_out: 0,
        }
    }

    fn told(routes: Vec<RouteFigures>) -> Vec<String> {
        let seen = Observation {
            began_unix_ms: 0,
            lasted_ms: 0,
            diary: Diary::default(),
            routes,
            gaps: Vec::new(),
            sockets: Vec::new(),
            posts: 0,
            spared: 0,
            not_watched: Vec::new(),
        };
        slower(&seen).iter().map(|slower| format!("{}: {slower}", slower.route.path)).collect()
    }

    fn post(before: u64, after: u64) -> RouteFigures {
        route(UserPath::Post, Through::Balancer, around(before), around(after))
    }

    #[test]
    fn what_is_surely_slower_is_told_with_both_spreads() {
        let told = told(vec![post(20, 60)]);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("50 of 100 took up to 60."), "{told:?}");
        assert!(told[0].contains("up to 20."), "{told:?}");
    }

    #[test]
    fn what_nobody_feels_or_nothing_tells_is_not() {
        assert_eq!(told(vec![post(20, 25), post(60, 20), post(4, 5)]), Vec::<String>::new());
        let unknown = Figure { between: None, ..around(90).unwrap() };
        let older = route(UserPath::Post, Through::Balancer, around(20), Some(unknown));
        let unasked = route(UserPath::Post, Through::Balancer, around(20), None);
        assert_eq!(told(vec![older, unasked]), Vec::<String>::new());
    }

    #[test]
    fn what_the_gates_own_server_was_slower_at_too_is_the_machines() {
        let own = route(UserPath::PingNew, Through::Control, around(1), around(3));
        assert_eq!(told(vec![post(20, 60), own]), Vec::<String>::new());
    }
}
