//! `junit.xml`: the suites and cases of [`super::cases`].
//!
//! Facts travel twice: as `<properties>`, for programs, and as `key: value` lines in system-out, which every reader shows.
//! junit-report 0.9.1 has no properties; [`pass`] puts them in. All text goes through [`super::sanitise`].

mod pass;

use junit_report::{Report, TestCase, TestResult, TestSuite};
use time::Duration;

use super::cases::{self, Case, End, Reason, Suite};
use super::kind::{Render, Report as Kind};
use super::names::Names;
use super::properties;
use super::runs::{Run, Runs};
use super::sanitise::{attribute, cdata, text};
use super::unique;
use super::words::cut;
use pass::{SuiteFacts, Totals};

/// The head of all classes.
const PACKAGE: &str = "mattermost.upgrade";
/// A message attribute is for lists; the element's text has everything.
const MESSAGE_LIMIT: usize = 300;
/// Names and classes beyond this are somebody else's text.
const NAME_LIMIT: usize = 200;
/// Longer paths no file system has.
const FILE_LIMIT: usize = 4_096;
/// Milliseconds of a case: junit-report adds them up, and has an end there.
const LONGEST: u64 = 1_000_000_000_000_000;
/// Bytes of system-out per case; Jenkins keeps 50,000 characters twice.
const OUTPUT_LIMIT: usize = 64 * 1024;

/// A suite as the crate writes it, and what it cannot write.
struct Ready {
    suite: TestSuite,
    facts: SuiteFacts,
}

/// The report.
pub(super) const REPORT: Kind =
    Kind { name: "junit.xml", content_type: "application/xml", render: Render::Runs(render) };

/// The runs as JUnit XML. Of a matrix, each suite and class carries the name of its run.
///
/// # Errors
/// When the writer refuses it, which sanitised text does not provoke.
pub fn render(runs: &Runs, names: Names) -> Result<String, String> {
    let mut all = Vec::new();
    for run in runs.all() {
        for mut ready in suites(run, names) {
            if runs.alone().is_none() {
                name_after(run, &mut ready.suite);
            }
            make_unique(&mut ready.suite);
            all.push(ready);
        }
    }
    write(all)
}

fn name_after(run: &Run, suite: &mut TestSuite) {
    // Dots would make packages of the numbers in a version.
    let part = run.name.replace('.', "_");
    suite.name = attribute(&format!("{}: {}", run.name, suite.name), NAME_LIMIT, "run");
    for case in &mut suite.testcases {
        let class = case.classname.as_deref().unwrap_or_default();
        let area = class.strip_prefix(PACKAGE).unwrap_or_default();
        case.classname = Some(attribute(&format!("{PACKAGE}.{part}{area}"), NAME_LIMIT, PACKAGE));
    }
}

fn suites(run: &Run, names: Names) -> Vec<Ready> {
    let of_run = properties::xml(&properties::of_run(&run.record));
    let ready = |suite: Suite| {
        let cases = suite.cases.iter().map(|case| properties::xml(&properties::of_case(case))).collect();
        let facts = SuiteFacts { took_ms: suite.took_ms, skipped: 0, properties: of_run.clone(), cases };
        Ready { suite: written(&suite, names), facts }
    };
    cases::suites(&run.record, &run.verdict).into_iter().map(ready).collect()
}

fn write(suites: Vec<Ready>) -> Result<String, String> {
    let (suites, facts): (Vec<TestSuite>, Vec<SuiteFacts>) = suites
        .into_iter()
        .map(|Ready { suite, facts }| {
            let skipped = suite.skipped();
            (suite, SuiteFacts { skipped, ..facts })
        })
        .unzip();
    let totals = suites.iter().fold(Totals::default(), |sum, suite| Totals {
        tests: sum.tests + suite.tests(),
        failures: sum.failures + suite.failures(),
        errors: sum.errors + suite.errors(),
    });
    let mut report = Report::new();
    report.add_testsuites(suites);
    let mut xml = Vec::new();
    report.write_xml(&mut xml).map_err(|error| error.to_string())?;
    let xml = String::from_utf8(xml).map_err(|error| error.to_string())?;
    Ok(pass::complete(&xml, &facts, totals) + "\n")
}

fn written(suite: &Suite, names: Names) -> TestSuite {
    let mut out = TestSuite::new(&attribute(&suite.name, NAME_LIMIT, "suite"));
    // The crate would take the clock's time and "localhost"; a record renders the same everywhere.
    out.hostname = "upgrade-gate".into();
    out.package = PACKAGE.into();
    out.timestamp = suite.started_at.replace_nanosecond(0).unwrap_or(suite.started_at);
    out.add_testcases(suite.cases.iter().map(|case| of_case(case, names)));
    out
}

fn of_case(case: &Case, names: Names) -> TestCase {
    TestCase {
        name: attribute(&names.of(case), NAME_LIMIT, "unnamed"),
        time: Duration::milliseconds(case.took_ms.min(LONGEST).try_into().unwrap_or(0)),
        result: result(&case.end),
        classname: Some(attribute(&format!("{PACKAGE}.{}", case.area), NAME_LIMIT, PACKAGE)),
        filepath: case.file.as_deref().map(|file| attribute(file, FILE_LIMIT, "compose.yaml")),
        system_out: (!case.told.is_empty()).then(|| cdata(&capped(&case.told))),
        system_err: None,
    }
}

fn result(end: &End) -> TestResult {
    let parts = |reason: &Reason| {
        let message = attribute(&reason.short, MESSAGE_LIMIT, "no reason was given");
        (reason.word.to_owned(), message, Some(cdata(&capped(&reason.long))))
    };
    match end {
        // What differs as announced, and what passed when asked again, passed: the reader finds why in system-out.
        End::Passed | End::Announced(_) | End::Unsteady(_) => TestResult::Success,
        End::Skipped(reason) => {
            let (type_, message, cause) = parts(reason);
            TestResult::SkippedWithCause { type_, message, cause }
        }
        End::Failed(reason) => {
            let (type_, message, cause) = parts(reason);
            TestResult::Failure { type_, message, cause }
        }
        End::Error(reason) => {
            let (type_, message, cause) = parts(reason);
            TestResult::Error { type_, message, cause }
        }
    }
}

fn make_unique(suite: &mut TestSuite) {
    let names = suite.testcases.iter_mut();
    unique::number(names.map(|case| (case.classname.as_deref().unwrap_or_default(), &mut case.name)));
}

/// Head and tail of a long text. The cut is made before CDATA ends are divided.
pub(crate) fn capped(raw: &str) -> String {
    let clean = text(raw);
    if clean.len() <= OUTPUT_LIMIT {
        return clean.into_owned();
    }
    let half = OUTPUT_LIMIT / 2;
    let head = clean.floor_char_boundary(half);
    let tail = clean.ceil_char_boundary(clean.len() - half);
    format!("{}\n… {} bytes are left out …\n{}", &clean[..head], tail - head, cut(&clean[tail..], half))
}

#[cfg(test)]
mod tests;
