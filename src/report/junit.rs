//! `junit.xml`: suites are stages, cases are checks, one suite `run` says how the run itself went, and the user's own
//! suites follow as they were reported.
//!
//! A run that is red anywhere is red here: what was planned and never ran is an error, so is what could not
//! be measured, and a broken run is a case of its own. Facts travel as `key: value` lines in system-out,
//! which every reader shows; junit-report 0.9.1 has no properties. All text goes through [`super::sanitise`].

use std::collections::{HashMap, HashSet};

use junit_report::{Report, TestCase, TestResult, TestSuite};
use time::{Duration, OffsetDateTime};

use super::junit_facts::{facts, red_text};
use super::junit_pass::{self, SuiteFacts, Totals};
use super::runs::Run;
use super::sanitise::{attribute, cdata, one_line, text};
use super::words::cut;
use crate::event::{Blame, CheckResult, Outcome, Stage, UserEnd, UserSuite};
use crate::record::history::History;
use crate::record::{Record, together};
use crate::verdict::{Verdict, Word};

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

/// The record as JUnit XML.
///
/// # Errors
/// When the writer refuses it, which sanitised text does not provoke.
pub fn render(record: &Record, verdict: &Verdict) -> Result<String, String> {
    write(suites(record, verdict))
}

/// The runs of a matrix as one file: each suite and class carries the name of its run.
///
/// # Errors
/// As [`render`].
pub fn render_all(runs: &[Run]) -> Result<String, String> {
    let mut all = Vec::new();
    for run in runs {
        // Dots would make packages of the numbers in a version.
        let part = run.name.replace('.', "_");
        for (mut suite, ms) in suites(&run.record, &run.verdict) {
            suite.name = attribute(&format!("{}: {}", run.name, suite.name), NAME_LIMIT, "run");
            for case in &mut suite.testcases {
                let class = case.classname.as_deref().unwrap_or_default();
                let area = class.strip_prefix(PACKAGE).unwrap_or_default();
                case.classname = Some(attribute(&format!("{PACKAGE}.{part}{area}"), NAME_LIMIT, PACKAGE));
            }
            make_unique(&mut suite.testcases);
            all.push((suite, ms));
        }
    }
    write(all)
}

fn suites(record: &Record, verdict: &Verdict) -> Vec<(TestSuite, u64)> {
    let mut suites: Vec<(TestSuite, u64)> =
        record.stages_in_order().into_iter().map(|stage| stage_suite(record, stage)).collect();
    suites.extend(record.user_suites.iter().map(|user| user_suite(record, user)));
    let red = |suite: &TestSuite| suite.failures() + suite.errors() > 0;
    let checks_are_red = suites.iter().any(|(suite, _)| red(suite));
    suites.insert(0, run_suite(record, verdict, checks_are_red));

    for (suite, _) in &mut suites {
        make_unique(&mut suite.testcases);
    }
    suites
}

fn write(suites: Vec<(TestSuite, u64)>) -> Result<String, String> {
    let facts: Vec<SuiteFacts> =
        suites.iter().map(|(suite, ms)| SuiteFacts { took_ms: *ms, skipped: suite.skipped() }).collect();
    let totals = suites.iter().fold(Totals::default(), |sum, (suite, _)| Totals {
        tests: sum.tests + suite.tests(),
        failures: sum.failures + suite.failures(),
        errors: sum.errors + suite.errors(),
    });
    let mut report = Report::new();
    report.add_testsuites(suites.into_iter().map(|(suite, _)| suite));
    let mut xml = Vec::new();
    report.write_xml(&mut xml).map_err(|error| error.to_string())?;
    let xml = String::from_utf8(xml).map_err(|error| error.to_string())?;
    Ok(junit_pass::complete(&xml, &facts, totals) + "\n")
}

fn suite(name: &str, started_at: Option<OffsetDateTime>) -> TestSuite {
    let mut suite = TestSuite::new(name);
    // The crate would take the clock's time and "localhost"; a record renders the same everywhere.
    suite.hostname = "upgrade-gate".into();
    suite.package = PACKAGE.into();
    let started_at = started_at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    suite.timestamp = started_at.replace_nanosecond(0).unwrap_or(started_at);
    suite
}

