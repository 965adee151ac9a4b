//! What a stored record may hold at most: far more than any run leaves behind, and little enough to be rendered at once.
//!
//! Tables compare stages with results and reasons with each other; a record that somebody made up must not keep us busy for hours.

use run_record::record::Record;

/// Stages, planned or begun; nine nodes make eleven.
const STAGES: usize = 100;
/// Results, and planned checks.
const CHECKS: usize = 2_000;
/// Steps and facts of all results together, tests of the user's, and everything else of which there are many.
const STEPS: usize = 10_000;
const TESTS: usize = 100_000;
/// Pictures of pages; a run makes a handful.
const PICTURES: usize = 100;
const OTHERS: usize = 10_000;

/// The first thing of which there is too much, as a sentence.
pub(crate) fn exceeded(record: &Record) -> Option<String> {
    let header = record.header.as_ref();
    let planned = header.map_or(0, |header| header.planned.len());
    let steps =
        record.results().map(|result| sum([result.steps.len(), result.facts.len(), result.lines.len()]));
    let tests = record.user_suites.iter().map(|suite| suite.tests.len());
    let parts = record.replacements.iter().map(|replacement| replacement.parts.len());
    let tails = record.breakages.iter().map(|broken| broken.trouble.log_tail.len());
    let running = record.stages.iter().map(|stage| stage.running.len());
    let table = [
        ("stages", sum([planned, record.stages.len()]), STAGES),
        ("results of checks", record.results().count(), CHECKS),
        ("planned checks", record.planned().count(), CHECKS),
        ("checks that began", sum(running), CHECKS),
        ("steps and facts", sum(steps), STEPS),
        ("tests of a suite", sum(tests), TESTS),
        ("suites", record.user_suites.len(), OTHERS),
        ("pictures", record.pictures.len(), PICTURES),
        ("phases", record.phases.len(), OTHERS),
        ("images", record.images.len(), OTHERS),
        ("nodes", sum([record.ready.len(), header.map_or(0, |header| header.order.len())]), OTHERS),
        ("replacements", sum(std::iter::once(record.replacements.len()).chain(parts)), OTHERS),
        ("gaps, figures and activities of the watch", watched(record), OTHERS),
        ("totals, cells and findings of the ledger", written(record), OTHERS),
        ("warnings", record.warnings.len(), OTHERS),
        ("breakages and lines of logs", sum(std::iter::once(record.breakages.len()).chain(tails)), OTHERS),
        ("files of evidence", record.evidence.len(), OTHERS),
        ("checks left out", header.map_or(0, |header| header.left_out.len()), OTHERS),
        ("words of its call", header.map_or(0, |header| header.again.len()), OTHERS),
    ];
    table
        .into_iter()
        .find(|(_, count, most)| count > most)
        .map(|(what, count, most)| format!("has {count} {what}; more than {most} no run leaves behind"))
}

/// All that there may be many of in what was watched.
fn watched(record: &Record) -> usize {
    let Some(seen) = &record.watched else { return 0 };
    let routes = seen.routes.iter().map(|route| sum([route.stages.len(), route.deeds.len()]));
    sum([seen.gaps.len(), seen.sockets.len(), seen.not_watched.len(), seen.routes.len()]
        .into_iter()
        .chain([seen.diary.chapters.len(), seen.diary.activities.len()])
        .chain(routes))
}

/// All that there may be many of in what was written.
fn written(record: &Record) -> usize {
    let Some(ledger) = &record.written else { return 0 };
    let totals = &ledger.totals;
    sum([totals.lines.len(), totals.stages.len(), totals.refused.len(), totals.missing.len()]
        .into_iter()
        .chain([ledger.matrix.cells().count(), ledger.matrix.kinds.len(), ledger.matrix.not_applicable.len()])
        .chain([ledger.crossed.len(), ledger.causes.len(), ledger.findings.len(), ledger.unread.len()])
        .chain(totals.stages.iter().map(|stage| stage.without.len()))
        .chain(ledger.crossed.iter().map(|stage| stage.unmeasured.len())))
}

fn sum(counts: impl IntoIterator<Item = usize>) -> usize {
    counts.into_iter().fold(0, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use run_record::event::{EventKind, Outcome, Stage};
    use run_record::samples::{header, record, result};

    #[test]
    fn a_real_run_is_far_below() {
        let checks: Vec<String> = (0..60).map(|number| format!("check.{number}")).collect();
        let checks: Vec<&str> = checks.iter().map(String::as_str).collect();
        let stages: Vec<Stage> =
            [Stage::Stable, Stage::Release].into_iter().chain((1..9).map(Stage::Mixed)).collect();
        let planned: Vec<(Stage, &[&str])> = stages.iter().map(|stage| (*stage, checks.as_slice())).collect();
        let results = stages.iter().flat_map(|stage| {
            checks.iter().map(|check| EventKind::CheckFinished(result(*stage, check, Outcome::Passed)))
        });
        let plan = EventKind::RunStarted(header(&planned));
        assert_eq!(exceeded(&record(std::iter::once(plan).chain(results))), None);
    }

    #[test]
    fn what_is_too_much_is_named() {
        let warning = || EventKind::Warning { text: String::new() };
        let loud = record((0..10_001).map(|_| warning()));
        assert_eq!(exceeded(&loud).unwrap(), "has 10001 warnings; more than 10000 no run leaves behind");
        let stages = record((0..101).map(|n| EventKind::StageStarted { stage: Stage::Mixed(n) }));
        assert!(exceeded(&stages).unwrap().starts_with("has 101 stages"));
    }
}
