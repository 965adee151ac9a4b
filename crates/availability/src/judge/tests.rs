//! Rolls that were seen on paper.

use super::*;
use crate::activity::{Activity, Chapter, Deed};
use crate::diary::Diary;
use crate::figures::Series;
use crate::gaps::Stretch;
use crate::harm::Harm;

fn route(path: UserPath, through: Through) -> Route {
    Route { path, through }
}

fn balancer(path: UserPath) -> Route {
    route(path, Through::Balancer)
}

/// At rest, a null roll from 1 s on, the roll from 10 s on; node2 is stopped from 12 to 14 s.
fn diary() -> Diary {
    let mut diary = Diary::default();
    let mut turn = |at, stage: &str, motion| diary.turn_to(at, Chapter { stage: stage.into(), motion });
    turn(1000, "stable", Motion::NullRoll);
    turn(10_000, "mixed-1", Motion::Roll);
    let mut note = |at, what| diary.note(at, Activity { node: "node2".into(), what });
    note(12_000, Deed::Stop);
    note(14_000, Deed::Done);
    diary
}

fn gap(route: &Route, start_ms: u64, length_ms: u64, failed: u64, harm: Harm) -> Gap {
    let mut stretch = Stretch::begin(start_ms, Some("11.6.0".into()));
    stretch.count(harm);
    let stretch = Stretch { length_ms, failed, sent: failed.max(1), ..stretch };
    Gap::of(route.clone(), stretch, &diary())
}

fn figure(p99_ms: u64) -> Option<Figure> {
    Some(Figure { sent: 1000, p99_us: p99_ms * 1000, ..Figure::default() })
}

/// Twenty seconds, of which the last `slow` took this long.
fn series(slow: u64, worst_ms: u64) -> Series {
    let mut series = Series::default();
    (0..20).for_each(|second| {
        series.count(second * 1000, if second >= 20 - slow { worst_ms } else { 10 }, false)
    });
    series
}

fn figures(route: &Route, failed: u64) -> RouteFigures {
    RouteFigures {
        route: route.clone(),
        period_ms: 100,
        stages: Vec::new(),
        rest: figure(10),
        null_roll: None,
        null_roll_after: None,
        roll: figure(10),
        failed_since_roll: failed,
        deeds: Vec::new(),
        series: series(5, 2000),
        gaps_left_out: 0,
    }
}

fn seen(routes: Vec<RouteFigures>, gaps: Vec<Gap>) -> Observation {
    Observation {
        began_unix_ms: 0,
        lasted_ms: 20_000,
        diary: diary(),
        routes,
        gaps,
        sockets: Vec::new(),
        posts: 0,
        spared: 0,
        not_watched: Vec::new(),
    }
}

fn sentences(seen: &Observation, drained: bool) -> Vec<String> {
    judge(seen, &Tolerance::default(), drained).into_iter().map(|crossing| crossing.sentence).collect()
}

#[test]
fn a_failed_request_of_a_drained_roll_is_told_with_the_worst_gap() {
    let post = balancer(UserPath::Post);
    let all = seen(
        vec![figures(&post, 5)],
        vec![gap(&post, 12_100, 200, 2, Harm::Status(502)), gap(&post, 13_000, 1250, 3, Harm::Reset)],
    );
    assert_eq!(
        sentences(&all, true),
        [
            "5 requests of \"post through the balancer\" failed since the roll began, and 0 may; the longest gap: post through the \
             balancer: 1.2 s (reset, 3 of 3 requests failed) in mixed-1 on 11.6.0, while node2 was stopped"
        ]
    );
    assert_eq!(sentences(&all, false), Vec::<String>::new());
    let down = Downtime { route: post, total_ms: 1450, longest_ms: 1250, failed: 5 };
    assert_eq!(downtimes(&all), [down]);
}

#[test]
fn what_the_null_roll_shows_too_is_no_regression() {
    let post = balancer(UserPath::Post);
    let known = gap(&post, 3000, 400, 4, Harm::Status(502));
    for (length, harm, crossings) in
        [(400, Harm::Status(502), 0), (500, Harm::Status(502), 1), (400, Harm::Reset, 1)]
    {
        let rolled = gap(&post, 12_000, length, 4, harm);
        let all = seen(vec![figures(&post, 4)], vec![known.clone(), rolled]);
        assert_eq!(sentences(&all, true).len(), crossings, "{length} ms {harm}");
    }
}

#[test]
fn what_is_the_environments_is_not_the_releases() {
    let post = balancer(UserPath::Post);
    let ours = Gap { culprit: Culprit::Environment, ..gap(&post, 12_000, 400, 4, Harm::TimedOut) };
    assert_eq!(sentences(&seen(vec![figures(&post, 4)], vec![ours]), true), Vec::<String>::new());
}

#[test]
fn a_node_may_be_down_on_purpose_and_only_then() {
    let ping = route(UserPath::PingKept, Through::Node("node2".into()));
    for (start, crossings) in [(12_000, 0), (15_000, 1)] {
        let all = seen(vec![figures(&ping, 9)], vec![gap(&ping, start, 900, 9, Harm::Refused)]);
        // Drained or not: nobody touched it.
        assert_eq!(sentences(&all, true).len(), crossings, "from {start} on");
        assert_eq!(sentences(&all, false).len(), crossings, "from {start} on, not drained");
    }
}

