//! What a run comes to, as suites of cases: what `junit.xml` and `results.json` have in common.
//!
//! Suites are stages, cases are checks, one suite `run` says how the run itself went, and the user's own suites follow as they
//! were reported. A run that is red anywhere is red here: what was planned and never ran is an error, so is what could not
//! be measured, and a broken run is a case of its own. Nothing is sanitised yet: each form has its own rules for text.

mod facts;

use std::collections::HashMap;

use time::OffsetDateTime;

use super::sanitise::one_line;
use super::written;
use facts::{facts, red_text};
use run_record::case::KEY;
use run_record::event::{Blame, Breakage, CheckResult, Outcome, Phase, Stage, UserEnd, UserSuite};
use run_record::record::history::History;
use run_record::record::{Record, together};
use run_record::verdict::{Verdict, Word};

/// The line that the bring-up belongs to.
const BRING_UP: &str = "S1.1";
/// The line that everything else about the run itself belongs to.
const UPGRADE: &str = "S2.0";

/// One suite.
#[derive(Debug)]
pub(crate) struct Suite {
    /// A stage, `run`, or `your suite: …`.
    pub(crate) name: String,
    /// When it began; the beginning of 1970 where nobody knows.
    pub(crate) started_at: OffsetDateTime,
    /// How long it took, in milliseconds.
    pub(crate) took_ms: u64,
    /// In the order they ended.
    pub(crate) cases: Vec<Case>,
}

/// One case.
#[derive(Debug)]
pub(crate) struct Case {
    /// Where it belongs, in parts: `mixed-1.posts`.
    pub(crate) area: String,
    /// The check, the phase, the part that broke, the user's test.
    pub(crate) name: String,
    /// What of MM-T5392 it is; a test of the user's is none of it.
    pub(crate) about: Option<About>,
    /// How long it took, in milliseconds.
    pub(crate) took_ms: u64,
    /// How it ended.
    pub(crate) end: End,
    /// What it tells besides; may be empty.
    pub(crate) told: String,
    /// Where a reader can change something.
    pub(crate) file: Option<String>,
}

/// What of MM-T5392 a case is about.
#[derive(Debug, Default)]
pub(crate) struct About {
    /// Ids of lines; none where no check told its lines in this run.
    pub(crate) lines: Vec<String>,
    /// The stage, of a check.
    pub(crate) stage: Option<Stage>,
    /// The check's id.
    pub(crate) check: Option<String>,
    /// Its figures, where the run measured what a check tells in numbers.
    pub(crate) figures: Vec<(&'static str, String)>,
}

/// How a case ended.
#[derive(Debug)]
pub(crate) enum End {
    Passed,
    /// It differs as was announced, for this reason.
    Announced(String),
    /// It was red with the first answer and passed when asked again.
    Unsteady(String),
    Skipped(Reason),
    Failed(Reason),
    /// It was not measured, or something other than a check went wrong.
    Error(Reason),
}

/// Why a case did not pass.
#[derive(Debug)]
pub(crate) struct Reason {
    /// The kind, for readers that group by it: `Regression`, `NotApplicable`.
    pub(crate) word: &'static str,
    /// In one line.
    pub(crate) short: String,
    /// In many.
    pub(crate) long: String,
}

impl Reason {
    fn new(word: &'static str, short: impl Into<String>, long: impl Into<String>) -> Self {
        Self { word, short: short.into(), long: long.into() }
    }

