//! The reports of recorded runs, byte for byte.
//!
//! `UPGRADE_GATE_BLESS=1 cargo test --test it report_golden` writes the golden files anew; read their diff.

use std::fs;
use std::path::{Path, PathBuf};

use upgrade_gate::event::Event;
use upgrade_gate::record::Record;
use upgrade_gate::report::{self, Console, EventLog, Look, Names, REPORTS, Runs, write_all};
use upgrade_gate::verdict::ExitCode;

use crate::bless;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}

fn events(name: &str) -> (String, Vec<Event>) {
    let text = fs::read_to_string(here(&format!("fixtures/events/{name}.jsonl"))).unwrap();
    let events = EventLog::read(text.as_bytes()).unwrap();
    (text, events)
}

/// What the console showed of the run, on a runner.
fn console(events: &[Event]) -> String {
    let (mut out, mut record) = (Vec::new(), Record::default());
    let mut console = Console::new(&mut out, Look { github: true, ..Look::default() });
    for event in events {
        record.fold(event);
        console.event(event, &record).unwrap();
    }
    console.finish(&Runs::of(record), &[]).unwrap();
    with_known_tokens(String::from_utf8(out).unwrap())
}

/// What a terminal showed of it above its live block, and its last screen.
fn terminal(events: &[Event]) -> String {
    let (mut out, mut record) = (Vec::new(), Record::default());
    let mut console = Console::new(&mut out, Look { terminal: true, width: Some(100), ..Look::default() });
    for event in events {
        record.fold(event);
        console.event(event, &record).unwrap();
    }
    console.finish(&Runs::of(record), &[]).unwrap();
    String::from_utf8(out).unwrap()
}

/// The tokens between which the runner obeys nothing are new each time.
fn with_known_tokens(text: String) -> String {
    let tokens: Vec<String> =
        text.lines().filter_map(|line| line.strip_prefix("::stop-commands::")).map(str::to_owned).collect();
    tokens.iter().fold(text, |text, token| text.replace(token, "TOKEN"))
}

fn compare(file: &str, text: &str) {
    let golden = here("golden/report").join(file);
    if bless::asked() {
        fs::write(&golden, text).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    let differs = expected.lines().zip(text.lines()).position(|(expected, got)| expected != got);
    assert!(
        expected == text,
        "{file} differs, first in line {}; if that is meant, run again with UPGRADE_GATE_BLESS=1",
        differs.unwrap_or_else(|| expected.lines().count().min(text.lines().count())) + 1
    );
}

fn reports_are_as_they_were(name: &str, exit_code: ExitCode) {
    let (text, events) = events(name);
    let runs = Runs::of(Record::of(&events));
    assert_eq!(runs.verdict().exit_code, exit_code, "{:?}", runs.verdict().reasons);

    // The log itself is written as it was read.
    let mut log = Vec::new();
    for event in &events {
        EventLog::new(&mut log).write(event).unwrap();
    }
    assert_eq!(String::from_utf8(log).unwrap(), text);

    let dir = tempfile::tempdir().unwrap();
    for file in write_all(&runs, dir.path(), Names::Plain) {
        file.result.unwrap();
    }
    compare(&format!("{name}.console.txt"), &console(&events));
    compare(&format!("{name}.terminal.txt"), &terminal(&events));
    for report in REPORTS.iter().map(|report| report.name) {
        compare(&format!("{name}.{report}"), &fs::read_to_string(dir.path().join(report)).unwrap());
    }

    // A stored record gives the same reports again, without the events.
    let stored = report::read_record(&fs::read_to_string(dir.path().join("record.json")).unwrap()).unwrap();
    let again = tempfile::tempdir().unwrap();
    for file in write_all(&Runs::of(stored), again.path(), Names::Plain) {
        let (first, second) = (dir.path().join(file.name), file.result.unwrap());
        assert_eq!(fs::read(first).unwrap(), fs::read(second).unwrap(), "{}", file.name);
    }
}

/// The lines of a comment that are seen before anything is opened.
fn seen(comment: &str) -> usize {
    let (mut depth, mut seen) = (0, 0);
    for line in comment.lines() {
        let (opens, closes) = (line.matches("<details>").count(), line.matches("</details>").count());
        seen += usize::from(depth == 0 && opens + closes == 0);
        depth += opens;
        depth -= closes;
    }
    seen
}

#[test]
fn a_comment_is_one_screen_and_so_is_the_end_on_a_terminal() {
    for (name, most) in [("green", 12), ("red", 25), ("worse", 25)] {
        let comment = fs::read_to_string(here(&format!("golden/report/{name}.comment.md"))).unwrap();
        let (top, _) = comment.split_once("<details>").unwrap();
        let screen = fs::read_to_string(here(&format!("golden/report/{name}.terminal.txt"))).unwrap();
        assert!(screen.lines().count() <= 25, "{name}: {screen}");
        assert!(
            top.lines().count() < most && seen(&comment) <= most,
            "{name}: {}\n{comment}",
            seen(&comment)
        );
    }
}

#[test]
fn a_green_run() {
    reports_are_as_they_were("green", ExitCode::PASSED);
}

#[test]
fn a_red_run() {
    reports_are_as_they_were("red", ExitCode::FAILED);
}

/// Each kind of failure beside stable, durations that grew, and a suite of the user's with a failed test.
#[test]
fn a_run_that_got_worse() {
    reports_are_as_they_were("worse", ExitCode::FAILED);
}
