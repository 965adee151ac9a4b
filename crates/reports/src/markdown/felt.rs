//! What users felt, path by path.

use availability::{Observation, downtimes, told};

use super::super::escape::plain;
use super::super::fit::Section;
use run_record::record::{Record, together};

/// A row for each path that users come by.
pub(super) fn section(record: &Record) -> Option<Section> {
    let seen: &Observation = record.watched.as_ref()?;
    let down = downtimes(seen);
    let of_users = seen.routes.iter().filter(|figures| figures.route.is_of_users());
    let rows = of_users.map(|figures| {
        let sent = together(figures.stages.iter().map(|stage| stage.figure.sent));
        let found = down.iter().find(|down| down.route == figures.route);
        let (total, longest) = found.map_or(("none".to_owned(), "–".to_owned()), |down| {
            (told(down.total_ms), told(down.longest_ms))
        });
        let route = plain(&figures.route.to_string(), 120);
        format!("| {route} | {sent} | {} | {total} | {longest} |", figures.failed_since_roll)
    });
    let mut section = Section::of(
        "what users felt",
        4,
        "### What users felt\n\n| path | requests | failed since the first node was replaced | downtime | longest |\n|---|--:|--:|--:|--:|",
        rows.collect(),
    )?;
    if seen.diary.roll_began_ms().is_none() {
        section.foot = "\nNo node was replaced while they were watched: a downtime could not be seen.".into();
    }
    Some(section)
}
