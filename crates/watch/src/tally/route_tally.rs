//! What was counted on one route.

use std::collections::BTreeMap;
use std::sync::Arc;

use availability::{
    Deed, DeedFigure, Diary, Figure, Gap, GapFinder, Latencies, Motion, Route, RouteFigures, Sample, Series,
    StageFigure, Stretch,
};

use super::order::Order;

/// As many gaps of a route as are kept; of more, the longest.
const MOST_GAPS: usize = 200;

/// Seconds over which requests per second are counted.
const RECENT_S: u64 = 4;

/// What is counted on one route.
#[derive(Debug, Clone)]
pub(super) struct RouteTally {
    pub(super) route: Route,
    pub(super) sent: u64,
    pub(super) failed: u64,
    period_ms: u64,
    order: Order,
    finder: GapFinder,
    /// By chapter and version.
    figures: BTreeMap<(usize, Option<Arc<str>>), Latencies>,
    deeds: BTreeMap<Option<Deed>, (u64, u64, u64)>,
    series: Series,
    gaps: Vec<Gap>,
    gaps_left_out: u64,
    /// Requests of the last seconds: the second, and how many.
    recent: [(u64, u64); RECENT_S as usize],
}

impl RouteTally {
    pub(super) fn new(route: Route, period_ms: u64, late_us: u64) -> Self {
        Self {
            route,
            sent: 0,
            failed: 0,
            period_ms,
            order: Order::default(),
            finder: GapFinder::new(late_us),
            figures: BTreeMap::new(),
            deeds: BTreeMap::new(),
            series: Series::default(),
            gaps: Vec::new(),
            gaps_left_out: 0,
            recent: [(0, 0); RECENT_S as usize],
        }
    }

    pub(super) fn take(&mut self, sample: Sample, diary: &Diary) {
        self.count(&sample, diary);
        self.order.put(sample);
        while let Some(next) = self.order.take() {
            if let Some(stretch) = self.finder.take(&next) {
                self.keep(stretch, diary);
            }
        }
    }

    fn count(&mut self, sample: &Sample, diary: &Diary) {
        let failed = sample.answer.harm.is_some();
        self.sent += 1;
        self.failed += u64::from(failed);
        let key = (diary.chapter_at(sample.at_ms), sample.answer.version.clone());
        self.figures.entry(key).or_default().count(sample.took_us, failed);
        let (sent, bad, worst) = self.deeds.entry(diary.deed_at(sample.at_ms)).or_default();
        *sent += 1;
        *bad += u64::from(failed);
        if !failed {
            *worst = (*worst).max(sample.took_us);
        }
        self.series.count(sample.at_ms, sample.took_us / 1000, failed);
        let second = sample.at_ms / 1000;
        let slot = &mut self.recent[usize::try_from(second % RECENT_S).unwrap_or(0)];
        if slot.0 != second {
            *slot = (second, 0);
        }
        slot.1 += 1;
    }

    /// Requests of the last whole second.
    pub(super) fn recent(&self, now_ms: u64) -> u64 {
        let Some(second) = (now_ms / 1000).checked_sub(1) else { return 0 };
        self.recent.iter().find(|slot| slot.0 == second).map_or(0, |slot| slot.1)
    }

    pub(super) fn keep(&mut self, stretch: Stretch, diary: &Diary) {
        self.gaps.push(Gap::of(self.route.clone(), stretch, diary));
        if self.gaps.len() > MOST_GAPS {
            let lengths = self.gaps.iter().enumerate();
            let shortest = lengths.min_by_key(|(_, gap)| gap.stretch.length_ms).map(|(at, _)| at);
            shortest.map(|at| self.gaps.remove(at));
            self.gaps_left_out += 1;
        }
    }

    /// The worst gap, whether it is over or not; what is down on purpose has none.
    pub(super) fn worst(&self, diary: &Diary) -> Option<Gap> {
        let open = self.finder.so_far().map(|stretch| Gap::of(self.route.clone(), stretch, diary));
        let all = self.gaps.iter().chain(&open).filter(|gap| !gap.on_purpose);
        all.max_by_key(|gap| gap.badness()).cloned()
    }

    pub(super) fn finish(mut self, now_ms: u64, diary: &Diary) -> (RouteFigures, Vec<Gap>) {
        let finder = std::mem::replace(&mut self.finder, GapFinder::new(0));
        let order = std::mem::take(&mut self.order);
        let stretches = last_stretches(finder, order, now_ms);
        stretches.into_iter().for_each(|stretch| self.keep(stretch, diary));
        let rolled = diary.roll_began_ms();
        let has_begun = |at: usize| rolled.is_some_and(|began| diary.chapters[at].at_ms >= began);
        let moves = |at: usize| diary.chapters[at].what.motion;
        let since_roll = self.figures.iter().filter(|((at, _), _)| has_begun(*at));
        let figures = RouteFigures {
            period_ms: self.period_ms,
            rest: self.sum(|at| !has_begun(at) && moves(at) == Motion::Rest),
            null_roll: self.sum(|at| !has_begun(at) && moves(at) == Motion::NullRoll),
            null_roll_after: self.sum(|at| has_begun(at) && moves(at) == Motion::NullRoll),
            roll: self.sum(|at| has_begun(at) && moves(at) != Motion::Rest),
            failed_since_roll: since_roll.map(|(_, latencies)| latencies.figure().failed).sum(),
            stages: self
                .figures
                .iter()
                .map(|((at, version), latencies)| StageFigure {
                    chapter: diary.chapters[*at].what.clone(),
                    version: version.as_deref().map(str::to_owned),
                    figure: latencies.figure(),
                })
                .collect(),
            deeds: self
                .deeds
                .iter()
                .map(|(&what, &(sent, failed, max_us))| DeedFigure { what, sent, failed, max_us })
                .collect(),
            series: self.series,
            gaps_left_out: self.gaps_left_out,
            route: self.route,
        };
        (figures, self.gaps)
    }

    /// The chapters that are wanted, taken together.
    fn sum(&self, wanted: impl Fn(usize) -> bool) -> Option<Figure> {
        let mut all: Option<Latencies> = None;
        for (_, latencies) in self.figures.iter().filter(|((at, _), _)| wanted(*at)) {
            all.get_or_insert_default().add(latencies);
        }
        all.map(|latencies| latencies.figure())
    }
}

/// What the samples that are left tell, and the gap that is open.
fn last_stretches(mut finder: GapFinder, order: Order, now_ms: u64) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = order.rest().filter_map(|sample| finder.take(&sample)).collect();
    stretches.extend(finder.finish(now_ms));
    stretches
}
