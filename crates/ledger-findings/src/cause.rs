//! First cause by pattern: what failures share is what is wrong, and the earliest of them is where it began.
//!
//! A pure function of what was found and what was measured. A set of failures is the better explained the more of them share a side,
//! and the fewer looks on that side were right. What the first cause does not cover is explained by the next.

use serde::{Deserialize, Serialize};

use crate::finding::{UnreadRows, Way, WriteFinding, Wrong};
use crate::matrix::{CellCount, CellPlace, WriteMatrix};
use crate::sides::{ReleasePair, Sides};

#[cfg(test)]
mod tests;

/// After so many causes there is no pattern any more.
const MOST: usize = 6;

/// Who is to be asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Suspect {
    /// The release under test.
    Product,
    /// Machines, networks, stores: what the servers run on.
    Environment,
    /// This program.
    Gate,
}

/// What failures have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedCause {
    /// In one sentence.
    pub sentence: String,
    /// The earliest failure of it; none where nothing could be read.
    pub first: Option<WriteFinding>,
    /// How many failures it covers.
    pub failures: u64,
    /// Whether an earlier cause was found: this one may be its consequence.
    pub follows: bool,
    /// Who is to be asked first.
    pub suspect: Suspect,
    /// Why.
    pub evidence: String,
}

/// The causes, the first one first.
#[must_use]
pub fn causes(
    findings: &[WriteFinding],
    unread: &[UnreadRows],
    matrix: &WriteMatrix,
    releases: &ReleasePair,
) -> Vec<SharedCause> {
    by_cause(findings, unread, matrix, releases).into_iter().map(|(cause, _)| cause).collect()
}

/// The causes, the first one first, each with its failures; after too many causes the rest is with none of them.
#[must_use]
pub fn by_cause<'f>(
    findings: &'f [WriteFinding],
    unread: &[UnreadRows],
    matrix: &WriteMatrix,
    releases: &ReleasePair,
) -> Vec<(SharedCause, Vec<&'f WriteFinding>)> {
    let mut left: Vec<(&CellPlace, CellCount)> =
        matrix.cells().map(|(place, count)| (place, count.clone())).collect();
    let mut findings: Vec<&WriteFinding> = findings.iter().collect();
    findings.sort_by_key(|finding| finding.seq);
    let mut causes = Vec::new();
    while let Some(first) = findings.first().copied().filter(|_| causes.len() < MOST) {
        let mut sides = best(first, &left);
        sides.wrong = shared_wrong(&sides, &findings);
        let inside = |finding: &WriteFinding| {
            sides.has(&place_of(finding)) && sides.wrong.is_none_or(|wrong| wrong == finding.wrong)
        };
        let (failed, measured) = sums(&sides, &left);
        let (of_it, others): (Vec<&WriteFinding>, Vec<&WriteFinding>) =
            findings.iter().partition(|finding| inside(finding));
        let listed = of_it.len() as u64;
        let (suspect, evidence) = suspect(&sides, &left, releases);
        let failures = failed.max(listed);
        let cause = SharedCause {
            sentence: sides.sentence(releases, failures, measured.max(failures)),
            first: Some(first.clone()),
            failures,
            follows: !causes.is_empty(),
            suspect,
            evidence,
        };
        causes.push((cause, of_it));
        findings = others;
        for (_, count) in left.iter_mut().filter(|(place, _)| sides.has(place)) {
            count.failed.retain(|wrong, _| sides.wrong.is_some_and(|shared| shared != *wrong));
        }
    }
    causes.extend(not_read(unread, releases).into_iter().map(|cause| (cause, Vec::new())));
    causes
}

fn place_of(finding: &WriteFinding) -> CellPlace {
    let WriteFinding { kind, way, writer, reader, .. } = finding.clone();
    CellPlace { kind, way, writer, reader }
}

/// Failures and looks of a set.
fn sums(sides: &Sides, cells: &[(&CellPlace, CellCount)]) -> (u64, u64) {
    let inside = cells.iter().filter(|(place, _)| sides.has(place));
    inside.fold((0, 0), |(failed, measured), (_, count)| {
        (failed + sides.failures(count), measured + count.measured())
    })
}

