//! What a case tells in words: `key: value` lines, which every reader shows.

use crate::sanitise::one_line;
use crate::words::red_parts;
use run_record::event::{CheckResult, Outcome};
use run_record::record::Record;

/// Everything that is red in a result, for the element's text.
pub(crate) fn red_text(result: &CheckResult) -> String {
    let mut lines = Vec::new();
    for (step, outcome) in red_parts(result) {
        lines.extend(step.map(|step| format!("step: {}", one_line(step))));
        match outcome {
            Outcome::Failed(found) => {
                lines.push(format!("expected: {}", found.expected));
                lines.push(format!("got: {}", found.got));
                lines.extend(found.node.as_ref().map(|node| format!("node: {node}")));
                lines.extend(found.version.as_ref().map(|version| format!("version: {version}")));
                lines.extend(found.request_id.as_ref().map(|id| format!("request id: {id}")));
            }
            Outcome::NotMeasured { reason } => lines.push(format!("not measured: {reason}")),
            // Not red, so not here.
            Outcome::Passed
            | Outcome::Announced { .. }
            | Outcome::Waived { .. }
            | Outcome::Unsteady { .. }
            | Outcome::NotApplicable { .. } => {}
        }
    }
    lines.join("\n")
}

/// The case's facts and steps, one `key: value` a line.
pub(crate) fn facts(record: &Record, result: &CheckResult) -> String {
    let mut lines = Vec::new();
    let mut fact = |key: &str, value: &str| lines.push(format!("{}: {}", one_line(key), one_line(value)));
    fact("title", &result.title);
    fact("stage", &result.stage.to_string());
    fact("case", "MM-T5392");
    fact("lines", &result.lines.join(", "));
    if let Some(clustering) = &record.clustering {
        fact("cluster", clustering.label());
    }
    if let Some(header) = &record.header {
        fact("stable", &header.stable.image);
        fact("release", &header.release.image);
    }
    if let Outcome::Failed(found) = &result.outcome {
        let known = [("node", &found.node), ("version", &found.version), ("request id", &found.request_id)];
        for (key, value) in known {
            if let Some(value) = value {
                fact(key, value);
            }
        }
    }
    match &result.outcome {
        Outcome::Announced { reason, source } => {
            fact("announced", reason);
            fact("source", source);
        }
        Outcome::Unsteady { first, again } => {
            fact("unsteady", first);
            fact("asked again, alone", again);
        }
        _ => {}
    }
    if result.outcome.is_red() {
        evidence_of(record, result).for_each(|path| fact("evidence", path));
    }
    for (key, value) in &result.facts {
        fact(key, value);
    }
    for (number, step) in (1..).zip(&result.steps) {
        let why = step.outcome.why().map(|why| format!(": {why}")).unwrap_or_default();
        let told = format!("{}, {} ms, {}{why}", step.outcome.word(), step.took_ms, step.name);
        fact(&format!("step {number}"), &told);
    }
    lines.join("\n")
}

/// The files of evidence about the node that answered.
fn evidence_of<'r>(record: &'r Record, result: &'r CheckResult) -> impl Iterator<Item = &'r str> {
    let node = match &result.outcome {
        Outcome::Failed(found) => found.node.as_deref(),
        _ => None,
    };
    let is_about = move |path: &str| {
        let file = path.rsplit('/').next().unwrap_or(path);
        node.is_some_and(|node| file.strip_prefix(node).is_some_and(|rest| rest.starts_with('.')))
    };
    record.evidence.iter().map(|file| file.path.as_str()).filter(move |path| is_about(path))
}
