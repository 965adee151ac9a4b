//! What went wrong: what broke the run with its log, the checks that failed, and tests of the user's own.

use super::html::Html;
use super::part::PagePart;
use crate::causes::{RedCause, causes};
use crate::words::{plural, user_numbers};
use run_record::event::{Blame, Breakage, Failure, Outcome, Stage, UserEnd};
use run_record::record::Record;

/// Checks that are shown whole; JUnit and the record have them all.
const CHECKS: usize = 200;
/// Of these, the ones that need no click: later ones mostly follow from the first.
const UNFOLDED: usize = 4;
/// Lines of a log.
const LOG_LINES: usize = 60;
/// Tests of the user's.
const TESTS: usize = 100;

/// What broke the run, with the end of its log; ids of requests that failed are marked there.
pub(super) fn broken(record: &Record, room: usize) -> Option<PagePart> {
    let mut html = Html::new(room);
    let ids = request_ids(record);
    for Breakage { blame, trouble } in record.breakages.iter().take(CHECKS) {
        let whose = match blame {
            Blame::Release => "the release",
            Blame::Environment => "the environment",
            Blame::Gate => "a bug in the gate",
        };
        html.raw("<article class=\"finding\"><h3>").short(&trouble.part, 120);
        html.raw(" <span class=\"tag bad\">").raw(whose).raw("</span></h3><p>").text(&trouble.message);
        html.raw("</p><p><b>What to do:</b> ").text(&trouble.remedy).raw("</p>");
        log(&trouble.log_tail, &ids, &mut html);
        html.raw("</article>");
    }
    PagePart::of("What broke the run", "broken", 1, html)
}

/// The end of a log, folded.
fn log(lines: &[String], ids: &[&str], html: &mut Html) {
    if lines.is_empty() {
        return;
    }
    let tail = &lines[lines.len().saturating_sub(LOG_LINES)..];
    html.raw("<details open><summary>The last ").text(&plural(tail.len(), "line"));
    html.raw(" of its log</summary><pre tabindex=\"0\" role=\"group\" aria-label=\"End of the log\">");
    for line in tail {
        html.log_line(line, ids);
    }
    html.raw("</pre></details>");
}

/// The ids of requests whose answers were wrong: what a reader looks for in a log.
fn request_ids(record: &Record) -> Vec<&str> {
    let outcomes = record.results().flat_map(|result| {
        std::iter::once(&result.outcome).chain(result.steps.iter().map(|step| &step.outcome))
    });
    let ids = outcomes.filter_map(|outcome| match outcome {
        Outcome::Failed(found) => found.request_id.as_deref(),
        _ => None,
    });
    // A short one would be found in every other word.
    let mut ids: Vec<&str> = ids.filter(|id| id.len() >= 8).take(CHECKS).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// What is red by its causes, each told once: what got worse first, then the other failures, then what could not be measured.
pub(super) fn checks(record: &Record, room: usize) -> Option<PagePart> {
    let mut html = Html::new(room);
    let causes = causes(record);
    for (number, cause) in causes.iter().take(CHECKS).enumerate() {
        of_cause(cause, number < UNFOLDED, &mut html);
    }
    if causes.len() > CHECKS {
        html.raw("<p>… and ").count(causes.len() - CHECKS).raw(" more, in record.json</p>");
    }
    never_ran(record, &mut html);
    PagePart::of("What failed", "failed", 1, html)
}

/// What was planned and never ran, stage by stage.
fn never_ran(record: &Record, html: &mut Html) {
    let all: Vec<(Stage, &str)> = record.never_ran().collect();
    if all.is_empty() {
        return;
    }
    html.raw("<details class=\"finding odd\"><summary><b>").text(&plural(all.len(), "check"));
    html.raw("</b> planned <span class=\"tag odd\">never ran</span></summary><dl class=\"found\">");
    for stage in record.stages_in_order().into_iter().take(CHECKS) {
        let of_stage = all.iter().filter(|(planned, _)| *planned == stage).map(|(_, check)| *check);
        let ids: Vec<&str> = of_stage.collect();
        if !ids.is_empty() {
            html.el("dt", &stage.to_string()).el("dd", &ids.join(", "));
        }
    }
    html.raw("</dl></details>");
}

fn of_cause(cause: &RedCause<'_>, unfolded: bool, html: &mut Html) {
    let result = cause.first;
    let tone = if matches!(result.outcome, Outcome::Failed(_)) { "bad" } else { "odd" };
    html.raw("<details class=\"finding ").raw(tone).raw(if unfolded { "\" open" } else { "\"" });
    html.raw("><summary><b><code>").text(&result.check).raw("</code> on ").text(&cause.stages());
    html.raw("</b> <span class=\"tag ").raw(tone).raw("\">").raw(cause.word).raw("</span> ");
    html.text(&result.title).raw(" <span class=\"muted\">").short(&result.lines.join(", "), 80);
    html.raw("</span></summary>");
    for (step, outcome) in &cause.parts {
        html.raw("<dl class=\"found\">");
        if let Some(step) = step {
            html.raw("<dt>step</dt><dd>").text(step).raw("</dd>");
        }
        match outcome {
            Outcome::Failed(found) => failure(found, html),
            Outcome::NotMeasured { reason } => {
                html.raw("<dt>not measured</dt><dd>").text(reason).raw("</dd>");
            }
            // Not red, so not here.
            _ => {}
        }
        html.raw("</dl>");
    }
    let alike = cause.alike.saturating_sub(cause.parts.len());
    if alike > 0 {
        html.raw("<p class=\"muted\">and ").text(&plural(alike, "step")).raw(" like these</p>");
    }
    if !cause.others.is_empty() {
        let others: Vec<&str> = cause.others.iter().map(|other| other.check.as_str()).collect();
        html.raw("<p>The same answer in <code>").text(&others.join(", ")).raw("</code></p>");
    }
    html.raw("</details>");
}

fn failure(found: &Failure, html: &mut Html) {
    html.raw("<dt>expected</dt><dd><code>").text(&found.expected);
    html.raw("</code></dd><dt>got</dt><dd><code>").text(&found.got).raw("</code></dd>");
    if found.node.is_none() && found.request_id.is_none() {
        return;
    }
    html.raw("<dt>from</dt><dd>");
    if let Some(node) = &found.node {
        html.text(node).raw(" ");
    }
    if let Some(version) = &found.version {
        html.raw("(").text(version).raw(") ");
    }
    if let Some(id) = &found.request_id {
        html.raw("request <mark>").text(id).raw("</mark>");
    }
    html.raw("</dd>");
}

/// Tests of the user's own suites that failed.
pub(super) fn user_suites(record: &Record, room: usize) -> Option<PagePart> {
    let mut html = Html::new(room);
    let suites = &record.user_suites;
    if suites.is_empty() {
        return None;
    }
    html.el("p", &user_numbers(suites));
    let failed = suites.iter().flat_map(|suite| &suite.tests).filter_map(|test| match &test.end {
        UserEnd::Failed { message, .. } => Some((test.label(), message)),
        UserEnd::Passed | UserEnd::Skipped { .. } => None,
    });
    html.raw("<ul>");
    for (label, message) in failed.take(TESTS) {
        html.raw("<li><code>").text(&label).raw("</code>: ").text(message).raw("</li>");
    }
    html.raw("</ul>");
    PagePart::of("Your suite against the release", "suite", 3, html)
}
