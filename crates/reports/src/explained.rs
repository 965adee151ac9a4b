//! What differs, failed or wavered and is not red all the same: announced changes, waivers, unsteady checks. It stands on
//! the first screen of every report, so that nobody takes such a run for one where nothing was found.

use super::escape::plain;
use super::fit::{Room, Section};
use super::sanitise::one_line;
use run_record::event::{CheckResult, Outcome};
use run_record::outcome::ASKED_AGAIN;
use run_record::record::Record;
use run_record::record::history::is_question;

/// Places that are named for one of them; the record has all.
const PLACES: usize = 4;

/// One explanation, and where it was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Explanation {
    /// "unsteady", "waived", "announced".
    pub(crate) word: &'static str,
    /// What the reader should know.
    pub(crate) what: String,
    /// Stages and checks, in the order of the run.
    places: Vec<String>,
}

impl Explanation {
    /// Some of the places, and how many more there are.
    pub(crate) fn places(&self) -> String {
        let shown = self.places.iter().take(PLACES).cloned().collect::<Vec<_>>().join(", ");
        match self.places.len() {
            all if all > PLACES => format!("{shown} and {} more", all - PLACES),
            _ => shown,
        }
    }
}

/// All of them, the most doubtful first; one explanation usually stands for several nodes and stages.
pub(crate) fn all(record: &Record) -> Vec<Explanation> {
    let mut all: Vec<Explanation> = Vec::new();
    let mut tell = |word, what: String, place: &str| match all
        .iter_mut()
        .find(|known| known.word == word && known.what == what)
    {
        Some(known) if known.places.iter().any(|other| other == place) => {}
        Some(known) => known.places.push(place.to_owned()),
        None => all.push(Explanation { word, what, places: vec![place.to_owned()] }),
    };
    for result in record.results() {
        let place = format!("{}/{}", result.stage, result.check);
        if let (Outcome::Unsteady { .. }, Some(why)) = (&result.outcome, result.outcome.why()) {
            let question = if is_question(record, result) {
                ". On stable it passed at once: is the release to blame?"
            } else {
                ""
            };
            tell("unsteady", format!("{why}{question}"), &place);
        }
        let steps = result.steps.iter().map(|step| &step.outcome);
        // A suite of the user's has no steps of ours where it was cut.
        let own = result.steps.is_empty().then_some(&result.outcome);
        for outcome in steps.chain(own) {
            match outcome {
                Outcome::Waived { failure, reason, owner, expires } => {
                    let bare = format!("expected {}, got {}", failure.expected, failure.got);
                    tell("waived", format!("{reason} ({owner}, until {expires}): {bare}"), &place);
                }
                Outcome::Announced { .. } => {
                    tell("announced", outcome.why().unwrap_or_default(), &place);
                }
                _ => {}
            }
        }
    }
    let rank =
        |told: &Explanation| ["unsteady", "waived", "announced"].iter().position(|word| *word == told.word);
    all.sort_by_key(rank);
    all
}

/// What became of asking once more, in one line: a check that was not asked after all says why.
pub(crate) fn asked_again(result: &CheckResult) -> String {
    let told = match result.facts.get(ASKED_AGAIN) {
        Some(told) if result.outcome.is_red() => told.as_str(),
        _ => result.outcome.word(),
    };
    format!("{} {} asked again, alone: {told}", result.stage, result.check)
}

/// Where they were found: `unsteady mixed-1/calls`.
pub(crate) fn places(record: &Record) -> Vec<String> {
    all(record).iter().map(|told| format!("{} {}", told.word, told.places())).collect()
}

/// For a console: one line each.
pub(crate) fn in_lines(record: &Record) -> Vec<String> {
    all(record)
        .iter()
        .map(|told| format!("{}: {}: {}", told.word, told.places(), one_line(&told.what)))
        .collect()
}

/// For a report in Markdown.
pub(crate) fn section(record: &Record, room: Room) -> Option<Section> {
    let row = |told: &Explanation| {
        format!("- **{}** {}: {}", told.word, plain(&told.places(), room.0), plain(&told.what, room.0))
    };
    let rows = all(record).iter().map(row).collect();
    Section::of("what is explained", 3, "### Not red, and to be known\n", rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use run_record::event::{EventKind, Failure, Stage, Step};
    use run_record::samples::{record, result};

    fn with(stage: Stage, check: &str, outcomes: &[Outcome]) -> EventKind {
        let step = |outcome: &Outcome| Step { name: "s".into(), outcome: outcome.clone(), took_ms: 1 };
        let steps = outcomes.iter().map(step).collect();
        EventKind::CheckFinished(CheckResult { steps, ..result(stage, check, outcomes[0].clone()) })
    }

    #[test]
    fn one_explanation_is_told_once_with_its_places() {
        let grown =
            Outcome::Announced { reason: "larger messages".into(), source: "https://x.example".into() };
        let failure = Failure {
            expected: "a".into(),
            got: "b".into(),
            node: Some("node2".into()),
            ..Failure::default()
        };
        let (reason, owner, expires) = ("known".into(), "ops".into(), "2026-12-31".into());
        let waived = Outcome::Waived { failure, reason, owner, expires };
        let unsteady = Outcome::Unsteady { first: "404".into(), again: "passed".into() };
        let run = record([
            with(Stage::Stable, "calls", &[Outcome::Passed]),
            with(Stage::Mixed(1), "baseline", &[grown.clone(), grown.clone()]),
            with(Stage::Mixed(1), "calls", std::slice::from_ref(&unsteady)),
            with(Stage::Release, "baseline", &[waived, grown]),
        ]);
        assert_eq!(
            in_lines(&run),
            [
                "unsteady: mixed-1/calls: first: 404; asked again, alone: passed. On stable it passed at once: is the release to blame?",
                "waived: release/baseline: known (ops, until 2026-12-31): expected a, got b",
                "announced: mixed-1/baseline, release/baseline: larger messages (https://x.example)",
            ]
        );
        let text = section(&run, Room(300)).unwrap().rows.join("\n");
        assert!(text.starts_with("- **unsteady** mixed-1/calls: first: 404"), "{text}");
    }

    #[test]
    fn a_run_without_any_says_nothing() {
        let run = record([with(Stage::Stable, "calls", &[Outcome::Passed])]);
        assert_eq!(in_lines(&run), [""; 0]);
        assert!(section(&run, Room(300)).is_none());
    }
}
