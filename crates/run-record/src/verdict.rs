//! Record → verdict: pure, and the only place that decides an exit code from what happened.
//!
//! The order of precedence, strongest first: interrupted, our own bug, a failed check, a release that broke
//! the run, an environment that broke it, something that could not be measured. A failed check wins over an
//! environment that broke later: what was measured stays measured. Not so before the cluster was up on stable: a
//! check that failed then tells why it never came up, and nothing of the release.

pub mod worst;

use std::collections::HashMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::event::{Blame, Breakage, CheckResult, Outcome, Stage};
use crate::record::Record;
use crate::record::history::{self, History};

/// The end of a run: what it leaves to those who tell others about it.
#[derive(Debug)]
pub struct RunEnd {
    /// What is known of it.
    pub record: Record,
    /// What that means.
    pub verdict: Verdict,
}

/// What the process exits with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExitCode(u8);

impl ExitCode {
    /// Every planned check ran, was measured and passed.
    pub const PASSED: Self = Self(0);
    /// The upgrade failed a check, or a node did not come up on the release.
    pub const FAILED: Self = Self(1);
    /// Wrong input; nothing was created.
    pub const WRONG_INPUT: Self = Self(2);
    /// The environment failed: no engine, no image, the stable cluster never came up.
    pub const ENVIRONMENT: Self = Self(3);
    /// Not everything that was planned could be measured.
    pub const NOT_MEASURED: Self = Self(4);
    /// A bug of this tool.
    pub const GATE_BUG: Self = Self(70);
    /// Stopped by SIGINT (128 + 2).
    pub const INTERRUPTED: Self = Self(130);
    /// Stopped by SIGTERM (128 + 15).
    pub const TERMINATED: Self = Self(143);

    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self.0
    }
}

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.0)
    }
}

impl Serialize for ExitCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0)
    }
}

/// The verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// The upgrade held.
    Passed,
    /// The upgrade did not hold.
    Failed,
    /// Nothing failed, and not everything was measured.
    NotMeasured,
    /// The environment broke: nothing was learned about the release.
    Broken,
    /// A signal stopped the run.
    Interrupted,
    /// This tool has a bug.
    GateBug,
}

impl Word {
    /// For people: "environment broken".
    #[must_use]
    pub fn for_people(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotMeasured => "not measured",
            Self::Broken => "environment broken",
            Self::Interrupted => "interrupted",
            Self::GateBug => "bug in the gate",
        }
    }

    /// For programs, the value of the output `verdict`: `not-measured`.
    #[must_use]
    pub fn for_programs(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotMeasured => "not-measured",
            Self::Broken => "broken",
            Self::Interrupted => "interrupted",
            Self::GateBug => "gate-bug",
        }
    }
}

/// How many checks were planned, ran, and ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Planned, over all stages.
    pub planned: usize,
    /// Left a result.
    pub run: usize,
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Differ from stable as was announced.
    pub announced: usize,
    /// Failed, and somebody answers for it.
    pub waived: usize,
    /// Passed only when asked again.
    pub unsteady: usize,
    /// Did not apply.
    pub not_applicable: usize,
    /// Ran and could not measure.
    pub not_measured: usize,
    /// Planned, and left no result.
    pub never_ran: usize,
}

impl Counts {
    /// The counts of the whole run, or of one stage.
    #[must_use]
    pub fn of(record: &Record, stage: Option<Stage>) -> Self {
        let wanted = |other: Stage| stage.is_none_or(|stage| stage == other);
        let mut counts = Self {
            planned: record.planned().filter(|(stage, _)| wanted(*stage)).count(),
            never_ran: record.never_ran().filter(|(stage, _)| wanted(*stage)).count(),
            ..Self::default()
        };
        for result in record.results().filter(|result| wanted(result.stage)) {
            counts.run += 1;
            match result.outcome {
                Outcome::Passed => counts.passed += 1,
                Outcome::Failed(_) => counts.failed += 1,
                Outcome::Announced { .. } => counts.announced += 1,
                Outcome::Waived { .. } => counts.waived += 1,
                Outcome::Unsteady { .. } => counts.unsteady += 1,
                Outcome::NotApplicable { .. } => counts.not_applicable += 1,
                Outcome::NotMeasured { .. } => counts.not_measured += 1,
            }
        }
        counts
    }
}

/// What the run comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// In one word.
    pub word: Word,
    /// For the process.
    pub exit_code: ExitCode,
    /// Sentences, the first cause first; empty when it passed.
    pub reasons: Vec<String>,
    /// In numbers.
    pub counts: Counts,
}

