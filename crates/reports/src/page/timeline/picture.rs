//! `timeline.svg`: the timeline as a picture of its own, light or dark as its reader is, for a link in a comment.

use super::lane::{Lanes, NAMES, WIDTH};
use super::{Axis, Html, LEGEND};
use crate::kind::{Render, Report};
use crate::runs::RecordedRun;
use crate::words::headline;

/// The report.
pub(crate) const REPORT: Report = Report {
    name: "timeline.svg",
    content_type: "image/svg+xml",
    render: Render::Run(|run| Ok(picture(run))),
};

const STYLE: &str =
    concat!(include_str!("../colours.css"), include_str!("marks.css"), include_str!("picture.css"));

/// Characters of a text of others.
const ROOM: usize = 300;
/// Pixels above the first lane, and of a line of the legend.
const HEAD: u64 = 62;
const LINE: u64 = 19;
/// Pixels of a character of the legend, more or less.
const LETTER: u64 = 6;

/// The picture of a run; of one in which nothing took any time, only its headline.
fn picture(run: &RecordedRun) -> String {
    let lanes = Axis::of(&run.record).map(|axis| Lanes::of(&run.record, axis).on_picture(HEAD));
    let mut drawn = Html::new(ROOM);
    let mut bottom = HEAD;
    if let Some(lanes) = &lanes {
        super::all(&run.record, lanes, &mut drawn);
        bottom = legend(run.record.watched.is_some(), lanes.bottom() + 12, &mut drawn);
    }
    let mut svg = Html::new(ROOM);
    let title = headline(&run.record, &run.verdict);
    svg.raw("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"").num(WIDTH).raw("\" height=\"").num(bottom);
    svg.raw("\" viewBox=\"0 0 ").num(WIDTH).raw(" ").num(bottom).raw("\"><title>").text(&title);
    svg.raw("</title><style>")
        .raw(STYLE)
        .raw("</style><rect class=\"ground\" width=\"100%\" height=\"100%\"/>");
    svg.raw("<text class=\"title\" x=\"12\" y=\"26\">").short(&title, 130).raw("</text>");
    svg.raw("<text class=\"name\" x=\"12\" y=\"46\">").raw(run.verdict.word.for_people());
    if let Some(reason) = run.verdict.reasons.first() {
        svg.raw(": ").short(reason, 170);
    }
    svg.raw("</text>").add(drawn).raw("</svg>\n");
    svg.finish()
}

/// What the colours mean, from here down; where it ends.
fn legend(watched: bool, top: u64, svg: &mut Html) -> u64 {
    let mut y = top;
    for (of, keys) in LEGEND.into_iter().filter(|(of, _)| watched || *of == "the node") {
        svg.raw("<text class=\"name\" x=\"12\" y=\"").num(y + 9).raw("\">").raw(of).raw("</text>");
        let mut x = NAMES;
        for (class, meaning) in keys {
            let width = 22 + LETTER * u64::try_from(meaning.len()).unwrap_or(0) + 14;
            if x + width > WIDTH {
                (x, y) = (NAMES, y + LINE);
            }
            svg.raw("<rect class=\"m ").raw(class).raw("\" x=\"").num(x).raw("\" y=\"").num(y);
            svg.raw("\" width=\"14\" height=\"10\"/><text class=\"name\" x=\"").num(x + 20).raw("\" y=\"");
            svg.num(y + 9).raw("\">").raw(meaning).raw("</text>");
            x += width;
        }
        y += LINE;
    }
    y + 4
}
