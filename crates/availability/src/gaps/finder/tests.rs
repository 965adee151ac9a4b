//! Gaps that are short enough to be read.

use super::*;
use crate::sample::SampledAnswer;

fn sample(at_ms: u64, took_ms: u64, harm: Option<Harm>) -> Sample {
    let answer = SampledAnswer { node: Some("node1".into()), version: Some("11.6.0".into()), harm };
    Sample { number: 0, at_ms, took_us: took_ms * 1000, answer }
}

const GOOD: Option<Harm> = None;
const REFUSED: Option<Harm> = Some(Harm::Refused);

/// The gaps in samples, each an instant, how long it took and what was wrong.
fn gaps(samples: &[(u64, u64, Option<Harm>)]) -> Vec<Stretch> {
    let mut finder = GapFinder::new(1_000_000);
    let mut found: Vec<_> =
        samples.iter().filter_map(|&(at, took, harm)| finder.take(&sample(at, took, harm))).collect();
    found.extend(finder.finish(samples.last().map_or(0, |last| last.0 + 100)));
    found
}

/// Good samples every tenth of a second.
fn good(from: u64, to: u64) -> Vec<(u64, u64, Option<Harm>)> {
    (from..to).step_by(100).map(|at| (at, 2, GOOD)).collect()
}

#[test]
fn good_answers_are_no_gap() {
    assert_eq!(gaps(&good(0, 2000)), Vec::new());
}

#[test]
fn a_gap_goes_from_the_first_bad_request_to_the_next_good_one() {
    let mut samples = good(0, 300);
    samples.extend([(300, 0, REFUSED), (400, 0, REFUSED), (500, 0, Some(Harm::Reset))]);
    samples.extend(good(600, 2000));
    let found = gaps(&samples);
    assert_eq!(found.len(), 1);
    let gap = &found[0];
    assert_eq!((gap.start_ms, gap.length_ms, gap.sent, gap.failed, gap.open), (300, 300, 3, 3, false));
    assert_eq!(gap.harm(), Harm::Refused);
    assert_eq!(gap.harms.len(), 2);
    assert_eq!(
        (gap.version_before.as_deref(), gap.version_after.as_deref()),
        (Some("11.6.0"), Some("11.6.0"))
    );
}

#[test]
fn bad_requests_among_good_ones_are_one_gap_that_tells_the_share() {
    let mut samples = good(0, 3000);
    for at in [600, 900, 1200] {
        samples[at / 100].2 = REFUSED;
    }
    let found = gaps(&samples);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].start_ms, found[0].length_ms, found[0].sent, found[0].failed), (600, 700, 7, 3));
}

#[test]
fn bad_requests_half_a_second_apart_are_two_gaps() {
    let mut samples = good(0, 3000);
    samples[6].2 = REFUSED;
    samples[12].2 = REFUSED;
    let found = gaps(&samples);
    assert_eq!(
        found.iter().map(|gap| (gap.start_ms, gap.length_ms)).collect::<Vec<_>>(),
        [(600, 100), (1200, 100)]
    );
}

#[test]
fn where_little_is_asked_bad_requests_without_a_good_one_between_them_are_one_gap() {
    let found =
        gaps(&[(0, 2, GOOD), (2000, 0, REFUSED), (4000, 0, REFUSED), (6000, 2, GOOD), (8000, 2, GOOD)]);
    assert_eq!(found.iter().map(|gap| (gap.start_ms, gap.length_ms)).collect::<Vec<_>>(), [(2000, 4000)]);
}

#[test]
fn a_stall_lasts_until_answers_come_again() {
    // All that was asked from 300 to 3300 is answered then.
    let mut samples = good(0, 300);
    samples.extend((300..3300).step_by(100).map(|at| (at, 3300 - at, GOOD)));
    samples.extend(good(3300, 5000));
    let found = gaps(&samples);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].start_ms, found[0].length_ms), (300, 3000));
    assert_eq!((found[0].failed, found[0].late, found[0].sent), (0, 21, 30));
    assert_eq!(found[0].harm(), Harm::Late);
}

#[test]
fn a_stall_of_one_node_among_good_answers_of_others_lasts_as_long() {
    let mut samples = good(0, 5000);
    for at in (300..3300).step_by(300) {
        samples[at / 100].1 = 3300 - at as u64;
    }
    let found = gaps(&samples);
    assert_eq!(found.iter().map(|gap| (gap.start_ms, gap.length_ms)).collect::<Vec<_>>(), [(300, 3000)]);
}