impl Verdict {
    /// The verdict on a record. A record without its end is of a run that died: it cannot have passed.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let counts = Counts::of(record, None);
        let broken = |blame: Blame| breakages(record, blame);
        let (mut failed, mut environment) = (failed(record), broken(Blame::Environment));
        if record.clustering.is_none() && !environment.is_empty() {
            environment.append(&mut failed);
        }
        let interrupted: Vec<String> = record.interrupted.iter().map(|signal| stopped_by(signal)).collect();
        let unmeasured = unmeasured(record, &counts);

        // Strongest first: the first class that has reasons decides, the others are told after it.
        let classes = [
            (Word::Interrupted, interrupt_code(record), interrupted),
            (Word::GateBug, ExitCode::GATE_BUG, broken(Blame::Gate)),
            (Word::Failed, ExitCode::FAILED, failed),
            (Word::Failed, ExitCode::FAILED, broken(Blame::Release)),
            (Word::Broken, ExitCode::ENVIRONMENT, environment),
            (Word::NotMeasured, ExitCode::NOT_MEASURED, unmeasured),
        ];
        let decided = classes.iter().find(|(.., reasons)| !reasons.is_empty());
        let (word, exit_code) =
            decided.map_or((Word::Passed, ExitCode::PASSED), |&(word, exit_code, _)| (word, exit_code));
        let reasons = classes.into_iter().flat_map(|(.., reasons)| reasons).collect();
        Self { word, exit_code, reasons, counts }
    }

    /// The same when not all reports could be written: a result that cannot be kept is no success, since nobody could
    /// look it up.
    #[must_use]
    pub fn without_reports(mut self) -> Self {
        if self.passed() {
            self.exit_code = ExitCode::ENVIRONMENT;
            self.reasons.push("not all reports could be written".into());
        }
        self
    }

    /// Whether the upgrade held.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.exit_code == ExitCode::PASSED
    }
}

fn interrupt_code(record: &Record) -> ExitCode {
    match record.interrupted.as_deref() {
        Some("SIGTERM") => ExitCode::TERMINATED,
        _ => ExitCode::INTERRUPTED,
    }
}

fn stopped_by(signal: &str) -> String {
    format!("the run was stopped by {signal} before it was complete")
}

/// What got worse comes first: the reader's first question is whether the release is to blame.
fn failed(record: &Record) -> Vec<String> {
    let mut failures = Vec::new();
    for result in record.results() {
        if let (Outcome::Failed(failure), Some(history)) = (&result.outcome, History::of(record, result)) {
            let CheckResult { stage, check, .. } = result;
            let reason = format!("{stage}/{check} {}: {failure}", history.predicate());
            failures.push((history::turn(record, result), reason));
        }
    }
    failures.sort_by_key(|(turn, _)| *turn);
    failures.into_iter().map(|(_, reason)| reason).collect()
}

fn breakages(record: &Record, blame: Blame) -> Vec<String> {
    let of_blame = record.breakages.iter().filter(|breakage| breakage.blame == blame);
    let told = |Breakage { trouble, .. }: &Breakage| {
        format!("{}: {} ({})", trouble.part, trouble.message, trouble.remedy)
    };
    of_blame.map(told).collect()
}

fn unmeasured(record: &Record, counts: &Counts) -> Vec<String> {
    let mut reasons = Vec::new();
    for result in record.results() {
        if let Outcome::NotMeasured { reason } = &result.outcome {
            reasons.push(format!("{}/{} could not be measured: {reason}", result.stage, result.check));
        }
    }
    let never = record.never_ran().map(|(stage, check)| format!("{stage}/{check}")).collect::<Vec<_>>();
    match never.as_slice() {
        [] => {}
        [one] => reasons.push(format!("{one} was planned and never ran")),
        [first, ..] => {
            reasons.push(format!("{} planned checks never ran, the first of them {first}", never.len()))
        }
    }
    reasons.extend(unplanned(record));
    if record.header.is_none() {
        reasons.push("the run ended before its plan was made".into());
    } else if !record.finished {
        reasons.push("the record stops before the run was over".into());
    }
    if counts.passed + counts.announced + counts.unsteady == 0 {
        reasons.push("no check passed: nothing was verified".into());
    }
    reasons
}

/// Results that the plan does not know, or knows once and got twice: then the counts prove nothing.
fn unplanned(record: &Record) -> Vec<String> {
    let mut open: HashMap<(Stage, &str), usize> = HashMap::new();
    for planned in record.planned() {
        *open.entry(planned).or_default() += 1;
    }
    let mut reasons = Vec::new();
    for result in record.results() {
        match open.get_mut(&(result.stage, result.check.as_str())) {
            Some(left) if *left > 0 => *left -= 1,
            _ => reasons.push(format!("{}/{} ran without being planned", result.stage, result.check)),
        }
    }
    reasons
}

#[cfg(test)]
mod tests;
