//! The user's own suite in the Markdown reports: its numbers, and what failed in it.

use super::super::escape::{name, plain};
use super::super::fit::{Room, Section};
use super::super::words::{duration, user_numbers};
use run_record::event::{UserCounts, UserEnd};
use run_record::record::Record;

/// Failed tests of the user's that are named; junit.xml has them all.
const NAMED: usize = 100;

/// A row per suite, and below them the tests that failed.
pub(crate) fn user_suites(record: &Record, room: Room) -> Option<Section> {
    let suites = &record.user_suites;
    let mut rows: Vec<String> = suites
        .iter()
        .map(|suite| {
            let counts = UserCounts::of(std::slice::from_ref(suite));
            format!(
                "| {} | {} | {} | {} | {} | {} |",
                plain(&suite.name, 120),
                counts.tests,
                counts.passed,
                counts.failed,
                counts.skipped,
                duration(suite.took_ms)
            )
        })
        .collect();
    let failed = suites.iter().flat_map(|suite| &suite.tests).filter_map(|test| match &test.end {
        UserEnd::Failed { message, .. } => Some((test, message)),
        UserEnd::Passed | UserEnd::Skipped { .. } => None,
    });
    let mut named: Vec<String> = failed
        .map(|(test, message)| format!("- ❌ {}: {}", name(&test.label()), plain(message, room.0)))
        .collect();
    if named.len() > NAMED {
        let more = named.len() - NAMED;
        named.truncate(NAMED);
        named.push(format!("- … and {more} more, in junit.xml"));
    }
    if let Some(first) = named.first_mut() {
        // An empty line ends the table.
        first.insert(0, '\n');
    }
    rows.extend(named);
    let head = format!(
        "### Your suite against the release\n\n{}\n\n| suite | tests | passed | failed | skipped | took |\n|---|--:|--:|--:|--:|--:|",
        user_numbers(suites)
    );
    Section::of("your suite", 2, &head, rows)
}
