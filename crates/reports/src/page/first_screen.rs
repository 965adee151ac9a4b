//! The top of a run: the verdict, the first cause, what the run was about, and the figures that people ask for first.

use super::html::Html;
use crate::case_table;
use crate::causes::causes;
use crate::first_cause::FirstCause;
use crate::fit::Room;
use crate::next_step;
use crate::runs::RecordedRun;
use crate::site_copy;
use crate::words::{duration, headline, matrix_headline, numbers, plural};
use availability::{Culprit, Gap, UserPath};
use run_record::event::Clustering;
use run_record::record::{Record, together};
use run_record::verdict::{Verdict, Word};
use time::format_description::well_known::Rfc3339;

/// Reasons that are shown beside the first one.
const MORE_REASONS: usize = 8;
/// Characters of a word of the call that does it again.
const ROOM_OF_CALL: usize = 300;

/// The class that colours a verdict.
pub(super) fn tone(verdict: &Verdict) -> &'static str {
    match verdict.word {
        Word::Passed if verdict.passed() => "good",
        Word::Failed => "bad",
        Word::Passed | Word::NotMeasured | Word::Broken | Word::Interrupted | Word::GateBug => "odd",
    }
}

/// The top of one run; `heading` is `h1` where it has a page of its own.
pub(super) fn of_run(run: &RecordedRun, heading: &'static str, html: &mut Html) {
    let line = headline(&run.record, &run.verdict);
    verdict(heading, &line, &run.verdict, &numbers(&run.verdict), next(run), html);
    about(&run.record, html);
    tiles(run, html);
}

/// The top of a matrix.
pub(super) fn of_matrix(runs: &[RecordedRun], all: &Verdict, html: &mut Html) {
    verdict("h1", &matrix_headline(runs), all, &plural(runs.len(), "upgrade"), Vec::new(), html);
}

/// What the reader of a red run does next: the log to open and the call that does it again.
fn next(RecordedRun { record, verdict, .. }: &RecordedRun) -> Vec<(&'static str, String)> {
    let red = causes(record);
    let (log, check) = match FirstCause::of(record, verdict, &red) {
        Some(FirstCause::Failed(index)) => {
            (next_step::evidence(record, &red[index]), Some(red[index].first.check.as_str()))
        }
        Some(FirstCause::Broken(broken)) => (next_step::log_of(record, broken), None),
        Some(FirstCause::Told(_)) | None => return Vec::new(),
    };
    let call = next_step::call(record, check, Room(ROOM_OF_CALL));
    let log = log.map(|file| ("open", file.path.clone()));
    log.into_iter().chain(call.map(|call| ("run", call))).collect()
}

/// The verdict as a badge, the headline, the first cause and what else there is.
fn verdict(
    heading: &'static str,
    line: &str,
    verdict: &Verdict,
    told: &str,
    next: Vec<(&'static str, String)>,
    html: &mut Html,
) {
    html.raw("<div class=\"verdict ").raw(tone(verdict)).raw("\"><p class=\"word\"><strong>");
    html.raw(verdict.word.for_people()).raw("</strong> <span>exit code ");
    html.num(u64::from(verdict.exit_code.code())).raw("</span></p>");
    html.el(heading, &capital(line)).raw("<p class=\"counts\">").text(told).raw("</p>");
    if let [first, rest @ ..] = verdict.reasons.as_slice() {
        html.raw("<div class=\"cause\"><p class=\"label\">First cause</p><p>").text(first).raw("</p>");
        for (what, told) in &next {
            html.raw("<p><b>Next: ").raw(what).raw("</b> <code>").text(told).raw("</code></p>");
        }
        if !rest.is_empty() {
            html.raw("<details><summary>").text(&plural(rest.len(), "more reason")).raw("</summary><ul>");
            for reason in rest.iter().take(MORE_REASONS) {
                html.el("li", reason);
            }
            html.raw("</ul></details>");
        }
        html.raw("</div>");
    }
    html.raw("</div>");
}

/// What the run was about, as a list of facts.
fn about(record: &Record, html: &mut Html) {
    let Some(header) = &record.header else { return };
    html.raw("<dl class=\"about\"><div class=\"wide\"><dt>upgrade</dt><dd><span class=\"v stable\">stable</span> <code>");
    html.text(&header.stable.image).raw("</code> → <span class=\"v release\">release</span> <code>");
    html.text(&header.release.image).raw("</code></dd></div>");
    let mut fact = |name: &'static str, value: &str| {
        html.raw("<div><dt>").raw(name).raw("</dt><dd>").text(value).raw("</dd></div>");
    };
    fact("mode", &format!("{}: {}", header.mode, header.mode_reason));
    let nodes = plural(header.nodes, "node");
    match &record.clustering {
        None => fact("cluster", &format!("{nodes}, {}, kind not known yet", header.provider)),
        Some(known @ Clustering::Clustered) => {
            fact("cluster", &format!("{}, {nodes}, {}", known.label(), header.provider));
        }
        Some(known @ Clustering::SharedDatabase { reason }) => {
            fact("cluster", &format!("{} ({reason}), {nodes}, {}", known.label(), header.provider));
        }
    }
    fact("run", &format!("{}, upgrade-gate {}", header.run_id, header.gate_version));
    for line in site_copy::lines(record) {
        fact("your data", &line);
    }
    let at = record.started_at.and_then(|at| at.replace_nanosecond(0).ok()?.format(&Rfc3339).ok());
    fact("began", &at.unwrap_or_else(|| "not known".into()));
    html.raw("</dl>");
}

