//! The write ledger: what failures share, who wrote and who read, and how much was written by kind and node.

use super::html::Html;
use super::part::PagePart;
use super::rows::table;
use ledger_findings::{CellCount, LedgerSummary, ReadThrough, Way, WriteMatrix};
use run_record::record::Record;

/// Kinds of writes that are shown; the gate has less than twenty.
const KINDS: usize = 60;
/// Versions of a matrix: a run has two.
const VERSIONS: usize = 4;
/// Nodes, each once for each of its versions.
const COLUMNS: usize = 24;
/// Writes that are listed with what is wrong.
const FINDINGS: usize = 40;

/// Writer × reader, after what failures share.
pub(super) fn matrix(record: &Record, room: usize) -> Option<PagePart> {
    let ledger = record.written.as_ref()?;
    let mut html = Html::new(room);
    causes(ledger, &mut html);
    let versions = versions(ledger);
    let pairs: Vec<(&str, &str)> =
        versions.iter().flat_map(|writer| versions.iter().map(move |reader| (*writer, *reader))).collect();
    if !pairs.is_empty() {
        html.raw("<p class=\"muted\">Who acknowledged a write → who was asked for it. Each cell: looks that found it as it was written, by the API and by websocket event.</p>");
        table("Writer and reader", &mut html, |html| {
            html.raw("<thead><tr><th scope=\"col\" rowspan=\"2\">kind</th>");
            for (writer, reader) in &pairs {
                html.raw("<th scope=\"colgroup\" colspan=\"2\">").short(writer, 30).raw(" → ");
                html.short(reader, 30).raw("</th>");
            }
            html.raw("</tr><tr>");
            for _ in &pairs {
                html.raw("<th scope=\"col\" class=\"n\">API</th><th scope=\"col\" class=\"n\">event</th>");
            }
            html.raw("</tr></thead><tbody>");
            for kind in ledger.matrix.kinds.iter().take(KINDS) {
                html.raw("<tr><th scope=\"row\">").short(kind, 60).raw("</th>");
                for (writer, reader) in &pairs {
                    for way in [Way::Api, Way::Websocket] {
                        cell(&ledger.matrix, kind, way, writer, reader, html);
                    }
                }
                html.raw("</tr>");
            }
            html.raw("</tbody>");
        });
    }
    PagePart::of("Write ledger: writer × reader", "matrix", 4, html)
}

fn cell(matrix: &WriteMatrix, kind: &str, way: Way, writer: &str, reader: &str, html: &mut Html) {
    let count = matrix.between(kind, way, writer, reader);
    if count.measured() > 0 {
        return looked(&count, html);
    }
    match matrix.why_not(kind, way, writer, reader) {
        Some(why) => html.raw("<td class=\"n muted\" title=\"").text(why).raw("\">–</td>"),
        None => html.raw("<td class=\"n odd\">?<span class=\"sr\"> not measured</span></td>"),
    };
}

fn looked(count: &CellCount, html: &mut Html) {
    if count.failures() == 0 {
        html.raw("<td class=\"n good\">").num(count.verified).raw("</td>");
        return;
    }
    html.raw("<td class=\"n bad\">").num(count.verified).raw(" of ").num(count.measured());
    for (wrong, times) in &count.failed {
        html.raw("<br>").num(*times).raw(" ").text(&wrong.to_string());
    }
    html.raw("</td>");
}

/// The versions that wrote or read, in the order of their names.
fn versions(ledger: &LedgerSummary) -> Vec<&str> {
    let places = ledger.matrix.cells().flat_map(|(place, _)| [&place.writer.version, &place.reader.version]);
    let mut versions = Vec::new();
    for version in places {
        if versions.len() < VERSIONS && !versions.contains(&version.as_str()) {
            versions.push(version.as_str());
        }
    }
    versions
}

fn causes(ledger: &LedgerSummary, html: &mut Html) {
    for cause in ledger.causes.iter().take(FINDINGS) {
        html.raw("<article class=\"finding bad\"><p><b>").text(&cause.sentence).raw("</b></p><p>");
        html.text(&cause.evidence).raw(if cause.follows {
            "; it may follow from the first.</p>"
        } else {
            ".</p>"
        });
        html.raw("</article>");
    }
    if ledger.findings.is_empty() {
        return;
    }
    html.raw("<details><summary>Each write that is not as it was written</summary><ol>");
    for finding in ledger.findings.iter().take(FINDINGS) {
        html.el("li", &finding.to_string());
    }
    html.raw("</ol></details>");
}

/// Totals per kind and node.
pub(super) fn totals(record: &Record, room: usize) -> Option<PagePart> {
    let totals = &record.written.as_ref()?.totals;
    let mut html = Html::new(room);
    let (mut kinds, mut columns): (Vec<&str>, Vec<&ReadThrough>) = (Vec::new(), Vec::new());
    for line in &totals.lines {
        if kinds.len() < KINDS && !kinds.contains(&line.kind.as_str()) {
            kinds.push(&line.kind);
        }
        if columns.len() < COLUMNS && !columns.contains(&&line.through) {
            columns.push(&line.through);
        }
    }
    if kinds.is_empty() {
        return None;
    }
    columns.sort();
    table("Acknowledged writes per kind and node", &mut html, |html| {
        html.raw("<thead><tr><th scope=\"col\">acknowledged</th>");
        for column in &columns {
            html.raw("<th scope=\"col\" class=\"n\">").short(&column.node, 30).raw(" <small>");
            html.short(&column.version, 30).raw("</small></th>");
        }
        html.raw("</tr></thead><tbody>");
        for kind in &kinds {
            html.raw("<tr><th scope=\"row\">").short(kind, 60).raw("</th>");
            for column in &columns {
                let line = totals.lines.iter().find(|line| line.kind == *kind && line.through == **column);
                html.raw("<td class=\"n\">");
                if let Some(tally) = line.map(|line| line.tally) {
                    html.num(tally.acknowledged);
                    let lost = tally.refused.saturating_add(tally.ambiguous).saturating_add(tally.unsent);
                    if lost > 0 {
                        html.raw(" <small class=\"muted\">+").num(lost).raw(" not acknowledged</small>");
                    }
                }
                html.raw("</td>");
            }
            html.raw("</tr>");
        }
        html.raw("</tbody>");
    });
    for (kind, why) in totals.missing.iter().take(KINDS) {
        html.raw("<p class=\"muted\">Not written: ").text(kind).raw(": ").text(why).raw("</p>");
    }
    for (refused, times) in totals.refused.iter().take(FINDINGS) {
        html.raw("<p class=\"muted\">Refused ").num(*times).raw(" times in ").text(&refused.stage).raw(": ");
        html.text(&refused.kind).raw(" at ").text(&refused.through.to_string()).raw(": ");
        html.text(&refused.got).raw("</p>");
    }
    PagePart::of("Write ledger: totals per kind and node", "totals", 6, html)
}
