//! Red results by what they share: one cause is told once, with the checks and stages in which it showed.
//!
//! What is shared is told by shapes: texts without versions, ids, numbers and names of nodes. Results of one check have one cause
//! where the first red step has the same shape. Results of several checks have one where servers gave the same answer, which is a
//! status or an error's name: a lost post makes threads, pins and reactions answer "404 app.post.get.app_error". That is a guess,
//! so it is called "the same answer" and nothing is left out of the list of checks.

mod shape;

use super::words::red_parts;
use run_record::event::{CheckResult, Failure, Outcome, Stage};
use run_record::record::Record;
use run_record::record::history::{self, History};
use shape::{answer_shape, shape};

/// Red results that seem to have one cause.
#[derive(Debug)]
pub(crate) struct RedCause<'r> {
    /// The result that it is told by.
    pub(crate) first: &'r CheckResult,
    /// The stages in which it showed, in the order of the run.
    pub(crate) stages: Vec<Stage>,
    /// The first results of other checks in which it showed.
    pub(crate) others: Vec<&'r CheckResult>,
    /// The red steps of the check that it is told by, one for each shape.
    pub(crate) parts: Vec<(Option<&'r str>, &'r Outcome)>,
    /// How many red steps look like one of them.
    pub(crate) alike: usize,
    /// How its worst result ended: "regression", "failed on stable".
    pub(crate) word: &'static str,
    /// The same as the predicate of a sentence.
    pub(crate) predicate: &'static str,
    key: Key,
    shapes: Vec<String>,
}

impl<'r> RedCause<'r> {
    /// The failure that it is told by; none where it was not measured.
    pub(crate) fn failure(&self) -> Option<&'r Failure> {
        match self.parts.first() {
            Some((_, Outcome::Failed(failure))) => Some(failure),
            _ => None,
        }
    }

    /// `mixed-1, release`.
    pub(crate) fn stages(&self) -> String {
        self.stages.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    fn take(&mut self, result: &'r CheckResult) {
        if !self.stages.contains(&result.stage) {
            self.stages.push(result.stage);
        }
        let known = |other: &&CheckResult| other.check == result.check;
        if result.check != self.first.check && !self.others.iter().any(known) {
            self.others.push(result);
        }
        for (step, outcome) in red_parts(result) {
            self.alike += 1;
            let shape = part_shape(&result.check, step, outcome);
            let of_first = result.check == self.first.check;
            if of_first && !self.shapes.contains(&shape) {
                self.shapes.push(shape);
                self.parts.push((step, outcome));
            }
        }
    }
}

/// What results of one cause share.
#[derive(Debug, PartialEq, Eq)]
enum Key {
    /// What servers answered.
    Answer(String),
    /// The check, and the shape of its first red step.
    Step(String),
}

impl Key {
    fn of(result: &CheckResult) -> Self {
        let parts = red_parts(result);
        let first = parts.first().map_or((None, &result.outcome), |part| *part);
        let answer = match first.1 {
            Outcome::Failed(failure) => answer_shape(&failure.got),
            Outcome::NotMeasured { reason } => answer_shape(reason),
            _ => None,
        };
        answer.map_or_else(|| Self::Step(part_shape(&result.check, first.0, first.1)), Self::Answer)
    }
}

fn part_shape(check: &str, step: Option<&str>, outcome: &Outcome) -> String {
    format!("{check}/{}/{}", outcome.word(), shape(step.unwrap_or_default()))
}

/// The red results, in the order of the verdict's reasons: what got worse first, then the other failures, then what could not be
/// measured.
pub(crate) fn red_in_order(record: &Record) -> Vec<&CheckResult> {
    let mut red: Vec<&CheckResult> = record.results().filter(|result| result.outcome.is_red()).collect();
    red.sort_by_cached_key(|result| history::turn(record, result));
    red
}

/// The causes, in the order of the verdict's reasons.
pub(crate) fn causes(record: &Record) -> Vec<RedCause<'_>> {
    let mut causes: Vec<RedCause<'_>> = Vec::new();
    for result in red_in_order(record) {
        let key = Key::of(result);
        if let Some(known) = causes.iter_mut().find(|known| known.key == key) {
            known.take(result);
            continue;
        }
        let predicate = History::of(record, result).map_or("could not be measured", History::predicate);
        let mut cause = RedCause {
            first: result,
            stages: Vec::new(),
            others: Vec::new(),
            parts: Vec::new(),
            alike: 0,
            word: history::word(record, result),
            predicate,
            key,
            shapes: Vec::new(),
        };
        cause.take(result);
        causes.push(cause);
    }
    let order = record.stages_in_order();
    for cause in &mut causes {
        cause.stages.sort_by_key(|stage| order.iter().position(|known| known == stage));
    }
    causes
}

#[cfg(test)]
mod tests;
