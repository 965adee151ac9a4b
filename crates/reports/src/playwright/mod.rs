//! `results.json`: the suites and cases of [`super::cases`] in the shape of Playwright's JSON reporter, which Mattermost's Test
//! System IO takes where it takes no JUnit.
//!
//! Titles begin with the case's key, as those of Mattermost's own specs do. What is waived or does not apply is skipped, with an
//! annotation that says why; what passed when it was asked again is flaky, with two results.
//! Sources: microsoft/playwright, packages/playwright/types/testReporter.d.ts; mattermost/mattermost-test-system-io,
//! apps/server/src/services/extraction.rs, which takes the message of an error and never its stack where both are there.

mod shape;

use time::OffsetDateTime;

use super::cases::{self, Case, End, Reason, Suite};
use super::junit::capped;
use super::kind::{Render, Report as Kind};
use super::properties;
use super::runs::{Run, Runs};
use super::sanitise::{attribute, one_line};
use super::unique;
use super::words::cut;
use run_record::event::Breakage;
use run_record::record::Record;
use shape::{
    Annotation, Config, Error, Output, Report, Spec, Stats, Status, SuiteOfSpecs, Test, TestResult,
    TestStatus,
};

/// Longer titles are somebody else's text.
const TITLE_LIMIT: usize = 200;
/// What Test System IO shows of a message.
const MESSAGE_LIMIT: usize = 2_000;
/// Milliseconds: 24 days, behind which readers with 32 bits have their end.
const LONGEST: u64 = i32::MAX as u64;

/// The report.
pub(super) const REPORT: Kind = Kind {
    name: "results.json",
    content_type: "application/json",
    render: Render::Runs(|runs, _| render(runs)),
};

/// The runs as Playwright's JSON. Of a matrix, each is a project of its own.
///
/// # Errors
/// When serde refuses it, which a record made of events does not provoke.
pub fn render(runs: &Runs) -> Result<String, String> {
    let of_run = |run: &Run| {
        let project = project(&run.name);
        let label = runs.name(run).map_or_else(String::new, |name| format!("{name}: "));
        let suites = cases::suites(&run.record, &run.verdict);
        suites.iter().map(|suite| of_suite(suite, &label, &project)).collect::<Vec<_>>()
    };
    let config = runs.alone().map_or_else(Config::default, |run| {
        let metadata = properties::of_run(&run.record).into_iter().collect();
        Config { metadata }
    });
    let records: Vec<&Record> = runs.all().iter().map(|run| &run.record).collect();
    written(runs.all().iter().flat_map(of_run).collect(), config, &records)
}

fn project(name: &str) -> String {
    attribute(name, TITLE_LIMIT, "upgrade")
}

fn written(suites: Vec<SuiteOfSpecs>, config: Config, records: &[&Record]) -> Result<String, String> {
    let tests = || suites.iter().flat_map(|suite| &suite.specs).flat_map(|spec| &spec.tests);
    let count = |status| tests().filter(|test| test.status == status).count();
    let stats = Stats {
        start_time: whole(records.iter().filter_map(|record| record.started_at).min()),
        // The runs of a matrix are beside each other.
        duration: records.iter().map(|record| record.took_ms()).max().unwrap_or(0).min(LONGEST),
        expected: count(TestStatus::Expected),
        unexpected: count(TestStatus::Unexpected),
        flaky: count(TestStatus::Flaky),
        skipped: count(TestStatus::Skipped),
    };
    let broken = records.iter().flat_map(|record| &record.breakages);
    let errors = broken.map(|Breakage { trouble, .. }| {
        error(&format!("{}: {}", trouble.part, trouble.message), &trouble.remedy)
    });
    let report = Report { config, errors: errors.collect(), stats, suites };
    serde_json::to_string_pretty(&report).map(|text| text + "\n").map_err(|error| error.to_string())
}

