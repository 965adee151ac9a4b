//! Cancels at every moment of a run, by each signal: what is known is reported at once, and nothing is left.
//!
//! `UPGRADE_GATE_CANCELS=200 cargo test --test it cancels:: -- --nocapture` injects as many and tells what it measured;
//! without the variable it is one for each signal. `UPGRADE_GATE_AT_ONCE` is the number of runs at a time.

mod moments;
mod one;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::images::images;
use moments::MOMENTS;
use one::{Cancel, Seen};

/// In turn. A run that is killed leaves all to its reaper, or, where it was told to have none, to the clean-up.
const SIGNALS: [&str; 4] = ["-INT", "-KILL", "-TERM", "-KILL"];

/// The number in a variable.
pub(super) fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn a_cancel_at_any_moment_leaves_reports_and_nothing_else() {
    let Some(images) = images().filter(|_| super::suite::busybox()) else { return };
    let count = number("UPGRADE_GATE_CANCELS", 3);
    let (next, all) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..number("UPGRADE_GATE_AT_ONCE", 2) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    if index >= count {
                        return;
                    }
                    // A few are spread over the run; many meet every moment with every signal.
                    let spread =
                        if count < MOMENTS.len() { index * (MOMENTS.len() / count) + 3 } else { index };
                    let round = index / MOMENTS.len() + index;
                    let cancel = Cancel {
                        moment: &MOMENTS[spread % MOMENTS.len()],
                        signal: SIGNALS[round % SIGNALS.len()],
                        reaper: round % SIGNALS.len() < 3,
                    };
                    let seen = cancel.inject(images);
                    if count > 3 {
                        eprintln!("{index:>3} {cancel}: {seen}");
                    }
                    all.lock().unwrap().push((cancel, seen));
                }
            });
        }
    });
    let all = all.into_inner().unwrap();
    told(&all);
    let wrong: Vec<String> = all
        .iter()
        .filter(|(_, seen)| !seen.wrong.is_empty())
        .map(|(cancel, seen)| format!("{cancel}: {}", seen.wrong.join("; ")))
        .collect();
    // One report in a hundred may be missing; something that is left, never.
    let (left, unreported): (Vec<_>, Vec<_>) = wrong.iter().partition(|text| !text.contains(one::NO_REPORT));
    assert!(left.is_empty() && unreported.len() * 100 <= count, "{}", wrong.join("\n"));
}

/// The figures, for people.
fn told(all: &[(Cancel, Seen)]) {
    let mut by_moment: BTreeMap<&str, usize> = BTreeMap::new();
    for (cancel, _) in all {
        *by_moment.entry(cancel.moment.name).or_default() += 1;
    }
    eprintln!("{} cancels at {} moments", all.len(), by_moment.len());
    type Figure = fn(&Seen) -> Option<Duration>;
    let figures: [(&str, Figure); 4] = [
        ("reports after the signal", |seen| seen.reported),
        ("own exit after the signal", |seen| seen.ended),
        ("clean-up by command", |seen| seen.cleaned),
        ("gone by the reaper after a kill", |seen| seen.reaped),
    ];
    for (name, figure) in figures {
        let mut times: Vec<Duration> = all.iter().filter_map(|(_, seen)| figure(seen)).collect();
        times.sort();
        let (Some(middle), Some(most)) = (times.get(times.len() / 2), times.last()) else { continue };
        eprintln!("  {name}: {} times, {middle:.2?} in the middle, {most:.2?} at most", times.len());
    }
    let left = all.iter().filter(|(_, seen)| seen.left_at_exit).count();
    eprintln!("  something was left at the exit of an interrupted run: {left} times");
}