    fn once(word: &'static str, text: &str) -> Self {
        Self::new(word, text, text)
    }
}

impl Suite {
    /// Whether a case of it is red.
    pub(crate) fn is_red(&self) -> bool {
        self.cases.iter().any(|case| matches!(case.end, End::Failed(_) | End::Error(_)))
    }
}

impl Case {
    /// Its name as test management wants it: the case's key and the number of the first line in front, the stage behind. A test of
    /// the user's keeps its own name, which may have a key of its own.
    pub(crate) fn keyed_name(&self) -> String {
        let Some(about) = &self.about else { return self.name.clone() };
        let number = about.lines.first().and_then(|line| run_record::case::number(line));
        let number = number.map_or_else(String::new, |number| format!("_{number}"));
        let stage = about.stage.map_or_else(String::new, |stage| format!(" [{stage}]"));
        format!("{KEY}{number} {}{stage}", self.name)
    }
}

/// All suites of a run, that about the run itself first.
pub(crate) fn suites(record: &Record, verdict: &Verdict) -> Vec<Suite> {
    let stages = record.stages_in_order().into_iter().map(|stage| of_stage(record, stage));
    let mut suites: Vec<Suite> = stages.collect();
    suites.extend(record.user_suites.iter().map(|user| of_user(record, user)));
    let red = suites.iter().any(Suite::is_red);
    suites.insert(0, of_run(record, verdict, red));
    suites
}

fn suite(name: String, started_at: Option<OffsetDateTime>, took_ms: u64, cases: Vec<Case>) -> Suite {
    Suite { name, started_at: started_at.unwrap_or(OffsetDateTime::UNIX_EPOCH), took_ms, cases }
}

fn of_stage(record: &Record, stage: Stage) -> Suite {
    let known = record.stages.iter().find(|known| known.stage == stage);
    let results = known.map(|known| known.results.as_slice()).unwrap_or_default();
    let mut cases: Vec<Case> = results.iter().map(|result| of_check(record, result)).collect();
    // What never ran here may have told its lines in another stage.
    let lines: HashMap<&str, &[String]> =
        record.results().map(|result| (result.check.as_str(), result.lines.as_slice())).collect();
    for (_, check) in record.never_ran().filter(|(planned, _)| *planned == stage) {
        let began = known.is_some_and(|known| known.running.iter().any(|running| running == check));
        let why = if began {
            "it had begun when the run ended, and left no result"
        } else {
            "it was planned and never ran"
        };
        cases.push(Case {
            area: area(stage, check),
            name: check.to_owned(),
            about: Some(About {
                lines: lines.get(check).map_or_else(Vec::new, |lines| lines.to_vec()),
                stage: Some(stage),
                check: Some(check.to_owned()),
                figures: Vec::new(),
            }),
            took_ms: 0,
            end: End::Error(Reason::once("NotMeasured", why)),
            told: String::new(),
            file: None,
        });
    }
    let sum = together(results.iter().map(|result| result.took_ms));
    let started_at = known.map(|known| known.started_at).or(record.started_at);
    suite(stage.to_string(), started_at, known.and_then(|known| known.took_ms).unwrap_or(sum), cases)
}

/// `mixed-1.posts` for the check `posts.edit`.
fn area(stage: Stage, check: &str) -> String {
    format!("{stage}.{}", check.split('.').next().unwrap_or(check))
}

fn of_check(record: &Record, result: &CheckResult) -> Case {
    let end = match &result.outcome {
        Outcome::Passed => End::Passed,
        // What differs as announced, and what passed when asked again, passed: `told` says why.
        Outcome::Announced { .. } => End::Announced(result.outcome.why().unwrap_or_default()),
        Outcome::Unsteady { first, .. } => End::Unsteady(first.clone()),
        Outcome::Waived { failure, reason, owner, expires } => {
            let told = format!("waived by {owner} until {expires}: {reason}");
            End::Skipped(Reason::new("Waived", told.as_str(), format!("{told}\n{failure}")))
        }
        Outcome::Failed(found) => {
            let history = History::of(record, result).unwrap_or(History::New);
            let short = format!("{}: {found}", history.word());
            End::Failed(Reason::new(type_of(history), short, red_text(result)))
        }
        Outcome::NotApplicable { reason } => End::Skipped(Reason::once("NotApplicable", reason)),
        Outcome::NotMeasured { reason } => {
            End::Error(Reason::new("NotMeasured", reason.as_str(), red_text(result)))
        }
    };
    Case {
        area: area(result.stage, &result.check),
        name: result.check.clone(),
        about: Some(About {
            lines: result.lines.clone(),
            stage: Some(result.stage),
            check: Some(result.check.clone()),
            figures: written::figures(record, &result.check),
        }),
        took_ms: result.took_ms,
        end,
        told: facts(record, result),
        // Where a reader of the report can change something, if that is in his repository.
        file: record.header.as_ref().and_then(|header| header.compose_file.clone()),
    }
}

/// The type of a failure, for readers that group by it.
fn type_of(history: History) -> &'static str {
    match history {
        History::Regression | History::StepRegression => "Regression",
        History::FailedBefore => "FailedBeforeToo",
        History::New => "Failed",
        History::OnStable => "FailedOnStable",
        History::OnStableOnly => "FailedOnStablePassesOnRelease",
        History::BeforeStable => "FailedBeforeStable",
    }
}

