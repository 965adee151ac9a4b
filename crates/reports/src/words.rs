//! How reports say things: durations, sizes, symbols, the first line.

use super::runs::RecordedRun;
pub use basics::limited::bytes;
use run_record::event::{Blame, CheckResult, Outcome, UserCounts, UserSuite};
use run_record::record::Record;
use run_record::record::history;
use run_record::record::pace::CheckPace;
use run_record::verdict::{Verdict, Word};

/// A duration for people: "340 ms", "5.2 s", "2 min 03 s".
pub fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        // 59.95 s and more would be rounded to "60.0 s".
        1_000..59_950 => format!("{}.{} s", (ms + 50) / 1_000, (ms + 50) % 1_000 / 100),
        _ => {
            let seconds = ms.saturating_add(500) / 1_000;
            format!("{} min {:02} s", seconds / 60, seconds % 60)
        }
    }
}

/// A number with its noun: "1 check", "3 checks".
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Whose fault it is that a run broke.
pub fn blame(blame: Blame) -> &'static str {
    match blame {
        Blame::Release => "the release",
        Blame::Environment => "the environment",
        Blame::Gate => "a bug in the gate",
    }
}

/// One character for an outcome on a console.
pub fn symbol(outcome: &Outcome) -> char {
    match outcome {
        Outcome::Passed => '✓',
        Outcome::Failed(_) => '✗',
        Outcome::Announced { .. } => '»',
        Outcome::Waived { .. } => '○',
        Outcome::Unsteady { .. } => '≈',
        Outcome::NotApplicable { .. } => '–',
        Outcome::NotMeasured { .. } => '?',
    }
}

/// At most `max` characters, with an ellipsis where something was cut.
pub fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some(_) => text.chars().take(max.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// The verdict in one line without markup, from which versions to which.
pub fn headline(record: &Record, verdict: &Verdict) -> String {
    let counts = verdict.counts;
    let versions = record.header.as_ref().map_or_else(
        || "the upgrade".to_owned(),
        |header| format!("upgrade from {} to {}", header.stable.given, header.release.given),
    );
    let end = match verdict.word {
        Word::Passed => "held".to_owned(),
        Word::Failed if counts.failed > 0 => {
            format!("failed {}{}", plural(counts.failed, "check"), history_in_brackets(record))
        }
        Word::Failed => "did not hold: the release broke the run".to_owned(),
        Word::NotMeasured => "was not measured completely".to_owned(),
        Word::Broken => "could not be judged: the environment broke".to_owned(),
        Word::Interrupted => "was interrupted".to_owned(),
        Word::GateBug => "could not be judged: the gate has a bug".to_owned(),
    };
    format!("{versions} {end}")
}

/// The verdict on a matrix in one line without markup.
pub fn matrix_headline(runs: &[RecordedRun]) -> String {
    let held = runs.iter().filter(|run| run.verdict.passed()).count();
    match (held, runs.len()) {
        (_, 0) => "no upgrade was run".to_owned(),
        (held, all) if held == all => format!("{} held", plural(all, "upgrade")),
        (held, all) => format!("{held} of {} held", plural(all, "upgrade")),
    }
}

/// ` (2 regressions, 1 failed before too)`; nothing where stable says nothing about any of them.
fn history_in_brackets(record: &Record) -> String {
    let tally = history::tally(record);
    match tally.as_slice() {
        [] | [("failed", _)] => String::new(),
        [("failed on stable, passes on release", _)] => {
            " on stable that release passes: the release is not to blame".into()
        }
        all => {
            let told = all.iter().map(|(word, count)| match *word {
                "regression" => plural(*count, "regression"),
                "failed" => format!("{count} that stable says nothing about"),
                word => format!("{count} {word}"),
            });
            format!(" ({})", told.collect::<Vec<_>>().join("; "))
        }
    }
}

/// How many times stable's duration: "2.5×".
pub fn times(pace: CheckPace<'_>) -> String {
    format!("{}.{}×", pace.tenths() / 10, pace.tenths() % 10)
}

/// The numbers of the user's own tests in one line: "12 tests: 10 passed, 1 failed, 1 skipped".
pub fn user_numbers(suites: &[UserSuite]) -> String {
    let counts = UserCounts::of(suites);
    let parts = [(counts.passed, "passed"), (counts.failed, "failed"), (counts.skipped, "skipped")];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    format!("{} in {}: {}", plural(counts.tests, "test"), plural(suites.len(), "suite"), told.join(", "))
}

/// The numbers in one line: "12 planned, 12 run: 11 passed, 1 not applicable".
pub fn numbers(verdict: &Verdict) -> String {
    let counts = verdict.counts;
    let parts = [
        (counts.passed, "passed"),
        (counts.failed, "failed"),
        (counts.announced, "announced"),
        (counts.waived, "waived"),
        (counts.unsteady, "unsteady"),
        (counts.not_applicable, "not applicable"),
        (counts.not_measured, "not measured"),
        (counts.never_ran, "never ran"),
    ];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let told = if told.is_empty() { "nothing".to_owned() } else { told.join(", ") };
    format!("{} planned, {} run: {told}", plural(counts.planned, "check"), counts.run)
}

/// What is red in a result: its red steps by name, or the outcome itself when no step is.
pub fn red_parts(result: &CheckResult) -> Vec<(Option<&str>, &Outcome)> {
    let steps: Vec<_> = result
        .steps
        .iter()
        .filter(|step| step.outcome.is_red())
        .map(|step| (Some(step.name.as_str()), &step.outcome))
        .collect();
    if steps.is_empty() && result.outcome.is_red() { vec![(None, &result.outcome)] } else { steps }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short_and_never_sixty_seconds() {
        let told: Vec<_> = [0, 999, 1_000, 1_949, 59_949, 59_950, 61_499, 3_600_000].map(duration).to_vec();
        assert_eq!(
            told,
            ["0 ms", "999 ms", "1.0 s", "1.9 s", "59.9 s", "1 min 00 s", "1 min 01 s", "60 min 00 s"]
        );
        assert_eq!(duration(u64::MAX), "307445734561825 min 51 s");
    }

    #[test]
    fn sizes_have_one_digit_after_the_dot() {
        assert_eq!(
            [999, 12_345, 12_345_678, 1_250_000_000].map(bytes),
            ["999 B", "12 kB", "12.3 MB", "1.2 GB"]
        );
    }

    #[test]
    fn cutting_counts_characters() {
        assert_eq!(cut("üüü", 3), "üüü");
        assert_eq!(cut("üüüü", 3), "üü…");
    }
}
