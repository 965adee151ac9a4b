//! Two runs beside each other: what is newly red, what is gone, what got slower, as lines of text.
//!
//! Nothing here is a verdict: each run has its own. What is slower is told by the rule of a run's own durations, more than three times
//! as long and more than a second more, because short things vary that much by chance.

mod figures;

use std::collections::HashMap;

use super::runs::RecordedRun;
use super::sanitise::one_line;
use super::words::{cut, duration, plural, red_parts};
use run_record::event::{CheckResult, Outcome, Stage};
use run_record::record::Record;
use run_record::record::pace::CheckPace;

/// Characters of one line; lines of one kind.
const LINE: usize = 300;
const LINES: usize = 100;

/// What differs between two runs.
#[must_use]
pub fn compared(before: &RecordedRun, after: &RecordedRun) -> String {
    let (old, new) = (&before.record, &after.record);
    let mut text = vec![about("before: ", before), about("after:  ", after)];
    let blocks = [
        ("newly red", newly_red(old, new)),
        ("red no more", red_no_more(old, new)),
        ("red in both", red_in_both(old, new)),
        ("other outcomes", other_outcomes(old, new)),
        ("gone: results that only the first run has", gone(old, new)),
        ("new: results that only the second run has", gone(new, old)),
        ("slower", slower(old, new)),
        ("what users felt", figures::users(old, new)),
        ("writes", figures::writes(old, new)),
    ];
    let mut differs = false;
    for (title, mut lines) in blocks {
        let more = lines.len().saturating_sub(LINES);
        lines.truncate(LINES);
        if lines.is_empty() {
            continue;
        }
        differs = true;
        text.push(format!("\n{title}:"));
        text.extend(lines.iter().map(|line| format!("  {}", cut(&one_line(line), LINE))));
        text.extend((more > 0).then(|| format!("  … and {more} more")));
    }
    if !differs {
        text.push("\nNothing differs in checks, steps, stages, and what users felt.".into());
    }
    text.join("\n")
}

fn about(which: &str, run: &RecordedRun) -> String {
    let id = run.record.header.as_ref().map_or("a run that was never planned", |header| &header.run_id);
    let verdict = &run.verdict;
    let told = format!(
        "{}, {id}: {}, exit code {}, took {}",
        run.name,
        verdict.word.for_people(),
        verdict.exit_code,
        duration(run.record.took_ms())
    );
    format!("{which}{}", cut(&one_line(&told), LINE))
}

type Place<'r> = (Stage, &'r str);

/// The results by place; the first one of a place counts.
fn by_place(record: &Record) -> HashMap<Place<'_>, &CheckResult> {
    let mut places = HashMap::new();
    for result in record.results() {
        places.entry((result.stage, result.check.as_str())).or_insert(result);
    }
    places
}

/// The results of both runs, in the order of the second.
fn pairs<'r>(before: &'r Record, after: &'r Record) -> Vec<(Option<&'r CheckResult>, &'r CheckResult)> {
    let known = by_place(before);
    after
        .results()
        .map(|result| (known.get(&(result.stage, result.check.as_str())).copied(), result))
        .collect()
}

fn is_red(result: &CheckResult) -> bool {
    result.outcome.is_red()
}

fn place(result: &CheckResult) -> String {
    format!("{} in {}", result.check, result.stage)
}

