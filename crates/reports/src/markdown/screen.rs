//! The first screen: the verdict, the first cause and what to do about it, what else is red, and the figures, in at most 24 lines.
//!
//! A green run has no more than ten lines here. Whatever a record of an older gate does not have is left out, never made up.

mod facts;

use super::super::causes::{RedCause, causes};
use super::super::escape::{code, name, plain};
use super::super::first_cause::FirstCause;
use super::super::fit::{Room, Section};
use super::super::next_step;
use super::super::runs::RecordedRun;
use super::super::words::{blame, headline, numbers, plural};
use super::sections::capital;
use run_record::event::{Breakage, Outcome};
use run_record::record::Record;
use run_record::verdict::Verdict;

/// Other causes that are named.
const OTHERS: usize = 4;
/// Characters of what was expected and what came.
const SHORT: Room = Room(200);

/// Where reports can be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportsLink<'a>(pub Option<&'a str>);

/// The verdict and what a reader wants to know first.
pub(super) fn section(run: &RecordedRun, room: Room, link: ReportsLink<'_>) -> Section {
    let (record, verdict) = (&run.record, &run.verdict);
    let mark = if verdict.passed() { "✅" } else { "❌" };
    let mut lines = vec![
        format!("## {mark} {}", capital(&plain(&headline(record, verdict), 200))),
        String::new(),
        format!(
            "**{}** · {} · exit code {}{}",
            verdict.word.for_people(),
            numbers(verdict),
            verdict.exit_code,
            link.told(&[super::super::PAGE, super::super::TIMELINE])
        ),
        String::new(),
    ];
    let red = first_cause(record, verdict, room);
    if !red.is_empty() {
        lines.extend(red);
        lines.push(String::new());
    }
    lines.extend(facts::lines(record, verdict, room));
    Section { title: "verdict", weight: 0, head: lines.join("\n"), ..Section::default() }
}

impl ReportsLink<'_> {
    /// Where all of it is, and each of these reports that people look at.
    pub(super) fn told(&self, shown: &[&str]) -> String {
        let Some(url) = self.0 else { return String::new() };
        if !super::super::brief::is_link(url) {
            return format!(" · reports: {}", name(url));
        }
        let is_made = |name: &&&str| super::super::REPORTS.iter().any(|report| report.name == **name);
        let link = |name: &&str| format!(" · [{name}]({}/{name})", url.trim_end_matches('/'));
        let files: String = shown.iter().filter(is_made).map(link).collect();
        format!(" · [reports and evidence]({url}){files}")
    }
}

fn first_cause(record: &Record, verdict: &Verdict, room: Room) -> Vec<String> {
    let causes = causes(record);
    let Some(first) = FirstCause::of(record, verdict, &causes) else { return Vec::new() };
    let mut lines = match &first {
        FirstCause::Failed(index) => failed(record, &causes[*index], room),
        FirstCause::Broken(broken) => broke(record, broken, room),
        FirstCause::Told(reason) => vec![format!("**First cause:** {}", plain(reason, room.0))],
    };
    lines.extend(also_red(record, &first, &causes));
    lines
}

fn failed(record: &Record, cause: &RedCause<'_>, room: Room) -> Vec<String> {
    let check = &cause.first.check;
    let mut lines = vec![format!(
        "**First cause:** {} {}; seen in {}{}",
        name(check),
        cause.predicate,
        cause.stages(),
        same_answer(cause)
    )];
    if let Some((step, outcome)) = cause.parts.first() {
        lines.extend(step.map(|step| format!("- step: {}{}", plain(step, SHORT.0), and_more(cause))));
        lines.extend(found(outcome, SHORT));
    }
    lines.extend(facts::by_the_ledger(record, check, room));
    let log = next_step::evidence(record, cause).map(|file| format!("open {}", name(&file.path)));
    let call = next_step::call(record, Some(check), room).map(|call| format!("run {}", code(&call, 600)));
    lines.extend(next(log, call, None));
    lines
}

fn and_more(cause: &RedCause<'_>) -> String {
    match cause.alike {
        0 | 1 => String::new(),
        more => format!(" (and {} like it)", plural(more - 1, "step")),
    }
}

