//! The case MM-T5392, line by line: what each line comes to in each stage.

use super::html::Html;
use super::part::PagePart;
use super::rows::table;
use crate::case_table::{Cell, cells, in_short};
use run_record::case::LINES;
use run_record::record::Record;

/// The table of all lines; it stays in every page.
pub(super) fn part(record: &Record, room: usize) -> Option<PagePart> {
    let mut html = Html::new(room);
    html.el("p", &in_short(record).join("; "));
    let stages = record.stages_in_order();
    let cells = cells(record);
    table("The case MM-T5392, line by line", &mut html, |html| {
        html.raw("<thead><tr><th scope=\"col\">line</th><th scope=\"col\">what it asks</th>");
        for stage in &stages {
            html.raw("<th scope=\"col\" class=\"c\">").text(&stage.to_string()).raw("</th>");
        }
        html.raw("</tr></thead><tbody>");
        for line in LINES {
            let known = cells.keys().any(|(covered, _)| *covered == line.id);
            html.raw("<tr><th scope=\"row\">").raw(line.id).raw("</th><td>").raw(line.title);
            if !known {
                html.raw(" <span class=\"muted\">(no check in this run)</span>");
            }
            html.raw("</td>");
            for stage in &stages {
                match cells.get(&(line.id, *stage)) {
                    None => html.raw("<td></td>"),
                    Some(cell) => html.raw(mark(*cell)),
                };
            }
            html.raw("</tr>");
        }
        html.raw("</tbody>");
    });
    PagePart::of("The case MM-T5392, line by line", "case", 0, html)
}

/// A cell with its sign, and with its word for those who do not see it.
fn mark(cell: Cell) -> &'static str {
    match cell {
        Cell::Passed => "<td class=\"c good\"><i>✓</i><span class=\"sr\">passed</span></td>",
        Cell::Failed => "<td class=\"c bad\"><i>✗</i><span class=\"sr\">failed</span></td>",
        Cell::NotMeasured => "<td class=\"c odd\"><i>?</i><span class=\"sr\">not measured</span></td>",
        Cell::Announced => "<td class=\"c told\"><i>»</i><span class=\"sr\">announced</span></td>",
        Cell::Waived => "<td class=\"c told\"><i>○</i><span class=\"sr\">waived</span></td>",
        Cell::Unsteady => "<td class=\"c odd\"><i>≈</i><span class=\"sr\">unsteady</span></td>",
        Cell::NotApplicable => "<td class=\"c\"><i>–</i><span class=\"sr\">not applicable</span></td>",
    }
}
