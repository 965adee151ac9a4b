//! `census`: what the site had before the run is there, row by row, and says what it said.
//!
//! The rows of a copy of the site that are older than the run are counted exactly, with a checksum over each column that nobody but their
//! owners may change, by the first letters of their keys. On stable they are compared with the dump as it was restored, on release with
//! stable. Nothing of what a row says is in a report: a table, a column, the letters that ids begin with, a number.

use std::collections::BTreeMap;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

use super::prelude::*;
use crate::cluster::{Census, TableCensus};
use crate::limited;

pub(super) const CHECK: Check = Check::new(
    "census",
    "what your site's database had before the run is there, table by table: no row lost, doubled or altered",
    &["S1.2b", "E1"],
    |cx| Box::pin(run(cx)),
)
.in_stages(Stages::Ends)
.of_a_copy()
.alone();

/// The rows as stable left them.
const COUNTED: Entry<Census> = Entry::new("a census of your rows");
/// How long the database may take to count.
const COUNTING: Duration = Duration::from_secs(600);
/// Ranges and columns that are named; all of them are counted.
const NAMED: usize = 8;

async fn run(cx: &Context<'_>) {
    let Some((database, restored)) = cx.restored else {
        return cx.not_applicable("the rows of your site are counted", "no database-dump was given");
    };
    let before = match cx.stage {
        Stage::Stable => restored.clone(),
        _ => match COUNTED.old(cx) {
            Some(before) => before,
            None => return,
        },
    };
    let counting = async {
        let counted = database.census(restored.before, Instant::now() + COUNTING).await;
        counted.map_err(|trouble| StepError::NotMeasured(trouble.to_string()))
    };
    let Ok(now) = cx.step("the database counts its rows", counting).await else { return };
    if let (Some(then), Some(now)) = (restored.bytes, now.bytes) {
        cx.fact(
            "size of the database",
            format!("{} as restored, {} now", limited::bytes(then), limited::bytes(now)),
        );
    }
    let all = |census: &Census| census.rows.values().sum::<u64>();
    cx.fact("rows", format!("{} as restored, {} now, with those of the run", all(restored), all(&now)));
    for (table, old) in &before.tables {
        cx.judge(named(table, old), compared(table, old, now.tables.get(table)));
    }
    if cx.stage == Stage::Stable {
        COUNTED.put_first(cx, now);
    }
}

/// `posts: 5015 rows of 2017-07-14 to 2020-11-01`.
fn named(table: &str, old: &TableCensus) -> String {
    let rows = old.rows();
    let noun = if rows == 1 { "row" } else { "rows" };
    match old.made.map(|(oldest, newest)| (day(oldest), day(newest))) {
        Some((Some(oldest), Some(newest))) => format!("{table}: {rows} {noun} of {oldest} to {newest}"),
        _ => format!("{table}: {rows} {noun}"),
    }
}

fn day(ms: i64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(ms / 1000).ok()?;
    Some(at.date().to_string())
}

/// The old rows of a table, then and now.
fn compared(table: &str, old: &TableCensus, now: Option<&TableCensus>) -> Result<(), StepError> {
    let wanted = format!("the {} rows of {table} that were there before the run, as they were", old.rows());
    let Some(now) = now else {
        return Err(StepError::failed(wanted, "there is no such table any more").of_safety());
    };
    let mut wrong: Vec<String> = Vec::new();
    let (mut lost, mut more) = (0, 0);
    let (mut short, mut long): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut altered: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let ranges: std::collections::BTreeSet<&String> = old.ranges.keys().chain(now.ranges.keys()).collect();
    for range in ranges {
        let (then, there) = (old.ranges.get(range), now.ranges.get(range));
        let count = |range: Option<&crate::cluster::RowRange>| range.map_or(0, |range| range.rows);
        match (count(then), count(there)) {
            (had, has) if has < had => {
                lost += had - has;
                short.push(range);
            }
            (had, has) if has > had => {
                more += has - had;
                long.push(range);
            }
            _ => {
                for (column, sum) in then.into_iter().flat_map(|range| &range.sums) {
                    // A column that is gone is the schema's, not the rows'.
                    let now = there.and_then(|range| range.sums.get(column));
                    if now.is_some_and(|now| now != sum) {
                        altered.entry(column).or_default().push(range);
                    }
                }
            }
        }
    }
    if lost > 0 {
        wrong.push(format!("{lost} are gone, with ids that begin with {}", some(&short)));
    }
    if more > 0 {
        wrong.push(format!("{more} are there that were not, with ids that begin with {}", some(&long)));
    }
    for (column, ranges) in &altered {
        wrong.push(format!("{column} differs in ids that begin with {}", some(ranges)));
    }
    if wrong.is_empty() { Ok(()) } else { Err(StepError::failed(wanted, wrong.join("; ")).of_safety()) }
}

fn some(ranges: &[&str]) -> String {
    let named = ranges.iter().take(NAMED).map(|range| format!("{range}…")).collect::<Vec<_>>().join(", ");
    match ranges.len() {
        0..=NAMED => named,
        all => format!("{named} and {} more", all - NAMED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::RowRange;

    /// The letters that keys begin with, how many rows, and sums by column.
    type Made<'a> = (&'a str, u64, &'a [(&'a str, &'a str)]);

    fn table(ranges: &[Made<'_>]) -> TableCensus {
        let range = |rows, sums: &[(&str, &str)]| RowRange {
            rows,
            sums: sums.iter().map(|(column, sum)| ((*column).to_owned(), (*sum).to_owned())).collect(),
        };
        let ranges = ranges.iter().map(|(key, rows, sums)| ((*key).to_owned(), range(*rows, sums)));
        TableCensus { made: Some((1_500_000_000_000, 1_600_000_000_000)), ranges: ranges.collect() }
    }

    fn got(old: &TableCensus, now: Option<&TableCensus>) -> String {
        match compared("posts", old, now) {
            Err(StepError::Failed(failure)) => {
                assert!(failure.safety);
                failure.got
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_is_lost_doubled_or_altered_is_told_by_table_column_and_range() {
        let old = table(&[("a", 2, &[("message", "1")]), ("b", 3, &[("message", "2"), ("type", "3")])]);
        assert_eq!(got(&old, Some(&old)), "Ok(())");
        assert_eq!(named("posts", &old), "posts: 5 rows of 2017-07-14 to 2020-09-13");
        let now = table(&[("b", 4, &[("message", "9")])]);
        assert_eq!(
            got(&old, Some(&now)),
            "2 are gone, with ids that begin with a…; 1 are there that were not, with ids that begin with b…"
        );
        let now = table(&[("a", 2, &[("message", "7")]), ("b", 3, &[("message", "2")])]);
        assert_eq!(got(&old, Some(&now)), "message differs in ids that begin with a…");
        assert_eq!(got(&old, None), "there is no such table any more");
    }
}
