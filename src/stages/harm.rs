//! What was seen of a roll → the result of the check `availability`: a step for each route of users, and one for nodes by themselves.

use availability::{
    Culprit, Figure, Observation, Route, RouteFigures, SocketFigures, Tolerance, UserPath, downtimes, judge,
    slower,
};

use crate::checks::{Check, catalogue};
use crate::inputs::AllowedHarm;
use crate::outcome::{CheckResult, Failure, Outcome, Stage, Step};

/// The result: each route with what crossed the tolerance, and the figures as facts.
pub(super) fn judged(
    check: &Check,
    stage: Stage,
    seen: &Observation,
    allowed: &AllowedHarm,
    drained: bool,
) -> CheckResult {
    let tolerance = Tolerance {
        failed_requests: allowed.failures,
        socket_gap_ms: allowed.websocket_gap_ms,
        p99_times: allowed.slowdown,
        ..Tolerance::default()
    };
    let crossings = judge(seen, &tolerance, drained);
    let mut result = CheckResult { outcome: Outcome::Passed, ..catalogue::not_measured(check, stage, "") };
    for figures in seen.routes.iter().filter(|figures| figures.route.is_of_users()) {
        let crossed: Vec<_> = crossings.iter().filter(|crossing| crossing.route == figures.route).collect();
        let outcome = match crossed.as_slice() {
            [] => unless_unasked(figures, seen),
            crossed => {
                failed(crossed.iter().map(|crossing| crossing.sentence.as_str()), &allowed_words(allowed))
            }
        };
        result.steps.push(Step { name: name(&figures.route, drained), outcome, took_ms: 0 });
        result.facts.insert(figures.route.to_string(), fact(figures, seen));
    }
    let of_nodes = crossings.iter().filter(|crossing| !crossing.route.is_of_users());
    let of_nodes: Vec<&str> = of_nodes.map(|crossing| crossing.sentence.as_str()).collect();
    let outcome = if of_nodes.is_empty() {
        Outcome::Passed
    } else {
        failed(of_nodes, "a node that nobody touches answers all the while")
    };
    result.steps.push(Step { name: "nodes that nobody touches answer".into(), outcome, took_ms: 0 });
    result.steps.push(Step {
        name: "waits of users are told from the machine's own".into(),
        outcome: of_machine(seen),
        took_ms: 0,
    });
    for missing in &seen.not_watched {
        let outcome = Outcome::NotApplicable { reason: missing.why.clone() };
        result.steps.push(Step { name: format!("{} is watched", missing.path), outcome, took_ms: 0 });
    }
    for downtime in downtimes(seen) {
        result.facts.insert(
            format!("downtime of {}", downtime.route),
            format!(
                "{} altogether, {} at a time, {} requests failed",
                availability::told(downtime.total_ms),
                availability::told(downtime.longest_ms),
                downtime.failed
            ),
        );
    }
    for slower in slower(seen) {
        result.facts.insert(format!("slower on the release: {}", slower.route), slower.to_string());
    }
    let hiccups = seen.gaps.iter().filter(|gap| gap.culprit == Culprit::Environment).count();
    if hiccups > 0 {
        let told = format!("{hiccups} gaps, in which the gate's own server stalled too");
        result.facts.insert("of the machine and not of the cluster".into(), told);
    }
    if seen.spared > 0 {
        result
            .facts
            .insert("requests left out".into(), format!("{}: the machine did not keep pace", seen.spared));
    }
    result.outcome = catalogue::outcome_of(&result.steps);
    result
}

/// Not applicable, where the machine was as slow as the cluster for most of the roll: nobody may think that a node which hung was
/// looked for. It is not red, because the release has no part in it, and whoever was refused was counted all the same.
fn of_machine(seen: &Observation) -> Outcome {
    match seen.machine_stalled_ms() {
        Some((stalled, lasted)) if stalled * 2 >= lasted.max(1) => Outcome::NotApplicable {
            reason: format!(
                "the gate's own server was slow for {} of {}: this machine did not keep pace, and only requests that were \
                 refused, cut off or answered with an error are judged; give it more cores, or fewer neighbours",
                availability::told(stalled),
                availability::told(lasted)
            ),
        },
        _ => Outcome::Passed,
    }
}

