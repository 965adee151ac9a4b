//! What people see of small runs.

use super::*;
use crate::{RecordedRun, Runs, WrittenFile};
use run_record::event::{Blame, Phase};
use run_record::samples::{breakage, failed, header, result};
use std::path::PathBuf;

/// What a console shows of these events, one second apart, and of their end.
fn shown(look: Look, kinds: Vec<EventKind>) -> String {
    let start = time::macros::datetime!(2024-06-14 09:30:00 UTC);
    let mut out = Vec::new();
    let mut console = Console::new(&mut out, look);
    let mut record = Record::default();
    for (second, kind) in (0_i64..).zip(kinds) {
        let event = Event { at: start + time::Duration::seconds(second), kind };
        record.fold(&event);
        console.event(&event, &record).unwrap();
    }
    let files = [
        WrittenFile { name: "junit.xml", result: Ok(PathBuf::from("out/junit.xml")) },
        WrittenFile { name: "summary.md", result: Err("cannot write summary.md: disk full".into()) },
    ];
    console.finish(&Runs::of(record), &files).unwrap();
    String::from_utf8(out).unwrap()
}

fn small_run() -> Vec<EventKind> {
    let stage = Stage::Stable;
    vec![
        EventKind::RunStarted(header(&[(stage, &["posts.edit", "files.read", "cluster.census"])])),
        EventKind::PhaseStarted { phase: Phase::BringUp },
        EventKind::ImageReady {
            image: "mattermost/team:9.8.0".into(),
            pulled: true,
            took_ms: 3_400,
            identity: None,
        },
        EventKind::ContainerState { container: "node1-1".into(), state: "started".into() },
        EventKind::NodeReady { node: "node1".into(), version: "9.8.0".into(), took_ms: 4_100 },
        EventKind::PhaseFinished { phase: Phase::BringUp, took_ms: 8_000 },
        EventKind::ClusterKnown { clustering: Clustering::SharedDatabase { reason: "no licence".into() } },
        EventKind::StageStarted { stage },
        EventKind::CheckStarted { stage, check: "posts.edit".into() },
        EventKind::CheckFinished(result(stage, "posts.edit", Outcome::Passed)),
        EventKind::CheckFinished(result(
            stage,
            "files.read",
            failed("200", "500\n::error::forged ##[error]x"),
        )),
        EventKind::CheckFinished(result(
            stage,
            "cluster.census",
            Outcome::NotApplicable { reason: "no clustering licence".into() },
        )),
        EventKind::StageFinished { stage, took_ms: 900 },
        EventKind::Warning { text: "the store is slow".into() },
        EventKind::RunFinished,
    ]
}

#[test]
fn a_plain_console_tells_the_story() {
    insta::assert_snapshot!(shown(Look::default(), small_run()), @r"
    upgrade-gate 0.1.0, run gate-1
      stable   9.8.0 (mattermost/team:9.8.0)
      release  9.9.0 (mattermost/team:9.9.0)
      2 nodes (stand-in), rolling, because the versions are one minor apart
      3 checks in 1 stage
    bring up on stable
      image mattermost/team:9.8.0 pulled in 3.4 s
      node1 is ready with 9.8.0 after 4.1 s
      bring up on stable took 8.0 s
      cluster: shared database, not HA: no licence
    stage stable: 3 checks
      ✓ stable posts.edit  120 ms
      ✗ stable files.read  120 ms  failed on stable (files.read works)
          expected  200
          got       500 ::error::forged ##[error]x
          node      node1
      – stable cluster.census  120 ms  not applicable: no clustering licence
      stable: 1 passed, 1 red, 3 in all, 900 ms
      ! the store is slow

      ✗ stable files.read  120 ms  failed on stable (files.read works)
          expected  200
          got       500 ::error::forged ##[error]x
          node      node1
    FAILED: upgrade from 9.8.0 to 9.9.0 failed 1 check (1 failed on stable)
      3 checks planned, 3 run: 1 passed, 1 failed, 1 not applicable in 14.0 s
      cluster: shared database, not HA
      0 of the case's 28 lines passed; failed: S2.4; 27 without a check in this run
      first cause: stable/files.read failed on the stable version, before the upgrade: expected 200, got 500 ::error::forged ##[error]x from node1
      again: upgrade-gate demo --stable 9.8.0 --release 9.9.0 --nodes 2 --only files.read
      report: out/junit.xml
      ! cannot write summary.md: disk full
      exit code 1
    ");
}

#[test]
fn on_github_groups_fold_and_foreign_text_is_no_command() {
    let text = shown(Look { github: true, terminal: true, ..Look::default() }, small_run());
    let commands: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with("::")).collect();
    assert_eq!(
        commands,
        ["::group::bring up on stable", "::endgroup::", "::group::stage stable: 3 checks", "::endgroup::"]
    );
    assert!(!text.contains("##[") && !text.contains('\r'), "{text}");
}