/// The set of a failure that explains most: many failures in it, few outside, few looks in it that were right.
fn best(first: &WriteFinding, cells: &[(&CellPlace, CellCount)]) -> Sides {
    let (all, _) = sums(&Sides::default(), cells);
    let mut best: Option<(f64, u32, Sides)> = None;
    for (cost, sides) in Sides::all_of(&place_of(first)) {
        let (failed, measured) = sums(&sides, cells);
        let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
        let (covered, pure) = (share(failed, all), share(failed, measured));
        let worth = 2.0 * covered * pure / (covered + pure).max(f64::MIN_POSITIVE);
        let better = best.as_ref().is_none_or(|(most, least, _)| {
            worth > most + 1e-9 || ((worth - most).abs() <= 1e-9 && cost < *least)
        });
        if better {
            best = Some((worth, cost, sides));
        }
    }
    best.map(|(_, _, sides)| sides).unwrap_or_default()
}

fn shared_wrong(sides: &Sides, findings: &[&WriteFinding]) -> Option<Wrong> {
    let mut inside = findings.iter().filter(|finding| sides.has(&place_of(finding)));
    let first = inside.next()?.wrong;
    inside.all(|finding| finding.wrong == first).then_some(first)
}

/// Whose fault a set of failures looks like.
fn suspect(sides: &Sides, cells: &[(&CellPlace, CellCount)], releases: &ReleasePair) -> (Suspect, String) {
    let failing: Vec<&CellPlace> = cells
        .iter()
        .filter(|(place, count)| sides.has(place) && sides.failures(count) > 0)
        .map(|(place, _)| *place)
        .collect();
    let of_release = |place: &&&CellPlace| {
        [&place.writer, &place.reader].iter().any(|side| side.version == releases.release)
    };
    let stable_alone = failing.iter().filter(|place| !of_release(place)).count();
    let one_node = sides.writer_node.as_ref().or(sides.reader_node.as_ref());
    match one_node {
        _ if stable_alone == failing.len() => {
            let told = format!("no node of {} took part in any of it", releases.release);
            (Suspect::Environment, told)
        }
        Some(node) if stable_alone > 0 => {
            (Suspect::Environment, format!("{node} fails with both versions, and others do not"))
        }
        _ => {
            let by_websocket = failing.iter().all(|place| place.way == Way::Websocket);
            let how = if by_websocket {
                "the write was acknowledged and not told"
            } else {
                "the write was acknowledged"
            };
            (Suspect::Product, format!("{how}, and a node of {} took part", releases.release))
        }
    }
}

/// What could not be read, as one cause each for who did not answer and who refused.
fn not_read(unread: &[UnreadRows], releases: &ReleasePair) -> Vec<SharedCause> {
    let (silent, refused): (Vec<&UnreadRows>, Vec<&UnreadRows>) =
        unread.iter().partition(|rows| rows.status.is_none_or(|status| (502..=504).contains(&status)));
    let mut causes = Vec::new();
    for (rows, silent) in [(silent, true), (refused, false)] {
        let Some(first) = rows.first() else { continue };
        let on_release = rows.iter().all(|rows| rows.reader.version == releases.release);
        let (suspect, evidence) = match (silent, on_release) {
            (true, _) => (Suspect::Environment, "there was no answer of a server's own"),
            (false, true) => (Suspect::Product, "only nodes of the release refuse"),
            (false, false) => (Suspect::Gate, "nodes of the stable version refuse as well"),
        };
        let mut kinds: Vec<&str> = rows.iter().map(|rows| rows.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        causes.push(SharedCause {
            sentence: format!("{} could not be read on {}: {}", kinds.join(", "), first.reader, first.got),
            first: None,
            failures: rows.len() as u64,
            follows: false,
            suspect,
            evidence: evidence.to_owned(),
        });
    }
    causes
}
