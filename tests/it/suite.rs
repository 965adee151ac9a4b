//! The user's own suite as a host command, against the stand-in: the binary itself, and its reports.

use std::path::Path;

use upgrade_gate::event::{CheckResult, Outcome};

use crate::gate::{Ended, Gate, send};
use crate::wait;

/// A JUnit file of two tests; the second one fails on demand.
const GREEN: &str = r#"<testsuite name="e2e" time="1.5"><testcase classname="login" name="works" time="1"/><testcase classname="login" name="stays" time="0.5"/></testsuite>"#;
const RED: &str = r#"<testsuite name="e2e" time="1.5"><testcase classname="login" name="works" time="1"/><testcase classname="login" name="stays" time="0.5"><failure message="logged out">after 3 s</failure></testcase></testsuite>"#;

/// A demo with a suite of one command.
fn demo(command: &str) -> Gate {
    Gate::demo()
        .nodes(2)
        .args(&["--only", "startup,suite", "--suite-command", command])
        .env("INPUT_LICENSE", "licence-that-nobody-may-see")
}

fn suite(ended: &Ended) -> CheckResult {
    ended.record().results().find(|result| result.check == "suite").unwrap().clone()
}

/// A command that leaves this JUnit file and exits with `code`.
fn leaving(junit: &str, code: i32) -> String {
    format!("printf '%s' '{junit}' > \"$UPGRADE_GATE_RESULTS/e2e.xml\"; exit {code}")
}

#[test]
fn a_green_suite_is_merged_into_the_reports() {
    let ended = demo(&leaving(GREEN, 0)).run();
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    assert!(ended.report("junit.xml").contains("name=\"your suite: e2e\""), "{}", ended.output);
    assert!(ended.report("summary.md").contains("| e2e | 2 | 2 | 0 | 0 | 1.5 s |"));
    assert!(
        ended
            .report("summary.md")
            .contains("| E3 | the comprehensive automated tests pass on the release version |")
    );
    assert!(ended.output.contains("your suite: 2 tests in 1 suite: 2 passed"), "{}", ended.output);
}

#[test]
fn a_failed_test_of_the_suite_is_red_by_its_name_whatever_the_exit_code() {
    let ended = demo(&leaving(RED, 0)).run();
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    for name in ["summary.md", "comment.md", "junit.xml"] {
        assert!(ended.report(name).contains("logged out"), "{name} does not name the failure");
    }
    assert!(ended.output.contains("✗ login › stays"), "{}", ended.output);
}

#[test]
fn its_exit_code_counts_and_its_last_words_are_told() {
    let ended = demo(&format!("echo browser crashed; {}", leaving(GREEN, 7))).run();
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    assert!(ended.output.contains("exit code 7; it said: browser crashed"), "{}", ended.output);
}

#[test]
fn results_that_were_promised_and_are_missing_were_not_measured() {
    let folder = tempfile::tempdir().unwrap();
    // One from yesterday must not pass for today's.
    let old = folder.path().join("old.xml");
    std::fs::write(&old, GREEN).unwrap();
    let day = std::time::Duration::from_secs(86_400);
    std::fs::File::open(&old).unwrap().set_modified(std::time::SystemTime::now() - day).unwrap();
    let ended = demo("true").arg("--suite-results", folder.path().to_str().unwrap()).run();
    assert_eq!(ended.code, Some(4), "{}", ended.output);
    assert!(ended.output.contains("which suite-results promised"), "{}", ended.output);
}

#[test]
fn a_suite_that_will_not_end_is_stopped() {
    let ended = demo("sleep 100").arg("--suite-timeout", "1s").run();
    assert_eq!(ended.code, Some(4), "{}", ended.output);
    assert!(ended.output.contains("did not end within 1 s"), "{}", ended.output);
}

#[test]
fn it_knows_where_the_servers_are_and_who_the_admin_is_and_no_other_secret() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let command = format!("env | sort > {0}; cat {0}", told.display());
    let ended = demo(&command).run();
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    let told = std::fs::read_to_string(told).unwrap();
    let value = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("no {name} in {told}")).to_owned()
    };
    assert!(value("UPGRADE_GATE_URL").starts_with("http://127.0.0.1:"));
    assert_eq!(value("UPGRADE_GATE_NODE_URLS").split(',').count(), 2);
    assert!(value("UPGRADE_GATE_ADMIN_USER").starts_with("admin-"));
    assert_eq!(
        (value("UPGRADE_GATE_STABLE"), value("UPGRADE_GATE_RELEASE")),
        ("11.5.1".into(), "11.6.0".into())
    );
    assert!(!told.contains("licence-that-nobody-may-see"));
    let password = value("UPGRADE_GATE_ADMIN_PASSWORD");
    let log = ended.report("evidence/suite.log");
    assert!(log.contains("UPGRADE_GATE_ADMIN_PASSWORD=***"), "{log}");
    for name in ["record.json", "events.jsonl", "junit.xml", "summary.md", "comment.md", "evidence/suite.log"]
    {
        assert!(!ended.report(name).contains(&password), "{name} shows the password");
    }
    assert!(!ended.output.contains(&password));
    assert!(matches!(&suite(&ended).steps[1].outcome, Outcome::NotApplicable { .. }));
}

#[test]
fn an_interrupt_ends_it_with_all_that_it_started() {
    let dir = tempfile::tempdir().unwrap();
    let started = dir.path().join("started");
    let command = format!("sleep 100 & echo $! > {0}.part; mv {0}.part {0}; wait", started.display());
    let gate = Gate::demo().nodes(1).args(&["--only", "startup,suite", "--suite-command", &command]);
    let mut child = gate.start();
    until("the start of the suite", || started.exists());
    let of_suite = std::fs::read_to_string(&started).unwrap();
    send(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let program = Path::new("/proc").join(of_suite.trim()).join("cmdline");
    until("the end of what the suite started", || {
        !std::fs::read(&program).unwrap_or_default().starts_with(b"sleep")
    });
}

fn until(what: &str, there: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    assert!(wait::until(deadline, || there().then_some(())).is_some(), "{what} did not happen");
}

#[test]
fn without_one_the_line_does_not_apply_and_says_why() {
    let ended = demo("").run();
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    assert!(
        ended.output.contains("not applicable: no suite-image or suite-command was given"),
        "{}",
        ended.output
    );
    assert!(ended.output.contains("not applicable: E3"), "{}", ended.output);
    assert!(!ended.reports().join("evidence/suite.log").exists());
}

#[test]
fn timings_of_a_record_are_shown() {
    let ended = demo(&leaving(GREEN, 0)).run();
    let record = ended.reports().join("record.json");
    let show = |format: &str| {
        let words = ["checks", "--format", format, "--timings", record.to_str().unwrap()];
        let shown = Gate::of(&words).run();
        assert_eq!(shown.code, Some(0), "{}", shown.output);
        shown.stdout
    };
    assert!(show("text").lines().any(|line| line.starts_with("startup ")));
    let rows: serde_json::Value = serde_json::from_str(&show("json")).unwrap();
    assert!(rows.as_array().unwrap().iter().any(|row| row["check"] == "suite" && row["stable_ms"].is_null()));
}
