//! What a suite's end comes to: steps of the check `suite`.

use super::results::FoundResults;
use crate::cluster::Exit;
use crate::event::{UserCounts, UserEnd};
use crate::outcome::{Failure, Outcome, Step};
use crate::plan::SuitePlan;

/// Failed tests that the failure names; the reports have them all.
const NAMED: usize = 10;

/// The steps: its end, its results, its tests. `last` is what it printed that tells why.
pub(super) fn steps(
    suite: &SuitePlan,
    exit: Exit,
    found: &FoundResults,
    last: &str,
    took_ms: u64,
) -> Vec<Step> {
    let step = |name: &str, outcome| Step { name: name.to_owned(), outcome, took_ms: 0 };
    let ended = Step { took_ms, ..step("it ends by itself with exit code 0", end(suite, exit, last)) };
    let mut steps = vec![ended, step("its results are there", results(suite, found))];
    let counts = UserCounts::of(&found.suites);
    if counts.tests > 0 {
        steps.push(step("none of its tests fails", tests(counts, found)));
    }
    steps
}

fn end(suite: &SuitePlan, exit: Exit, last: &str) -> Outcome {
    let said = if last.is_empty() { String::new() } else { format!("; it said: {last}") };
    let failed = |got: String| {
        Outcome::Failed(Failure { expected: "exit code 0".into(), got: got + &said, ..Failure::default() })
    };
    match exit {
        Exit::Code(0) => Outcome::Passed,
        Exit::Code(code) => failed(format!("exit code {code}")),
        Exit::Signal(signal) => failed(format!("an end by signal {signal}")),
        Exit::OutOfMemory => {
            Outcome::NotMeasured { reason: format!("the suite was killed for want of memory{said}") }
        }
        Exit::TimeIsUp => {
            let limit = suite.timeout_s;
            let reason =
                format!("the suite did not end within {limit} s (suite-timeout) and was stopped{said}");
            Outcome::NotMeasured { reason }
        }
    }
}

fn results(suite: &SuitePlan, found: &FoundResults) -> Outcome {
    let counts = UserCounts::of(&found.suites);
    let missing = |reason: String| Outcome::NotMeasured { reason };
    let place = &found.place;
    if let Some(first) = found.unreadable.first() {
        return missing(format!("a file of its results is no readable JUnit: {first}"));
    }
    if let Some(first) = found.contradictions.first() {
        let more = match found.contradictions.len() {
            1 => String::new(),
            all => format!(" (and {} more such counts)", all - 1),
        };
        return missing(format!("its results contradict themselves: {first}{more}"));
    }
    match (found.files, suite.results.is_some()) {
        (0, true) => {
            missing(format!("the suite left no JUnit file in {place}, which suite-results promised"))
        }
        (0, false) => Outcome::NotApplicable {
            reason: format!(
                "no suite-results was given and {place} has none: the suite's exit code alone counts"
            ),
        },
        _ if counts.tests == 0 => missing(format!("the JUnit files in {place} tell of no test at all")),
        _ if counts.tests == counts.skipped => {
            missing(format!("all {} tests of the suite were skipped", counts.tests))
        }
        _ => Outcome::Passed,
    }
}

fn tests(counts: UserCounts, found: &FoundResults) -> Outcome {
    if counts.failed == 0 {
        return Outcome::Passed;
    }
    let tests = found.suites.iter().flat_map(|suite| &suite.tests);
    let failed = tests.filter(|test| matches!(test.end, UserEnd::Failed { .. }));
    let mut named: Vec<String> = failed.take(NAMED).map(crate::event::UserTest::label).collect();
    if counts.failed > NAMED {
        named.push(format!("and {} more", counts.failed - NAMED));
    }
    let got = format!("{} of {} failed: {}", counts.failed, counts.tests, named.join("; "));
    Outcome::Failed(Failure { expected: "no failed test".into(), got, ..Failure::default() })
}

