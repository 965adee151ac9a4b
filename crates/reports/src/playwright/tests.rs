//! Read back as Test System IO reads it: by names, whatever else is there.

use super::*;
use run_record::event::{Event, EventKind, Failure, Outcome, Stage, UserEnd, UserSuite, UserTest};
use run_record::samples::{failed, header, record, result};
use serde_json::Value;

fn read(record: &Record) -> Value {
    serde_json::from_str(&render(&Runs::of(record.clone())).unwrap()).unwrap()
}

/// The spec of a suite with this title.
fn spec<'v>(report: &'v Value, suite: &str, title: &str) -> &'v Value {
    let suites = report["suites"].as_array().unwrap();
    let suite = suites.iter().find(|found| found["title"] == suite).unwrap();
    let specs = suite["specs"].as_array().unwrap();
    specs.iter().find(|spec| spec["title"] == title).unwrap_or_else(|| panic!("no {title} in {suite:#}"))
}

fn each_outcome() -> Record {
    let waived = Outcome::Waived {
        failure: Failure::default(),
        reason: "the proxy does it".into(),
        owner: "ops".into(),
        expires: "2026-12-31".into(),
    };
    let outcomes = [
        ("passed", Outcome::Passed),
        ("announced", Outcome::Announced { reason: "larger".into(), source: "changelog".into() }),
        ("failed", failed("one post", "none")),
        ("unmeasured", Outcome::NotMeasured { reason: "no time was left".into() }),
        ("nowhere", Outcome::NotApplicable { reason: "no licence".into() }),
        ("waived", waived),
        ("unsteady", Outcome::Unsteady { first: "404".into(), again: "passed".into() }),
    ];
    let planned: Vec<&str> = outcomes.iter().map(|(name, _)| *name).chain(["never"]).collect();
    let plan = EventKind::RunStarted(header(&[(Stage::Release, &planned)]));
    let results = outcomes
        .into_iter()
        .map(|(check, outcome)| EventKind::CheckFinished(result(Stage::Release, check, outcome)));
    record(std::iter::once(plan).chain(results).chain([EventKind::RunFinished]))
}

#[test]
fn each_outcome_has_playwrights_words() {
    let report = read(&each_outcome());
    let told = |check: &str| {
        let spec = spec(&report, "release", &format!("MM-T5392_20 {check} [release]"));
        let test = &spec["tests"][0];
        let results = test["results"].as_array().unwrap();
        let tries: Vec<_> = results.iter().map(|result| result["status"].as_str().unwrap()).collect();
        let status = |value: &Value| value.as_str().unwrap().to_owned();
        format!(
            "{} {} {} {}",
            status(&test["expectedStatus"]),
            tries.join("+"),
            status(&test["status"]),
            spec["ok"]
        )
    };
    assert_eq!(told("passed"), "passed passed expected true");
    assert_eq!(told("announced"), "passed passed expected true");
    assert_eq!(told("failed"), "passed failed unexpected false");
    assert_eq!(told("unmeasured"), "passed failed unexpected false");
    assert_eq!(told("nowhere"), "skipped skipped skipped true");
    assert_eq!(told("waived"), "skipped skipped skipped true");
    assert_eq!(told("unsteady"), "passed failed+passed flaky true");
    // A check that left no result has no lines of its own in this run.
    assert_eq!(spec(&report, "release", "MM-T5392 never [release]")["ok"], false);
    let counts =
        ["expected", "unexpected", "flaky", "skipped"].map(|name| report["stats"][name].as_u64().unwrap());
    assert_eq!(counts, [3, 3, 1, 2], "the run itself is one more");
}