fn case(area: &str, name: &str, took_ms: u64, result: TestResult, output: &str) -> TestCase {
    TestCase {
        name: attribute(name, NAME_LIMIT, "unnamed"),
        time: Duration::milliseconds(took_ms.min(LONGEST).try_into().unwrap_or(0)),
        result,
        classname: Some(attribute(&format!("{PACKAGE}.{area}"), NAME_LIMIT, PACKAGE)),
        filepath: None,
        system_out: (!output.is_empty()).then(|| cdata(&capped(output))),
        system_err: None,
    }
}

fn message(raw: &str) -> String {
    attribute(raw, MESSAGE_LIMIT, "no reason was given")
}

fn failure(type_: &str, short: &str, long: &str) -> TestResult {
    TestResult::Failure { type_: type_.into(), message: message(short), cause: Some(cdata(&capped(long))) }
}

fn error(type_: &str, short: &str, long: &str) -> TestResult {
    TestResult::Error { type_: type_.into(), message: message(short), cause: Some(cdata(&capped(long))) }
}

fn stage_suite(record: &Record, stage: Stage) -> (TestSuite, u64) {
    let known = record.stages.iter().find(|known| known.stage == stage);
    let mut suite = suite(&stage.to_string(), known.map(|known| known.started_at).or(record.started_at));
    let results = known.map(|known| known.results.as_slice()).unwrap_or_default();
    for result in results {
        suite.add_testcase(check_case(record, result));
    }
    for (_, check) in record.never_ran().filter(|(planned, _)| *planned == stage) {
        let began = known.is_some_and(|known| known.running.iter().any(|running| running == check));
        let why = if began {
            "it had begun when the run ended, and left no result"
        } else {
            "it was planned and never ran"
        };
        suite.add_testcase(case(&area(stage, check), check, 0, error("NotMeasured", why, why), ""));
    }
    let sum = together(results.iter().map(|result| result.took_ms));
    (suite, known.and_then(|known| known.took_ms).unwrap_or(sum))
}

/// Numbers equal names: GitLab keeps only the first of two, and a node may be replaced twice.
fn make_unique(cases: &mut [TestCase]) {
    let mut seen: HashSet<(Option<String>, String)> = HashSet::new();
    // Where the numbering of a name goes on: a hundred thousand cases may have the same.
    let mut next: HashMap<(Option<String>, String), usize> = HashMap::new();
    for case in cases {
        if seen.insert((case.classname.clone(), case.name.clone())) {
            continue;
        }
        let first = case.name.clone();
        let count = next.entry((case.classname.clone(), first.clone())).or_insert(1);
        while !seen.insert((case.classname.clone(), case.name.clone())) {
            *count += 1;
            case.name = format!("{first} (again, {count})");
        }
    }
}

/// `mixed-1.posts` for the check `posts.edit`.
fn area(stage: Stage, check: &str) -> String {
    format!("{stage}.{}", check.split('.').next().unwrap_or(check))
}

fn check_case(record: &Record, result: &CheckResult) -> TestCase {
    let outcome = match &result.outcome {
        // What differs as announced, and what passed when asked again, passed: the reader finds why in system-out.
        Outcome::Passed | Outcome::Announced { .. } | Outcome::Unsteady { .. } => TestResult::Success,
        Outcome::Waived { failure, reason, owner, expires } => {
            let told = format!("waived by {owner} until {expires}: {reason}");
            TestResult::SkippedWithCause {
                type_: "Waived".into(),
                message: message(&told),
                cause: Some(cdata(&capped(&format!("{told}\n{failure}")))),
            }
        }
        Outcome::Failed(found) => {
            let history = History::of(record, result).unwrap_or(History::New);
            failure(type_of(history), &format!("{}: {found}", history.word()), &red_text(result))
        }
        Outcome::NotApplicable { reason } => TestResult::SkippedWithCause {
            type_: "NotApplicable".into(),
            message: message(reason),
            cause: Some(cdata(&capped(reason))),
        },
        Outcome::NotMeasured { reason } => error("NotMeasured", reason, &red_text(result)),
    };
    let told = facts(record, result);
    let mut case = case(&area(result.stage, &result.check), &result.check, result.took_ms, outcome, &told);
    // Where a reader of the report can change something, if that is in his repository.
    let file = record.header.as_ref().and_then(|header| header.compose_file.as_deref());
    case.filepath = file.map(|file| attribute(file, FILE_LIMIT, "compose.yaml"));
    case
}