/// That tests passed only when they were repeated: no failure, and nothing to keep to ourselves.
pub(super) fn repeated(tests: &[String]) -> Option<String> {
    let more = match tests.len() {
        0 => return None,
        all if all > NAMED => format!("; and {} more", all - NAMED),
        _ => String::new(),
    };
    let named = &tests[..tests.len().min(NAMED)];
    Some(format!("your suite has tests that failed and passed when repeated: {}{more}", named.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{UserSuite, UserTest};

    fn plan(results: Option<&str>) -> SuitePlan {
        SuitePlan { image: None, command: Some("x".into()), results: results.map(Into::into), timeout_s: 60 }
    }

    fn found(ends: Vec<UserEnd>) -> FoundResults {
        let test = |(number, end)| UserTest {
            class: "login".into(),
            name: format!("test {number}"),
            took_ms: 1,
            end,
        };
        let files = usize::from(!ends.is_empty());
        let tests = ends.into_iter().enumerate().map(test).collect();
        let suites = vec![UserSuite { name: "s".into(), took_ms: 1, tests }];
        FoundResults { place: "/results".into(), files, suites, ..FoundResults::default() }
    }

    fn words(plan: &SuitePlan, exit: Exit, found: &FoundResults) -> Vec<&'static str> {
        steps(plan, exit, found, "", 1).iter().map(|step| step.outcome.word()).collect()
    }

    #[test]
    fn exit_code_results_and_tests_count_each() {
        let fail = || UserEnd::Failed { message: "m".into(), text: "t".into() };
        let skip = || UserEnd::Skipped { message: String::new() };
        let promised = plan(Some("/results"));
        let good = || found(vec![UserEnd::Passed, skip()]);
        assert_eq!(words(&promised, Exit::Code(0), &good()), ["passed", "passed", "passed"]);
        assert_eq!(words(&promised, Exit::Code(1), &good())[0], "failed");
        assert_eq!(words(&promised, Exit::TimeIsUp, &good())[0], "not measured");
        assert_eq!(words(&promised, Exit::OutOfMemory, &good())[0], "not measured");
        assert_eq!(words(&promised, Exit::Code(0), &found(vec![fail()])), ["passed", "passed", "failed"]);
        assert_eq!(
            words(&promised, Exit::Code(0), &found(vec![skip()])),
            ["passed", "not measured", "passed"]
        );
        assert_eq!(words(&promised, Exit::Code(0), &found(vec![])), ["passed", "not measured"]);
        assert_eq!(words(&plan(None), Exit::Code(0), &found(vec![])), ["passed", "not applicable"]);
        let broken = FoundResults { unreadable: vec!["x.xml: cut".into()], ..good() };
        assert_eq!(words(&promised, Exit::Code(0), &broken)[1], "not measured");
        let odd = FoundResults { contradictions: vec!["3 tests, and lists 1".into()], ..good() };
        assert_eq!(words(&promised, Exit::Code(0), &odd)[1], "not measured");
    }

    #[test]
    fn repeated_tests_are_named() {
        assert_eq!(repeated(&[]), None);
        let many: Vec<String> = (0..12).map(|number| number.to_string()).collect();
        let told = repeated(&many).unwrap();
        assert!(told.ends_with("repeated: 0; 1; 2; 3; 4; 5; 6; 7; 8; 9; and 2 more"), "{told}");
    }

    #[test]
    fn failed_tests_are_named() {
        let fail = || UserEnd::Failed { message: "m".into(), text: "t".into() };
        let many = found((0..12).map(|_| fail()).collect());
        let steps = steps(&plan(None), Exit::Code(1), &many, "bye", 1);
        assert_eq!(steps[0].outcome.why().unwrap(), "expected exit code 0, got exit code 1; it said: bye");
        let why = steps[2].outcome.why().unwrap();
        assert!(why.contains("12 of 12 failed: login › test 0; ") && why.ends_with("and 2 more"), "{why}");
    }
}