/// What was expected and what came, from where.
pub(super) fn found(outcome: &Outcome, room: Room) -> Vec<String> {
    match outcome {
        Outcome::Failed(found) => {
            let mut lines = vec![
                format!("- expected: {}", code(&found.expected, room.0)),
                format!("- got: {}", code(&found.got, room.0)),
            ];
            let mut from = Vec::new();
            from.extend(found.node.as_ref().map(|node| format!("node {}", name(node))));
            from.extend(found.version.as_ref().map(|version| format!("version {}", name(version))));
            from.extend(found.request_id.as_ref().map(|id| format!("request {}", name(id))));
            lines.extend((!from.is_empty()).then(|| format!("- from: {}", from.join(", "))));
            lines
        }
        Outcome::NotMeasured { reason } => vec![format!("- not measured: {}", plain(reason, room.0))],
        _ => Vec::new(),
    }
}

fn same_answer(cause: &RedCause<'_>) -> String {
    let others: Vec<String> = cause.others.iter().take(6).map(|other| name(&other.check)).collect();
    match cause.others.len() {
        0 => String::new(),
        all if all > others.len() => {
            format!("; the same answer in {} and {} more", others.join(", "), all - others.len())
        }
        _ => format!("; the same answer in {}", others.join(", ")),
    }
}

fn broke(record: &Record, broken: &Breakage, room: Room) -> Vec<String> {
    let mut lines = vec![format!(
        "**First cause:** {} ({}): {}",
        name(&broken.trouble.part),
        blame(broken.blame),
        plain(&broken.trouble.message, room.0)
    )];
    lines.extend(facts::during(record).map(|during| format!("- during: {during}")));
    let tail = &broken.trouble.log_tail;
    let last = basics::telling::lines(&tail.iter().collect::<Vec<_>>(), 1);
    lines.extend(last.last().map(|line| format!("- from its log: {}", code(line, SHORT.0))));
    let log = next_step::log_of(record, broken).map(|file| format!("open {}", name(&file.path)));
    let call = next_step::call(record, None, room).map(|call| format!("run {}", code(&call, 600)));
    lines.extend(next(log, call, Some(plain(broken.trouble.remedy.trim_end_matches('.'), room.0))));
    lines
}

/// What to do, in one line.
fn next(log: Option<String>, call: Option<String>, remedy: Option<String>) -> Option<String> {
    let all: Vec<String> = remedy.into_iter().chain(log).chain(call).collect();
    (!all.is_empty()).then(|| format!("- **next:** {}", all.join("; ")))
}

/// The other causes, a line each.
fn also_red(record: &Record, first: &FirstCause<'_>, causes: &[RedCause<'_>]) -> Vec<String> {
    let is_first =
        |broken: &&Breakage| matches!(first, FirstCause::Broken(known) if std::ptr::eq(*known, *broken));
    let broken = record.breakages.iter().filter(|broken| !is_first(broken)).map(|broken| {
        let said = format!("{}: {}", broken.trouble.part, broken.trouble.message);
        format!("- {}: {}", capital(blame(broken.blame)), plain(&said, SHORT.0))
    });
    let others = causes.iter().enumerate();
    let others = others.filter(|(index, _)| !matches!(first, FirstCause::Failed(known) if known == index));
    let others = others.map(|(_, cause)| {
        let why = cause.parts.first().and_then(|(_, outcome)| outcome.why()).unwrap_or_default();
        let also = same_answer(cause);
        format!(
            "- {}, {} in {}: {}{also}",
            name(&cause.first.check),
            cause.word,
            cause.stages(),
            plain(&why, SHORT.0)
        )
    });
    let mut lines: Vec<String> = broken.chain(others).collect();
    if lines.len() > OTHERS {
        let more = lines.len() - OTHERS + 1;
        lines.truncate(OTHERS - 1);
        lines.push(format!("- and {}, below", plural(more, "more cause")));
    }
    if !lines.is_empty() {
        lines.splice(0..0, [String::new(), "Also red:".to_owned()]);
    }
    lines
}

#[cfg(test)]
mod tests;
