//! The figures of the first screen, a line each: users, writes, what is explained, which upgrade it was.

use availability::{Observation, Through, downtimes, told};
use ledger_findings::SharedCause;

use super::super::super::escape::{name, plain};
use super::super::super::fit::Room;
use super::super::super::words::{duration, plural};
use super::super::super::{explained, site_copy, watched, written};
use run_record::event::{Clustering, Phase};
use run_record::record::Record;
use run_record::verdict::Verdict;

/// The checks whose failures the ledger tells best.
const OF_THE_LEDGER: [&str; 2] = ["ledger", "matrix"];

/// All that the record knows of them.
pub(super) fn lines(record: &Record, verdict: &Verdict, room: Room) -> Vec<String> {
    let mut lines: Vec<String> =
        site_copy::lines(record).iter().map(|line| format!("- {}", plain(line, 700))).collect();
    lines.extend(record.watched.as_ref().map(|seen| format!("- {}", plain(&users(seen), 700))));
    lines.extend(record.written.as_ref().map(|ledger| {
        let told = written::figures_told(ledger).join("; ");
        format!("- {}", plain(&told, 700))
    }));
    lines.push(format!("- {}", not_red(record, verdict)));
    lines.extend(upgrade(record, room));
    lines
}

/// What users felt, in one line.
fn users(seen: &Observation) -> String {
    let mut line = watched::lines(seen).into_iter().next().unwrap_or_default();
    let down = downtimes(seen);
    match (seen.diary.roll_began_ms(), down.as_slice()) {
        (None, _) => line.push_str("; no node was replaced while they were watched"),
        (Some(_), []) => line.push_str("; no downtime on any path"),
        (Some(_), all) => {
            let by_balancer = all.iter().all(|down| down.route.through == Through::Balancer);
            let of = |down: &availability::Downtime| {
                let path = if by_balancer { down.route.path.to_string() } else { down.route.to_string() };
                format!("{path} {}", told(down.total_ms))
            };
            let all: Vec<String> = all.iter().map(of).collect();
            line.push_str(&format!("; downtime: {}", all.join(", ")));
        }
    }
    if !seen.not_watched.is_empty() {
        let paths: Vec<String> = seen.not_watched.iter().map(|path| path.path.to_string()).collect();
        line.push_str(&format!("; not watched: {}", paths.join(", ")));
    }
    line
}

/// What is not red and should be known all the same: counts, and where.
fn not_red(record: &Record, verdict: &Verdict) -> String {
    let counts = verdict.counts;
    let told = format!(
        "not red: {} announced, {} waived, {} unsteady",
        counts.announced, counts.waived, counts.unsteady
    );
    match explained::places(record).as_slice() {
        [] => told,
        places => format!("**{told}**: {}", plain(&places.join("; "), 300)),
    }
}

/// Which upgrade, of what cluster, by which gate.
fn upgrade(record: &Record, room: Room) -> Option<String> {
    let header = record.header.as_ref()?;
    let cluster = match &record.clustering {
        None => "what kind of cluster is not known yet".to_owned(),
        Some(clustering @ Clustering::Clustered) => clustering.label().to_owned(),
        Some(clustering @ Clustering::SharedDatabase { reason }) => {
            format!("{} ({})", clustering.label(), plain(reason, room.0.min(120)))
        }
    };
    Some(format!(
        "- {} → {}: {}, {cluster}, {}, {}, took {}, run {}, upgrade-gate {}",
        name(&header.stable.image),
        name(&header.release.image),
        plain(&header.mode, 40),
        plural(header.nodes, "node"),
        plain(&header.provider, 40),
        duration(record.took_ms()),
        name(&header.run_id),
        plain(&header.gate_version, 40),
    ))
}

/// Who wrote and who read what the ledger found wrong first; of another check, what its failures have in common by the ledger.
pub(super) fn by_the_ledger(record: &Record, check: &str, room: Room) -> Option<String> {
    let SharedCause { first, sentence, .. } = record.written.as_ref()?.causes.first()?;
    if !OF_THE_LEDGER.contains(&check) {
        return Some(format!("- by the ledger of writes: {}", plain(sentence, room.0)));
    }
    let first = first.as_ref()?;
    let told = format!("{} in {}; read: {}", first.writer, first.written_in, first.reader);
    Some(format!("- wrote: {}", plain(&told, room.0)))
}

/// What the run was at when it broke: the phase that is no end of it, and the stage that was reached.
pub(super) fn during(record: &Record) -> Option<String> {
    let phase = record.phases.iter().rev().find(|phase| phase.phase != Phase::Teardown)?;
    let release = record.header.as_ref().map(|header| header.release.given.as_str());
    let to = match (&phase.phase, release) {
        (Phase::Replace(_) | Phase::StopStart, Some(release)) => format!(" (to {release})"),
        _ => String::new(),
    };
    let told = match record.stages.last() {
        Some(last) => format!("{}{to}, the last stage was {}", phase.phase, last.stage),
        None => format!("{}{to}, before the first stage", phase.phase),
    };
    Some(plain(&told, 200))
}