/// A suite of the user's own, as one more suite.
fn of_user(record: &Record, user: &UserSuite) -> Suite {
    let cases = user.tests.iter().map(|test| Case {
        area: format!("suite.{}", test.class),
        name: test.name.clone(),
        about: None,
        took_ms: test.took_ms,
        end: match &test.end {
            UserEnd::Passed => End::Passed,
            UserEnd::Failed { message, text } => {
                End::Failed(Reason::new("Failed", message.as_str(), text.as_str()))
            }
            UserEnd::Skipped { message } => End::Skipped(Reason::once("Skipped", message)),
        },
        told: String::new(),
        file: None,
    });
    let started_at = record.ended_at.or(record.started_at);
    suite(format!("your suite: {}", user.name), started_at, user.took_ms, cases.collect())
}

/// The suite about the run itself: its phases, what broke it, what stopped it.
fn of_run(record: &Record, verdict: &Verdict, checks_are_red: bool) -> Suite {
    let case = |area: &str, name: String, took_ms, end| {
        let lines = vec![UPGRADE.to_owned()];
        let about = Some(About { lines, ..About::default() });
        Case { area: area.to_owned(), name, about, took_ms, end, told: String::new(), file: None }
    };
    let mut cases = Vec::new();
    for phase in &record.phases {
        let end = match phase.took_ms {
            Some(_) => End::Passed,
            None => End::Error(Reason::once("Unfinished", "it began and did not end")),
        };
        let mut case = case("run.phases", phase.phase.to_string(), phase.took_ms.unwrap_or(0), end);
        if phase.phase == Phase::BringUp {
            case.about = Some(About { lines: vec![BRING_UP.to_owned()], ..About::default() });
        }
        cases.push(case);
    }
    for broken in &record.breakages {
        cases.push(case("run.broken", broken.trouble.part.clone(), 0, of_breakage(broken)));
    }
    if let Some(signal) = &record.interrupted {
        let why = format!("the run was stopped by {signal}");
        cases.push(case("run", "interrupted".into(), 0, End::Error(Reason::once("Interrupted", &why))));
    }
    let mut suite = suite("run".into(), record.started_at, record.took_ms(), cases);
    // Whatever else turned the verdict red must be red here as well, once.
    let already_red = checks_are_red || suite.is_red();
    let end = match (verdict.word, already_red) {
        (Word::Passed, _) | (_, true) => End::Passed,
        (_, false) => End::Error(Reason::once("NotMeasured", &verdict.reasons.join("\n"))),
    };
    let mut complete = case("run", "complete".into(), 0, end);
    complete.told = format!("verdict: {}\nexit code: {}", verdict.word.for_people(), verdict.exit_code);
    suite.cases.push(complete);
    suite
}

fn of_breakage(Breakage { blame, trouble }: &Breakage) -> End {
    let log: Vec<String> = trouble.log_tail.iter().map(|line| one_line(line)).collect();
    let long = format!("{}\nremedy: {}\nfrom its log:\n{}", trouble.message, trouble.remedy, log.join("\n"));
    let reason = |word| Reason::new(word, trouble.message.as_str(), long);
    match blame {
        Blame::Release => End::Failed(reason("BrokenByRelease")),
        Blame::Environment => End::Error(reason("BrokenEnvironment")),
        Blame::Gate => End::Error(reason("GateBug")),
    }
}
