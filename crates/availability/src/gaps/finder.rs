//! From samples to stretches.

use std::sync::Arc;

use super::answers::Answers;
use super::stretch::Stretch;
use crate::harm::Harm;
use crate::sample::Sample;

/// Bad samples nearer to each other than this belong to one gap.
const TOGETHER_MS: u64 = 500;

/// Finds the gaps of one route, sample by sample in the order in which they were to be sent. It keeps one gap and forgets the rest.
///
/// There are two sorts. In an *outage* requests fail, and the next right answer ends it, even a late one. In a *stall* answers are late,
/// or later than anybody waits. A failure of another kind among late answers begins an outage: a machine that is slow for a minute
/// must not hide when a node was gone.
#[derive(Debug, Clone)]
pub struct GapFinder {
    late_us: u64,
    open: Option<Open>,
    /// The version that answered last.
    version: Option<Arc<str>>,
    answers: Answers,
}

/// A gap that may go on.
#[derive(Debug, Clone)]
struct Open {
    stretch: Stretch,
    sort: Sort,
    /// When the last of the late answers came.
    late_until_ms: u64,
    /// Whether the last bad one was late and no failure: then answers came again when it came.
    ends_late: bool,
    back: Option<Back>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Outage,
    Stall,
}

/// The path does what it should again, or so it seems.
#[derive(Debug, Clone)]
struct Back {
    at_ms: u64,
    version: Option<Arc<str>>,
    /// Good requests since: they are the gap's if it goes on.
    good: u64,
}

impl GapFinder {
    /// A finder for which an answer after `late_us` microseconds is late.
    #[must_use]
    pub fn new(late_us: u64) -> Self {
        Self { late_us, open: None, version: None, answers: Answers::default() }
    }

    /// What is bad about a sample.
    #[must_use]
    pub fn harm_of(&self, sample: &Sample) -> Option<Harm> {
        sample.answer.harm.or_else(|| (sample.took_us >= self.late_us).then_some(Harm::Late))
    }

    /// Takes the next sample; gives a gap that it ends.
    pub fn take(&mut self, sample: &Sample) -> Option<Stretch> {
        self.answers.known_until(sample.at_ms);
        if sample.answer.harm.is_none() {
            self.answers.came(sample.ended_ms());
        }
        let harm = self.harm_of(sample);
        let ended = match (harm, self.open.as_mut()) {
            (None, None) => None,
            (Some(harm), None) => {
                self.begin(sample, harm);
                None
            }
            (None, Some(open)) => open.better(sample),
            (Some(Harm::Late), Some(open)) if open.sort == Sort::Outage => open.better(sample),
            (Some(harm), Some(open)) if open.sort == Sort::Stall && sort(harm) == Sort::Outage => {
                if open.gets_nothing() {
                    open.sort = Sort::Outage;
                    open.worse(sample, harm);
                    return None;
                }
                let stall = self.answers.told(open.cut(sample.at_ms), sample.at_ms);
                self.begin(sample, harm);
                return Some(stall);
            }
            (Some(harm), Some(open)) => {
                open.worse(sample, harm);
                None
            }
        };
        if sample.answer.harm.is_none() && sample.answer.version.is_some() {
            self.version.clone_from(&sample.answer.version);
        }
        if ended.is_some() {
            self.open = None;
        }
        ended.map(|stretch| self.answers.told(stretch, sample.at_ms))
    }

    fn begin(&mut self, sample: &Sample, harm: Harm) {
        let mut open = Open::begin(sample.at_ms, sort(harm), self.version.as_deref().map(str::to_owned));
        open.stretch.struck_ms = sample.ended_ms();
        open.worse(sample, harm);
        self.open = Some(open);
        self.answers.begin(sample.at_ms);
    }

    /// The gap that is open now, as long as it is known to be.
    #[must_use]
    pub fn so_far(&self) -> Option<Stretch> {
        let open = self.open.as_ref()?;
        let length_ms = open.stretch.last_bad_ms.max(open.late_until_ms) - open.stretch.start_ms;
        let until_ms = open.stretch.start_ms + length_ms;
        Some(self.answers.told(Stretch { length_ms, ..open.stretch.clone() }, until_ms))
    }

    /// The gap that is open when the watch ends.
    #[must_use]
    pub fn finish(self, now_ms: u64) -> Option<Stretch> {
        let open = self.open?;
        if open.back.is_some() {
            return Some(self.answers.told(open.end(), now_ms));
        }
        let until = if open.ends_late { open.late_until_ms } else { now_ms };
        let length_ms = until.saturating_sub(open.stretch.start_ms);
        Some(self.answers.told(Stretch { length_ms, open: !open.ends_late, ..open.stretch }, until))
    }
}

/// The sort of gap that a harm makes.
fn sort(harm: Harm) -> Sort {
    if matches!(harm, Harm::Late | Harm::TimedOut) { Sort::Stall } else { Sort::Outage }
}

impl Open {
    fn begin(at_ms: u64, sort: Sort, version: Option<String>) -> Self {
        let stretch = Stretch::begin(at_ms, version);
        Self { stretch, sort, late_until_ms: 0, ends_late: false, back: None }
    }

    /// One more bad one: the good ones before it were in the middle of the gap.
    fn worse(&mut self, sample: &Sample, harm: Harm) {
        if let Some(back) = self.back.take() {
            self.stretch.sent += back.good;
        }
        self.stretch.sent += 1;
        self.stretch.count(harm);
        self.stretch.nodes.extend(sample.answer.node.as_deref().map(str::to_owned));
        self.stretch.last_bad_ms = sample.at_ms;
        self.ends_late = harm == Harm::Late;
        if self.ends_late {
            self.late_until_ms = self.late_until_ms.max(sample.ended_ms());
        }
    }

    /// Whether no answer has come since the last one that nobody waited for: then a failure of another kind is no other gap.
    fn gets_nothing(&self) -> bool {
        !self.ends_late && self.back.is_none()
    }

    /// A good one: gives the gap if it is over.
    fn better(&mut self, sample: &Sample) -> Option<Stretch> {
        // What is answered while late answers are still to come is in the middle of the stall: it waited less than the others, or was
        // led to a node that is well.
        if sample.at_ms < self.late_until_ms {
            self.stretch.sent += 1;
            return None;
        }
        let back = self.back.get_or_insert_with(|| Back {
            at_ms: sample.at_ms,
            version: sample.answer.version.clone(),
            good: 0,
        });
        back.good += 1;
        (sample.at_ms >= self.stretch.last_bad_ms + TOGETHER_MS).then(|| self.end())
    }

    fn end(&self) -> Stretch {
        let back_ms = self.back.as_ref().map_or(self.stretch.last_bad_ms, |back| back.at_ms);
        let end = if self.ends_late { self.late_until_ms } else { back_ms };
        let version_after = self.back.as_ref().and_then(|back| back.version.as_deref()).map(str::to_owned);
        let length_ms = end - self.stretch.start_ms;
        Stretch { length_ms, version_after, open: false, ..self.stretch.clone() }
    }

    /// The stall as far as it came until an outage began.
    fn cut(&self, at_ms: u64) -> Stretch {
        let whole = self.end();
        let end = if self.back.is_some() || self.ends_late { whole.end_ms().min(at_ms) } else { at_ms };
        Stretch { length_ms: end - self.stretch.start_ms, ..whole }
    }
}

#[cfg(test)]
mod tests;
