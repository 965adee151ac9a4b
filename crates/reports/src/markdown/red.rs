//! What went wrong, in full: what broke the run, each cause or each red check, what never ran.

use super::super::case_table::Cell;
use super::super::causes::{RedCause, causes, red_in_order};
use super::super::escape::{block, name, plain};
use super::super::fit::{Room, Section};
use super::super::words::{blame, plural, red_parts};
use super::screen::found;
use run_record::event::{CheckResult, Outcome};
use run_record::record::Record;
use run_record::record::history;

/// Log lines that are shown of a part that broke.
const LOG_LINES: usize = 40;

pub(super) fn broken(record: &Record, room: Room) -> Option<Section> {
    let rows = record.breakages.iter().map(|broken| {
        let mut text = format!(
            "**{}** ({}): {}\n\nWhat to do: {}\n",
            plain(&broken.trouble.part, 80),
            blame(broken.blame),
            plain(&broken.trouble.message, room.0),
            plain(&broken.trouble.remedy, room.0)
        );
        if !broken.trouble.log_tail.is_empty() {
            let tail = &broken.trouble.log_tail[broken.trouble.log_tail.len().saturating_sub(LOG_LINES)..];
            text.push_str(&format!(
                "\n<details><summary>From its log</summary>\n\n{}\n\n</details>\n",
                block(tail, room.0)
            ));
        }
        text
    });
    Section::of("what broke the run", 1, "### What broke the run\n", rows.collect())
}

/// Each red check of each stage, with each of its red steps.
pub(super) fn every_check(record: &Record, room: Room) -> Option<Section> {
    let rows = red_in_order(record).into_iter().map(|result| {
        let head = head(&result.stage.to_string(), history::word(record, result), result, room);
        with_parts(head, red_parts(result), room)
    });
    Section::of("failed checks", 2, "### What failed\n", rows.collect())
}

/// The same told once for each cause.
pub(super) fn by_cause(record: &Record, room: Room) -> Option<Section> {
    let rows = causes(record).into_iter().map(|cause| of_cause(record, cause, room)).collect();
    Section::of("failed checks", 2, "### What failed\n", rows)
}

fn of_cause(record: &Record, cause: RedCause<'_>, room: Room) -> String {
    let mut text =
        with_parts(head(&cause.stages(), cause.word, cause.first, room), cause.parts.clone(), room);
    let own = cause.alike.saturating_sub(cause.parts.len() + cause.others.len());
    if own > 0 {
        text.push_str(&format!("\n  - and {} like these", plural(own, "step")));
    }
    for other in &cause.others {
        let why = red_parts(other).first().and_then(|(_, outcome)| outcome.why()).unwrap_or_default();
        let word = history::word(record, other);
        text.push_str(&format!(
            "\n  - the same answer: {} {} in {}: {}",
            name(&other.check),
            word,
            other.stage,
            plain(&why, room.0)
        ));
    }
    text
}

fn head(stages: &str, word: &str, result: &CheckResult, room: Room) -> String {
    format!(
        "- {} **{stages}** {}, **{word}**: {} ({})",
        Cell::from(&result.outcome).mark(),
        name(&result.check),
        plain(&result.title, room.0),
        plain(&result.lines.join(", "), 80)
    )
}

fn with_parts(head: String, parts: Vec<(Option<&str>, &Outcome)>, room: Room) -> String {
    let mut lines = vec![head];
    for (step, outcome) in parts {
        lines.extend(step.map(|step| format!("  - step: {}", plain(step, room.0))));
        lines.extend(found(outcome, room).into_iter().map(|line| format!("  {line}")));
    }
    lines.join("\n")
}

pub(super) fn never_ran(record: &Record) -> Option<Section> {
    let rows = record.never_ran().map(|(stage, check)| format!("- {stage} {}", name(check))).collect();
    Section::of("checks that never ran", 3, "### Planned and never ran\n", rows)
}
