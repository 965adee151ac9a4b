//! `checks --timings`: how long the checks of a recorded run took, the slowest first.

use std::path::Path;

use serde_json::{Value, json};

use super::arguments::Format;
use crate::event::Stage;
use crate::limited::Links;
use crate::publish::print;
use crate::record::Record;
use crate::record::pace::paces;
use crate::report::{stored_in, words};
use crate::verdict::ExitCode;

pub(super) fn timings(file: &Path, format: Format) -> ExitCode {
    match stored_in(file, Links::Followed) {
        Ok(record) => {
            print(&match format {
                Format::Text => table(&record),
                Format::Json => listing(&record).to_string(),
            });
            ExitCode::PASSED
        }
        Err(why) => {
            print(&format!("timings: {why}. Give the record.json of a run."));
            ExitCode::WRONG_INPUT
        }
    }
}

/// One check, in milliseconds.
struct TimingRow<'r> {
    check: &'r str,
    stable: Option<u64>,
    /// The longest of the mixed stages.
    mixed: Option<u64>,
    release: Option<u64>,
    /// The longer of `migrated` and `rollback`, where stable serves on the schema of the release.
    newer_schema: Option<u64>,
    slower: bool,
}

impl TimingRow<'_> {
    fn longest(&self) -> u64 {
        self.stable.max(self.mixed).max(self.release).max(self.newer_schema).unwrap_or(0)
    }
}

fn rows(record: &Record) -> Vec<TimingRow<'_>> {
    let slower: Vec<&str> = paces(record).into_iter().filter(|p| p.is_slower()).map(|p| p.check).collect();
    let mut rows: Vec<TimingRow<'_>> = Vec::new();
    for result in record.results() {
        let index = rows.iter().position(|row| row.check == result.check).unwrap_or_else(|| {
            let check = result.check.as_str();
            let slower = slower.contains(&check);
            rows.push(TimingRow {
                check,
                stable: None,
                mixed: None,
                release: None,
                newer_schema: None,
                slower,
            });
            rows.len() - 1
        });
        let row = &mut rows[index];
        let cell = match result.stage {
            Stage::History(_) => continue,
            Stage::Stable => &mut row.stable,
            Stage::Migrated | Stage::Rollback => &mut row.newer_schema,
            Stage::Mixed(_) => &mut row.mixed,
            Stage::Release => &mut row.release,
        };
        *cell = (*cell).max(Some(result.took_ms));
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.longest()));
    rows
}

fn table(record: &Record) -> String {
    let cell = |ms: Option<u64>| ms.map_or_else(|| "–".to_owned(), words::duration);
    let mut out =
        format!("{:<24} {:>12} {:>12} {:>12} {:>12}\n", "check", "stable", "mixed", "new schema", "release");
    for row in rows(record) {
        let mark = if row.slower { "  slower" } else { "" };
        let (stable, mixed, release) = (cell(row.stable), cell(row.mixed), cell(row.release));
        let newer = cell(row.newer_schema);
        out += &format!("{:<24} {stable:>12} {mixed:>12} {newer:>12} {release:>12}{mark}\n", row.check);
    }
    out
}

fn listing(record: &Record) -> Value {
    let row = |row: TimingRow<'_>| {
        json!({
            "check": row.check, "stable_ms": row.stable, "mixed_ms": row.mixed, "newer_schema_ms": row.newer_schema,
            "release_ms": row.release,
            "slower": row.slower,
        })
    };
    rows(record).into_iter().map(row).collect()
}
