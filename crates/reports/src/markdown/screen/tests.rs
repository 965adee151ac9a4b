//! What a reader sees before anything is opened.

use super::super::folds::seen;
use run_record::event::Blame;

use super::*;
use crate::{Runs, comment, comment_linked, summary};
use basics::trouble::Trouble;
use run_record::event::{CheckResult, EventKind, Failure, Stage, Step};
use run_record::samples::{failed, header, record, result};

fn head(stages: &[(Stage, &[&str])]) -> EventKind {
    let mut head = header(stages);
    head.again = ["demo", "--fault", "lost-post"].map(str::to_owned).to_vec();
    EventKind::RunStarted(head)
}

fn failing(stage: Stage, check: &str, step: &str, got: &str) -> EventKind {
    let outcome = Outcome::Failed(Failure {
        expected: "the post".into(),
        got: got.into(),
        node: Some("node1".into()),
        version: Some("9.9.0".into()),
        request_id: Some("f8xw1t7k3jd5".into()),
        safety: false,
    });
    let steps = vec![Step { name: step.into(), outcome: outcome.clone(), took_ms: 1 }];
    EventKind::CheckFinished(CheckResult { steps, ..result(stage, check, outcome) })
}

#[test]
fn cause_node_version_stage_and_next_step_come_first() {
    let run = record([
        head(&[
            (Stage::Stable, &["posts"]),
            (Stage::Mixed(1), &["posts", "pins"]),
            (Stage::Release, &["posts"]),
        ]),
        EventKind::CheckFinished(result(Stage::Stable, "posts", Outcome::Passed)),
        failing(
            Stage::Mixed(1),
            "posts",
            "node2 (9.8.0) reads what node1 (9.9.0) wrote",
            "404 a.b.app_error to GET /x",
        ),
        failing(Stage::Mixed(1), "pins", "node1 pins it", "404 a.b.app_error to POST /y"),
        failing(
            Stage::Release,
            "posts",
            "node2 (9.9.0) reads what node1 (9.9.0) wrote",
            "404 a.b.app_error to GET /z",
        ),
        EventKind::EvidenceSaved { path: "evidence/node1.log".into(), about: "log of node1".into() },
        EventKind::RunFinished,
    ]);
    let text = comment(&Runs::of(run));
    let screen: Vec<&str> = seen(&text);
    insta::assert_snapshot!(screen.join("\n"), @r"
    ## ❌ Upgrade from 9.8.0 to 9.9.0 failed 3 checks (2 regressions; 1 that stable says nothing about)

    **failed** · 4 checks planned, 4 run: 1 passed, 3 failed · exit code 1

    **First cause:** `posts` is a regression, it passed on stable; seen in mixed-1, release; the same answer in `pins`
    - step: node2 (9.8.0) reads what node1 (9.9.0) wrote (and 2 steps like it)
    - expected: `the post`
    - got: `404 a.b.app_error to GET /x`
    - from: node `node1`, version `9.9.0`, request `f8xw1t7k3jd5`
    - **next:** open `evidence/node1.log`; run `upgrade-gate demo --fault lost-post --only posts`

    - not red: 0 announced, 0 waived, 0 unsteady
    - `mattermost/team:9.8.0` → `mattermost/team:9.9.0`: rolling, what kind of cluster is not known yet, 2 nodes, stand-in, took 6.0 s, run `gate-1`, upgrade-gate 0.1.0
    ");
}

#[test]
fn what_broke_the_run_says_what_to_do() {
    let trouble = Trouble::new("node2", "node2 exited with status 1", "look at its log")
        .with_log(vec!["panic: no database".into()]);
    let run = record([
        head(&[(Stage::Stable, &["posts"]), (Stage::Release, &["posts"])]),
        EventKind::CheckFinished(result(Stage::Stable, "posts", Outcome::Passed)),
        EventKind::PhaseStarted { phase: run_record::event::Phase::Replace("node2".into()) },
        EventKind::RunBroken(Breakage { blame: Blame::Release, trouble }),
        EventKind::EvidenceSaved { path: "evidence/node2.log".into(), about: "log of node2".into() },
        EventKind::RunFinished,
    ]);
    let text = comment(&Runs::of(run));
    let screen: Vec<&str> = seen(&text);
    insta::assert_snapshot!(screen.join("\n"), @r"
    ## ❌ Upgrade from 9.8.0 to 9.9.0 did not hold: the release broke the run

    **failed** · 2 checks planned, 1 run: 1 passed, 1 never ran · exit code 1

    **First cause:** `node2` (the release): node2 exited with status 1
    - during: replace node2 (to 9.9.0), the last stage was stable
    - from its log: `panic: no database`
    - **next:** look at its log; open `evidence/node2.log`; run `upgrade-gate demo --fault lost-post`

    - not red: 0 announced, 0 waived, 0 unsteady
    - `mattermost/team:9.8.0` → `mattermost/team:9.9.0`: rolling, what kind of cluster is not known yet, 2 nodes, stand-in, took 5.0 s, run `gate-1`, upgrade-gate 0.1.0
    ");
}

#[test]
fn it_is_one_screen_however_much_is_red() {
    let checks: Vec<String> = (0..40).map(|number| format!("check{}", "x".repeat(number))).collect();
    let ids: Vec<&str> = checks.iter().map(String::as_str).collect();
    let loud = "<b>|`@all` ".repeat(5_000);
    let red = ids.iter().map(|id| failing(Stage::Release, id, &loud, &loud));
    let broken = (0..9).map(|_| {
        let trouble = Trouble::new(&loud, &loud, &loud).with_log(vec![loud.clone()]);
        EventKind::RunBroken(Breakage { blame: Blame::Environment, trouble })
    });
    let plan = head(&[(Stage::Release, &ids)]);
    let run = record(std::iter::once(plan).chain(red).chain(broken).chain([EventKind::RunFinished]));
    let runs = Runs::of(run);
    for text in [comment(&runs), comment_linked(&runs, ReportsLink(Some("https://x.example/r/")))] {
        let (top, _) = text.split_once("<details>").unwrap();
        assert!(top.lines().count() <= 25, "{} lines: {top}", top.lines().count());
        assert!(seen(&text).len() <= 25, "{}", seen(&text).join("\n"));
    }
    let screen = summary(&runs);
    assert!(screen.lines().take(25).any(|line| line.starts_with("- **next:**")), "{screen}");
}

#[test]
fn a_green_run_is_a_few_lines_and_links_its_reports() {
    let run = record([
        head(&[(Stage::Release, &["posts"])]),
        EventKind::CheckFinished(result(Stage::Release, "posts", Outcome::Passed)),
        EventKind::RunFinished,
    ]);
    let runs = Runs::of(run);
    let text = comment_linked(&runs, ReportsLink(Some("https://x.example/r/")));
    // GitHub's comment has the marker, an empty line and the link to the run besides.
    assert!(seen(&text).len() <= 9, "{text}");
    assert!(text.contains("exit code 0 · [reports and evidence](https://x.example/r/)"), "{text}");
    let text = comment_linked(&runs, ReportsLink(Some("s3://r/ug-1")));
    assert!(text.contains("exit code 0 · reports: `s3://r/ug-1`"), "{text}");
}

#[test]
fn what_the_verdict_says_first_is_the_first_cause() {
    let run = record([
        head(&[(Stage::Stable, &["a"]), (Stage::Release, &["a", "b"])]),
        EventKind::CheckFinished(result(Stage::Stable, "a", Outcome::Passed)),
        EventKind::CheckFinished(result(Stage::Release, "b", failed("x", "y"))),
        EventKind::CheckFinished(result(Stage::Release, "a", failed("x", "y"))),
        EventKind::RunFinished,
    ]);
    let text = comment(&Runs::of(run));
    assert!(
        text.contains("**First cause:** `a` is a regression, it passed on stable; seen in release"),
        "{text}"
    );
    let nothing = comment(&Runs::of(record([EventKind::Interrupted { signal: "SIGINT".into() }])));
    assert!(nothing.contains("**First cause:** the run was stopped by SIGINT"), "{nothing}");
}
