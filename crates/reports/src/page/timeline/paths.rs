//! Lanes of what users do: second by second whether it went, how long the slowest took, and each gap to the millisecond.

use super::lane::{Height, Lanes};
use crate::page::html::Html;
use availability::{Culprit, Gap, RouteFigures, Series, Through, UserPath};
use run_record::record::Record;

/// Gaps of one lane; all routes together have a few hundred.
const GAPS: usize = 300;
/// The slowest answer of a second is shown by the highest of these bands that it reached, in milliseconds.
const BANDS_MS: [u64; 13] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/// The routes with a lane: what users come by, and the gate's own server to compare with.
pub(crate) fn shown(record: &Record) -> impl Iterator<Item = &RouteFigures> {
    let routes = || record.watched.iter().flat_map(|seen| &seen.routes);
    let of_users = routes().filter(|one| one.route.is_of_users() && one.route.path != UserPath::Socket);
    of_users.chain(routes().filter(|one| one.route.through == Through::Control))
}

/// How a route is called where there is little room: the way is the same for all of them.
pub(crate) fn name(figures: &RouteFigures) -> String {
    match figures.route.through {
        Through::Control => "the gate's own server".into(),
        _ => figures.route.path.to_string(),
    }
}

/// A lane for each path, and one for each websocket.
pub(super) fn lanes(record: &Record, lanes: &Lanes, html: &mut Html) {
    let Some(seen) = &record.watched else { return };
    for figures in shown(record) {
        let kind = if figures.route.through == Through::Control { "path own" } else { "path" };
        lanes.lane(kind, &name(figures), html, |html| {
            latency(&figures.series, lanes, html);
            answered(&figures.series, lanes, html);
            let own = seen.gaps.iter().filter(|gap| gap.route == figures.route);
            own.take(GAPS).for_each(|one| gap(one, lanes, &Height("21", "12"), html));
        });
    }
    for figures in seen.routes.iter().filter(|one| one.route.path == UserPath::Socket) {
        lanes.lane("socket", &figures.route.to_string(), html, |html| {
            let own = seen.gaps.iter().filter(|gap| gap.route == figures.route);
            own.take(GAPS).for_each(|one| gap(one, lanes, &Height("2", "12"), html));
        });
    }
}

/// One gap, told as everywhere else.
pub(super) fn gap(gap: &Gap, lanes: &Lanes, height: &Height, html: &mut Html) {
    let class = match (gap.on_purpose, gap.culprit, gap.stretch.failed) {
        (true, ..) => "gap meant",
        (_, Culprit::Environment, _) => "gap machine",
        (.., 0) => "gap late",
        _ => "gap broken",
    };
    let end = gap.stretch.start_ms.saturating_add(gap.stretch.length_ms);
    let span = (lanes.axis.watched(gap.stretch.start_ms), lanes.axis.watched(end));
    lanes.mark(class, span, height, &gap.to_string(), html);
}

/// The slowest answers, as a filled step line.
fn latency(series: &Series, lanes: &Lanes, html: &mut Html) {
    let points = series.worst_ms.len();
    let (from, to) = extent(series, points, lanes);
    html.raw("<svg x=\"").percent(from, lanes.axis.span_ms).raw("\" width=\"");
    html.percent(to.saturating_sub(from), lanes.axis.span_ms);
    html.raw("\" height=\"25\" preserveAspectRatio=\"none\" viewBox=\"0 0 ")
        .count(points.max(1))
        .raw(" 13\">");
    html.raw("<path class=\"latency\" d=\"M0 13");
    let mut before = 0;
    for (point, worst) in series.worst_ms.iter().enumerate() {
        let band = BANDS_MS.iter().filter(|band| *band <= worst).count();
        if band != before {
            html.raw("H").count(point).raw("V").count(BANDS_MS.len() - band);
            before = band;
        }
    }
    html.raw("H").count(points).raw("V13Z\"/></svg>");
}

/// Where a series lies on the axis.
fn extent(series: &Series, points: usize, lanes: &Lanes) -> (u64, u64) {
    let length =
        u64::try_from(points).unwrap_or(u64::MAX).saturating_mul(series.seconds.saturating_mul(1000));
    (lanes.axis.watched(0), lanes.axis.watched(length))
}

/// Whether requests were answered: neighbours of one kind as one stretch, nothing where nobody asked.
fn answered(series: &Series, lanes: &Lanes, html: &mut Html) {
    let kinds = series.good.iter().zip(&series.failed).map(|pair| match pair {
        (0, 0) => None,
        (_, 0) => Some("ok"),
        _ => Some("no"),
    });
    let kinds: Vec<Option<&'static str>> = kinds.collect();
    let mut start = 0;
    for run in kinds.chunk_by(|a, b| a == b) {
        let end = start + run.len();
        if let Some(Some(class)) = run.first() {
            let (_, from) = extent(series, start, lanes);
            let (_, to) = extent(series, end, lanes);
            let height = if *class == "no" { Height("0", "100%") } else { Height("27", "5") };
            lanes.plain(class, (from, to), &height, html);
        }
        start = end;
    }
}
