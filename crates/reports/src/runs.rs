//! What every report is about: the runs of a matrix, each with its name. One run is a matrix of one, whose name nobody needs.

use std::collections::HashSet;

use run_record::record::Record;
use run_record::verdict::worst::worst;
use run_record::verdict::{Counts, ExitCode, Verdict, Word};

/// Runs and what they come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Runs {
    all: Vec<Run>,
    verdict: Verdict,
    named: bool,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The upgrade: "11.5.1 to 11.6.0". No two runs of a matrix have the same.
    pub name: String,
    /// What it left behind.
    pub record: Record,
    /// What it comes to.
    pub verdict: Verdict,
}

impl Runs {
    /// One run, judged by its record.
    #[must_use]
    pub fn of(record: Record) -> Self {
        let verdict = Verdict::of(&record);
        Self::judged(record, verdict)
    }

    /// One run with the verdict that it ended with.
    #[must_use]
    pub fn judged(record: Record, verdict: Verdict) -> Self {
        let run = Run { name: name_of(&record), record, verdict: verdict.clone() };
        Self { all: vec![run], verdict, named: false }
    }

    /// A matrix, whose verdict is that of its worst run. Equal names are numbered: the same upgrade may be run in two ways.
    #[must_use]
    pub fn matrix(runs: Vec<Run>) -> Self {
        let all = numbered(runs);
        let verdict = worst(all.iter().map(|run| (run.name.as_str(), &run.verdict)));
        Self { all, verdict, named: true }
    }

    /// What they come to when reports could not be written.
    #[must_use]
    pub fn without_reports(mut self) -> Self {
        self.verdict = self.verdict.without_reports();
        if let ([one], false) = (self.all.as_mut_slice(), self.named) {
            one.verdict = self.verdict.clone();
        }
        self
    }

    /// The run that is no matrix: reports tell more of it, and not its name.
    #[must_use]
    pub fn alone(&self) -> Option<&Run> {
        if self.named { None } else { self.all.first() }
    }

    /// All of them, in their order.
    #[must_use]
    pub fn all(&self) -> &[Run] {
        &self.all
    }

    /// What they come to together.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The name of one of them, where that tells it apart from others.
    pub fn name<'r>(&self, run: &'r Run) -> Option<&'r str> {
        self.named.then_some(run.name.as_str())
    }
}

impl Run {
    /// The run of a record, named after its upgrade.
    #[must_use]
    pub fn of(record: Record) -> Self {
        let verdict = Verdict::of(&record);
        Self { name: name_of(&record), record, verdict }
    }

    /// A run that should be there and is not: as red as a check that never ran.
    #[must_use]
    pub fn missing(name: &str) -> Self {
        let reason =
            "it left no record: its job did not get that far, or its report folder was not handed over";
        let verdict = Verdict {
            word: Word::NotMeasured,
            exit_code: ExitCode::NOT_MEASURED,
            reasons: vec![reason.to_owned()],
            counts: Counts::default(),
        };
        Self { name: name.to_owned(), record: Record::default(), verdict }
    }
}

/// The name of a record's upgrade.
fn name_of(record: &Record) -> String {
    record.header.as_ref().map_or_else(
        || "an upgrade that was never planned".to_owned(),
        |header| format!("{} to {}", header.stable.given, header.release.given),
    )
}

fn numbered(mut runs: Vec<Run>) -> Vec<Run> {
    let mut seen = HashSet::new();
    for run in &mut runs {
        let first = run.name.clone();
        let mut count = 1;
        while !seen.insert(run.name.clone()) {
            count += 1;
            run.name = format!("{first} (again, {count})");
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_whose_reports_are_missing_is_no_success_alone_or_in_a_matrix() {
        let passed = Verdict { word: Word::Passed, exit_code: ExitCode::PASSED, ..Run::missing("x").verdict };
        let one = Runs::judged(Record::default(), passed.clone()).without_reports();
        assert_eq!(one.verdict().exit_code, ExitCode::ENVIRONMENT);
        assert_eq!(one.alone().map(|run| run.verdict.exit_code), Some(ExitCode::ENVIRONMENT));
        let run = Run { verdict: passed, ..Run::missing("x") };
        let matrix = Runs::matrix(vec![run.clone(), run]).without_reports();
        assert_eq!(matrix.verdict().exit_code, ExitCode::ENVIRONMENT);
        // Of which run reports are missing, nobody can say.
        assert_eq!(matrix.all()[0].verdict.exit_code, ExitCode::PASSED);
        assert_eq!(matrix.all()[1].name, "x (again, 2)");
    }
}
