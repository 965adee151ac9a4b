//! What is one cause, and what is not.

use super::*;
use run_record::event::{EventKind, Step};
use run_record::samples::{record, result};

const LOST: &str =
    "404 app.post.get.app_error to GET /api/v4/posts/wo7qmeuexbr7z33pt7gp43sadg (Unable to get the post.)";

fn red(stage: Stage, check: &str, steps: &[(&str, &str)]) -> EventKind {
    let outcome =
        |got: &str| Outcome::Failed(Failure { expected: "it".into(), got: got.into(), ..Failure::default() });
    let steps: Vec<Step> = steps
        .iter()
        .map(|(name, got)| Step { name: (*name).into(), outcome: outcome(got), took_ms: 1 })
        .collect();
    let first = steps[0].outcome.clone();
    EventKind::CheckFinished(CheckResult { steps, ..result(stage, check, first) })
}

fn names<'r>(cause: &RedCause<'r>) -> Vec<&'r str> {
    cause.others.iter().map(|other| other.check.as_str()).collect()
}

#[test]
fn one_cause_is_told_once_with_its_stages_and_checks() {
    let run = record([
        EventKind::CheckFinished(result(Stage::Stable, "posts", Outcome::Passed)),
        red(Stage::Mixed(1), "pins", &[("node1 pins", LOST)]),
        red(Stage::Mixed(1), "posts", &[("node1 (11.6.0) reads", LOST), ("node2 (11.5.1) reads", LOST)]),
        red(Stage::Mixed(1), "files", &[("node1 reads", "a byte less")]),
        red(Stage::Release, "posts", &[("node3 (11.6.0) reads", LOST), ("node3 edits", LOST)]),
        red(Stage::Release, "files", &[("node2 reads", "two bytes less")]),
    ]);
    let causes = causes(&run);
    let told: Vec<_> = causes
        .iter()
        .map(|cause| {
            (cause.first.check.as_str(), cause.stages(), names(cause), cause.parts.len(), cause.alike)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("posts", "mixed-1, release".to_owned(), vec!["pins"], 2, 5),
            ("files", "mixed-1, release".to_owned(), vec![], 1, 2),
        ]
    );
    assert_eq!(causes[0].predicate, "is a regression, it passed on stable");
    assert_eq!(causes[0].failure().map(|failure| failure.got.as_str()), Some(LOST));
}

#[test]
fn what_was_not_measured_comes_last_and_is_no_failure() {
    let reason = "the bucket could not be listed".to_owned();
    let run = record([
        EventKind::CheckFinished(result(Stage::Stable, "files", Outcome::NotMeasured { reason })),
        red(Stage::Release, "users", &[("node1 makes a user", "no user")]),
    ]);
    let causes = causes(&run);
    let words: Vec<_> = causes.iter().map(|cause| (cause.word, cause.failure().is_some())).collect();
    assert_eq!(words, [("failed", true), ("not measured", false)]);
}

#[test]
fn a_server_that_died_is_told_before_what_was_asked_of_it_meanwhile() {
    let run = record([
        EventKind::CheckFinished(result(Stage::Stable, "posts", Outcome::Passed)),
        EventKind::CheckFinished(result(Stage::Stable, "processes", Outcome::Passed)),
        red(Stage::Mixed(1), "posts", &[("node2 reads", "connection refused")]),
        red(Stage::Mixed(1), "processes", &[("node2 has run on", "its process was killed")]),
        red(Stage::Release, "processes", &[("node1 has run on", "its process was killed")]),
    ]);
    let told: Vec<&str> = causes(&run).iter().map(|cause| cause.first.check.as_str()).collect();
    assert_eq!(told, ["processes", "posts"]);
    let verdict = run_record::verdict::Verdict::of(&run);
    assert!(verdict.reasons[0].starts_with("mixed-1/processes is a regression"), "{:?}", verdict.reasons);
}
