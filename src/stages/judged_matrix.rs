//! What was written through each node and read through the others → the result of the check `matrix`.

use ledger_findings::{CrossedStage, ReleasePair, UnmeasuredCell, Verification, Way, WriteMatrix};

use super::judged_ledger::{found, step};
use super::writes::Writes;
use crate::checks::{Check, catalogue};
use crate::outcome::{CheckResult, Outcome, Stage, Step};

/// How many cells are told one by one.
const EXAMPLES: usize = 10;

/// The result: whether each cell of each stage was measured, what is wrong by its causes, and what is not expected here.
pub(super) fn judged(check: &Check, stage: Stage, writes: &Writes, releases: &ReleasePair) -> CheckResult {
    let mut result = CheckResult { outcome: Outcome::Passed, ..catalogue::not_measured(check, stage, "") };
    let seen = together(&writes.crossed);
    let name = "what is written through a node is read through every node at once";
    result.steps = found(name, &seen, &seen.matrix, releases);
    for (_, crossed) in &writes.crossed {
        result.steps.push(step(&format!("every cell of {} is measured", crossed.stage), measured(crossed)));
        result.facts.insert(crossed.stage.clone(), coverage(crossed));
    }
    for (stage, why) in &writes.not_crossed {
        let outcome = Outcome::NotMeasured { reason: why.clone() };
        result.steps.push(step(&format!("every cell of {stage} is measured"), outcome));
    }
    if !writes.crossed.iter().any(|(_, stage)| stage.versions.len() > 1) {
        let reason = "no stage had nodes of both versions".to_owned();
        let outcome = Outcome::NotApplicable { reason };
        result.steps.push(step("what one version writes the other one reads", outcome));
    }
    result.steps.extend(not_expected(&seen.matrix));
    for kind in &seen.matrix.kinds {
        if let Some(told) = between(&seen.matrix, kind, releases) {
            result.facts.insert(kind.clone(), told);
        }
    }
    result.outcome = catalogue::outcome_of(&result.steps);
    result
}

/// All stages as one look.
fn together(crossed: &[(Verification, CrossedStage)]) -> Verification {
    let mut all = Verification::default();
    for (look, _) in crossed {
        if all.matrix.kinds.is_empty() {
            all.matrix = look.matrix.emptied();
        }
        all.matrix.merge(&look.matrix);
        all.findings.extend(look.findings.iter().cloned());
        all.unread.extend(look.unread.iter().cloned());
    }
    all
}

fn measured(crossed: &CrossedStage) -> Outcome {
    if crossed.unmeasured.is_empty() {
        return Outcome::Passed;
    }
    let cell = |cell: &UnmeasuredCell| {
        let UnmeasuredCell { kind, way, writer, reader } = cell;
        format!("{kind} by {way}, written through {writer} and read through {reader}")
    };
    let mut told: Vec<String> = crossed.unmeasured.iter().take(EXAMPLES).map(cell).collect();
    let more = crossed.unmeasured.len().saturating_sub(EXAMPLES);
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    Outcome::NotMeasured { reason: format!("nothing is known of {}", told.join("; ")) }
}

/// `272 of 272 cells of 11.5.1 and 11.6.0, by 102 writes`.
fn coverage(crossed: &CrossedStage) -> String {
    let all = crossed.measured.saturating_add(crossed.unmeasured.len() as u64);
    let (versions, writes) = (crossed.versions.join(" and "), crossed.writes);
    format!("{} of {all} cells of {versions}, by {writes} writes", crossed.measured)
}

/// What is no gap, by reason.
fn not_expected(matrix: &WriteMatrix) -> Vec<Step> {
    let mut reasons: Vec<(Way, &str, Vec<&str>)> = Vec::new();
    for one in &matrix.not_applicable {
        match reasons.iter_mut().find(|(way, reason, _)| (*way, *reason) == (one.way, one.reason.as_str())) {
            Some((_, _, kinds)) => kinds.push(&one.kind),
            None => reasons.push((one.way, &one.reason, vec![&one.kind])),
        }
    }
    let outcome = |reason: &str| Outcome::NotApplicable { reason: reason.to_owned() };
    let told = reasons.into_iter().map(|(way, reason, kinds)| {
        let what = if way == Way::Api { "can be read" } else { "is told by websocket" };
        step(&format!("{} {what}", kinds.join(", ")), outcome(reason))
    });
    let stays = matrix.events_stay.as_deref();
    told.chain(
        stays.map(|reason| step("websockets tell what is written through other nodes", outcome(reason))),
    )
    .collect()
}

/// What came of a kind between the two versions: `11.5.1 → 11.6.0: API 4 of 4, websocket 4 of 4; …`.
fn between(matrix: &WriteMatrix, kind: &str, releases: &ReleasePair) -> Option<String> {
    let pairs = [(&releases.stable, &releases.release), (&releases.release, &releases.stable)];
    let told =
        pairs.into_iter().filter(|(writer, reader)| writer != reader).filter_map(|(writer, reader)| {
            let of_way = |way: Way| {
                let count = matrix.between(kind, way, writer, reader);
                (count.measured() > 0).then(|| format!("{way} {} of {}", count.verified, count.measured()))
            };
            let ways: Vec<String> = [Way::Api, Way::Websocket].into_iter().filter_map(of_way).collect();
            (!ways.is_empty()).then(|| format!("{writer} → {reader}: {}", ways.join(", ")))
        });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join("; "))
}
