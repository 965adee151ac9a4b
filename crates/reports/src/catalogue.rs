//! The one list of reports: who writes, uploads, hands over or tests them goes by it.

use super::kind::Report;
use super::{json, junit, lock, markdown, page, playwright};

/// The files that [`super::write_all`] writes, in the order of writing. `events.jsonl` is there already: it is written live.
pub const REPORTS: &[Report] = &[
    json::REPORT,
    junit::REPORT,
    playwright::REPORT,
    markdown::SUMMARY,
    markdown::COMMENT,
    page::REPORT,
    page::TIMELINE,
    lock::REPORT,
];

/// The report that a browser shows.
pub const PAGE: &str = page::REPORT.name;

/// The report that is a picture of the roll.
pub const TIMELINE: &str = page::TIMELINE.name;
