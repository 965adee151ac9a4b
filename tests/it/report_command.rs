//! `report`: stored records published again, as a command and as the Action.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use upgrade_gate::report::REPORTS;

use crate::gate::{Ended, Gate};

/// A report folder as the run of a golden record left it.
fn folder(dir: &Path, golden: &str) -> PathBuf {
    let folder = dir.join(golden);
    let record =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/report/{golden}.record.json"));
    fs::create_dir_all(&folder).unwrap();
    fs::copy(record, folder.join("record.json")).unwrap();
    folder
}

/// The gate in `dir`, with these variables.
fn gate(dir: &Path, words: &[&str], variables: &[(&str, &str)]) -> Ended {
    Gate::of(words).within(dir).envs(variables).run()
}

/// What a runner reads from the file of outputs.
fn outputs(file: &Path) -> HashMap<String, String> {
    let text = fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let mut outputs = HashMap::new();
    while let Some((name, delimiter)) = lines.next().and_then(|line| line.split_once("<<")) {
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        outputs.insert(name.to_owned(), value.join("\n"));
    }
    outputs
}

#[test]
fn a_stored_record_gives_the_runs_reports_and_its_exit_code() {
    let dir = TempDir::new().unwrap();
    for (golden, expected) in [("green", 0), ("red", 1)] {
        folder(dir.path(), golden);
        let ended = gate(dir.path(), &["report", "--from", golden, "--report-dir", "out"], &[]);
        assert_eq!(ended.code, Some(expected), "{}", ended.output);
        for report in REPORTS.iter().map(|report| report.name) {
            let run =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/report/{golden}.{report}"));
            assert_eq!(
                fs::read(run).unwrap(),
                fs::read(dir.path().join("out").join(report)).unwrap(),
                "{report}"
            );
        }
    }
}

#[test]
fn the_action_publishes_instead_of_running() {
    let dir = TempDir::new().unwrap();
    folder(dir.path(), "red");
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (set, summary) = (path("outputs"), path("summary"));
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "acme/chat"),
        ("GITHUB_OUTPUT", set.as_str()),
        ("GITHUB_STEP_SUMMARY", summary.as_str()),
        ("GITHUB_RUN_ID", "42"),
        ("GITHUB_SHA", "abc"),
        ("GITHUB_REF_NAME", "main"),
        ("INPUT_REPORT-FROM", "red"),
        ("INPUT_JUNIT-NAMES", "zephyr"),
        ("INPUT_STABLE", ""),
        ("INPUT_COMMENT", ""),
    ];
    let ended = gate(dir.path(), &[], &variables);
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    let outputs = outputs(Path::new(&set));
    assert_eq!((outputs["verdict"].as_str(), outputs["exit-code"].as_str()), ("failed", "1"));
    assert_eq!(outputs["junit"], "upgrade-gate-report/junit.xml");
    assert_eq!(outputs["status-context"], "e2e-test/upgrade-gate/enterprise/upgrade-from-release-9.8");
    let text = &outputs["summary-text"];
    assert!(text.starts_with("❌ **Upgrade from 9.8.0 to 9.9.0"), "{text}");
    assert!(text.ends_with("\n[the run](https://github.com/acme/chat/actions/runs/42)"), "{text}");
    let report = |name: &str| fs::read_to_string(dir.path().join("upgrade-gate-report").join(name)).unwrap();
    assert!(report("junit.xml").contains(r#"<testcase name="MM-T5392_20 posts.edit [stable]""#));
    let identity = r#"{"repository":"acme/chat","commit_sha":"abc","gh_run_id":"42","gh_run_attempt":"1","name":"upgrade-gate/enterprise/upgrade-from-release-9.8","branch":"main"}"#;
    assert_eq!(report("identity.json"), format!("{identity}\n"));
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/report/red.summary.md");
    assert_eq!(
        fs::read_to_string(summary).unwrap().trim_end(),
        fs::read_to_string(golden).unwrap().trim_end()
    );
    assert!(ended.stdout.lines().any(|line| line.starts_with("::error title=")));
}

#[test]
fn the_action_prints_a_matrix_instead_of_running() {
    let dir = TempDir::new().unwrap();
    let set = dir.path().join("outputs");
    let set_name = set.display().to_string();
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "acme/chat"),
        ("GITHUB_OUTPUT", set_name.as_str()),
        ("INPUT_MATRIX", "true"),
        ("INPUT_PAIRS", "11.5.1..11.6.0"),
    ];
    let ended = gate(dir.path(), &[], &variables);
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    let matrix: serde_json::Value = serde_json::from_str(&outputs(&set)["matrix"]).unwrap();
    assert_eq!(matrix["include"][0]["stable"], "11.5.1");
    let more = [variables.as_slice(), &[("INPUT_REPORT-FROM", "x")]].concat();
    assert_eq!(gate(dir.path(), &[], &more).code, Some(2), "two things at once");
}