/// Checks, and steps of checks that were red before.
fn newly_red(before: &Record, after: &Record) -> Vec<String> {
    let mut lines = Vec::new();
    for (known, result) in pairs(before, after).into_iter().filter(|(_, result)| is_red(result)) {
        let old_steps: Vec<_> =
            known.map(red_parts).unwrap_or_default().into_iter().map(|(step, _)| step).collect();
        let new: Vec<_> =
            red_parts(result).into_iter().filter(|(step, _)| !old_steps.contains(step)).collect();
        let Some((step, outcome)) = new.first() else { continue };
        let word = result.outcome.word();
        let before = match known {
            Some(known) if is_red(known) => "another step, ",
            Some(known) => match known.outcome {
                Outcome::Passed => "passed before, ",
                _ => "was not red before, ",
            },
            None => "did not run before, ",
        };
        let step = step.map(|step| format!("{step}: ")).unwrap_or_default();
        let more = if new.len() > 1 {
            format!(" (and {})", plural(new.len() - 1, "more step"))
        } else {
            String::new()
        };
        let why = outcome.why().unwrap_or_default();
        lines.push(format!("{} {word}, {before}{step}{why}{more}", place(result)));
    }
    lines
}

fn red_no_more(before: &Record, after: &Record) -> Vec<String> {
    let better = pairs(before, after).into_iter().filter(|(_, result)| !is_red(result));
    let better =
        better.filter_map(|(known, result)| known.filter(|known| is_red(known)).map(|known| (known, result)));
    better
        .map(|(known, result)| {
            format!("{}: {} → {}", place(result), known.outcome.word(), result.outcome.word())
        })
        .collect()
}

fn red_in_both(before: &Record, after: &Record) -> Vec<String> {
    let both = pairs(before, after);
    let both = both.into_iter().filter(|(known, result)| is_red(result) && known.is_some_and(is_red));
    let places: Vec<String> = both.map(|(_, result)| place(result)).collect();
    if places.is_empty() { Vec::new() } else { vec![places.join(", ")] }
}

/// Passed and announced, waived, unsteady, not applicable: what is red in neither, and not the same.
fn other_outcomes(before: &Record, after: &Record) -> Vec<String> {
    let differ = pairs(before, after).into_iter().filter_map(|(known, result)| {
        let known = known.filter(|known| !is_red(known) && !is_red(result))?;
        let (old, new) = (known.outcome.word(), result.outcome.word());
        (old != new).then(|| format!("{}: {old} → {new}", place(result)))
    });
    differ.collect()
}

fn gone(before: &Record, after: &Record) -> Vec<String> {
    let known = by_place(after);
    let gone = before.results().filter(|result| !known.contains_key(&(result.stage, result.check.as_str())));
    gone.map(|result| format!("{} ({})", place(result), result.outcome.word())).collect()
}

/// Checks that passed in both, stages and phases.
fn slower(before: &Record, after: &Record) -> Vec<String> {
    let mut all: Vec<(String, u64, u64)> = Vec::new();
    for (known, result) in pairs(before, after) {
        let passed = |result: &CheckResult| result.outcome == Outcome::Passed;
        if let Some(known) = known.filter(|known| passed(known) && passed(result)) {
            all.push((place(result), known.took_ms, result.took_ms));
        }
    }
    for stage in &after.stages {
        let known = before.stages.iter().find(|known| known.stage == stage.stage);
        if let (Some(old), Some(new)) = (known.and_then(|known| known.took_ms), stage.took_ms) {
            all.push((format!("stage {}", stage.stage), old, new));
        }
    }
    let mut nth: HashMap<String, usize> = HashMap::new();
    for phase in &after.phases {
        let name = phase.phase.to_string();
        // A node may be replaced twice, before and after it was rolled back.
        let index = nth.entry(name.clone()).or_default();
        let known = before.phases.iter().filter(|known| known.phase == phase.phase).nth(*index);
        *index += 1;
        if let (Some(old), Some(new)) = (known.and_then(|known| known.took_ms), phase.took_ms) {
            all.push((name, old, new));
        }
    }
    let told = all.iter().filter_map(|(what, old, new)| {
        let pace = CheckPace { check: what, stable_ms: *old, release_ms: *new };
        let times = super::words::times(pace);
        pace.is_slower().then(|| format!("{what}: {} → {} ({times})", duration(*old), duration(*new)))
    });
    told.collect()
}

#[cfg(test)]
mod tests;
