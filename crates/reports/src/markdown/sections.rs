//! The parts of the Markdown reports that stand below the first screen whatever the verdict is.
//!
//! Their weights: what is short by nature stays whole (0 and 1), failures get all the room that is left (2),
//! the rest gives way in the order of its number.

use super::super::escape::{name, plain};
use super::super::fit::{Room, Section};
use super::super::words::{duration, times};
use run_record::event::{CheckResult, Clustering, Outcome};
use run_record::record::Record;
use run_record::record::pace::paces;
use run_record::verdict::Counts;

/// Slow checks that are listed.
const SLOWEST: usize = 10;

/// What the run was about, in full.
pub(super) fn about(record: &Record, room: Room) -> Option<Section> {
    let header = record.header.as_ref()?;
    let order = header.order.iter().map(|node| name(node)).collect::<Vec<_>>().join(", ");
    let mut rows = vec![
        format!("- stable {} → release {}", name(&header.stable.image), name(&header.release.image)),
        format!("- mode: {}, because {}", plain(&header.mode, 40), plain(&header.mode_reason, room.0)),
    ];
    if let Some(Clustering::SharedDatabase { reason }) = &record.clustering {
        rows.push(format!("- not HA: {}", plain(reason, room.0)));
    }
    rows.push(format!("- order of nodes: {order}"));
    Section::of("about the run", 4, "### About the run\n", rows)
}

/// A count of one stage.
type Count = fn(&Counts) -> usize;

pub(super) fn stages(record: &Record) -> Option<Section> {
    let all = Counts::of(record, None);
    // Three that most runs have nothing of, and a wide table nobody reads.
    let rare: [(&str, Count); 3] = [
        ("announced", |counts| counts.announced),
        ("waived", |counts| counts.waived),
        ("unsteady", |counts| counts.unsteady),
    ];
    let mut columns: Vec<(&str, Count)> = vec![
        ("planned", |counts| counts.planned),
        ("passed", |counts| counts.passed),
        ("failed", |counts| counts.failed),
    ];
    columns.extend(rare.into_iter().filter(|(_, count)| count(&all) > 0));
    let rest: [(&str, Count); 3] = [
        ("not applicable", |counts| counts.not_applicable),
        ("not measured", |counts| counts.not_measured),
        ("never ran", |counts| counts.never_ran),
    ];
    columns.extend(rest);
    let rows = record.stages_in_order().into_iter().map(|stage| {
        let counts = Counts::of(record, Some(stage));
        let known = record.stages.iter().find(|known| known.stage == stage);
        let took = known.and_then(|known| known.took_ms).map_or_else(|| "–".to_owned(), duration);
        let cells: String = columns.iter().map(|(_, count)| format!(" {} |", count(&counts))).collect();
        format!("| {stage} |{cells} {took} |")
    });
    let names: String = columns.iter().map(|(name, _)| format!(" {name} |")).collect();
    let rule = "--:|".repeat(columns.len() + 1);
    let head = format!("### Stages\n\n| stage |{names} took |\n|---|{rule}");
    Section::of("stages", 0, &head, rows.collect())
}

pub(super) fn warnings(record: &Record, room: Room) -> Option<Section> {
    let rows = record.warnings.iter().map(|text| format!("- {}", plain(text, room.0))).collect();
    Section::of("warnings", 4, "### Warnings\n", rows)
}

pub(super) fn left_out(record: &Record, room: Room) -> Option<Section> {
    let left_out = record.header.iter().flat_map(|header| &header.left_out);
    let rows = left_out.map(|(check, why)| format!("- {}: {}", name(check), plain(why, room.0))).collect();
    Section::of("checks left out on request", 4, "### Left out on request\n", rows)
}

pub(super) fn not_applicable(record: &Record, room: Room) -> Option<Section> {
    // One reason usually stands for many checks: tell it once.
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    let mut tell = |reason, told: String| match reasons.iter_mut().find(|(known, _)| *known == reason) {
        Some((_, all)) if all.contains(&told) => {}
        Some((_, all)) => all.push(told),
        None => reasons.push((reason, vec![told])),
    };
    for result in record.results() {
        if let Outcome::NotApplicable { reason } = &result.outcome {
            tell(reason.as_str(), format!("{}/{}", result.stage, result.check));
            continue;
        }
        // A part that does not apply is told once: it is the same in every stage.
        for step in &result.steps {
            if let Outcome::NotApplicable { reason } = &step.outcome {
                tell(reason.as_str(), format!("{} (part of {})", step.name, result.check));
            }
        }
    }
    let rows = reasons.iter().map(|(reason, checks)| {
        format!("- {}: {}", capital(&plain(reason, room.0)), plain(&checks.join(", "), room.0))
    });
    Section::of("not applicable", 5, "### Not applicable\n", rows.collect())
}

pub(super) fn timings(record: &Record) -> Option<Section> {
    let mut rows: Vec<String> = Vec::new();
    for phase in &record.phases {
        let took = phase.took_ms.map_or_else(|| "did not end".to_owned(), duration);
        rows.push(format!("| {} | {took} | |", plain(&phase.phase.to_string(), 80)));
    }
    for image in record.images.iter().filter(|image| image.pulled) {
        rows.push(format!("| pull {} | {} | |", name(&image.image), duration(image.took_ms)));
    }
    for replaced in &record.replacements {
        let parts: Vec<String> = replaced
            .parts
            .iter()
            .map(|(part, ms)| format!("{} {}", plain(part, 40), duration(*ms)))
            .collect();
        let node = plain(&replaced.node, 80);
        rows.push(format!("| parts of {node} | {} | {} |", duration(replaced.took_ms()), parts.join(", ")));
    }
    Section::of("timings", 6, "### Timings\n\n| what | took | of it |\n|---|--:|---|", rows)
}

/// Each check that passed on both ends, with its durations there.
pub(super) fn durations(record: &Record) -> Option<Section> {
    let rows = paces(record).into_iter().map(|pace| {
        let mark = if pace.is_slower() { " ⚠️ slower" } else { "" };
        let (stable, release) = (duration(pace.stable_ms), duration(pace.release_ms));
        format!("| {} | {stable} | {release} | {}{mark} |", name(pace.check), times(pace))
    });
    let head = "### Durations, stable and release\n\nInformation, no verdict: *slower* is more than three times as long and more than 1 s more.\n\n| check | stable | release | factor |\n|---|--:|--:|--:|";
    Section::of("durations", 6, head, rows.collect())
}

pub(super) fn slowest(record: &Record) -> Option<Section> {
    let mut results: Vec<&CheckResult> = record.results().collect();
    results.sort_by_key(|result| std::cmp::Reverse(result.took_ms));
    let rows = results.into_iter().take(SLOWEST).map(|result| {
        format!("| {} | {} | {} |", result.stage, name(&result.check), duration(result.took_ms))
    });
    Section::of(
        "slowest checks",
        7,
        "### Slowest checks\n\n| stage | check | took |\n|---|---|--:|",
        rows.collect(),
    )
}

pub(super) fn evidence(record: &Record, room: Room) -> Option<Section> {
    let rows =
        record.evidence.iter().map(|file| format!("- {}: {}", name(&file.path), plain(&file.about, room.0)));
    Section::of("evidence", 6, "### Evidence\n", rows.collect())
}

pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