/// The type of a failure, for readers that group by it.
fn type_of(history: History) -> &'static str {
    match history {
        History::Regression | History::StepRegression => "Regression",
        History::FailedBefore => "FailedBeforeToo",
        History::New => "Failed",
        History::OnStable => "FailedOnStable",
        History::OnStableOnly => "FailedOnStablePassesOnRelease",
    }
}

/// A suite of the user's own, as one more suite.
fn user_suite(record: &Record, user: &UserSuite) -> (TestSuite, u64) {
    let name = attribute(&format!("your suite: {}", user.name), NAME_LIMIT, "your suite");
    let mut suite = suite(&name, record.ended_at.or(record.started_at));
    for test in &user.tests {
        let result = match &test.end {
            UserEnd::Passed => TestResult::Success,
            UserEnd::Failed { message, text } => failure("Failed", message, text),
            UserEnd::Skipped { message: why } => TestResult::SkippedWithCause {
                type_: "Skipped".into(),
                message: message(why),
                cause: Some(cdata(&capped(why))),
            },
        };
        suite.add_testcase(case(&format!("suite.{}", test.class), &test.name, test.took_ms, result, ""));
    }
    (suite, user.took_ms)
}

/// The suite about the run itself: its phases, what broke it, what stopped it.
fn run_suite(record: &Record, verdict: &Verdict, checks_are_red: bool) -> (TestSuite, u64) {
    let mut suite = suite("run", record.started_at);
    for phase in &record.phases {
        let result = match phase.took_ms {
            Some(_) => TestResult::Success,
            None => {
                let why = "it began and did not end";
                error("Unfinished", why, why)
            }
        };
        suite.add_testcase(case(
            "run.phases",
            &phase.phase.to_string(),
            phase.took_ms.unwrap_or(0),
            result,
            "",
        ));
    }
    for broken in &record.breakages {
        let log: Vec<String> = broken.log_tail.iter().map(|line| one_line(line)).collect();
        let long =
            format!("{}\nremedy: {}\nfrom its log:\n{}", broken.message, broken.remedy, log.join("\n"));
        let result = match broken.blame {
            Blame::Release => failure("BrokenByRelease", &broken.message, &long),
            Blame::Environment => error("BrokenEnvironment", &broken.message, &long),
            Blame::Gate => error("GateBug", &broken.message, &long),
        };
        suite.add_testcase(case("run.broken", &broken.part, 0, result, ""));
    }
    if let Some(signal) = &record.interrupted {
        let why = format!("the run was stopped by {signal}");
        suite.add_testcase(case("run", "interrupted", 0, error("Interrupted", &why, &why), ""));
    }
    // Whatever else turned the verdict red must be red here as well, once.
    let already_red = checks_are_red || suite.failures() + suite.errors() > 0;
    let result = match (verdict.word, already_red) {
        (Word::Passed, _) | (_, true) => TestResult::Success,
        (_, false) => {
            let why = verdict.reasons.join("\n");
            error("NotMeasured", &why, &why)
        }
    };
    let told = format!("verdict: {}\nexit code: {}", verdict.word.for_people(), verdict.exit_code);
    suite.add_testcase(case("run", "complete", 0, result, &told));
    (suite, record.took_ms())
}

/// Head and tail of a long text. The cut is made before CDATA ends are divided.
fn capped(raw: &str) -> String {
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
