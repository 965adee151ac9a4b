//! Lanes of nodes: which version each ran, what was done to it, and when it did not answer.

use super::lane::{Height, Lanes};
use crate::page::html::Html;
use availability::{Activity, Deed, Gap, Since, UserPath};
use run_record::event::Phase;
use run_record::record::Record;

/// Nodes that have a lane; a cluster of the gate's has nine at most.
const NODES: usize = 16;
/// Marks of one lane.
const MARKS: usize = 400;

/// A lane for each node.
pub(super) fn lanes(record: &Record, lanes: &Lanes, html: &mut Html) {
    for node in names(record).into_iter().take(NODES) {
        lanes.lane("node", node, html, |html| {
            for (from, to, is_release) in versions(record, node, lanes) {
                let class = if is_release { "v release" } else { "v stable" };
                let told = if is_release { "runs the release" } else { "runs stable" };
                lanes.mark(class, (from, to), &Height("20", "7"), &format!("{node} {told}"), html);
            }
            for (what, from, to) in deeds(record, node).into_iter().take(MARKS) {
                let span =
                    (lanes.axis.watched(from), to.map_or(lanes.axis.span_ms, |to| lanes.axis.watched(to)));
                let told = Activity { node: node.to_owned(), what }.to_string();
                lanes.mark(class_of(what), span, &Height("2", "15"), &told, html);
            }
            gaps(record, node, lanes, html);
        });
    }
}

/// All nodes that a record knows.
pub(crate) fn names(record: &Record) -> Vec<&str> {
    let planned = record.header.iter().flat_map(|header| header.order.iter().map(String::as_str));
    let ready = record.ready.iter().map(|ready| ready.node.as_str());
    let done = record.watched.iter().flat_map(|seen| &seen.diary.activities);
    let mut names = Vec::new();
    for name in planned.chain(ready).chain(done.map(|since| since.what.node.as_str())) {
        if names.len() < NODES && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What was done to a node, from when to when; the last of it may have no end.
pub(crate) fn deeds(record: &Record, node: &str) -> Vec<(Deed, u64, Option<u64>)> {
    let activities = record.watched.iter().flat_map(|seen| &seen.diary.activities);
    let own: Vec<&Since<Activity>> = activities.filter(|since| since.what.node == node).collect();
    let ends = own.iter().skip(1).map(|since| Some(since.at_ms)).chain([None]);
    let all = own.iter().zip(ends).map(|(since, end)| (since.what.what, since.at_ms, end));
    all.filter(|(what, ..)| *what != Deed::Done).collect()
}

/// The stretches in which a node was of one version, and whether that was the release.
fn versions(record: &Record, node: &str, lanes: &Lanes) -> Vec<(u64, u64, bool)> {
    let axis = lanes.axis;
    let (mut known, mut since) = (Vec::new(), None);
    for phase in &record.phases {
        let from = axis.at(phase.started_at);
        let ended = phase.took_ms.map(|took| axis.end(from, Some(took)));
        let turns = match &phase.phase {
            Phase::BringUp => Some(false),
            Phase::Replace(name) if name == node => Some(true),
            Phase::Rollback(name) if name == node => Some(false),
            Phase::StopStart => Some(true),
            Phase::Teardown => None,
            Phase::Replace(_) | Phase::Rollback(_) | Phase::Migrate => continue,
        };
        if let Some((began, is_release)) = since.take() {
            known.push((began, from, is_release));
        }
        since = turns.zip(ended).map(|(is_release, ended)| (ended, is_release));
    }
    known.extend(since.map(|(began, is_release)| (began, axis.span_ms, is_release)));
    known
}

/// When the node, asked directly, did not answer or was late.
fn gaps(record: &Record, node: &str, lanes: &Lanes, html: &mut Html) {
    let of_node = |gap: &&Gap| gap.route.node() == Some(node) && gap.route.path != UserPath::Socket;
    let gaps = record.watched.iter().flat_map(|seen| &seen.gaps).filter(of_node);
    for gap in gaps.take(MARKS) {
        super::paths::gap(gap, lanes, &Height("29", "5"), html);
    }
}

/// The class that colours what is done to a node.
pub(crate) fn class_of(what: Deed) -> &'static str {
    match what {
        Deed::Drain => "m drain",
        Deed::Stop => "m stop",
        Deed::Start => "m start",
        Deed::Migrate => "m migrate",
        Deed::Ready => "m ready",
        Deed::Sanity => "m sanity",
        Deed::Undrain => "m undrain",
        Deed::Replace => "m replace",
        Deed::Done => "m",
    }
}