#[test]
fn a_slow_machine_does_not_hide_when_a_node_was_gone() {
    // All answers are late, and from 2000 to 3000 there are none.
    let slow = |from: u64, to: u64| (from..to).step_by(100).map(|at| (at, 1500, GOOD));
    let mut samples: Vec<_> = slow(0, 2000).collect();
    samples.extend((2000..3000).step_by(100).map(|at| (at, 0, REFUSED)));
    samples.extend(slow(3000, 5000));
    let found = gaps(&samples);
    let told: Vec<_> = found.iter().map(|gap| (gap.harm(), gap.start_ms, gap.length_ms)).collect();
    assert_eq!(told[..2], [(Harm::Late, 0, 2000), (Harm::Refused, 2000, 1000)]);
    assert_eq!((found[1].failed, found[1].late), (10, 0));
}

#[test]
fn a_node_that_hangs_until_it_is_restarted_is_one_gap() {
    let mut samples = good(0, 300);
    samples.extend((300..1000).step_by(100).map(|at| (at, 10_000, Some(Harm::TimedOut))));
    samples.extend((1000..1500).step_by(100).map(|at| (at, 0, REFUSED)));
    samples.extend(good(1500, 3000));
    let found = gaps(&samples);
    let told: Vec<_> = found.iter().map(|gap| (gap.start_ms, gap.length_ms, gap.failed)).collect();
    assert_eq!(told, [(300, 1200, 12)]);
}

#[test]
fn a_pause_that_is_longer_than_anybody_waits_is_one_stall() {
    let mut samples = good(0, 300);
    let paused = |at: u64| {
        if 12_300 - at > 10_000 { (at, 10_000, Some(Harm::TimedOut)) } else { (at, 12_300 - at, GOOD) }
    };
    samples.extend((300..12_300).step_by(100).map(paused));
    samples.extend(good(12_300, 14_000));
    let found = gaps(&samples);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].start_ms, found[0].length_ms, found[0].failed), (300, 12_000, 20));
}

#[test]
fn a_gap_at_the_end_stays_open() {
    let mut samples = good(0, 300);
    samples.extend([(300, 0, REFUSED), (400, 0, REFUSED)]);
    let found = gaps(&samples);
    assert_eq!((found[0].start_ms, found[0].length_ms, found[0].open), (300, 200, true));
}

#[test]
fn a_node_that_stops_for_a_while_answers_nobody_that_long_and_late_a_little_longer() {
    let mut samples = good(0, 1000);
    // It stops at 1,000 and goes on at 4,000; then it works off what has piled up.
    samples.extend((1000..4000).step_by(100).map(|at| (at, 4000 + (at - 1000) / 6 - at, GOOD)));
    samples.extend((4000..4400).step_by(100).map(|at| (at, 1200, GOOD)));
    samples.extend(good(4400, 7000));
    let found = gaps(&samples);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].start_ms, found[0].length_ms), (1000, 4500));
    assert_eq!(found[0].unanswered_ms, 4000 - 902);
}

#[test]
fn where_another_node_answers_meanwhile_nobody_is_without_an_answer() {
    let mut samples = good(0, 6000);
    for at in (1000..3000).step_by(200) {
        samples[at / 100].1 = 3000 - at as u64;
    }
    let found = gaps(&samples);
    assert_eq!((found.len(), found[0].start_ms, found[0].length_ms), (1, 1000, 2000));
    assert_eq!(found[0].unanswered_ms, 200);
}

#[test]
fn a_refusal_is_no_answer() {
    let mut samples = good(0, 3000);
    for at in [600, 700, 800] {
        samples[at / 100].2 = REFUSED;
    }
    assert_eq!(gaps(&samples)[0].unanswered_ms, 902 - 502);
}

#[test]
fn without_an_answer_until_the_end_it_counts_until_then() {
    let mut samples = good(0, 500);
    samples.extend([(500, 0, REFUSED), (600, 0, REFUSED)]);
    let found = gaps(&samples);
    assert_eq!((found[0].open, found[0].unanswered_ms), (true, 700 - 402));
}
