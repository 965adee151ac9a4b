//! The parts of the Markdown reports, most important first: what failed, the stages, the case line by line.
//!
//! Their weights: what is short by nature stays whole (0 and 1), failures get all the room that is left (2),
//! the rest gives way in the order of its number.

use super::super::case_table::{Cell, the_case};
use super::super::escape::{block, code, name, plain};
use super::super::explained;
use super::super::fit::{Room, Section};
use super::super::runs::Run;
use super::super::words::{duration, headline, numbers, plural, red_parts, times};
use super::user_suites::user_suites;
use run_record::event::{Blame, CheckResult, Clustering, Outcome};
use run_record::record::Record;
use run_record::record::history::{self, History};
use run_record::record::pace::paces;
use run_record::verdict::{Counts, Verdict};

/// Slow checks that are listed.
const SLOWEST: usize = 10;
/// Log lines that are shown of a part that broke.
const LOG_LINES: usize = 40;

/// All sections in the order of reading; those with nothing to say are missing.
pub(crate) fn all(run: &Run, room: Room) -> Vec<Section> {
    let (record, verdict) = (&run.record, &run.verdict);
    let mut sections = vec![top(record, verdict, room)];
    sections.extend(what_went_wrong(record, room));
    let more = [
        stages(record),
        Some(the_case(record)),
        warnings(record, room),
        left_out(record, room),
        not_applicable(record, room),
        timings(record),
        durations(record),
        slowest(record),
        evidence(record, room),
    ];
    sections.extend(more.into_iter().flatten());
    sections
}

/// The part of them that a matrix shows of each run: what is not red and should be known, what broke it, what failed,
/// what never ran.
pub(crate) fn what_went_wrong(record: &Record, room: Room) -> impl Iterator<Item = Section> {
    let all = [
        explained::section(record, room),
        broken(record, room),
        red_checks(record, room),
        user_suites(record, room),
        never_ran(record),
    ];
    all.into_iter().flatten()
}

/// The verdict and what the run was about.
fn top(record: &Record, verdict: &Verdict, room: Room) -> Section {
    let mark = if verdict.passed() { "✅" } else { "❌" };
    let mut lines = vec![
        format!("## {mark} {}", capital(&plain(&headline(record, verdict), 200))),
        String::new(),
        format!("**{}** · {} · exit code {}", verdict.word.for_people(), numbers(verdict), verdict.exit_code),
        String::new(),
    ];
    if let [first, rest @ ..] = verdict.reasons.as_slice() {
        let more = match rest.len() {
            0 => String::new(),
            n => format!(" (and {})", plural(n, "more reason")),
        };
        lines.push(format!("First cause: {}{more}", plain(first, room.0)));
        lines.push(String::new());
    }
    if let Some(header) = &record.header {
        lines.push(format!(
            "- stable {} → release {}",
            name(&header.stable.image),
            name(&header.release.image)
        ));
        lines.push(format!(
            "- mode: {}, because {}",
            plain(&header.mode, 40),
            plain(&header.mode_reason, room.0)
        ));
        let label = match &record.clustering {
            None => "not known yet".to_owned(),
            Some(clustering @ Clustering::Clustered) => format!("**{}**", clustering.label()),
            Some(clustering @ Clustering::SharedDatabase { reason }) => {
                format!("**{}** ({})", clustering.label(), plain(reason, room.0))
            }
        };
        let nodes = plural(header.nodes, "node");
        lines.push(format!("- cluster: {label}, {nodes}, {}", plain(&header.provider, 40)));
        lines.push(format!(
            "- run {} took {}, upgrade-gate {}",
            name(&header.run_id),
            duration(record.took_ms()),
            plain(&header.gate_version, 40)
        ));
    }
    Section { title: "verdict", weight: 0, head: lines.join("\n"), ..Section::default() }
}

fn broken(record: &Record, room: Room) -> Option<Section> {
    let rows = record.breakages.iter().map(|broken| {
        let blame = match broken.blame {
            Blame::Release => "the release",
            Blame::Environment => "the environment",
            Blame::Gate => "a bug in the gate",
        };
        let mut text = format!(
            "**{}** ({blame}): {}\n\nWhat to do: {}\n",
            plain(&broken.trouble.part, 80),
            plain(&broken.trouble.message, room.0),
            plain(&broken.trouble.remedy, room.0)
        );
        if !broken.trouble.log_tail.is_empty() {
            let tail = &broken.trouble.log_tail[broken.trouble.log_tail.len().saturating_sub(LOG_LINES)..];
            text.push_str(&format!(
                "\n<details><summary>From its log</summary>\n\n{}\n\n</details>\n",
                block(tail, room.0)
            ));
        }
        text
    });
    Section::of("what broke the run", 1, "### What broke the run\n", rows.collect())
}