#[test]
fn what_was_due_while_a_node_was_down_may_fail_a_moment_later() {
    let ping = route(UserPath::PingKept, Through::Node("node2".into()));
    // node2 is down from 12 to 14 s.
    for (start, last, crossings) in [(13_900, 13_900, 0), (13_000, 13_900, 0), (13_900, 14_600, 1)] {
        let mut late = gap(&ping, start, 900, 2, Harm::Refused).stretch;
        (late.struck_ms, late.last_bad_ms) = (14_800, last);
        let all = seen(vec![figures(&ping, 2)], vec![Gap::of(ping.clone(), late, &diary())]);
        assert_eq!(sentences(&all, true).len(), crossings, "{start} to {last}");
    }
}

#[test]
fn failures_before_the_roll_are_not_judged() {
    let post = balancer(UserPath::Post);
    let all = seen(vec![figures(&post, 0)], vec![gap(&post, 500, 400, 4, Harm::TimedOut)]);
    assert_eq!(sentences(&all, true), Vec::<String>::new());
    assert_eq!(downtimes(&all), []);
}

#[test]
fn a_websocket_may_be_gone_for_five_seconds() {
    let socket = balancer(UserPath::Socket);
    for (length, crossings) in [(5000, 0), (5001, 1)] {
        let all = seen(vec![figures(&socket, 0)], vec![gap(&socket, 12_000, length, 1, Harm::Reset)]);
        assert_eq!(sentences(&all, true).len(), crossings, "{length} ms");
    }
}

#[test]
fn slow_answers_are_compared_with_the_null_roll_and_without_one_with_rest() {
    let post = balancer(UserPath::Post);
    let with = |null_roll, roll| RouteFigures { null_roll, roll, ..figures(&post, 0) };
    // At rest 10 ms: three times that is below what is ever called slow.
    for (null_roll, roll, crossings) in [
        (None, figure(250), 0),
        (None, figure(251), 1),
        (figure(100), figure(300), 0),
        (figure(100), figure(301), 1),
        (figure(20), figure(250), 0),
    ] {
        let all = seen(vec![with(null_roll.clone(), roll.clone())], Vec::new());
        assert_eq!(sentences(&all, true).len(), crossings, "{null_roll:?} {roll:?}");
    }
    let all = seen(vec![with(figure(100), figure(1700))], Vec::new());
    assert_eq!(
        sentences(&all, true),
        [
            "99 of 100 requests of \"post through the balancer\" took up to 1.7 s while nodes changed their versions; with the same \
             restarts on stable it was 100 ms, and 300 ms are allowed: slow in 5 of 10 s"
        ]
    );
}

#[test]
fn what_is_slow_for_a_moment_is_a_hiccup() {
    let post = balancer(UserPath::Post);
    let with = |series| RouteFigures { roll: figure(1700), series, ..figures(&post, 0) };
    // The roll is ten of the twenty seconds.
    for (slow, crossings) in [(0, 0), (4, 0), (5, 1), (10, 1)] {
        let all = seen(vec![with(series(slow, 2000))], Vec::new());
        assert_eq!(sentences(&all, true).len(), crossings, "{slow} s");
    }
    // In the same seconds the gate's own server took a moment, or longer.
    for (own_ms, crossings) in [(600, 1), (700, 0)] {
        let own = route(UserPath::PingNew, Through::Control);
        let own = RouteFigures { series: series(5, own_ms), ..figures(&own, 0) };
        let all = seen(vec![with(series(5, 2000)), own], Vec::new());
        assert_eq!(sentences(&all, true).len(), crossings, "own {own_ms} ms");
    }
}

#[test]
fn where_the_gates_own_server_is_slow_so_is_everything() {
    let post = RouteFigures { roll: figure(900), ..figures(&balancer(UserPath::Post), 0) };
    let own = RouteFigures { roll: figure(400), ..figures(&route(UserPath::PingNew, Through::Control), 0) };
    assert_eq!(sentences(&seen(vec![post, own], Vec::new()), true), Vec::<String>::new());
}

#[test]
fn an_observation_survives_a_record() {
    let post = balancer(UserPath::Post);
    let all = seen(vec![figures(&post, 5)], vec![gap(&post, 12_100, 200, 2, Harm::Status(502))]);
    let text = serde_json::to_string(&all).unwrap();
    assert_eq!(serde_json::from_str::<Observation>(&text).unwrap(), all);
}

#[test]
fn the_worst_gap_is_an_outage_and_not_the_machines_slower_moment() {
    let post = balancer(UserPath::Post);
    let outage = gap(&post, 12_000, 14_050, 281, Harm::Status(503));
    let mut slow = Gap { culprit: Culprit::Environment, ..gap(&post, 12_000, 14_600, 0, Harm::Late) };
    (slow.stretch.failed, slow.stretch.late) = (0, 108);
    let all = seen(vec![figures(&post, 281)], vec![slow.clone(), outage.clone()]);
    assert_eq!(all.worst_gap(), Some(&outage));
    let told = slow.to_string();
    assert!(told.ends_with("and the gate's own server was no better"), "{told}");
}