/// Figures that people ask for first; what was not measured has none.
fn tiles(run: &RecordedRun, html: &mut Html) {
    let (record, counts) = (&run.record, run.verdict.counts);
    html.raw("<ul class=\"tiles\">");
    let mut tile = |figure: &str, of: &str, tone: &'static str| {
        html.raw("<li class=\"")
            .raw(tone)
            .raw("\"><b>")
            .text(figure)
            .raw("</b> <span>")
            .text(of)
            .raw("</span></li>");
    };
    let tone = |is_bad: bool| if is_bad { "bad" } else { "" };
    tile(&counts.passed.to_string(), &format!("of {} passed", plural(counts.planned, "planned check")), "");
    if counts.failed > 0 {
        tile(&counts.failed.to_string(), "failed", "bad");
    }
    let missing = counts.not_measured + counts.never_ran;
    if missing > 0 {
        tile(&missing.to_string(), "not measured or never ran", "odd");
    }
    if let Some(told) = case_table::in_short(record).first() {
        let (figure, of) = told.split_once(' ').unwrap_or((told, ""));
        tile(figure, of, "");
    }
    if let Some(seen) = &record.watched {
        let failed = together(
            seen.routes.iter().filter(|one| one.route.is_of_users()).map(|one| one.failed_since_roll),
        );
        tile(&failed.to_string(), "requests of users failed since the roll began", tone(failed > 0));
        match longest_gap(&seen.gaps) {
            Some(gap) => tile(&gap.length(), &format!("longest gap: {}", gap.route), ""),
            None => match of_users(&seen.gaps).count() {
                0 => tile("no", "gap on any path of users", ""),
                all => tile("no", &format!("gap on any path of users but {all} that the machine made"), ""),
            },
        }
    }
    if let Some(ledger) = &record.written {
        let wrong = (ledger.findings.len() as u64).saturating_add(ledger.unlisted);
        tile(&ledger.totals.sum().acknowledged.to_string(), "writes acknowledged", "");
        if wrong > 0 {
            tile(&wrong.to_string(), "looks found a write that is not as it was written", "bad");
        }
    }
    tile(&duration(record.took_ms()), "from start to end", "");
    html.raw("</ul>");
}

/// The gaps of users; websockets have a table of their own.
fn of_users(gaps: &[Gap]) -> impl Iterator<Item = &Gap> {
    gaps.iter().filter(|gap| gap.route.is_of_users() && gap.route.path != UserPath::Socket)
}

/// The longest of them that was not the machine's; requests that failed count before those that were late.
fn longest_gap(gaps: &[Gap]) -> Option<&Gap> {
    let of_cluster = of_users(gaps).filter(|gap| gap.culprit == Culprit::Cluster);
    of_cluster.max_by_key(|gap| gap.badness())
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