fn red_checks(record: &Record, room: Room) -> Option<Section> {
    // What got worse first, then the other failures, then what could not be measured.
    let mut red: Vec<&CheckResult> = record.results().filter(|result| result.outcome.is_red()).collect();
    red.sort_by_cached_key(|result| {
        History::of(record, result).map_or((true, None), |history| (false, Some(history)))
    });
    let rows = red.into_iter().map(|result| red_check(record, result, room)).collect();
    Section::of("failed checks", 2, "### What failed\n", rows)
}

fn red_check(record: &Record, result: &CheckResult, room: Room) -> String {
    let mut lines = vec![format!(
        "- {} **{}** {}, **{}**: {} ({})",
        Cell::from(&result.outcome).mark(),
        result.stage,
        name(&result.check),
        history::word(record, result),
        plain(&result.title, room.0),
        plain(&result.lines.join(", "), 80)
    )];
    for (step, outcome) in red_parts(result) {
        lines.extend(step.map(|step| format!("  - step: {}", plain(step, room.0))));
        match outcome {
            Outcome::Failed(found) => {
                lines.push(format!("  - expected: {}", code(&found.expected, room.0)));
                lines.push(format!("  - got: {}", code(&found.got, room.0)));
                let mut from = Vec::new();
                from.extend(found.node.as_ref().map(|node| format!("node {}", name(node))));
                from.extend(found.version.as_ref().map(|version| format!("version {}", name(version))));
                from.extend(found.request_id.as_ref().map(|id| format!("request {}", name(id))));
                if !from.is_empty() {
                    lines.push(format!("  - from: {}", from.join(", ")));
                }
            }
            Outcome::NotMeasured { reason } => {
                lines.push(format!("  - not measured: {}", plain(reason, room.0)));
            }
            _ => {}
        }
    }
    lines.join("\n")
}

fn never_ran(record: &Record) -> Option<Section> {
    let rows = record.never_ran().map(|(stage, check)| format!("- {stage} {}", name(check))).collect();
    Section::of("checks that never ran", 3, "### Planned and never ran\n", rows)
}

/// A count of one stage.
type Count = fn(&Counts) -> usize;

fn stages(record: &Record) -> Option<Section> {
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

fn warnings(record: &Record, room: Room) -> Option<Section> {
    let rows = record.warnings.iter().map(|text| format!("- {}", plain(text, room.0))).collect();
    Section::of("warnings", 4, "### Warnings\n", rows)
}

fn left_out(record: &Record, room: Room) -> Option<Section> {
    let left_out = record.header.iter().flat_map(|header| &header.left_out);
    let rows = left_out.map(|(check, why)| format!("- {}: {}", name(check), plain(why, room.0))).collect();
    Section::of("checks left out on request", 4, "### Left out on request\n", rows)
}

fn not_applicable(record: &Record, room: Room) -> Option<Section> {
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

fn timings(record: &Record) -> Option<Section> {
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
fn durations(record: &Record) -> Option<Section> {
    let rows = paces(record).into_iter().map(|pace| {
        let mark = if pace.is_slower() { " ⚠️ slower" } else { "" };
        let (stable, release) = (duration(pace.stable_ms), duration(pace.release_ms));
        format!("| {} | {stable} | {release} | {}{mark} |", name(pace.check), times(pace))
    });
    let head = "### Durations, stable and release\n\nInformation, no verdict: *slower* is more than three times as long and more than 1 s more.\n\n| check | stable | release | factor |\n|---|--:|--:|--:|";
    Section::of("durations", 6, head, rows.collect())
}

fn slowest(record: &Record) -> Option<Section> {
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

fn evidence(record: &Record, room: Room) -> Option<Section> {
    let rows =
        record.evidence.iter().map(|file| format!("- {}: {}", name(&file.path), plain(&file.about, room.0)));
    Section::of("evidence", 6, "### Evidence\n", rows.collect())
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
