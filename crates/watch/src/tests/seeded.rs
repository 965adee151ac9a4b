//! Random outages of known length, played in a time that nobody waits for.

use availability::{GapFinder, Harm, Sample, SampledAnswer};
use fuzz::Rng;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Outage {
    Refused,
    Reset,
    Status,
    /// Requests get no answer, not even later.
    Hang,
    /// Requests are answered when it is over.
    Pause,
}

const PERIOD_MS: u64 = 50;
const TIMEOUT_MS: u64 = 10_000;
const LATE_MS: u64 = 250;

/// One request that is to be sent at `at_ms`, and is sent a little later, while the path is out from `start` to `end`.
fn asked(at_ms: u64, (outage, start, end): (Outage, u64, u64), dice: &mut Rng) -> Sample {
    let sent = at_ms + dice.number_below(6);
    let usual = sent - at_ms + 1 + dice.number_below(8);
    let out = (start..end).contains(&sent);
    let (took_ms, harm) = match outage {
        _ if !out => (usual, None),
        Outage::Refused => (usual, Some(Harm::Refused)),
        Outage::Reset => (usual, Some(Harm::Reset)),
        Outage::Status => (usual, Some(Harm::Status(502))),
        Outage::Hang => (TIMEOUT_MS, Some(Harm::TimedOut)),
        Outage::Pause if end - at_ms > TIMEOUT_MS => (TIMEOUT_MS, Some(Harm::TimedOut)),
        Outage::Pause => (end - at_ms + usual, None),
    };
    Sample {
        number: 0,
        at_ms,
        took_us: took_ms * 1000,
        answer: SampledAnswer { harm, ..SampledAnswer::default() },
    }
}

/// How long the longest gap is that is found of an outage.
fn measured(outage: Outage, length_ms: u64, dice: &mut Rng) -> u64 {
    let phase = dice.number_below(PERIOD_MS);
    let start = 1000 + dice.number_below(1000);
    let mut finder = GapFinder::new(LATE_MS * 1000);
    let mut found = Vec::new();
    for number in 0..(length_ms + 4000) / PERIOD_MS {
        let sample = asked(phase + number * PERIOD_MS, (outage, start, start + length_ms), dice);
        found.extend(finder.take(&sample));
    }
    found.extend(finder.finish(u64::MAX));
    found.iter().map(|stretch| stretch.length_ms).max().unwrap_or(0)
}

#[test]
fn random_outages_are_measured_to_a_tenth_of_a_second() {
    const LENGTHS_MS: [u64; 5] = [100, 300, 1000, 3000, 10_000];
    let mut dice = Rng::new(5392);
    for outage in [Outage::Refused, Outage::Reset, Outage::Status, Outage::Hang, Outage::Pause] {
        // What is answered late, but sooner than is called late, is no gap.
        let lengths = LENGTHS_MS.iter().filter(|length| outage != Outage::Pause || **length > 2 * LATE_MS);
        for &length in lengths {
            let off = (0..100).filter(|_| measured(outage, length, &mut dice).abs_diff(length) > 100).count();
            assert!(off <= 1, "{off} of 100 outages of {length} ms ({outage:?}) were measured wrongly");
        }
    }
}
