//! What a terminal shows: a block that is redrawn, and one screen at the end.

use super::*;
use crate::{REPORTS, Runs, WrittenFile};
use run_record::event::{Blame, Phase};
use run_record::samples::{breakage, failed, header, result};

const START: OffsetDateTime = time::macros::datetime!(2024-06-14 09:30:00 UTC);

/// What a terminal gets of these events, one second apart with a tick after each, and of their end.
fn written(look: Look, kinds: Vec<EventKind>) -> String {
    let mut out = Vec::new();
    let mut console = Console::new(&mut out, Look { terminal: true, width: Some(100), ..look });
    let mut record = Record::default();
    for (second, kind) in (0_i64..).zip(kinds) {
        let at = START + time::Duration::seconds(second);
        let event = Event { at, kind };
        record.fold(&event);
        console.event(&event, &record).unwrap();
        console.tick(at).unwrap();
    }
    let written = |name: &'static str| WrittenFile { name, result: Ok(format!("out/{name}").into()) };
    let files: Vec<WrittenFile> = REPORTS.iter().map(|report| written(report.name)).collect();
    console.finish(&Runs::of(record), &files).unwrap();
    String::from_utf8(out).unwrap()
}

/// A terminal of our own: what stands on it after all this, line by line.
fn screen(written: &str) -> Vec<String> {
    let (mut lines, mut row, mut column) = (vec![Vec::<char>::new()], 0_usize, 0_usize);
    let mut rest = written.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' => {
                row += 1;
                column = 0;
                lines.resize(lines.len().max(row + 1), Vec::new());
            }
            '\r' => column = 0,
            '\u{1b}' => {
                assert_eq!(rest.next(), Some('['));
                let mut parameter = String::new();
                let end = loop {
                    match rest.next().unwrap() {
                        c if c.is_ascii_alphabetic() => break c,
                        c => parameter.push(c),
                    }
                };
                match (end, parameter.as_str()) {
                    ('A', up) => row -= up.parse::<usize>().unwrap(),
                    ('J', "") => {
                        lines.truncate(row + 1);
                        lines[row].truncate(column);
                    }
                    ('m', _) | ('h' | 'l', "?7") => {}
                    other => panic!("{other:?}"),
                }
            }
            c => {
                let line = &mut lines[row];
                line.resize(line.len().max(column + 1), ' ');
                line[column] = c;
                column += 1;
            }
        }
    }
    lines.into_iter().map(|line| line.into_iter().collect::<String>().trim_end().to_owned()).collect()
}

fn head() -> EventKind {
    let mut head = header(&[(Stage::Stable, &["posts", "files"]), (Stage::Release, &["posts"])]);
    head.steps = ["prepare", "2 checks on stable", "replace node1", "tear down"].map(str::to_owned).to_vec();
    EventKind::RunStarted(head)
}

fn half() -> Vec<EventKind> {
    let step = |words: &str| EventKind::StepStarted { step: words.into() };
    let stage = Stage::Stable;
    vec![
        head(),
        step("prepare"),
        EventKind::PhaseStarted { phase: Phase::BringUp },
        EventKind::ImageProgress { image: "a:1".into(), layers_done: 2, layers: 7, bytes: 12_345_678 },
        EventKind::ImageProgress { image: "b:1".into(), layers_done: 0, layers: 3, bytes: 1_000 },
        EventKind::ImageReady { image: "a:1".into(), pulled: true, took_ms: 1_000, identity: None },
        EventKind::ImageReady { image: "b:1".into(), pulled: true, took_ms: 1_000, identity: None },
        EventKind::ContainerState { container: "node1-1".into(), state: "started".into() },
        EventKind::PhaseFinished { phase: Phase::BringUp, took_ms: 6_000 },
        step("2 checks on stable"),
        EventKind::StageStarted { stage },
        EventKind::Watching { requests_per_s: 212, failed: 0, worst_gap_ms: 340 },
        EventKind::CheckStarted { stage, check: "posts".into() },
        EventKind::CheckStarted { stage, check: "files".into() },
        EventKind::CheckFinished(result(stage, "posts", Outcome::Passed)),
    ]
}

/// What stands there before the last screen comes.
fn while_it_runs(kinds: Vec<EventKind>, wanted: &str) -> String {
    let written = written(Look::default(), kinds);
    let at = written.find(wanted).unwrap_or_else(|| panic!("{wanted}: {written}"));
    let end = written[at..].find("\u{1b}[?7h").map_or(written.len(), |end| at + end);
    screen(&written[..end]).join("\n")
}

