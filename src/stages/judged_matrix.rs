//! What was written through each node and read through the others → the result of the check `matrix`.

use ledger_findings::{
    AnnouncedRefusal, CrossedStage, ReleasePair, UnmeasuredCell, Verification, Way, WriteMatrix,
};

use super::judged_ledger::{add_causes, step, unsteady};
use crate::checks::{Check, catalogue};
use crate::outcome::{CheckResult, Outcome, Stage, Step};

/// How many cells are told one by one.
const EXAMPLES: usize = 10;

/// The result: whether each cell of each stage was measured, what is wrong by its causes, and what is not expected here.
pub(super) fn judged(
    check: &Check,
    stage: Stage,
    crossed: &[(Verification, CrossedStage)],
    not_crossed: &[(String, String)],
    releases: &ReleasePair,
) -> CheckResult {
    let mut result = CheckResult { outcome: Outcome::Passed, ..catalogue::not_measured(check, stage, "") };
    let seen = together(crossed);
    let name = "what is written through a node is read through every node at once";
    add_causes(&mut result, name, &seen, releases);
    for (_, stage) in crossed {
        result.steps.push(step(&format!("every cell of {} is measured", stage.stage), measured(stage)));
        result.facts.insert(stage.stage.clone(), coverage(stage));
    }
    for (stage, why) in not_crossed {
        let outcome = Outcome::NotMeasured { reason: why.clone() };
        result.steps.push(step(&format!("every cell of {stage} is measured"), outcome));
    }
    if !crossed.iter().any(|(_, stage)| stage.versions.len() > 1) {
        let reason = "no stage had nodes of both versions".to_owned();
        let outcome = Outcome::NotApplicable { reason };
        result.steps.push(step("what one version writes the other one reads", outcome));
    }
    result.steps.extend(seen.unsteady.iter().map(unsteady));
    result.steps.extend(seen.announced.iter().map(announced));
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
        all.unsteady.extend(look.unsteady.iter().cloned());
        all.unread.extend(look.unread.iter().cloned());
        look.announced.iter().for_each(|one| all.announce(one.clone()));
    }
    all
}

fn announced(told: &AnnouncedRefusal) -> Step {
    let AnnouncedRefusal { kind, writer, reader, what, source, .. } = told;
    let outcome = Outcome::Announced { reason: what.clone(), source: source.clone() };
    step(&format!("a {kind} begun through {writer} is finished through {reader}"), outcome)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::WRITE_MATRIX;
    use ledger_findings::{CellCount, CellPlace, NotApplicable, ReadThrough};

    const OLD: &str = "11.6.0";
    const NEW: &str = "11.7.0";

    /// Posts and boards' cards that nodes of these versions wrote and read, of which no cards were written.
    fn crossed(stage: &str, versions: &[&str], ways: &[Way]) -> (Verification, CrossedStage) {
        let mut look = Verification { stage: stage.into(), rows: 2, ..Verification::default() };
        look.matrix.kinds = vec!["post".into(), "board card".into()];
        for way in [Way::Api, Way::Websocket] {
            let (kind, reason) = ("board card".into(), "these servers refuse it".into());
            look.matrix.not_applicable.push(NotApplicable { kind, way, reason });
        }
        let through = |version: &str| ReadThrough { node: "node1".into(), version: version.into() };
        for way in ways {
            for (writer, reader) in
                versions.iter().flat_map(|writer| versions.iter().map(move |reader| (writer, reader)))
            {
                let (writer, reader) = (through(writer), through(reader));
                let place = CellPlace { kind: "post".into(), way: *way, writer, reader };
                look.matrix.count(place, &CellCount { verified: 1, ..CellCount::default() });
            }
        }
        let stage = CrossedStage::of(&look, versions);
        (look, stage)
    }

    fn judge(crossed: &[(Verification, CrossedStage)], not_crossed: &[(String, String)]) -> CheckResult {
        let releases = ReleasePair { stable: OLD.into(), release: NEW.into() };
        let check = catalogue::find(WRITE_MATRIX).unwrap();
        judged(check, Stage::Release, crossed, not_crossed, &releases)
    }

    #[test]
    fn what_was_not_shown_once_is_told_and_not_red() {
        let both = [Way::Api, Way::Websocket];
        let mut mixed = crossed("mixed-1", &[OLD, NEW], &both);
        let through = |node: &str| ReadThrough { node: node.into(), version: OLD.into() };
        mixed.0.unsteady.push(ledger_findings::WriteFinding {
            wrong: ledger_findings::Wrong::Unseen,
            kind: "user patch".into(),
            id: "uhkocfhxojg3dqhs66so89cjdw".into(),
            seq: 2206,
            written_in: "mixed-1".into(),
            writer: through("node2"),
            reader: through("node3"),
            way: Way::Api,
            expected: "\"new\"".into(),
            got: "\"old\"".into(),
        });
        let result = judge(&[mixed], &[]);
        assert!(!result.outcome.is_red(), "{:#?}", result.outcome);
        assert_eq!(result.outcome.word(), "unsteady");
        let why = result.outcome.why().unwrap();
        assert!(
            why.contains("uhkocfhxojg3dqhs66so89cjdw") && why.contains("18 times through node2"),
            "{why}"
        );
    }

    #[test]
    fn a_full_matrix_passes_and_tells_its_coverage() {
        let both = [Way::Api, Way::Websocket];
        let result = judge(&[crossed("stable", &[OLD], &both), crossed("mixed-1", &[OLD, NEW], &both)], &[]);
        assert_eq!(result.outcome, Outcome::Passed, "{:#?}", result.steps);
        assert_eq!(result.facts["mixed-1"], "8 of 8 cells of 11.6.0 and 11.7.0, by 2 writes");
        assert_eq!(
            result.facts["post"],
            "11.6.0 → 11.7.0: API 1 of 1, websocket 1 of 1; 11.7.0 → 11.6.0: API 1 of 1, websocket 1 of 1"
        );
        let told = result.steps.iter().any(
            |step| matches!(&step.outcome, Outcome::NotApplicable { reason } if reason.contains("refuse")),
        );
        assert!(told, "{:#?}", result.steps);
    }

    #[test]
    fn a_cell_that_was_not_measured_is_red_and_named() {
        let result = judge(&[crossed("mixed-1", &[OLD, NEW], &[Way::Api])], &[]);
        let Outcome::NotMeasured { reason } = &result.outcome else { panic!("{:#?}", result.steps) };
        assert!(
            reason.contains("post by websocket, written through 11.6.0 and read through 11.7.0"),
            "{reason}"
        );
        let late = [("mixed-1".to_owned(), "it did not end within 90 s".to_owned())];
        assert!(matches!(judge(&[], &late).outcome, Outcome::NotMeasured { .. }));
    }

    #[test]
    fn where_events_stay_between_versions_nothing_is_missing() {
        let (mut look, _) = crossed("mixed-1", &[OLD, NEW], &[Way::Api]);
        look.matrix.events_stay = Some("events do not cross nodes".into());
        for version in [OLD, NEW] {
            let through = ReadThrough { node: "node1".into(), version: version.into() };
            let (writer, reader) = (through.clone(), through);
            let place = CellPlace { kind: "post".into(), way: Way::Websocket, writer, reader };
            look.matrix.count(place, &CellCount { verified: 1, ..CellCount::default() });
        }
        let stage = CrossedStage::of(&look, &[OLD, NEW]);
        assert_eq!(judge(&[(look, stage)], &[]).outcome, Outcome::Passed);
    }
}
