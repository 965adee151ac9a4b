//! What samples become, in whatever order they end.

use super::*;
use availability::{Culprit, Deed, Harm, Motion, SampledAnswer, UserPath};

fn route(through: Through) -> Route {
    Route { path: UserPath::PingKept, through }
}

fn sample(number: u64, at_ms: u64, took_ms: u64, version: &str, harm: Option<Harm>) -> Sample {
    let version = Some(version.into()).filter(|_| !version.is_empty());
    Sample { number, at_ms, took_us: took_ms * 1000, answer: SampledAnswer { node: None, version, harm } }
}

fn activity(node: &str, what: Deed) -> Activity {
    Activity { node: node.into(), what }
}

const REFUSED: Option<Harm> = Some(Harm::Refused);

#[test]
fn a_gap_is_told_with_the_stage_the_versions_and_what_was_done() {
    let mut tally = Tally::default();
    let node2 = tally.open(route(Through::Node("node2".into())), 100, 1_000_000);
    tally.turn_to(500, Chapter { stage: "mixed-1".into(), motion: Motion::Roll });
    tally.mark(600, activity("node2", Deed::Stop));
    tally.mark(900, activity("node2", Deed::Ready));
    for number in 0..20 {
        let at = number * 100;
        let (version, harm) = match number {
            0..7 => ("11.6.0", None),
            7..11 => ("", REFUSED),
            _ => ("11.7.0", None),
        };
        tally.take(node2, sample(number, at, 2, version, harm));
    }
    let (_, figures, gaps) = tally.finish(2000);
    assert_eq!(gaps.len(), 1);
    assert!(gaps[0].on_purpose);
    assert_eq!(
        gaps[0].to_string(),
        "ping on a kept connection at node2: 400 ms (refused, 4 of 4 requests failed) in mixed-1 from 11.6.0 to 11.7.0, while node2 \
         was stopped"
    );
    let told: Vec<_> = figures[0]
        .stages
        .iter()
        .map(|stage| (stage.chapter.stage.as_str(), stage.version.as_deref(), stage.figure.sent))
        .collect();
    assert_eq!(
        told,
        [
            ("stable", Some("11.6.0"), 5),
            ("mixed-1", None, 4),
            ("mixed-1", Some("11.6.0"), 2),
            ("mixed-1", Some("11.7.0"), 9)
        ]
    );
    let deeds: Vec<_> = figures[0].deeds.iter().map(|deed| (deed.what, deed.sent, deed.failed)).collect();
    assert_eq!(deeds, [(None, 6, 0), (Some(Deed::Stop), 3, 2), (Some(Deed::Ready), 11, 2)]);
    assert_eq!(figures[0].failed_since_roll, 4);
}

#[test]
fn requests_that_end_in_another_order_are_one_gap_all_the_same() {
    let mut tally = Tally::default();
    let ping = tally.open(route(Through::Balancer), 100, 1_000_000);
    let harm = |number| (5..9).contains(&number).then_some(Harm::TimedOut);
    // Those that time out end last.
    let (slow, quick): (Vec<u64>, Vec<u64>) = (0..20).partition(|number| harm(*number).is_some());
    for number in quick.into_iter().chain(slow) {
        tally.take(ping, sample(number, number * 100, 2, "11.6.0", harm(number)));
    }
    let (_, _, gaps) = tally.finish(2000);
    assert_eq!(
        gaps.iter().map(|gap| (gap.stretch.start_ms, gap.stretch.length_ms)).collect::<Vec<_>>(),
        [(500, 400)]
    );
}

#[test]
fn a_gap_is_the_environments_if_the_gates_own_server_stalled_for_half_of_it() {
    let ours = Culprit::Environment;
    let itself = || Through::Node("node1".into());
    for (through, stall_ms, harm, culprit) in [
        (Through::Balancer, 150, Harm::TimedOut, Culprit::Cluster),
        (Through::Balancer, 900, Harm::TimedOut, ours),
        (Through::Balancer, 900, Harm::Refused, Culprit::Cluster),
        (Through::Balancer, 900, Harm::Status(503), ours),
        (itself(), 900, Harm::TimedOut, ours),
        (itself(), 900, Harm::Status(503), Culprit::Cluster),
    ] {
        let mut tally = Tally::default();
        let control = tally.open(route(Through::Control), 100, 100_000);
        let ping = tally.open(route(through.clone()), 100, 1_000_000);
        for number in 0..30 {
            let at = number * 100;
            let stalled = (1000..1000 + stall_ms).contains(&at);
            let took = if stalled { 1000 + stall_ms - at } else { 1 };
            tally.take(control, sample(number, at, took, "", None));
            let harm = (1000..2000).contains(&at).then_some(harm);
            tally.take(ping, sample(number, at, 1, "11.6.0", harm));
        }
        let (_, _, gaps) = tally.finish(3000);
        let gap = gaps.iter().find(|gap| gap.route.through == through).unwrap();
        assert_eq!(gap.culprit, culprit, "{through:?}, {stall_ms} ms, {harm}");
    }
}

#[test]
fn the_pulse_tells_the_worst_gap_and_leaves_out_what_is_down_on_purpose() {
    let mut tally = Tally::default();
    let ping = tally.open(route(Through::Balancer), 100, 1_000_000);
    let node = tally.open(route(Through::Node("node1".into())), 100, 1_000_000);
    tally.mark(0, activity("node1", Deed::Stop));
    for number in 0..30 {
        let at = number * 100;
        tally.take(node, sample(number, at, 1, "", REFUSED));
        tally.take(ping, sample(number, at, 1, "11.6.0", (1200..1500).contains(&at).then_some(Harm::Reset)));
    }
    let pulse = tally.pulse(3000);
    assert_eq!((pulse.requests, pulse.requests_per_s, pulse.failed), (60, 20, 3));
    assert_eq!(pulse.worst_gap.map(|gap| gap.stretch.length_ms), Some(300));
}

#[test]
fn an_hour_of_flapping_keeps_the_longest_gaps_and_counts_the_others() {
    let mut tally = Tally::default();
    let ping = tally.open(route(Through::Balancer), 100, 1_000_000);
    for number in 0..36_000 {
        let long = (20_000..20_030).contains(&number);
        let harm = (number % 20 == 0 || long).then_some(Harm::Status(503));
        tally.take(ping, sample(number, number * 100, 1, "11.6.0", harm));
    }
    let (_, figures, gaps) = tally.finish(3_600_000);
    assert_eq!(gaps.len(), 200);
    assert!(gaps.iter().any(|gap| gap.stretch.length_ms == 3000));
    assert_eq!(figures[0].gaps_left_out, 1800 - 1 - 200, "two short ones lie in the long one");
    assert_eq!(figures[0].stages[0].figure.sent, 36_000);
    assert!(figures[0].series.good.len() <= 600);
}
