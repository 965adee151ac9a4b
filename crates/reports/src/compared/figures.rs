//! What users felt in two runs, and what became of writes.

use availability::{Observation, RouteFigures, downtimes, told};
use ledger_findings::LedgerSummary;
use run_record::record::{Record, together};

/// Slower by so many times, and above so many microseconds, is worth a line: what a run's own budget calls slow.
const TIMES: u64 = 3;
const FLOOR_US: u64 = 250_000;

/// Paths by which users come whose failures, downtime or latency differ.
pub(super) fn users(before: &Record, after: &Record) -> Vec<String> {
    let (Some(before), Some(after)) = (&before.watched, &after.watched) else {
        return match (before.watched.is_some(), after.watched.is_some()) {
            (true, false) => vec!["only the first run was watched".into()],
            (false, true) => vec!["only the second run was watched".into()],
            _ => Vec::new(),
        };
    };
    let mut lines = Vec::new();
    for now in after.routes.iter().filter(|figures| figures.route.is_of_users()) {
        let Some(then) = before.route(&now.route) else {
            lines.push(format!("{}: watched in the second run only", now.route));
            continue;
        };
        let parts: Vec<String> = [failures(then, now), downtime(before, after, now), latency(then, now)]
            .into_iter()
            .flatten()
            .collect();
        if !parts.is_empty() {
            lines.push(format!("{}: {}", now.route, parts.join("; ")));
        }
    }
    let gone = before.routes.iter().filter(|figures| figures.route.is_of_users());
    let gone = gone.filter(|figures| after.route(&figures.route).is_none());
    lines.extend(gone.map(|figures| format!("{}: watched in the first run only", figures.route)));
    lines
}

fn failures(then: &RouteFigures, now: &RouteFigures) -> Option<String> {
    let (old, new) = (then.failed_since_roll, now.failed_since_roll);
    (old != new).then(|| format!("{old} → {new} requests failed"))
}

fn downtime(before: &Observation, after: &Observation, figures: &RouteFigures) -> Option<String> {
    let of = |seen: &Observation| {
        let found = downtimes(seen).into_iter().find(|down| down.route == figures.route);
        found.map_or(0, |down| down.total_ms)
    };
    let (old, new) = (of(before), of(after));
    // A connection that is cut and there again is no news: what is below a second differs by chance.
    (old.abs_diff(new) >= 1_000).then(|| format!("downtime {} → {}", told(old), told(new)))
}

fn latency(then: &RouteFigures, now: &RouteFigures) -> Option<String> {
    let (old, new) = (then.roll.as_ref()?.p99_us, now.roll.as_ref()?.p99_us);
    let slower = new > FLOOR_US && new > old.saturating_mul(TIMES);
    slower.then(|| format!("99 of 100 answers within {} → {}", told(old / 1_000), told(new / 1_000)))
}

/// What became of writes, where that differs; how many there were differs with every run.
pub(super) fn writes(before: &Record, after: &Record) -> Vec<String> {
    let (Some(before), Some(after)) = (&before.written, &after.written) else { return Vec::new() };
    let wrong = |ledger: &LedgerSummary| (ledger.findings.len() as u64).saturating_add(ledger.unlisted);
    let missing =
        |ledger: &LedgerSummary| ledger.crossed.iter().map(|stage| stage.unmeasured.len()).sum::<usize>();
    let measured = |ledger: &LedgerSummary| together(ledger.crossed.iter().map(|stage| stage.measured));
    let mut lines = Vec::new();
    let mut tell = |what: &str, old: u64, new: u64| {
        if old != new {
            lines.push(format!("{what}: {old} → {new}"));
        }
    };
    tell("looks that found a write not as it was written", wrong(before), wrong(after));
    tell("cells of writer and reader that were measured", measured(before), measured(after));
    tell("cells that were not", missing(before) as u64, missing(after) as u64);
    tell("kinds that were written", before.totals.kinds() as u64, after.totals.kinds() as u64);
    lines
}