#[test]
fn a_broken_run_shows_the_log_outside_of_groups() {
    let kinds = vec![
        EventKind::PhaseStarted { phase: Phase::Replace("node2".into()) },
        EventKind::RunBroken(breakage(Blame::Release)),
        EventKind::Interrupted { signal: "SIGINT".into() },
    ];
    let text = shown(Look { github: true, ..Look::default() }, kinds);
    let (_, after) = text.split_once("::stop-commands::").unwrap();
    let token = after.lines().next().unwrap();
    insta::assert_snapshot!(text.replace(token, "TOKEN"), @r"
    ::group::replace node2
    ::endgroup::
    ✗ node2: node2 exited with status 1 while it started
      what to do: look at its log
      from its log (node2):
    ::stop-commands::TOKEN
      | panic: no database
    ::TOKEN::
    ! SIGINT: partial reports first, then everything is removed

    INTERRUPTED: the upgrade was interrupted
      0 checks planned, 0 run: nothing in 2.0 s
      0 of the case's 28 lines passed; 28 without a check in this run
      first cause: the run was stopped by SIGINT before it was complete
      report: out/junit.xml
      ! cannot write summary.md: disk full
      exit code 130
    ");
}

#[test]
fn a_verbose_terminal_has_one_live_line_that_is_taken_back() {
    let kinds = vec![
        EventKind::PhaseStarted { phase: Phase::BringUp },
        EventKind::ImageProgress { image: "a:1".into(), layers_done: 2, layers: 7, bytes: 12_345_678 },
        EventKind::ImageReady { image: "a:1".into(), pulled: true, took_ms: 1_000, identity: None },
        EventKind::CheckStarted { stage: Stage::Stable, check: "posts.edit".into() },
        EventKind::CheckFinished(result(Stage::Stable, "posts.edit", Outcome::Passed)),
    ];
    let text = shown(Look { terminal: true, verbose: true, colour: true, ..Look::default() }, kinds);
    let shown = text.replace('\u{1b}', "ESC").replace('\r', "CR");
    insta::assert_snapshot!(shown.lines().take(5).collect::<Vec<_>>().join("\n"), @r"
    ESC[1mbring up on stableESC[0m
      … bring up on stable 0 sCRESC[2K  … pulling a:1: 2/7 layers, 12.3 MBCRESC[2K  image a:1 pulled in 1.0 s
      … bring up on stable 2 sCRESC[2K  … posts.edit 0 sCRESC[2K  ESC[32m✓ESC[0m stable posts.edit  120 ms
      … bring up on stable 4 sCRESC[2K
    ESC[31mNOT MEASURED: the upgrade was not measured completelyESC[0m
    ");
}

#[test]
fn steps_are_counted_by_the_list_even_where_some_are_left_out_or_come_twice() {
    let mut head = header(&[(Stage::Stable, &["posts.edit"])]);
    let list = ["prepare", "replace a", "1 check on release", "replace a", "reports", "tear down"];
    head.steps = list.map(str::to_owned).to_vec();
    let begun = ["prepare", "replace a", "replace a", "reports", "something else"];
    let mut kinds = vec![EventKind::RunStarted(head)];
    kinds.extend(begun.map(|step| EventKind::StepStarted { step: step.into() }));
    let text = shown(Look::default(), kinds);
    let steps: Vec<&str> = text.lines().filter(|line| line.starts_with("  step")).collect();
    let expected = [
        "  step 1 of 6: prepare",
        "  step 2 of 6: replace a",
        "  step 4 of 6: replace a",
        "  step 5 of 6: reports",
        "  step: something else",
    ];
    assert_eq!(steps, expected);
}

#[test]
fn of_a_matrix_each_run_has_a_line_and_none_is_a_command() {
    let mut run = RecordedRun::missing("::error::1 to 2\n##[group]x");
    run.verdict.reasons = vec!["::warning::x ##[error]".into()];
    let mut out = Vec::new();
    let mut console = Console::new(&mut out, Look { github: true, colour: true, ..Look::default() });
    console.finish(&Runs::matrix(vec![run]), &[]).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
    NOT MEASURED: 0 of 1 upgrade held
      upgrade ::error::1 to 2 ## [group]x: not measured
        first cause: ::warning::x ## [error]
      exit code 4
    ");
}
