//! `report.html`: the page behind a pull request's comment, in one file that asks nothing of any network.
//!
//! ```text
//! verdict, first cause ─► what failed ─► timeline ─► the case ─► what differs ─► availability, ledger, nodes ─► plan, versions
//! ```
//! Everything that is known stands in it as HTML and SVG, made here; the script only adds hovering, zoom, the switch for light and
//! dark, and moving from mark to mark by keys. A policy in the page itself forbids every request and every script but ours.
//! The page of a matrix has a row for each run and each run's page below it, folded.
//!
//! A page has at most [`PAGE_LIMIT`] bytes: what does not fit is left out by whole parts, the heaviest weight first, and named.

mod availability;
mod body;
mod case;
mod checks;
mod data;
mod differences;
mod failures;
mod first_screen;
mod frame;
mod html;
mod ledger;
mod nodes;
mod part;
mod pictures;
mod plan;
mod replay;
mod roll;
mod rows;
mod timeline;

use super::kind::{Render, Report};
use super::runs::Runs;

/// The report.
pub(super) const REPORT: Report = Report {
    name: "report.html",
    content_type: "text/html; charset=utf-8",
    render: Render::Runs(|runs, _| Ok(page(runs))),
};

/// The timeline as a file of its own.
pub(super) const TIMELINE: Report = timeline::picture::REPORT;

/// Bytes of a page: more than any run needs, and little enough for a telephone.
pub const PAGE_LIMIT: usize = 1_500_000;

/// What is tried, one after the other, until a page fits: characters of a text of others, and the heaviest weight that stays.
const FITS: [(usize, u8); 7] = [(2_000, 9), (800, 9), (500, 7), (300, 5), (300, 3), (200, 1), (60, 0)];

/// The page of these runs.
#[must_use]
pub fn page(runs: &Runs) -> String {
    let mut pages = FITS.into_iter().map(|(room, most)| frame::page(runs, room, most));
    let mut last = String::new();
    let fits = pages.find(|page| {
        last.clone_from(page);
        page.len() <= PAGE_LIMIT
    });
    // The last one always fits: its parts are bounded by their makers.
    fits.unwrap_or(last)
}

#[cfg(test)]
mod tests;