#[test]
fn the_reason_is_where_readers_look() {
    let report = read(&each_outcome());
    let test = |check: &str| &spec(&report, "release", &format!("MM-T5392_20 {check} [release]"))["tests"][0];
    let error = &test("failed")["results"][0]["errors"][0];
    assert_eq!(error["message"], "failed: expected one post, got none from node1");
    assert_eq!(error["stack"], "expected: one post\ngot: none\nnode: node1");
    let annotation = |check: &str| {
        let one = &test(check)["annotations"][0];
        format!("{}: {}", one["type"].as_str().unwrap(), one["description"].as_str().unwrap())
    };
    assert_eq!(annotation("nowhere"), "not applicable: no licence");
    assert_eq!(annotation("waived"), "waived: waived by ops until 2026-12-31: the proxy does it");
    assert_eq!(annotation("announced"), "announced: larger (changelog)");
    let tries = &test("unsteady")["results"];
    assert_eq!((&tries[0]["errors"][0]["message"], &tries[1]["retry"]), (&"404".into(), &1.into()));
    assert!(test("passed")["results"][0]["stdout"][0]["text"].as_str().unwrap().contains("lines: S2.4"));
    assert_eq!(test("passed")["projectName"], "9.8.0 to 9.9.0");
    assert_eq!(report["stats"]["startTime"], "2024-06-14T09:30:00Z");
}

#[test]
fn moments_are_in_milliseconds() {
    let at = time::macros::datetime!(2024-06-14 09:30:00.123_456_789 UTC);
    let mut record = Record::default();
    record.fold(&Event { at, kind: EventKind::RunFinished });
    assert_eq!(read(&record)["stats"]["startTime"], "2024-06-14T09:30:00.123Z");
}

#[test]
fn what_broke_the_run_is_an_error_and_a_red_test() {
    let broken = run_record::samples::breakage(run_record::event::Blame::Environment);
    let report = read(&record([EventKind::RunStarted(header(&[])), EventKind::RunBroken(broken)]));
    assert_eq!(report["errors"][0]["message"], "node2: node2 exited with status 1 while it started");
    assert_eq!(spec(&report, "run", "MM-T5392_14 node2")["ok"], false);
    assert_eq!(report["config"]["metadata"]["stable"], "mattermost/team:9.8.0");
}

#[test]
fn tests_of_the_users_keep_their_titles_and_equal_ones_are_numbered() {
    let test =
        || UserTest { class: "login".into(), name: "MM-T1 works".into(), took_ms: 1, end: UserEnd::Passed };
    let suites = vec![UserSuite { name: "e2e".into(), took_ms: 2, tests: vec![test(), test()] }];
    let report = read(&record([EventKind::SuiteReported { suites }]));
    assert_eq!(spec(&report, "your suite: e2e", "MM-T1 works")["ok"], true);
    assert_eq!(spec(&report, "your suite: e2e", "MM-T1 works (again, 2)")["ok"], true);
}

#[test]
fn text_of_others_is_clean() {
    let nasty = "\u{1b}[31mred\u{0}\u{202e}\nnext";
    let report = render(&Runs::of(record([
        EventKind::CheckFinished(result(Stage::Release, "a", failed(nasty, nasty))),
        EventKind::CheckFinished(result(
            Stage::Release,
            "b",
            Outcome::NotApplicable { reason: nasty.into() },
        )),
        EventKind::CheckFinished(result(
            Stage::Release,
            "c",
            Outcome::Unsteady { first: nasty.into(), again: nasty.into() },
        )),
    ])));
    let report = report.unwrap();
    assert!(
        !report.contains("\\u001b") && !report.contains("\\u0000") && !report.contains('\u{202e}'),
        "{report}"
    );
    assert!(report.contains(r"red\\u{202e} next"), "{report}");
}

#[test]
fn the_runs_of_a_matrix_are_projects() {
    let runs = [Run::of(each_outcome()), Run::of(each_outcome()), Run::missing("9.7.0 to 9.9.0")];
    let report: Value = serde_json::from_str(&render(&Runs::matrix(runs.into())).unwrap()).unwrap();
    let again = spec(&report, "9.8.0 to 9.9.0 (again, 2): release", "MM-T5392_20 passed [release]");
    assert_eq!(again["tests"][0]["projectName"], "9.8.0 to 9.9.0 (again, 2)");
    let missing = spec(&report, "9.7.0 to 9.9.0: run", "MM-T5392_14 complete");
    assert!(
        missing["tests"][0]["results"][0]["errors"][0]["message"]
            .as_str()
            .unwrap()
            .starts_with("it left no record")
    );
}