/// Passed, where anything was asked on a route since the first node was replaced; a websocket is not asked.
fn unless_unasked(figures: &RouteFigures, seen: &Observation) -> Outcome {
    let Some(rolled_ms) = seen.diary.roll_began_ms() else {
        return Outcome::NotMeasured { reason: "no node was replaced while it was watched".into() };
    };
    let stable = &seen.diary.chapters[0].what.stage;
    let later = figures.stages.iter().filter(|figure| figure.chapter.stage != *stable);
    let asked: u64 = later.map(|figure| figure.figure.sent).sum();
    let lasted_ms = seen.lasted_ms.saturating_sub(rolled_ms);
    if asked > 0 || figures.route.path == UserPath::Socket {
        Outcome::Passed
    } else if lasted_ms < 2 * figures.period_ms {
        let (every, lasted) = (availability::told(figures.period_ms), availability::told(lasted_ms));
        let reason = format!("it is asked every {every}, and all of the roll took {lasted}");
        Outcome::NotApplicable { reason }
    } else {
        Outcome::NotMeasured { reason: "nothing was asked since the first node was replaced".into() }
    }
}

/// The websocket, where the route is one.
fn of_socket<'s>(figures: &RouteFigures, seen: &'s Observation) -> Option<&'s SocketFigures> {
    let is_socket = figures.route.path == UserPath::Socket;
    seen.sockets.iter().find(|socket| is_socket && socket.through == figures.route.through)
}

fn name(route: &Route, drained: bool) -> String {
    match (route.path, drained) {
        (UserPath::Socket, true) => format!("{route} is soon open again"),
        (UserPath::Socket, false) => format!("{route} is measured"),
        (_, true) => format!("{route} works, and as fast as before"),
        (_, false) => format!("{route} is measured"),
    }
}

fn allowed_words(allowed: &AllowedHarm) -> String {
    format!(
        "at most {} failed requests, a websocket back within {}, and answers at most {} times slower",
        allowed.failures,
        availability::told(allowed.websocket_gap_ms),
        allowed.slowdown
    )
}

fn failed<'s>(sentences: impl IntoIterator<Item = &'s str>, expected: &str) -> Outcome {
    let got: Vec<&str> = sentences.into_iter().collect();
    Outcome::Failed(Failure { expected: expected.to_owned(), got: got.join("; "), ..Failure::default() })
}

/// `812 requests, 0 failed, p99 12.3 ms (5.1 ms while stable restarted)`.
fn fact(figures: &RouteFigures, seen: &Observation) -> String {
    if let Some(socket) = of_socket(figures, seen) {
        let SocketFigures { events, breaks, resumed, longest_gap_ms, missed, doubled, reordered, .. } =
            socket;
        let longest = availability::told(*longest_gap_ms);
        return format!(
            "{events} events, broken {breaks} times for {longest} at most, resumed {resumed} times; {missed} events missed, \
             {doubled} doubled, {reordered} reordered"
        );
    }
    let ms = |us: u64| format!("{}.{} ms", us / 1000, us % 1000 / 100);
    let Some(roll) = &figures.roll else { return "nothing since the first node was replaced".into() };
    let usual = |figure: &Option<Figure>, when: &str| {
        figure.as_ref().filter(|figure| figure.sent > 0).map(|figure| format!("{} {when}", ms(figure.p99_us)))
    };
    let usual =
        usual(&figures.null_roll, "while stable restarted").or(usual(&figures.rest, "on stable at rest"));
    let usual = usual.map_or_else(String::new, |usual| format!(" ({usual})"));
    format!(
        "{} requests while nodes were replaced, {} failed since, p50 {}, p99 {}{usual}",
        roll.sent,
        figures.failed_since_roll,
        ms(roll.p50_us),
        ms(roll.p99_us)
    )
}
