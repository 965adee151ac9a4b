//! Record → annotations: what the run's page should show at its top, most important first.

use super::commands::{Annotation, Level};
use reports::words::headline;
use reports::{Run, Runs};
use run_record::event::{Breakage, CheckResult};
use run_record::record::history::{self, History};

/// The annotations of these runs: the most important one of each, then the second of each, and so on.
#[must_use]
pub fn annotations(runs: &Runs) -> Vec<Annotation> {
    let mut all: Vec<(usize, Annotation)> = Vec::new();
    for run in runs.all() {
        for (rank, one) in of_run(run).into_iter().enumerate() {
            let title = match (runs.name(run), &run.record.header) {
                (None, _) => one.title,
                (Some(name), Some(_)) => format!("{name}: {}", one.title),
                // One that left no record has no more to say.
                (Some(name), None) => name.to_owned(),
            };
            all.push((rank, Annotation { title, ..one }));
        }
    }
    all.sort_by_key(|(rank, _)| *rank);
    all.into_iter().map(|(_, one)| one).collect()
}

/// The annotations of a run. A broken run comes before its failed checks, these before what was not
/// measured; they are about the compose file of the user's repository, if there is one.
fn of_run(run: &Run) -> Vec<Annotation> {
    let (record, verdict) = (&run.record, &run.verdict);
    let file = record.header.as_ref().and_then(|header| header.compose_file.as_deref());
    let annotation = |level, title: String, message: String| Annotation {
        level,
        title,
        message,
        file: file.map(str::to_owned),
        line: None,
    };
    let mut all = Vec::new();
    for Breakage { trouble, .. } in &record.breakages {
        let message = format!("{}\n{}", trouble.message, trouble.remedy);
        all.push(annotation(Level::Error, format!("{} broke the run", trouble.part), message));
    }
    let mut red: Vec<&CheckResult> = record.results().filter(|result| result.outcome.is_red()).collect();
    red.sort_by_key(|result| History::of(record, result).map_or((true, None), |known| (false, Some(known))));
    for result in red {
        let title = format!("{}/{} {}", result.stage, result.check, history::word(record, result));
        let message = format!("{}: {}", result.title, result.outcome.why().unwrap_or_default());
        all.push(annotation(Level::Error, title, message));
    }
    // Red without any of these: nothing ran, or the run was stopped.
    if all.is_empty()
        && let Some(first) = verdict.reasons.first()
    {
        all.push(annotation(Level::Error, headline(record, verdict), first.clone()));
    }
    for text in &record.warnings {
        all.push(annotation(Level::Warning, "upgrade gate".into(), text.clone()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use run_record::event::{Blame, EventKind, Outcome, Stage};
    use run_record::samples::{breakage, failed, header, record, result};

    fn titles(kinds: Vec<EventKind>) -> Vec<String> {
        let all = annotations(&Runs::of(record(kinds)));
        all.into_iter().map(|one| one.title).collect()
    }

    #[test]
    fn the_most_important_come_first() {
        let kinds = vec![
            EventKind::Warning { text: "slow".into() },
            EventKind::CheckFinished(result(Stage::Stable, "a", Outcome::NotMeasured { reason: "x".into() })),
            EventKind::CheckFinished(result(Stage::Release, "b", failed("x", "y"))),
            EventKind::RunBroken(breakage(Blame::Release)),
        ];
        assert_eq!(
            titles(kinds),
            ["node2 broke the run", "release/b failed", "stable/a not measured", "upgrade gate"]
        );
    }

    #[test]
    fn the_users_compose_file_is_what_they_are_about() {
        let mut header = header(&[]);
        header.compose_file = Some("compose.yaml".into());
        let broken = record([EventKind::RunStarted(header), EventKind::RunBroken(breakage(Blame::Release))]);
        assert_eq!(annotations(&Runs::of(broken))[0].file.as_deref(), Some("compose.yaml"));
    }

    #[test]
    fn each_run_of_a_matrix_comes_to_speak() {
        let of = |check| {
            let failed = || failed("x", "y");
            Run::of(record([
                EventKind::RunStarted(header(&[(Stage::Stable, &[check])])),
                EventKind::CheckFinished(result(Stage::Stable, check, failed())),
                EventKind::CheckFinished(result(Stage::Release, check, failed())),
            ]))
        };
        let runs = Runs::matrix(vec![of("a"), of("b"), Run::missing("1 to 2")]);
        let titles: Vec<String> = annotations(&runs).into_iter().map(|one| one.title).collect();
        assert_eq!(titles[0], "9.8.0 to 9.9.0: release/a failed before too");
        assert_eq!(titles[1], "9.8.0 to 9.9.0 (again, 2): release/b failed before too");
        assert_eq!(titles[2], "1 to 2");
        assert_eq!(titles.len(), 5);
    }

    #[test]
    fn a_green_run_has_none_and_an_interrupted_one_has_one() {
        let passed = vec![
            EventKind::RunStarted(header(&[(Stage::Stable, &["a"])])),
            EventKind::CheckFinished(result(Stage::Stable, "a", Outcome::Passed)),
            EventKind::RunFinished,
        ];
        assert!(titles(passed).is_empty());
        let stopped = vec![EventKind::Interrupted { signal: "SIGINT".into() }];
        assert_eq!(titles(stopped), ["the upgrade was interrupted"]);
    }
}
