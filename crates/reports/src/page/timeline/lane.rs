//! A lane: a name, and a strip of SVG in which everything is placed in percents of the time axis.
//!
//! So it needs no script to be as wide as its page, and zooming is nothing but making the inner `<svg>` wider than the outer one. On the
//! picture of its own lanes stand below each other at places that are counted here.

use std::cell::Cell;

use super::axis::{Axis, clock};
use crate::page::html::Html;
use crate::words::duration;
use availability::Motion;
use run_record::record::Record;

/// A name needs a part of the axis: one of so many on a wide page, and on a telephone.
const WIDE: u64 = 22;
const NARROW: u64 = 7;
/// Parts of the run that are tinted; a run has a dozen.
const BANDS: usize = 60;

/// Pixels of a picture's width that names have, and all of it.
pub(super) const NAMES: u64 = 206;
pub(super) const WIDTH: u64 = 1200;

/// Writes lanes of one timeline.
pub(super) struct Lanes {
    pub(super) axis: Axis,
    /// When nodes moved, and how.
    bands: Vec<(u64, u64, Motion)>,
    /// On a picture: where the next lane begins. On a page that is the browser's to say.
    top: Option<Cell<u64>>,
}

/// Where in the height of a lane something stands.
pub(super) struct Height(pub(super) &'static str, pub(super) &'static str);

impl Lanes {
    pub(super) fn of(record: &Record, axis: Axis) -> Self {
        let chapters = record.watched.iter().flat_map(|seen| &seen.diary.chapters);
        let starts: Vec<(u64, Motion)> =
            chapters.map(|since| (axis.watched(since.at_ms), since.what.motion)).collect();
        let end_of_watch = record.watched.as_ref().map_or(0, |seen| axis.watched(seen.lasted_ms));
        let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([end_of_watch]);
        let all = starts.iter().zip(ends).map(|((from, motion), to)| (*from, to, *motion));
        let bands = all.filter(|(.., motion)| *motion != Motion::Rest).take(BANDS).collect();
        Self { axis, bands, top: None }
    }

    /// The same for a picture whose first lane begins here.
    pub(super) fn on_picture(self, top: u64) -> Self {
        Self { top: Some(Cell::new(top)), ..self }
    }

    /// Where the lane after the last one would begin.
    pub(super) fn bottom(&self) -> u64 {
        self.top.as_ref().map_or(0, Cell::get)
    }

    /// When nodes moved.
    pub(super) fn bands(&self) -> &[(u64, u64, Motion)] {
        &self.bands
    }

    /// A lane of this kind, with what `fill` draws.
    pub(super) fn lane(&self, kind: &'static str, name: &str, html: &mut Html, fill: impl FnOnce(&mut Html)) {
        self.begin(kind, name, html);
        for (from, to, motion) in &self.bands {
            let class = if *motion == Motion::NullRoll { "band control" } else { "band roll" };
            self.rect(class, (*from, *to), &Height("0", "100%"), html).raw("/>");
        }
        fill(html);
        self.end(html);
    }

    /// The head of a lane, down to where it is drawn in.
    pub(super) fn begin(&self, kind: &'static str, name: &str, html: &mut Html) {
        if let Some(top) = &self.top {
            let (y, height) = (top.get(), height_of(kind));
            top.set(y + height + 1);
            html.raw("<g class=\"lane ").raw(kind).raw("\"><text class=\"name\" x=\"12\" y=\"");
            html.num(y + height / 2 + 4).raw("\">").short(name, 30).raw("</text><svg class=\"strip\" x=\"");
            html.num(NAMES).raw("\" y=\"").num(y).raw("\" width=\"").num(WIDTH - NAMES - 12);
            html.raw("\" height=\"").num(height).raw("\" role=\"group\" aria-label=\"").short(name, 60);
        } else {
            html.raw("<div class=\"lane ").raw(kind).raw("\"><div class=\"name\">").short(name, 60);
            html.raw("</div><svg class=\"strip\" role=\"group\" aria-label=\"").short(name, 60);
        }
        html.raw("\"><svg class=\"z\" x=\"0\" width=\"100%\" height=\"100%\">");
    }

    /// Its foot.
    pub(super) fn end(&self, html: &mut Html) {
        html.raw(if self.top.is_some() { "</svg></svg></g>" } else { "</svg></svg></div>" });
    }

    /// Something that lasted, with what it was; its times are added.
    pub(super) fn mark(
        &self,
        class: &'static str,
        span: (u64, u64),
        height: &Height,
        told: &str,
        html: &mut Html,
    ) {
        self.rect(class, span, height, html).raw(" role=\"img\"><title>").short(told, 300);
        html.raw(" (").raw("from ").short(&clock(span.0), 20).raw(", ");
        html.short(&duration(span.1.saturating_sub(span.0)), 20).raw(")</title></rect>");
    }

    /// The same without words, for what others tell in words.
    pub(super) fn plain(&self, class: &'static str, span: (u64, u64), height: &Height, html: &mut Html) {
        self.rect(class, span, height, html).raw("/>");
    }

    /// A named stretch whose name is cut where it ends.
    pub(super) fn label(&self, class: &'static str, span: (u64, u64), name: &str, html: &mut Html) {
        let length = span.1.saturating_sub(span.0);
        let room = match length {
            length if length < self.axis.span_ms / WIDE => "<svg class=\"stretch narrow\" x=\"",
            length if length < self.axis.span_ms / NARROW => "<svg class=\"stretch short\" x=\"",
            _ => "<svg class=\"stretch\" x=\"",
        };
        html.raw(room).percent(span.0, self.axis.span_ms).raw("\" width=\"");
        html.percent(length, self.axis.span_ms);
        html.raw("\" height=\"100%\"><rect class=\"m ").raw(class);
        html.raw("\" width=\"100%\" height=\"100%\" role=\"img\"><title>").short(name, 120).raw(" (from ");
        html.short(&clock(span.0), 20).raw(", ").short(&duration(length), 20);
        html.raw(")</title></rect><text x=\"4\" y=\"70%\">").short(name, 60).raw("</text></svg>");
    }

    fn rect<'h>(
        &self,
        class: &'static str,
        (from, to): (u64, u64),
        Height(y, height): &Height,
        html: &'h mut Html,
    ) -> &'h mut Html {
        html.raw("<rect class=\"").raw(class).raw("\" x=\"").percent(from, self.axis.span_ms);
        html.raw("\" width=\"").percent(to.saturating_sub(from), self.axis.span_ms);
        html.raw("\" y=\"").raw(y).raw("\" height=\"").raw(height).raw("\"")
    }
}

/// Pixels of a lane's height on a picture, as the page's style has them.
fn height_of(kind: &str) -> u64 {
    match kind.split(' ').next() {
        Some("node") => 36,
        Some("path") => 34,
        Some("socket") => 16,
        Some("axis") => 20,
        _ => 26,
    }
}

#[cfg(test)]
mod tests {
    use super::height_of;

    #[test]
    fn a_picture_has_the_heights_of_the_page() {
        let style = include_str!("../style.css");
        for kind in ["node", "path", "socket", "axis"] {
            let rule = format!(".{kind} .strip {{ height: {}px; }}", height_of(kind));
            assert!(style.contains(&rule), "{rule}");
        }
        assert!(style.contains(&format!(".strip {{ width: 100%; height: {}px;", height_of("stages"))));
    }
}
