//! In how many seconds of the roll answers were slow.
//!
//! A roll is short: the slowest hundredth of its requests are two or three, and one hiccup of the machine makes them all. What a
//! release is slow at comes again, so it is counted in seconds and not in requests.

use crate::activity::Motion;
use crate::figures::RouteFigures;
use crate::observation::Observation;

/// Slow seconds below this are a hiccup.
const FEWEST: u64 = 5;
/// One of so many seconds of the roll has to be slow.
const ONE_OF: u64 = 5;
/// Where the gate's own server took more than this part of the time, it was the machine.
const OWN_PART: u64 = 3;

/// Seconds of the roll in which a route was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct SlowSeconds {
    /// Those in which an answer took too long, and not because of the machine.
    pub(crate) slow: u64,
    /// All.
    pub(crate) all: u64,
}

impl SlowSeconds {
    /// Counts those of a route, with answers that took longer than `most_ms`; `own` is what the gate's own server was like.
    pub(crate) fn count(
        seen: &Observation,
        figures: &RouteFigures,
        own: Option<&RouteFigures>,
        most_ms: u64,
    ) -> Self {
        let began_ms = seen.diary.roll_began_ms().unwrap_or(u64::MAX);
        let series = &figures.series;
        let mut counted = Self::default();
        for (point, &worst_ms) in series.worst_ms.iter().enumerate() {
            let at_ms = series.begins_ms(point);
            let chapter = &seen.diary.chapters[seen.diary.chapter_at(at_ms)].what;
            let is_asked = series.good[point] + series.failed[point] > 0;
            if at_ms < began_ms || chapter.motion == Motion::Rest || !is_asked {
                continue;
            }
            counted.all += series.seconds;
            let own_ms = own.map_or(0, |own| own.series.worst_ms_at(at_ms));
            if worst_ms > most_ms && own_ms * OWN_PART <= worst_ms {
                counted.slow += series.seconds;
            }
        }
        counted
    }

    /// Whether it came again and again.
    pub(crate) fn is_lasting(self) -> bool {
        self.slow >= FEWEST && self.slow * ONE_OF >= self.all
    }
}