#[test]
fn a_block_tells_what_is_waited_for() {
    insta::assert_snapshot!(while_it_runs(half(), "b:1 1 kB"), @r"
    upgrade-gate 0.1.0, run gate-1: 9.8.0 → 9.9.0, 2 nodes, stand-in
    4.0 s, step 1 of 4: prepare
      pulling a:1 12.3 MB (2 of 7 layers), b:1 1 kB (0 of 3 layers)
    ");
    insta::assert_snapshot!(while_it_runs(half(), "running: files"), @r"
    upgrade-gate 0.1.0, run gate-1: 9.8.0 → 9.9.0, 2 nodes, stand-in
    14.0 s, step 2 of 4: 2 checks on stable
      stage stable: 1 of 2 checks, 0 red
      running: files, the first for 1.0 s
      users: 212 requests/s, 0 failed, worst gap 340 ms
    ");
}

#[test]
fn nothing_of_it_stays_and_a_green_run_is_one_screen() {
    let mut kinds = half();
    kinds.extend([
        EventKind::CheckFinished(result(Stage::Stable, "files", Outcome::Passed)),
        EventKind::StageFinished { stage: Stage::Stable, took_ms: 900 },
        EventKind::CheckFinished(result(Stage::Release, "posts", Outcome::Passed)),
    ]);
    kinds.extend((0..20).map(|number| EventKind::Warning { text: format!("warning {number}") }));
    kinds.push(EventKind::RunFinished);
    let lines = screen(&written(Look::default(), kinds));
    assert!(lines.len() <= 25, "{}", lines.join("\n"));
    insta::assert_snapshot!(lines.join("\n"), @r"
    upgrade-gate 0.1.0, run gate-1: 9.8.0 → 9.9.0, 2 nodes, stand-in

    ! warning 0
    ! warning 1
    ! warning 2
    … and 17 more, in summary.md
    PASSED: upgrade from 9.8.0 to 9.9.0 held
      3 checks planned, 3 run: 3 passed in 38.0 s
      1 of the case's 28 lines passed; 27 without a check in this run
      reports: out (record.json, junit.xml, results.json, summary.md, comment.md, report.html, timeline.svg, lock.json)
      exit code 0
    ");
}

#[test]
fn what_is_red_is_told_at_once_and_on_the_last_screen() {
    let mut kinds = half();
    kinds.extend([
        EventKind::CheckFinished(result(Stage::Stable, "files", failed("200", "500\n::error::x \u{1b}[2J"))),
        EventKind::EvidenceSaved { path: "evidence/node1.log".into(), about: "log".into() },
        EventKind::RunBroken(breakage(Blame::Release)),
        EventKind::RunFinished,
    ]);
    insta::assert_snapshot!(screen(&written(Look::default(), kinds)).join("\n"), @r"
    upgrade-gate 0.1.0, run gate-1: 9.8.0 → 9.9.0, 2 nodes, stand-in
    ✗ stable files failed on stable: expected 200, got 500 ::error::x from node1
    ✗ node2: node2 exited with status 1 while it started
      what to do: look at its log
      from its log (node2):
      | panic: no database

    ✗ files in stable, failed on stable: expected 200, got 500 ::error::x from node1 (evidence/node1.log)
    FAILED: upgrade from 9.8.0 to 9.9.0 failed 1 check (1 failed on stable)
      3 checks planned, 2 run: 1 passed, 1 failed, 1 never ran in 18.0 s
      0 of the case's 28 lines passed; failed: S2.4; 27 without a check in this run
      first cause: stable/files failed on the stable version, before the upgrade: expected 200, got 500 ::error::x from node1
      again: upgrade-gate demo --stable 9.8.0 --release 9.9.0 --nodes 2 --only files
      reports: out (record.json, junit.xml, results.json, summary.md, comment.md, report.html, timeline.svg, lock.json)
      exit code 1
    ");
}

#[test]
fn a_line_never_wraps_and_a_terminal_without_unicode_gets_none() {
    let mut kinds = half();
    let wide = "漢字 ".repeat(200);
    kinds.push(EventKind::PhaseStarted { phase: Phase::Replace(wide.clone()) });
    kinds.push(EventKind::CheckFinished(result(Stage::Stable, "files", failed(&wide, &wide))));
    let text = written(Look { ascii: true, ..Look::default() }, kinds.clone());
    assert!(text.is_ascii(), "{text}");
    // Off while it is drawn, and on again.
    let text = written(Look::default(), kinds);
    assert_eq!(text.matches("\u{1b}[?7l").count(), text.matches("\u{1b}[?7h").count());
    assert!(text.contains("waiting for: replace 漢字"), "{text}");
}
