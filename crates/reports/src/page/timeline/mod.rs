//! The timeline: stages, what the roll did to each node, how it went for users, and the ledger, on one time axis.
//!
//! What restarts as a control (stable's nodes, by `flags` or `control`) has another tint than what the roll did, in every lane: the
//! one stands beside the other. A record without a watch has its stages, phases and versions. [`picture`] is the same as a file of its
//! own, for who has no room for a page.

pub(super) mod axis;
mod lane;
pub(super) mod nodes;
pub(super) mod paths;
pub(super) mod picture;

use super::html::Html;
use super::part::PagePart;
use crate::words::plural;
use availability::Motion;
use axis::{Axis, clock};
use lane::Lanes;
use run_record::event::Phase;
use run_record::record::Record;

/// Phases that are drawn, and stages.
const STRETCHES: usize = 120;
/// Buttons that lead to a part of the run.
const JUMPS: usize = 24;

/// What the colours mean, in the order in which they are met.
const LEGEND: [(&str, &[(&str, &str)]); 3] = [
    (
        "done to a node",
        &[
            ("drain", "drain"),
            ("stop", "stop"),
            ("start", "start"),
            ("migrate", "migrate"),
            ("ready", "wait until ready"),
            ("sanity", "sanity"),
            ("undrain", "undrain"),
        ],
    ),
    ("the node", &[("v stable", "runs stable"), ("v release", "runs the release")]),
    (
        "users",
        &[
            ("latency", "slowest answer, 1 ms to 10 s"),
            ("ok", "answered"),
            ("no", "a request failed"),
            ("gap broken", "gap"),
            ("gap late", "late"),
            ("gap machine", "the machine's"),
            ("gap meant", "node down on purpose"),
            ("band control", "control: restarts without a change"),
            ("band roll", "nodes change their version"),
        ],
    ),
];

/// The timeline of a run; `number` tells the runs of a matrix apart.
pub(super) fn part(record: &Record, number: usize, room: usize) -> Option<PagePart> {
    let axis = Axis::of(record)?;
    let lanes = Lanes::of(record, axis);
    let mut html = Html::new(room);
    html.raw("<figure class=\"timeline\" data-run=\"").count(number).raw("\" data-span=\"").num(axis.span_ms);
    html.raw("\">");
    tools(record, &lanes, &mut html);
    html.raw("<div class=\"lanes\">");
    all(record, &lanes, &mut html);
    html.raw("<div class=\"cursor\" hidden></div></div>");
    html.raw("<p class=\"readout needs-script\" aria-live=\"polite\">Point at a moment, or focus a lane and move from mark to mark with the arrow keys.</p>");
    if record.watched.is_none() {
        html.raw("<p class=\"muted\">What users felt and what was done to each node, second by second, is not in this record: its run was not watched, or ended before the watch told.</p>");
    }
    legend(record.watched.is_some(), &mut html);
    html.raw("</figure>");
    PagePart::of("The timeline", "timeline", 5, html)
}

/// All lanes, from the top.
fn all(record: &Record, lanes: &Lanes, html: &mut Html) {
    ticks(lanes, html);
    stages(record, lanes, html);
    phases(record, lanes, html);
    nodes::lanes(record, lanes, html);
    paths::lanes(record, lanes, html);
    writes(record, lanes, html);
}

/// Buttons for those who have the script: zoom, and the moments at which nodes moved.
fn tools(record: &Record, lanes: &Lanes, html: &mut Html) {
    html.raw("<div class=\"tools needs-script\" role=\"group\" aria-label=\"Zoom\"><button type=\"button\" data-zoom=\"in\" aria-label=\"zoom in\">+</button><button type=\"button\" data-zoom=\"out\" aria-label=\"zoom out\">−</button><button type=\"button\" data-zoom=\"all\">whole run</button>");
    let axis = lanes.axis;
    let control = lanes.bands().iter().filter(|(.., motion)| *motion == Motion::NullRoll);
    let mut jumps: Vec<(u64, u64, String)> =
        control.map(|(from, to, _)| (*from, *to, "control".to_owned())).collect();
    for phase in &record.phases {
        if !matches!(phase.phase, Phase::BringUp | Phase::Teardown) {
            let from = axis.at(phase.started_at);
            jumps.push((from, axis.end(from, phase.took_ms), phase.phase.to_string()));
        }
    }
    jumps.sort();
    for (from, to, name) in jumps.iter().take(JUMPS) {
        html.raw("<button type=\"button\" data-from=\"").num(*from).raw("\" data-to=\"").num(*to).raw("\">");
        html.short(name, 40).raw("</button>");
    }
    html.raw("</div>");
}

