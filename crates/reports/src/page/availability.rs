//! Availability in figures: each path at rest, in the control and in the roll, its longest gap, websockets, and every gap.

use super::html::Html;
use super::part::PagePart;
use super::rows::{numbers, table};
use crate::words::{duration, plural};
use availability::{Culprit, Figure, Gap, Motion, Observation, RouteFigures, SocketFigures, UserPath};
use run_record::record::Record;

/// Gaps that are listed; the timeline has them all.
const GAPS: usize = 40;
/// Websockets; one at each node and one through the balancer.
const SOCKETS: usize = 20;

/// The tables; nothing where nobody watched.
pub(super) fn part(record: &Record, room: usize) -> Option<PagePart> {
    let seen = record.watched.as_ref()?;
    let mut html = Html::new(room);
    paths(seen, &mut html);
    sockets(seen, &mut html);
    gaps(seen, &mut html);
    for one in &seen.not_watched {
        html.raw("<p class=\"muted\">Not watched: ")
            .text(&one.path.to_string())
            .raw(": ")
            .text(&one.why)
            .raw("</p>");
    }
    if seen.spared > 0 {
        html.raw("<p class=\"muted\">").num(seen.spared);
        html.raw(" requests were not sent, because the machine did not keep pace.</p>");
    }
    PagePart::of("Availability, control and roll", "availability", 4, html)
}

fn paths(seen: &Observation, html: &mut Html) {
    table(
        "Each path at rest, in the control, in the roll, and in the control on the release",
        html,
        |html| {
            html.raw("<thead><tr><th scope=\"col\" rowspan=\"2\">path</th><th scope=\"colgroup\" colspan=\"2\">stable at rest</th><th scope=\"colgroup\" colspan=\"3\">control</th><th scope=\"colgroup\" colspan=\"3\">roll</th><th scope=\"colgroup\" colspan=\"2\">control on the release</th></tr><tr><th scope=\"col\" class=\"n\">p50</th><th scope=\"col\" class=\"n\">p99</th><th scope=\"col\" class=\"n\">p50</th><th scope=\"col\" class=\"n\">p99</th><th scope=\"col\" class=\"n\">longest gap</th><th scope=\"col\" class=\"n\">p50</th><th scope=\"col\" class=\"n\">p99</th><th scope=\"col\" class=\"n\">longest gap</th><th scope=\"col\" class=\"n\">p50</th><th scope=\"col\" class=\"n\">p99</th></tr></thead><tbody>");
            for figures in seen
                .routes
                .iter()
                .filter(|one| one.route.path != UserPath::Socket && one.route.node().is_none())
            {
                path(seen, figures, html);
            }
            html.raw("</tbody>");
        },
    );
}

fn path(seen: &Observation, figures: &RouteFigures, html: &mut Html) {
    html.raw("<tr><th scope=\"row\">").text(&figures.route.to_string()).raw("</th>");
    latencies(figures.rest.as_ref(), html);
    for (figure, motion) in [(&figures.null_roll, Motion::NullRoll), (&figures.roll, Motion::Roll)] {
        latencies(figure.as_ref(), html);
        let of_motion = |gap: &&Gap| gap.route == figures.route && gap.motion == motion;
        let gap = seen.gaps.iter().filter(of_motion).max_by_key(|gap| gap.stretch.length_ms);
        let failed = figure.as_ref().map_or(0, |figure| figure.failed);
        html.raw(if failed > 0 { "<td class=\"n bad\">" } else { "<td class=\"n\">" });
        match gap {
            None if figure.is_none() => html.raw("–"),
            None => html.raw("none"),
            Some(gap) if gap.culprit == Culprit::Environment => {
                html.text(&gap.length()).raw(" <small>the machine's</small>")
            }
            Some(gap) => html.text(&gap.length()),
        };
        if failed > 0 {
            html.raw(", ").num(failed).raw(" failed");
        }
        html.raw("</td>");
    }
    latencies(figures.null_roll_after.as_ref(), html);
    html.raw("</tr>");
}

fn latencies(figure: Option<&Figure>, html: &mut Html) {
    for quantile in [figure.map(|one| one.p50_us), figure.map(|one| one.p99_us)] {
        html.raw("<td class=\"n\">");
        match quantile {
            None => html.raw("–"),
            Some(us) => html.text(&micros(us)),
        };
        html.raw("</td>");
    }
}

/// Microseconds for people: a ping takes two milliseconds.
fn micros(us: u64) -> String {
    if us < 10_000 { format!("{}.{} ms", us / 1000, us % 1000 / 100) } else { duration(us / 1000) }
}

fn sockets(seen: &Observation, html: &mut Html) {
    if seen.sockets.is_empty() {
        return;
    }
    table("Websockets", html, |html| {
        html.raw("<thead><tr><th scope=\"col\">websocket</th><th scope=\"col\" class=\"n\">events</th><th scope=\"col\" class=\"n\">broke</th><th scope=\"col\" class=\"n\">resumed</th><th scope=\"col\" class=\"n\">longest away</th><th scope=\"col\" class=\"n\">missed, doubled, reordered</th><th scope=\"col\" class=\"n\">posts unheard</th><th scope=\"col\" class=\"n\">slowest event</th></tr></thead>");
        html.raw("<tbody>");
        for one in seen.sockets.iter().take(SOCKETS) {
            let SocketFigures { events, breaks, resumed, missed, doubled, reordered, unheard, .. } = one;
            let cells = [
                events.to_string(),
                breaks.to_string(),
                resumed.to_string(),
                duration(one.longest_gap_ms),
                format!("{missed}, {doubled}, {reordered}"),
                unheard.to_string(),
                duration(one.slowest_event_ms),
            ];
            numbers(&one.through.to_string(), &cells.each_ref().map(String::as_str), html);
        }
        html.raw("</tbody>");
    });
}

/// The gaps of users that were not meant, the longest first; those with failures before those without.
fn gaps(seen: &Observation, html: &mut Html) {
    let mut gaps: Vec<&Gap> = seen.gaps.iter().filter(|gap| gap.route.is_of_users()).collect();
    if gaps.is_empty() {
        return;
    }
    gaps.sort_by_key(|gap| std::cmp::Reverse((gap.stretch.failed > 0, gap.stretch.length_ms)));
    html.raw("<details><summary>").text(&plural(gaps.len(), "gap"));
    html.raw(" on the paths of users, the worst first</summary><ol>");
    for gap in gaps.iter().take(GAPS) {
        html.el("li", &gap.to_string());
    }
    html.raw("</ol>");
    if gaps.len() > GAPS {
        html.raw("<p>… and ").count(gaps.len() - GAPS).raw(" more, in record.json</p>");
    }
    html.raw("</details>");
}
