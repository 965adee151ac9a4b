//! The case MM-T5392, line by line: what each line comes to in each stage.

use std::collections::HashMap;

use super::fit::Section;
use run_record::case::LINES;
use run_record::event::{Outcome, Stage};
use run_record::record::Record;
use run_record::record::history::History;

/// The line that expects of the whole that nothing got worse.
const NOTHING_WORSE: &str = "E1";

/// The table: what each line comes to in each stage.
pub(crate) fn the_case(record: &Record) -> Section {
    let stages = record.stages_in_order();
    let names: Vec<String> = stages.iter().map(ToString::to_string).collect();
    let mut head = "### The case MM-T5392, line by line\n\n| line | what it asks |".to_owned();
    let mut rule = "|---|---|".to_owned();
    for name in names {
        head.push_str(&format!(" {name} |"));
        rule.push_str(":-:|");
    }
    let cells = cells(record);
    let rows = LINES.iter().map(|line| {
        let known = cells.keys().any(|(covered, _)| *covered == line.id);
        let none = if known { "" } else { " _(no check in this run)_" };
        let marks = stages.iter().map(|stage| cells.get(&(line.id, *stage)).map_or("", |cell| cell.mark()));
        let marks: String = marks.map(|mark| format!(" {mark} |")).collect();
        format!("| {} | {}{none} |{marks}", line.id, line.title)
    });
    Section {
        title: "the case",
        weight: 1,
        head: format!("{head}\n{rule}"),
        rows: rows.collect(),
        foot: String::new(),
    }
}

/// The case in one line per kind of result, for a console: which lines failed, were not measured, passed.
pub(crate) fn in_short(record: &Record) -> Vec<String> {
    let cells = cells(record);
    let worst =
        |line: &str| cells.iter().filter(|((covered, _), _)| *covered == line).map(|(_, cell)| *cell).max();
    let kinds = [
        (Cell::Failed, "failed"),
        (Cell::NotMeasured, "not measured"),
        (Cell::Unsteady, "unsteady"),
        (Cell::Waived, "waived"),
        (Cell::Announced, "announced"),
        (Cell::NotApplicable, "not applicable"),
    ];
    let of = |kind| LINES.iter().map(|line| line.id).filter(|id| worst(id) == kind).collect::<Vec<_>>();
    let passed = of(Some(Cell::Passed)).len();
    let mut told = vec![format!("{passed} of the case's {} lines passed", LINES.len())];
    told.extend(kinds.into_iter().filter_map(|(kind, word)| {
        let ids = of(Some(kind));
        (!ids.is_empty()).then(|| format!("{word}: {}", ids.join(", ")))
    }));
    match of(None).as_slice() {
        [] => {}
        few @ [_, ..] if few.len() <= 6 => told.push(format!("no check in this run: {}", few.join(", "))),
        many => told.push(format!("{} without a check in this run", many.len())),
    }
    told
}

/// What a line comes to in a stage; the worst one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    /// None of its checks applied.
    NotApplicable,
    /// Those that applied passed.
    Passed,
    /// One differs from stable as was announced.
    Announced,
    /// One failed, and somebody answers for it.
    Waived,
    /// One passed only when asked again.
    Unsteady,
    /// One could not be measured, or never ran.
    NotMeasured,
    /// One failed.
    Failed,
}

impl Cell {
    /// The sign in a table.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::NotApplicable => "➖",
            Self::Passed => "✅",
            Self::Announced => "📣",
            Self::Waived => "✋",
            Self::Unsteady => "🎲",
            Self::NotMeasured => "⚠️",
            Self::Failed => "❌",
        }
    }
}

impl From<&Outcome> for Cell {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Passed => Self::Passed,
            Outcome::Failed(_) => Self::Failed,
            Outcome::Announced { .. } => Self::Announced,
            Outcome::Waived { .. } => Self::Waived,
            Outcome::Unsteady { .. } => Self::Unsteady,
            Outcome::NotApplicable { .. } => Self::NotApplicable,
            Outcome::NotMeasured { .. } => Self::NotMeasured,
        }
    }
}

/// The worst of a line's checks in each stage.
pub(crate) fn cells(record: &Record) -> HashMap<(&str, Stage), Cell> {
    let mut cells = HashMap::new();
    let mut note = |line, stage, cell: Cell| {
        let known = cells.entry((line, stage)).or_insert(cell);
        *known = cell.max(*known);
    };
    let mut lines_of: HashMap<&str, &[String]> = HashMap::new();
    for result in record.results() {
        lines_of.insert(&result.check, &result.lines);
        for line in &result.lines {
            note(line.as_str(), result.stage, Cell::from(&result.outcome));
        }
        // That nothing got worse is what the case expects of the whole, whichever check noticed.
        if History::of(record, result).is_some_and(History::is_regression) {
            note(NOTHING_WORSE, result.stage, Cell::Failed);
        }
    }
    // A check that never ran left no lines here, but may have done so in another stage.
    for (stage, check) in record.never_ran() {
        for line in lines_of.get(check).copied().unwrap_or_default() {
            note(line.as_str(), stage, Cell::NotMeasured);
        }
    }
    cells
}
