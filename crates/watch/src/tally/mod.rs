//! Everything that was counted so far. Its size does not grow with the number of requests, only with that of gaps, which is bounded.
//!
//! Requests end in another order than they were to be sent in; [`order`] puts them back into it, as a gap is a stretch of what was asked.

mod order;
mod route_tally;
#[cfg(test)]
mod tests;

use availability::{Activity, Chapter, Diary, Gap, Pulse, Route, RouteFigures, Sample, Stretch, Through};
use route_tally::RouteTally;

/// Everything that was counted so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) diary: Diary,
    routes: Vec<RouteTally>,
}

/// Which route of a tally.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RouteNumber(usize);

impl Tally {
    /// A route that is to be counted.
    pub(crate) fn open(&mut self, route: Route, period_ms: u64, late_us: u64) -> RouteNumber {
        self.routes.push(RouteTally::new(route, period_ms, late_us));
        RouteNumber(self.routes.len() - 1)
    }

    /// Counts a request of a route.
    pub(crate) fn take(&mut self, route: RouteNumber, sample: Sample) {
        self.routes[route.0].take(sample, &self.diary);
    }

    /// Notes a gap that was found elsewhere: in a websocket.
    pub(crate) fn note_gap(&mut self, route: RouteNumber, stretch: Stretch) {
        self.routes[route.0].keep(stretch, &self.diary);
    }

    /// Notes a gap of a route that is known by what it is.
    pub(crate) fn note_gap_of(&mut self, route: &Route, stretch: Stretch) {
        if let Some(tally) = self.routes.iter_mut().find(|tally| tally.route == *route) {
            tally.keep(stretch, &self.diary);
        }
    }

    /// Notes what is done to a node from now on.
    pub(crate) fn mark(&mut self, at_ms: u64, activity: Activity) {
        self.diary.note(at_ms, activity);
    }

    /// Notes that another part of the run begins.
    pub(crate) fn turn_to(&mut self, at_ms: u64, chapter: Chapter) {
        self.diary.turn_to(at_ms, chapter);
    }

    /// How it goes, for a line of the console: what is down on purpose is no gap there.
    pub(crate) fn pulse(&self, now_ms: u64) -> Pulse {
        let watched = || self.routes.iter().filter(|tally| tally.route.through != Through::Control);
        Pulse {
            requests: watched().map(|tally| tally.sent).sum(),
            requests_per_s: watched().map(|tally| tally.recent(now_ms)).sum(),
            failed: watched().filter(|tally| tally.route.is_of_users()).map(|tally| tally.failed).sum(),
            worst_gap: watched().filter_map(|tally| tally.worst(&self.diary)).max_by_key(Gap::badness),
        }
    }

    /// The figures of all routes, and all gaps in the order in which they began.
    pub(crate) fn finish(self, now_ms: u64) -> (Diary, Vec<RouteFigures>, Vec<Gap>) {
        let Self { diary, routes } = self;
        let mut figures = Vec::new();
        let mut gaps = Vec::new();
        for tally in routes {
            let (of_route, its_gaps) = tally.finish(now_ms, &diary);
            figures.push(of_route);
            gaps.extend(its_gaps);
        }
        let of_control = gaps.iter().filter(|gap: &&Gap| gap.route.through == Through::Control);
        let stalls: Vec<Stretch> = of_control.map(|gap| gap.stretch.clone()).collect();
        gaps.iter_mut().for_each(|gap| gap.blame(&stalls));
        gaps.sort_by_key(|gap| gap.stretch.start_ms);
        (diary, figures, gaps)
    }
}