fn of_suite(suite: &Suite, run: &str, project: &str) -> SuiteOfSpecs {
    let title = attribute(&format!("{run}{}", suite.name), TITLE_LIMIT, "suite");
    // Nobody has such a file; it groups the results of one suite over many runs.
    let file = format!("upgrade-gate/{}", attribute(&suite.name, TITLE_LIMIT, "suite"));
    let mut titles: Vec<String> =
        suite.cases.iter().map(|case| attribute(&case.keyed_name(), TITLE_LIMIT, "unnamed")).collect();
    // Readers find a test by the titles above it and its own.
    unique::number(titles.iter_mut().map(|title| ("", title)));
    let specs = suite.cases.iter().zip(titles).map(|(case, title)| {
        let test = of_case(case, suite.started_at, project);
        let about = case.about.as_ref();
        Spec {
            ok: test.status != TestStatus::Unexpected,
            tags: about
                .map(|about| about.lines.iter().map(|line| one_line(line)).collect())
                .unwrap_or_default(),
            id: attribute(&format!("{}/{title}", suite.name), 2 * TITLE_LIMIT, "unnamed"),
            file: file.clone(),
            line: 0,
            column: 0,
            tests: vec![test],
            title,
        }
    });
    SuiteOfSpecs { specs: specs.collect(), title, file, line: 0, column: 0 }
}

fn of_case(case: &Case, started_at: OffsetDateTime, project: &str) -> Test {
    let result = |status, duration: u64, retry, errors| TestResult {
        worker_index: 0,
        status,
        duration: duration.min(LONGEST),
        errors,
        retry,
        start_time: whole(Some(started_at)),
        stdout: Vec::new(),
        stderr: Vec::new(),
        // Evidence is logs: what is uploaded beside this file are pictures, and each one else would be shown as missing.
        attachments: Vec::new(),
    };
    let once = |status, errors| vec![result(status, case.took_ms, 0, errors)];
    let annotation = |kind: &str, why: &str| Annotation {
        kind: kind.to_owned(),
        description: cut(&one_line(why), MESSAGE_LIMIT),
    };
    let (status, mut results, annotations) = match &case.end {
        End::Passed => (TestStatus::Expected, once(Status::Passed, Vec::new()), Vec::new()),
        End::Announced(why) => {
            let told = vec![annotation("announced", why)];
            (TestStatus::Expected, once(Status::Passed, Vec::new()), told)
        }
        End::Unsteady(first) => {
            let failed = result(Status::Failed, 0, 0, vec![error(first, first)]);
            let passed = result(Status::Passed, case.took_ms, 1, Vec::new());
            (TestStatus::Flaky, vec![failed, passed], Vec::new())
        }
        End::Skipped(reason) => {
            let told = vec![annotation(word(reason), &reason.short)];
            (TestStatus::Skipped, once(Status::Skipped, Vec::new()), told)
        }
        End::Failed(reason) | End::Error(reason) => {
            let errors = vec![error(&reason.short, &reason.long)];
            (TestStatus::Unexpected, once(Status::Failed, errors), Vec::new())
        }
    };
    if let Some(last) = results.last_mut()
        && !case.told.is_empty()
    {
        last.stdout.push(Output { text: capped(&case.told) });
    }
    let skipped = status == TestStatus::Skipped;
    Test {
        timeout: 0,
        annotations,
        expected_status: if skipped { Status::Skipped } else { Status::Passed },
        project_name: project.to_owned(),
        project_id: project.to_owned(),
        results,
        status,
    }
}

/// The moment in milliseconds, as JavaScript has them; the beginning of 1970 where there is none.
fn whole(at: Option<OffsetDateTime>) -> OffsetDateTime {
    let at = at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    at.replace_millisecond(at.millisecond()).unwrap_or(at)
}

/// The type of an annotation, in the words of the other reports.
fn word(reason: &Reason) -> &'static str {
    match reason.word {
        "Waived" => "waived",
        "NotApplicable" => "not applicable",
        _ => "skip",
    }
}

fn error(message: &str, stack: &str) -> Error {
    Error { message: attribute(message, MESSAGE_LIMIT, "no reason was given"), stack: capped(stack) }
}

#[cfg(test)]
mod tests;
