//! The user's own suite as a host command, against the stand-in: the binary itself, and its reports.

use std::path::Path;
use std::process::Command;

use upgrade_gate::event::{CheckResult, Outcome};
use upgrade_gate::record::Record;

use crate::wait;

/// A JUnit file of two tests; the second one fails on demand.
const GREEN: &str = r#"<testsuite name="e2e" time="1.5"><testcase classname="login" name="works" time="1"/><testcase classname="login" name="stays" time="0.5"/></testsuite>"#;
const RED: &str = r#"<testsuite name="e2e" time="1.5"><testcase classname="login" name="works" time="1"/><testcase classname="login" name="stays" time="0.5"><failure message="logged out">after 3 s</failure></testcase></testsuite>"#;

/// A demo with a suite of one command.
struct Demo {
    dir: tempfile::TempDir,
    code: Option<i32>,
    output: String,
}

impl Demo {
    fn with(command: &str, more: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ended = Command::new(env!("CARGO_BIN_EXE_upgrade-gate"))
            .args(["demo", "--nodes", "2", "--only", "startup,suite", "--suite-command", command])
            .args(more)
            .args(["--report-dir", dir.path().to_str().unwrap()])
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("INPUT_LICENSE", "licence-that-nobody-may-see")
            .output()
            .unwrap();
        let output = String::from_utf8_lossy(&ended.stdout).into_owned();
        Self { code: ended.status.code(), output, dir }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    fn report(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.path(name));
        text.unwrap_or_else(|error| panic!("{name}: {error}\n{}", self.output))
    }

    fn suite(&self) -> CheckResult {
        let record: Record = serde_json::from_str(&self.report("record.json")).unwrap();
        record.results().find(|result| result.check == "suite").unwrap().clone()
    }
}

/// A command that leaves this JUnit file and exits with `code`.
fn leaving(junit: &str, code: i32) -> String {
    format!("printf '%s' '{junit}' > \"$UPGRADE_GATE_RESULTS/e2e.xml\"; exit {code}")
}

#[test]
fn a_green_suite_is_merged_into_the_reports() {
    let demo = Demo::with(&leaving(GREEN, 0), &[]);
    assert_eq!(demo.code, Some(0), "{}", demo.output);
    assert!(demo.report("junit.xml").contains("name=\"your suite: e2e\""), "{}", demo.output);
    assert!(demo.report("summary.md").contains("| e2e | 2 | 2 | 0 | 0 | 1.5 s |"));
    assert!(
        demo.report("summary.md")
            .contains("| E3 | the comprehensive automated tests pass on the release version |")
    );
    assert!(demo.output.contains("your suite: 2 tests in 1 suite: 2 passed"), "{}", demo.output);
}

#[test]
fn a_failed_test_of_the_suite_is_red_by_its_name_whatever_the_exit_code() {
    let demo = Demo::with(&leaving(RED, 0), &[]);
    assert_eq!(demo.code, Some(1), "{}", demo.output);
    for name in ["summary.md", "comment.md", "junit.xml"] {
        assert!(demo.report(name).contains("logged out"), "{name} does not name the failure");
    }
    assert!(demo.output.contains("✗ login › stays"), "{}", demo.output);
}

#[test]
fn its_exit_code_counts_and_its_last_words_are_told() {
    let demo = Demo::with(&format!("echo browser crashed; {}", leaving(GREEN, 7)), &[]);
    assert_eq!(demo.code, Some(1), "{}", demo.output);
    assert!(demo.output.contains("exit code 7; it said: browser crashed"), "{}", demo.output);
}

#[test]
fn results_that_were_promised_and_are_missing_were_not_measured() {
    let folder = tempfile::tempdir().unwrap();
    // One from yesterday must not pass for today's.
    let old = folder.path().join("old.xml");
    std::fs::write(&old, GREEN).unwrap();
    let day = std::time::Duration::from_secs(86_400);
    std::fs::File::open(&old).unwrap().set_modified(std::time::SystemTime::now() - day).unwrap();
    let demo = Demo::with("true", &["--suite-results", folder.path().to_str().unwrap()]);
    assert_eq!(demo.code, Some(4), "{}", demo.output);
    assert!(demo.output.contains("which suite-results promised"), "{}", demo.output);
}

#[test]
fn a_suite_that_will_not_end_is_stopped() {
    let demo = Demo::with("sleep 100", &["--suite-timeout", "1s"]);
    assert_eq!(demo.code, Some(4), "{}", demo.output);
    assert!(demo.output.contains("did not end within 1 s"), "{}", demo.output);
}

#[test]
fn it_knows_where_the_servers_are_and_who_the_admin_is_and_no_other_secret() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let command = format!("env | sort > {0}; cat {0}", told.display());
    let demo = Demo::with(&command, &[]);
    assert_eq!(demo.code, Some(0), "{}", demo.output);
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
    let log = demo.report("evidence/suite.log");
    assert!(log.contains("UPGRADE_GATE_ADMIN_PASSWORD=***"), "{log}");
    for name in ["record.json", "events.jsonl", "junit.xml", "summary.md", "comment.md", "evidence/suite.log"]
    {
        assert!(!demo.report(name).contains(&password), "{name} shows the password");
    }
    assert!(!demo.output.contains(&password));
    assert!(matches!(&demo.suite().steps[1].outcome, Outcome::NotApplicable { .. }));
}

#[test]
fn an_interrupt_ends_it_with_all_that_it_started() {
    let dir = tempfile::tempdir().unwrap();
    let started = dir.path().join("started");
    let command = format!("sleep 100 & echo $! > {0}.part; mv {0}.part {0}; wait", started.display());
    let mut demo = Command::new(env!("CARGO_BIN_EXE_upgrade-gate"))
        .args(["demo", "--nodes", "1", "--only", "startup,suite", "--suite-command", &command])
        .args(["--report-dir", dir.path().to_str().unwrap()])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    until("the start of the suite", || started.exists());
    let child = std::fs::read_to_string(&started).unwrap();
    let sent = Command::new("kill").arg("-INT").arg(demo.id().to_string()).status().unwrap();
    assert!(sent.success());
    assert_eq!(demo.wait().unwrap().code(), Some(130));
    let program = Path::new("/proc").join(child.trim()).join("cmdline");
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
    let demo = Demo::with("", &[]);
    assert_eq!(demo.code, Some(0), "{}", demo.output);
    assert!(
        demo.output.contains("not applicable: no suite-image or suite-command was given"),
        "{}",
        demo.output
    );
    assert!(demo.output.contains("not applicable: E3"), "{}", demo.output);
    assert!(!Path::new(&demo.path("evidence/suite.log")).exists());
}

#[test]
fn timings_of_a_record_are_shown() {
    let demo = Demo::with(&leaving(GREEN, 0), &[]);
    let show = |format: &str| {
        let record = demo.path("record.json");
        let mut command = Command::new(env!("CARGO_BIN_EXE_upgrade-gate"));
        let shown = command.args(["checks", "--format", format, "--timings"]).arg(record).output().unwrap();
        assert!(shown.status.success());
        String::from_utf8(shown.stdout).unwrap()
    };
    assert!(show("text").lines().any(|line| line.starts_with("startup ")));
    let rows: serde_json::Value = serde_json::from_str(&show("json")).unwrap();
    assert!(rows.as_array().unwrap().iter().any(|row| row["check"] == "suite" && row["stable_ms"].is_null()));
}
