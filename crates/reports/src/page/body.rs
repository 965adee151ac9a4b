//! The parts of a run in the order of reading, with links to them, and the names of those for which there is no room.

use super::html::Html;
use super::part::PagePart;
use super::{
    availability, case, checks, differences, failures, ledger, nodes, pictures, plan, replay, roll, timeline,
};
use crate::runs::RecordedRun;

/// The parts of a run that stay, after links to them and the names of those that went.
pub(super) fn body(run: &RecordedRun, number: usize, most: u8, html: &mut Html) {
    let (stay, gone): (Vec<PagePart>, Vec<PagePart>) =
        parts(run, number, html.room()).into_iter().partition(|part| part.weight <= most);
    html.raw("<nav class=\"contents\" aria-label=\"");
    html.raw(if number == 0 { "Contents\">" } else { "Contents of run " });
    if number > 0 {
        html.count(number).raw("\">");
    }
    for part in &stay {
        html.raw("<a href=\"#").raw(part.id).raw("-").count(number).raw("\">").raw(part.title).raw("</a>");
    }
    html.raw("</nav>");
    for part in stay {
        html.raw("\n<section><h2 id=\"");
        html.raw(part.id).raw("-").count(number).raw("\">").raw(part.title).raw("</h2>").add(part.body);
        html.raw("</section>");
    }
    if !gone.is_empty() {
        html.raw("<p class=\"muted\">Left out, because the page would be too large: ");
        let names: Vec<&str> = gone.iter().map(|part| part.title).collect();
        html.text(&names.join(", ")).raw(". record.json has everything.</p>");
    }
}

/// All parts of a run in the order of reading; `number` tells the runs of a matrix apart, from 1.
fn parts(run: &RecordedRun, number: usize, room: usize) -> Vec<PagePart> {
    let record = &run.record;
    let all = [
        failures::broken(record, room),
        failures::checks(record, room),
        failures::user_suites(record, room),
        timeline::part(record, number.saturating_sub(1), room),
        case::part(record, room),
        differences::part(record, room),
        roll::part(record, room),
        availability::part(record, room),
        ledger::matrix(record, room),
        ledger::totals(record, room),
        nodes::part(record, room),
        pictures::part(record, room),
        checks::part(record, room),
        plan::part(record, room),
        replay::part(record, room),
        plan::notes(record, room),
    ];
    all.into_iter().flatten().collect()
}
