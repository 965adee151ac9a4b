//! The runs of a matrix, each with its name.

use std::collections::HashSet;

use crate::record::Record;
use crate::verdict::{Counts, ExitCode, Verdict, Word};

/// One run of a matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The upgrade: "11.5.1 to 11.6.0". No two runs of a matrix have the same.
    pub name: String,
    /// What it left behind.
    pub record: Record,
    /// What it comes to.
    pub verdict: Verdict,
}

/// The name of a record's upgrade.
pub(crate) fn name_of(record: &Record) -> String {
    record.header.as_ref().map_or_else(
        || "an upgrade that was never planned".to_owned(),
        |header| format!("{} to {}", header.stable.given, header.release.given),
    )
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

    /// Numbers equal names: the same upgrade may be run in two ways.
    #[must_use]
    pub fn numbered(mut runs: Vec<Self>) -> Vec<Self> {
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
}