#[test]
fn a_matrix_is_as_bad_as_its_worst_run_and_a_missing_one_is_not_green() {
    let dir = TempDir::new().unwrap();
    folder(&dir.path().join("runs"), "green");
    let merge = |more: &[&str]| {
        let arguments = [&["report", "--merge", "runs", "--report-dir", "out"], more].concat();
        gate(dir.path(), &arguments, &[])
    };
    assert_eq!(merge(&[]).code, Some(0));
    let pairs = ["--pairs", "9.8.0..9.9.0,9.7.0..9.9.0"];
    let ended = merge(&pairs);
    assert_eq!(ended.code, Some(4), "{}", ended.output);
    let comment = fs::read_to_string(dir.path().join("out/comment.md")).unwrap();
    assert!(
        comment.contains("| ✅ 9.8.0 to 9.9.0 |") && comment.contains("| ⚠️ 9.7.0 to 9.9.0 |"),
        "{comment}"
    );
    folder(&dir.path().join("runs"), "red");
    assert_eq!(merge(&pairs).code, Some(1));
}

/// That the call was a wrong input for this reason, and left nothing behind.
fn refused(dir: &Path, arguments: &[&str], why: &str) {
    let before = fs::read_dir(dir).unwrap().count();
    let ended = gate(dir, arguments, &[]);
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    let out = &ended.stdout;
    assert!(out.contains("nothing was created") && out.contains(why), "{arguments:?}: {out}");
    assert_eq!(fs::read_dir(dir).unwrap().count(), before, "{arguments:?} made something");
}

#[test]
fn a_folder_without_a_record_is_a_wrong_input() {
    let dir = TempDir::new().unwrap();
    for way in ["--from", "--merge"] {
        refused(dir.path(), &["report", way, "nowhere"], "\"nowhere\" cannot be published");
    }
}

/// Written in the first week of the format: without a plan, a watch, a ledger, or the call that made it.
#[test]
fn the_oldest_record_has_all_reports_without_what_it_lacks() {
    let dir = TempDir::new().unwrap();
    let oldest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/records/first.json");
    fs::create_dir(dir.path().join("old")).unwrap();
    fs::copy(oldest, dir.path().join("old/record.json")).unwrap();
    let ended = gate(dir.path(), &["report", "--from", "old", "--report-dir", "new"], &[]);
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    let text = |name: &str| fs::read_to_string(dir.path().join("new").join(name)).unwrap();
    for report in REPORTS {
        assert!(!text(report.name).is_empty(), "{}", report.name);
    }
    for name in ["comment.md", "summary.md", "report.html"] {
        let told = text(name);
        assert!(told.contains("posts.edit") && told.contains("9.9.0"), "{name}: {told}");
    }
    assert!(text("report.html").contains("is not in this record: its run was not watched"));
    folder(dir.path(), "worse");
    let compared = gate(dir.path(), &["report", "--diff", "old", "worse"], &[]);
    assert_eq!(compared.code, Some(0), "{}", compared.output);
}

#[test]
fn nothing_is_made_before_all_records_are_judged() {
    let dir = TempDir::new().unwrap();
    folder(dir.path(), "green");
    let record = fs::read_to_string(dir.path().join("green/record.json")).unwrap();
    let odd = |name: &str, text: &str| {
        fs::create_dir(dir.path().join(name)).unwrap();
        fs::write(dir.path().join(name).join("record.json"), text).unwrap();
    };
    odd("none", &record.replacen("\"format\": 1", "\"format\": 0", 1));
    odd("newer", &record.replacen("\"format\": 1", "\"format\": 2", 1));
    odd("broken", "{");
    odd("deep", &format!("{{\"format\": {}", "[".repeat(100_000)));
    fs::create_dir(dir.path().join("pipe")).unwrap();
    let pipe = dir.path().join("pipe/record.json");
    assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    fs::create_dir(dir.path().join("link")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("link/record.json")).unwrap();
    let table = [
        ("none", "has format 0"),
        ("newer", "has format 2"),
        ("broken", "this is no record of a run"),
        ("deep", "this is no record of a run"),
        ("pipe", "it is a named pipe, not a file"),
        ("link", "it is a link, not a file"),
    ];
    for (name, why) in table {
        refused(dir.path(), &["report", "--from", name], why);
        refused(dir.path(), &["report", "--merge", "green", name], why);
    }
    refused(dir.path(), &["report", "--merge", "green", "--pairs", "x"], "is no pair of versions");
}

#[test]
fn one_run_counts_once() {
    let dir = TempDir::new().unwrap();
    folder(dir.path(), "green");
    folder(&dir.path().join("again"), "green");
    let why = "\"again/green\" has the same run as green, which would count twice";
    refused(dir.path(), &["report", "--merge", "green", "again"], why);
    refused(dir.path(), &["report", "--merge", "green", "green"], "has the same run as green");
}

#[test]
fn a_head_of_which_nobody_can_tell_is_not_run() {
    let dir = TempDir::new().unwrap();
    let run = ["run", "--stable", "11.5.1", "--release", "11.6.0"];
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "acme/chat")];
    for event in ["pull_request_target", "workflow_run", "issue_comment", "PUSH"] {
        let variables = [github[0], github[1], ("GITHUB_EVENT_NAME", event)];
        let ended = gate(dir.path(), &run, &variables);
        assert_eq!(ended.code, Some(2), "{}", ended.output);
        let out = &ended.stdout;
        assert!(out.contains("cannot tell whether the head is a fork's"), "{event}: {out}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}

#[test]
fn what_no_run_is_called_is_not_removed() {
    let dir = TempDir::new().unwrap();
    for id in ["", "typo", "ug-1,x", "ug-1=2"] {
        let ended = gate(dir.path(), &["cleanup", "--run", id], &[("DOCKER_HOST", "unix:///no/such.sock")]);
        assert_eq!(ended.code, Some(2), "{id:?} {}", ended.output);
    }
}
