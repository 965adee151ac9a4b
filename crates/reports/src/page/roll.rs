//! The roll beside its control: each time that a node was taken out and put back, part by part, on one scale.
//!
//! A restart of stable's node without any change (the control, by `flags` or `control`) shows what a restart costs here anyway.

use super::html::Html;
use super::part::PagePart;
use super::rows::table;
use super::timeline::nodes::{class_of, deeds, names};
use crate::words::duration;
use availability::{Deed, Motion};
use run_record::record::Record;

/// Times that are shown.
const TIMES: usize = 80;

/// One node, once.
struct Turn {
    node: String,
    /// "control", or where the roll led to.
    why: String,
    is_control: bool,
    from_ms: u64,
    parts: Vec<(Deed, u64)>,
}

impl Turn {
    fn took_ms(&self) -> u64 {
        run_record::record::together(self.parts.iter().map(|(_, ms)| *ms))
    }
}

/// The table; nothing where no node was touched while the cluster was watched.
pub(super) fn part(record: &Record, room: usize) -> Option<PagePart> {
    let turns = turns(record);
    let longest = turns.iter().map(Turn::took_ms).max().filter(|longest| *longest > 0)?;
    let mut html = Html::new(room);
    html.raw("<p class=\"muted\">Each bar is one node taken out and put back, all on one scale. Rows of the control restart a node without changing its version: what they cost is not the release's.</p>");
    table("Each restart, part by part", &mut html, |html| {
        html.raw("<thead><tr><th scope=\"col\">node</th><th scope=\"col\">why</th><th scope=\"col\" class=\"gauge\">drain → back in traffic</th><th scope=\"col\">took</th><th scope=\"col\">its parts</th></tr></thead><tbody>");
        for turn in turns.iter().take(TIMES) {
            html.raw(if turn.is_control { "<tr class=\"control\">" } else { "<tr>" });
            html.raw("<th scope=\"row\">").text(&turn.node).raw("</th><td class=\"slim\">").text(&turn.why);
            html.raw("</td><td class=\"gauge\">");
            bar(turn, longest, html);
            html.raw("</td><td class=\"n\">")
                .text(&duration(turn.took_ms()))
                .raw("</td><td class=\"muted\">");
            html.text(&parts(turn)).raw("</td></tr>");
        }
        html.raw("</tbody>");
    });
    PagePart::of("The roll beside its control", "roll", 5, html)
}

fn bar(turn: &Turn, longest: u64, html: &mut Html) {
    html.raw("<svg class=\"gauge\" aria-hidden=\"true\">");
    let mut from: u64 = 0;
    for (deed, ms) in &turn.parts {
        html.raw("<rect class=\"").raw(class_of(*deed)).raw("\" y=\"1\" height=\"12\" x=\"");
        html.percent(from, longest).raw("\" width=\"").percent(*ms, longest).raw("\"/>");
        from = from.saturating_add(*ms);
    }
    html.raw("</svg>");
}

/// "drain 5.0 s, stop 1.2 s": parts that took no time are left out.
fn parts(turn: &Turn) -> String {
    let told = turn.parts.iter().filter(|(_, ms)| *ms > 0);
    told.map(|(deed, ms)| format!("{} {}", word(*deed), duration(*ms))).collect::<Vec<_>>().join(", ")
}

fn word(deed: Deed) -> &'static str {
    match deed {
        Deed::Drain => "drain",
        Deed::Stop => "stop",
        Deed::Start => "start",
        Deed::Migrate => "migrate",
        Deed::Ready => "ready",
        Deed::Sanity => "sanity",
        Deed::Undrain => "undrain",
        Deed::Replace => "replace",
        Deed::Done => "done",
    }
}

/// All times in the order in which they began.
fn turns(record: &Record) -> Vec<Turn> {
    let Some(seen) = &record.watched else { return Vec::new() };
    let mut turns: Vec<Turn> = Vec::new();
    for node in names(record) {
        let mut next_ms = None;
        for (what, from, to) in deeds(record, node) {
            let took = to.unwrap_or(seen.lasted_ms).saturating_sub(from);
            match turns.last_mut() {
                // What follows at once belongs to the same time.
                Some(turn) if next_ms == Some(from) && !begins(what, turn) => turn.parts.push((what, took)),
                _ => {
                    let (why, is_control) = why(record, from);
                    turns.push(Turn {
                        node: node.to_owned(),
                        why,
                        is_control,
                        from_ms: from,
                        parts: vec![(what, took)],
                    });
                }
            }
            next_ms = to;
        }
    }
    turns.sort_by_key(|turn| turn.from_ms);
    turns
}

/// Whether a node is taken out anew: the time before ended with its traffic.
fn begins(what: Deed, turn: &Turn) -> bool {
    let back = turn.parts.iter().any(|(deed, _)| *deed == Deed::Undrain);
    back && what != Deed::Undrain
}

fn why(record: &Record, at_ms: u64) -> (String, bool) {
    let chapter = record.watched.as_ref().and_then(|seen| {
        let chapters = &seen.diary.chapters;
        chapters.iter().rfind(|since| since.at_ms <= at_ms).map(|since| &since.what)
    });
    match chapter {
        None => ("before the first chapter".into(), false),
        Some(chapter) => match chapter.motion {
            Motion::NullRoll => (format!("control on {}", chapter.stage), true),
            Motion::Roll => (format!("roll to {}", chapter.stage), false),
            Motion::Rest => (format!("on {}", chapter.stage), false),
        },
    }
}
