//! `junit.xml`: suites are stages, cases are checks, and one suite `run` says how the run itself went.
//!
//! A run that is red anywhere is red here: what was planned and never ran is an error, so is what could not
//! be measured, and a broken run is a case of its own. Facts travel as `key: value` lines in system-out,
//! which every reader shows; junit-report 0.9.1 has no properties. All text goes through [`super::sanitise`].

use junit_report::{Report, TestCase, TestResult, TestSuite};
use time::{Duration, OffsetDateTime};

use super::junit_pass::{self, SuiteFacts, Totals};
use super::sanitise::{attribute, cdata, one_line, text};
use super::words::{cut, red_parts};
use crate::event::{Blame, CheckResult, Outcome, Stage};
use crate::record::Record;
use crate::verdict::{Verdict, Word};

/// A message attribute is for lists; the element's text has everything.
const MESSAGE_LIMIT: usize = 300;
/// Names and classes beyond this are somebody else's text.
const NAME_LIMIT: usize = 200;
/// Bytes of system-out per case; Jenkins keeps 50,000 characters twice.
const OUTPUT_LIMIT: usize = 64 * 1024;

/// The record as JUnit XML.
///
/// # Errors
/// When the writer refuses it, which sanitised text does not provoke.
pub fn render(record: &Record, verdict: &Verdict) -> Result<String, String> {
    let mut suites: Vec<(TestSuite, u64)> =
        stages(record).into_iter().map(|stage| stage_suite(record, stage)).collect();
    let red = |suite: &TestSuite| suite.failures() + suite.errors() > 0;
    let checks_are_red = suites.iter().any(|(suite, _)| red(suite));
    suites.insert(0, run_suite(record, verdict, checks_are_red));

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

/// Stages in the order of the plan, then those that began unplanned.
fn stages(record: &Record) -> Vec<Stage> {
    let mut stages: Vec<Stage> = record
        .header
        .iter()
        .flat_map(|header| header.planned.iter().map(|(stage, _)| *stage))
        .chain(record.stages.iter().map(|stage| stage.stage))
        .collect();
    let mut seen = Vec::new();
    stages.retain(|stage| {
        let new = !seen.contains(stage);
        seen.push(*stage);
        new
    });
    stages
}

fn suite(name: &str, started_at: Option<OffsetDateTime>) -> TestSuite {
    let mut suite = TestSuite::new(name);
    // The crate would take the clock's time and "localhost"; a record renders the same everywhere.
    suite.hostname = "upgrade-gate".into();
    suite.package = "mattermost.upgrade".into();
    let started_at = started_at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    suite.timestamp = started_at.replace_nanosecond(0).unwrap_or(started_at);
    suite
}

fn case(area: &str, name: &str, took_ms: u64, result: TestResult, output: &str) -> TestCase {
    TestCase {
        name: attribute(name, NAME_LIMIT, "unnamed"),
        time: Duration::milliseconds(took_ms.try_into().unwrap_or(i64::MAX)),
        result,
        classname: Some(attribute(&format!("mattermost.upgrade.{area}"), NAME_LIMIT, "mattermost.upgrade")),
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
    for (index, result) in results.iter().enumerate() {
        // GitLab keeps only the first of two equal names.
        let earlier = results[..index].iter().filter(|earlier| earlier.check == result.check).count();
        suite.add_testcase(check_case(record, result, earlier));
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
    let sum = results.iter().map(|result| result.took_ms).sum();
    (suite, known.and_then(|known| known.took_ms).unwrap_or(sum))
}

/// `mixed-1.posts` for the check `posts.edit`.
fn area(stage: Stage, check: &str) -> String {
    format!("{stage}.{}", check.split('.').next().unwrap_or(check))
}

fn check_case(record: &Record, result: &CheckResult, earlier: usize) -> TestCase {
    let outcome = match &result.outcome {
        Outcome::Passed => TestResult::Success,
        Outcome::Failed(found) => failure("Failed", &found.to_string(), &red_text(result)),
        Outcome::NotApplicable { reason } => TestResult::SkippedWithCause {
            type_: "NotApplicable".into(),
            message: message(reason),
            cause: Some(cdata(&capped(reason))),
        },
        Outcome::NotMeasured { reason } => error("NotMeasured", reason, &red_text(result)),
    };
    let name = match earlier {
        0 => result.check.clone(),
        n => format!("{} (again, {})", result.check, n + 1),
    };
    case(&area(result.stage, &result.check), &name, result.took_ms, outcome, &facts(record, result))
}

/// Everything that is red in a result, for the element's text.
fn red_text(result: &CheckResult) -> String {
    let mut lines = Vec::new();
    for (step, outcome) in red_parts(result) {
        lines.extend(step.map(|step| format!("step: {}", one_line(step))));
        match outcome {
            Outcome::Failed(found) => {
                lines.push(format!("expected: {}", found.expected));
                lines.push(format!("got: {}", found.got));
                lines.extend(found.node.as_ref().map(|node| format!("node: {node}")));
                lines.extend(found.version.as_ref().map(|version| format!("version: {version}")));
                lines.extend(found.request_id.as_ref().map(|id| format!("request id: {id}")));
            }
            Outcome::NotMeasured { reason } => lines.push(format!("not measured: {reason}")),
            Outcome::Passed | Outcome::NotApplicable { .. } => {}
        }
    }
    lines.join("\n")
}

/// The case's facts and steps, one `key: value` a line.
fn facts(record: &Record, result: &CheckResult) -> String {
    let mut lines = Vec::new();
    let mut fact = |key: &str, value: &str| lines.push(format!("{}: {}", one_line(key), one_line(value)));
    fact("title", &result.title);
    fact("stage", &result.stage.to_string());
    fact("case", "MM-T5392");
    fact("lines", &result.lines.join(", "));
    if let Some(clustering) = &record.clustering {
        fact("cluster", clustering.label());
    }
    if let Some(header) = &record.header {
        fact("stable", &header.stable.image);
        fact("release", &header.release.image);
    }
    if let Outcome::Failed(found) = &result.outcome {
        let known = [("node", &found.node), ("version", &found.version), ("request id", &found.request_id)];
        for (key, value) in known {
            if let Some(value) = value {
                fact(key, value);
            }
        }
    }
    for (key, value) in &result.facts {
        fact(key, value);
    }
    for (number, step) in (1..).zip(&result.steps) {
        let why = step.outcome.why().map(|why| format!(": {why}")).unwrap_or_default();
        let told = format!("{}, {} ms, {}{why}", step.outcome.word(), step.took_ms, step.name);
        fact(&format!("step {number}"), &told);
    }
    lines.join("\n")
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
        let long = format!(
            "{}\nremedy: {}\nlast lines of its log:\n{}",
            broken.message,
            broken.remedy,
            log.join("\n")
        );
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
mod tests {
    use super::*;
    use crate::event::{Breakage, EventKind, Failure, Phase, Step};
    use crate::record::tests::{breakage, failed, header, record, result};
    use proptest::prelude::*;
    use quick_xml::events::Event as Xml;
    use std::collections::BTreeSet;

    /// Reads the XML back and returns each element with its attributes, and all text.
    fn read(xml: &str) -> (Vec<(String, Vec<(String, String)>)>, String) {
        let mut reader = quick_xml::Reader::from_str(xml);
        reader.config_mut().check_end_names = true;
        let mut elements = Vec::new();
        let mut text = String::new();
        loop {
            match reader.read_event().expect("well-formed") {
                Xml::Start(tag) | Xml::Empty(tag) => {
                    let attributes = tag.attributes().map(|attribute| {
                        let attribute = attribute.expect("a well-formed attribute");
                        let value = attribute
                            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                            .expect("a well-formed value");
                        (String::from_utf8_lossy(attribute.key.as_ref()).into_owned(), value.into_owned())
                    });
                    let attributes = attributes.collect();
                    elements.push((String::from_utf8_lossy(tag.name().as_ref()).into_owned(), attributes));
                }
                Xml::CData(data) => text.push_str(&String::from_utf8_lossy(&data)),
                Xml::Eof => return (elements, text),
                _ => {}
            }
        }
    }

    fn attribute_of<'e>(element: &'e (String, Vec<(String, String)>), name: &str) -> &'e str {
        &element
            .1
            .iter()
            .find(|(key, _)| key == name)
            .unwrap_or_else(|| panic!("{element:?} has no {name}"))
            .1
    }

    fn xml_of(kinds: Vec<EventKind>) -> (String, Verdict) {
        let record = record(kinds);
        let verdict = Verdict::of(&record);
        (render(&record, &verdict).unwrap(), verdict)
    }

    #[test]
    fn a_red_verdict_is_red_here_and_a_green_one_is_green() {
        let plan = || EventKind::RunStarted(header(&[(Stage::Stable, &["a"]), (Stage::Release, &["b"])]));
        let done = |stage, check, outcome| EventKind::CheckFinished(result(stage, check, outcome));
        let passed = || {
            vec![
                plan(),
                done(Stage::Stable, "a", Outcome::Passed),
                done(Stage::Release, "b", Outcome::Passed),
            ]
        };
        let with =
            |kinds: Vec<EventKind>, more: Vec<EventKind>| kinds.into_iter().chain(more).collect::<Vec<_>>();
        let nowhere = || Outcome::NotApplicable { reason: "no".into() };
        let runs = [
            with(passed(), vec![EventKind::RunFinished]),
            passed(),
            vec![],
            vec![plan(), EventKind::RunFinished],
            vec![
                plan(),
                done(Stage::Stable, "a", nowhere()),
                done(Stage::Release, "b", nowhere()),
                EventKind::RunFinished,
            ],
            with(passed(), vec![done(Stage::Stable, "a", Outcome::Passed), EventKind::RunFinished]),
            with(passed(), vec![EventKind::RunBroken(breakage(Blame::Environment)), EventKind::RunFinished]),
            with(passed(), vec![EventKind::RunBroken(breakage(Blame::Release)), EventKind::RunFinished]),
            with(passed(), vec![EventKind::Interrupted { signal: "SIGINT".into() }, EventKind::RunFinished]),
            vec![plan(), done(Stage::Stable, "a", failed("x", "y")), EventKind::RunFinished],
        ];
        for kinds in runs {
            let (xml, verdict) = xml_of(kinds);
            let (elements, _) = read(&xml);
            let red = elements.iter().any(|(name, _)| name == "failure" || name == "error");
            assert_eq!(red, !verdict.passed(), "{verdict:?}\n{xml}");
            let counted =
                attribute_of(&elements[0], "failures") != "0" || attribute_of(&elements[0], "errors") != "0";
            assert_eq!(red, counted, "{xml}");
        }
    }

    #[test]
    fn counts_times_and_names_are_what_readers_need() {
        let (xml, _) = xml_of(vec![
            EventKind::RunStarted(header(&[(Stage::Stable, &["posts.edit", "posts.send", "files.read"])])),
            EventKind::StageStarted { stage: Stage::Stable },
            EventKind::CheckFinished(result(Stage::Stable, "posts.edit", Outcome::Passed)),
            EventKind::CheckFinished(result(Stage::Stable, "posts.edit", Outcome::Passed)),
            EventKind::CheckFinished(result(
                Stage::Stable,
                "posts.send",
                Outcome::NotApplicable { reason: "no".into() },
            )),
            EventKind::StageFinished { stage: Stage::Stable, took_ms: 2_345 },
            EventKind::RunFinished,
        ]);
        let (elements, _) = read(&xml);
        let suite = elements
            .iter()
            .find(|element| element.0 == "testsuite" && attribute_of(element, "name") == "stable")
            .unwrap();
        let told = ["tests", "errors", "failures", "skipped", "time"].map(|name| attribute_of(suite, name));
        assert_eq!(told, ["4", "1", "0", "1", "2.345"]);
        let mut names = BTreeSet::new();
        for case in elements.iter().filter(|element| element.0 == "testcase") {
            let time = attribute_of(case, "time");
            assert_eq!(time.split_once('.').unwrap().1.len(), 3, "{time}");
            assert!(
                names.insert((attribute_of(case, "classname"), attribute_of(case, "name"))),
                "{case:?} twice"
            );
        }
        assert!(names.contains(&("mattermost.upgrade.stable.posts", "posts.edit")));
        assert!(names.contains(&("mattermost.upgrade.stable.files", "files.read")), "never ran");
    }

    #[test]
    fn a_long_log_keeps_its_head_and_tail() {
        let long = format!("first {} last", "ü".repeat(OUTPUT_LIMIT));
        let short = capped(&long);
        assert!(short.len() < OUTPUT_LIMIT + 100 && short.starts_with("first") && short.ends_with("last"));
    }

    /// Text of all kinds, with what breaks XML sown in.
    fn nasty() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            any::<String>(),
            Just("]]>".to_owned()),
            Just("]]\u{0}>".to_owned()),
            Just("\u{1b}[31m".to_owned()),
            Just("\u{fffe}\u{ffff}".to_owned()),
            Just("&#x1;<a b=\"'\">\r\n".to_owned()),
            Just("\" time=\"1\" <testcase time=\"2\">".to_owned()),
        ];
        proptest::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn any_text_gives_well_formed_xml(texts in proptest::collection::vec(nasty(), 14)) {
            let mut next = texts.iter().cloned();
            let mut t = || next.next().unwrap_or_default();
            let mut hostile = result(Stage::Mixed(1), &t(), Outcome::Failed(Failure {
                expected: t(), got: t(), node: Some(t()), version: Some(t()), request_id: Some(t()),
            }));
            hostile.title = t();
            hostile.lines = vec![t()];
            hostile.facts.insert(t(), t());
            hostile.steps = vec![Step { name: t(), outcome: Outcome::NotMeasured { reason: t() }, took_ms: 3 }];
            let skipped = result(Stage::Stable, "x", Outcome::NotApplicable { reason: texts[0].clone() });
            let errored = result(Stage::Stable, "y", Outcome::NotMeasured { reason: texts[1].clone() });
            let (xml, _) = xml_of(vec![
                EventKind::RunStarted(header(&[(Stage::Stable, &[&texts[2], "x", "y"])])),
                EventKind::PhaseStarted { phase: Phase::Replace(texts[3].clone()) },
                EventKind::CheckFinished(hostile),
                EventKind::CheckFinished(skipped),
                EventKind::CheckFinished(errored),
                EventKind::RunBroken(Breakage {
                    part: t(), message: t(), remedy: texts[4].clone(), log_tail: texts.clone(), ..breakage(Blame::Release)
                }),
                EventKind::Interrupted { signal: texts[5].clone() },
            ]);
            let allowed = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
            prop_assert!(xml.chars().all(allowed));
            let (elements, text) = read(&xml);
            prop_assert!(text.contains("verdict: interrupted"));
            for case in elements.iter().filter(|element| element.0 == "testcase") {
                prop_assert!(!attribute_of(case, "name").is_empty() && !attribute_of(case, "classname").is_empty());
            }
        }
    }
}
