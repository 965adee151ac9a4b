//! Every check of every stage, folded by stage: how it ended, how long it took.

use super::html::Html;
use super::part::PagePart;
use super::rows::table;
use crate::words::{duration, plural, symbol};
use run_record::event::{CheckResult, Outcome};
use run_record::record::Record;
use run_record::record::history;
use run_record::verdict::Counts;

/// Checks of one stage; a plan has less than fifty.
const CHECKS: usize = 200;

/// The stages, folded.
pub(super) fn part(record: &Record, room: usize) -> Option<PagePart> {
    let mut html = Html::new(room);
    for stage in &record.stages {
        let counts = Counts::of(record, Some(stage.stage));
        html.raw("<details><summary><b>").text(&stage.stage.to_string()).raw("</b> ");
        html.text(&plural(counts.planned, "check")).raw(" planned, ").count(counts.passed).raw(" passed");
        for (count, word) in [
            (counts.failed, " failed"),
            (counts.announced, " announced"),
            (counts.waived, " waived"),
            (counts.unsteady, " unsteady"),
            (counts.not_applicable, " not applicable"),
            (counts.not_measured, " not measured"),
            (counts.never_ran, " never ran"),
        ] {
            if count > 0 {
                html.raw(", ").count(count).raw(word);
            }
        }
        let took = stage.took_ms.map_or_else(|| "did not end".to_owned(), duration);
        html.raw(" <span class=\"muted\">").text(&took).raw("</span></summary>");
        table("Checks of a stage", &mut html, |html| {
            html.raw("<thead><tr><th scope=\"col\">check</th><th scope=\"col\">outcome</th><th scope=\"col\">what it proves</th><th scope=\"col\">took</th></tr></thead><tbody>");
            for result in stage.results.iter().take(CHECKS) {
                line(record, result, html);
            }
            html.raw("</tbody>");
        });
        html.raw("</details>");
    }
    PagePart::of("Every check", "checks", 7, html)
}

fn line(record: &Record, result: &CheckResult, html: &mut Html) {
    let tone = match &result.outcome {
        Outcome::Passed => "<td class=\"good\">",
        Outcome::Failed(_) => "<td class=\"bad\">",
        Outcome::NotMeasured { .. } | Outcome::Unsteady { .. } => "<td class=\"odd\">",
        Outcome::Announced { .. } | Outcome::Waived { .. } => "<td class=\"told\">",
        Outcome::NotApplicable { .. } => "<td class=\"muted\">",
    };
    html.raw("<tr><th scope=\"row\"><code>").text(&result.check).raw("</code></th>").raw(tone);
    html.raw("<i aria-hidden=\"true\">").text(&symbol(&result.outcome).to_string()).raw("</i> ");
    html.raw(history::word(record, result)).raw("</td><td>").text(&result.title);
    if let Some(why) = result.outcome.why() {
        html.raw("<br><span class=\"muted\">").short(&why, 300).raw("</span>");
    }
    html.raw("</td><td class=\"n\">").text(&duration(result.took_ms)).raw("</td></tr>");
}