fn ticks(lanes: &Lanes, html: &mut Html) {
    let axis = lanes.axis;
    lanes.begin("axis", "minutes", html);
    // The last one would be cut in its middle.
    for at in axis.ticks().into_iter().filter(|at| axis.span_ms - at > axis.span_ms / 25) {
        html.raw("<svg class=\"tick\" x=\"")
            .percent(at, axis.span_ms)
            .raw("\" overflow=\"visible\"><line y2=\"100%\"/><text x=\"3\" y=\"12\">");
        html.short(&clock(at), 20).raw("</text></svg>");
    }
    lanes.end(html);
}

fn stages(record: &Record, lanes: &Lanes, html: &mut Html) {
    lanes.lane("stages", "checks of a stage", html, |html| {
        for stage in record.stages.iter().take(STRETCHES) {
            let from = lanes.axis.at(stage.started_at);
            let red = stage.results.iter().any(|result| result.outcome.is_red());
            let class = if red { "stage red" } else { "stage" };
            let told = format!("{}, {}", stage.stage, plural(stage.results.len(), "check"));
            lanes.label(class, (from, lanes.axis.end(from, stage.took_ms)), &told, html);
        }
    });
}

fn phases(record: &Record, lanes: &Lanes, html: &mut Html) {
    lanes.lane("phases", "the roll", html, |html| {
        for (from, to, _) in lanes.bands().iter().filter(|(.., motion)| *motion == Motion::NullRoll) {
            lanes.label("phase control", (*from, *to), "control", html);
        }
        for phase in record.phases.iter().take(STRETCHES) {
            let from = lanes.axis.at(phase.started_at);
            let class = match phase.phase {
                Phase::BringUp | Phase::Teardown => "phase",
                Phase::Rollback(_) => "phase back",
                Phase::Migrate | Phase::Replace(_) | Phase::StopStart => "phase on",
            };
            let span = (from, lanes.axis.end(from, phase.took_ms));
            lanes.label(class, span, &phase.phase.to_string(), html);
        }
    });
}

/// How many writes were acknowledged in each stage: the ledger has no instants, its stages have.
fn writes(record: &Record, lanes: &Lanes, html: &mut Html) {
    let Some(ledger) = &record.written else { return };
    lanes.lane("writes", "ledger writes", html, |html| {
        for stage in record.stages.iter().take(STRETCHES) {
            let name = stage.stage.to_string();
            let of_stage = ledger.totals.stages.iter().filter(|one| one.stage == name);
            let acknowledged = run_record::record::together(of_stage.map(|one| one.acknowledged));
            if acknowledged > 0 {
                let from = lanes.axis.at(stage.started_at);
                let wrong = ledger.findings.iter().any(|finding| finding.written_in == name);
                let class = if wrong { "wrote wrong" } else { "wrote" };
                let told = format!("{acknowledged} writes acknowledged");
                lanes.label(class, (from, lanes.axis.end(from, stage.took_ms)), &told, html);
            }
        }
    });
}

fn legend(watched: bool, html: &mut Html) {
    html.raw("<figcaption class=\"legend\">");
    for (of, keys) in LEGEND.into_iter().filter(|(of, _)| watched || *of == "the node") {
        html.raw("<span class=\"of\">").raw(of).raw(":</span>");
        for (class, meaning) in keys {
            html.raw("<span class=\"key\"><svg aria-hidden=\"true\"><rect class=\"m ").raw(class);
            html.raw("\" width=\"100%\" height=\"100%\"/></svg>").raw(meaning).raw("</span>");
        }
    }
    html.raw("</figcaption>");
}
