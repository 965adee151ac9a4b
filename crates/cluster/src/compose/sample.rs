//! Rows of a site's own, picked by age and kind: their tables and ids.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use tokio::time::Instant;

use super::ComposeCluster;
use super::census::{COLUMNS, RowCondition, TEAM_OF_BOARD, of_columns};
use crate::site_copy::PickedRow;
use basics::trouble::Trouble;

/// How long the database may take to look through its tables.
const LOOKING: Duration = Duration::from_secs(300);
/// The oldest and the newest, and some between.
const ENDS: usize = 3;
const BETWEEN: usize = 10;
/// Of each kind one, and of so many kinds.
const KINDS: usize = 10;

/// A table that rows are picked of.
struct SampledTable {
    table: &'static str,
    /// When a row was made, in milliseconds.
    made: &'static str,
    /// What makes a row of it another kind of row: SQL that begins with its column.
    kinds: &'static [&'static str],
    /// What a row is a part of, if that says who may see it.
    of: Option<&'static str>,
    /// Which rows there are routes for, if not for all.
    only: Option<RowCondition>,
}

const fn of_server(table: &'static str, kinds: &'static [&'static str]) -> SampledTable {
    SampledTable { table, made: "createat", kinds, of: None, only: None }
}

/// Those of the server, then those of products, which are not in every database. Of blocks only cards have a route of their own.
const TABLES: [SampledTable; 9] = [
    of_server("users", &["authservice", "deleteat > 0"]),
    of_server("teams", &["type", "deleteat > 0"]),
    of_server("channels", &["type", "deleteat > 0"]),
    of_server("posts", &["type", "deleteat > 0", "rootid <> ''", "fileids <> '[]'"]),
    of_server("fileinfo", &["mimetype", "deleteat > 0"]),
    SampledTable {
        made: "create_at",
        only: Some(RowCondition { sql: "team_id <> '0'", column: TEAM_OF_BOARD }),
        ..of_server("focalboard_boards", &["type", "is_template", "channel_id <> ''"])
    },
    SampledTable {
        made: "create_at",
        of: Some("board_id"),
        only: Some(RowCondition {
            sql: "type = 'card' AND board_id IN (SELECT id FROM focalboard_boards WHERE team_id <> '0')",
            column: TEAM_OF_BOARD,
        }),
        ..of_server("focalboard_blocks", &["schema", "delete_at > 0"])
    },
    of_server("ir_playbook", &["public", "deleteat > 0"]),
    of_server("ir_incident", &["currentstatus", "retrospectivepublishedat > 0", "deleteat > 0"]),
];

/// The columns that there are: table and column.
type Columns<'a> = BTreeSet<(&'a str, &'a str)>;

impl ComposeCluster {
    /// Picks rows that were there before a moment, in milliseconds since 1970: the same ones for the same seed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn sample(&self, before: i64, seed: &str) -> Result<Vec<PickedRow>, Trouble> {
        let deadline = Instant::now() + LOOKING;
        let columns = self.sql(COLUMNS, deadline).await?;
        let answer = self.sql(&statements(&of_columns(&columns), before, seed), deadline).await?;
        Ok(answer.lines().filter_map(picked).collect())
    }
}

fn picked(line: &str) -> Option<PickedRow> {
    let mut parts = line.split('\t').map(str::to_owned);
    let (table, id) = (parts.next()?, parts.next()?);
    Some(PickedRow { table, id, of: parts.next() })
}

fn statements(has: &Columns<'_>, before: i64, seed: &str) -> String {
    // A name of ours: letters, digits and hyphens.
    let seed = seed.replace('\'', "");
    TABLES.iter().filter_map(|table| statement(table, has, before, &seed)).collect()
}

/// The statement of a table; nothing where there is no such table, or an older one that is otherwise.
fn statement(sampled: &SampledTable, has: &Columns<'_>, before: i64, seed: &str) -> Option<String> {
    let SampledTable { table, made, kinds, of, only } = sampled;
    let there = |column: &str| has.contains(&(*table, column));
    let is_told = only.as_ref().is_none_or(|only| only.is_told(has));
    if !there("id") || !there(made) || !of.is_none_or(there) || !is_told {
        return None;
    }
    let mut old = format!("FROM {table} WHERE {made} < {before}");
    if let Some(only) = only {
        let _ = write!(old, " AND {}", only.sql);
    }
    let column = |kind: &&&str| there(kind.split(' ').next().unwrap_or_default());
    let kinds: Vec<&str> = kinds.iter().filter(column).copied().collect();
    let kind = if kinds.is_empty() { "1".to_owned() } else { kinds.join(", ") };
    let chance = format!("md5(id || '{seed}')");
    let of = of.map(|of| format!(", {of}")).unwrap_or_default();
    Some(format!(
        "SELECT '{table}', id{of} FROM {table} WHERE id IN ((SELECT id {old} ORDER BY {made}, id LIMIT {ENDS}) \
         UNION (SELECT id {old} ORDER BY {made} DESC, id LIMIT {ENDS}) \
         UNION (SELECT id {old} ORDER BY {chance} LIMIT {BETWEEN}) \
         UNION (SELECT id FROM (SELECT DISTINCT ON ({kind}) id {old} ORDER BY {kind}, {chance}) kinds ORDER BY {chance} LIMIT {KINDS})) \
         ORDER BY id;\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "users\tid\nusers\tcreateat\nusers\tdeleteat\nposts\tid\nposts\tcreateat";
    const BOARDS: &str = "focalboard_boards\tid\nfocalboard_boards\tcreate_at\nfocalboard_blocks\tid\nfocalboard_blocks\tcreate_at\nfocalboard_blocks\tboard_id";

    #[test]
    fn the_same_seed_asks_the_same_and_no_quote_gets_in() {
        let has = of_columns(SERVER);
        let asked = statements(&has, 7, "alice-ug-1");
        assert_eq!(asked, statements(&has, 7, "alice-ug-1"));
        assert!(asked.contains("md5(id || 'alice-ug-1')") && asked.contains("createat < 7"));
        assert!(!statements(&has, 7, "a' OR 1").contains("a' OR"));
    }

    #[test]
    fn only_what_is_there_is_asked_for() {
        let tables = |columns: &str| {
            let asked = statements(&of_columns(columns), 7, "s");
            let of = |line: &str| line.split('\'').nth(1).unwrap_or_default().to_owned();
            asked.lines().map(of).collect::<Vec<_>>()
        };
        assert_eq!(tables(SERVER), ["users", "posts"]);
        assert!(statements(&of_columns(SERVER), 7, "s").contains("DISTINCT ON (deleteat > 0)"));
        // Boards of before there were teams have other tables.
        assert_eq!(tables(BOARDS), [""; 0]);
        let newer = format!("{BOARDS}\nfocalboard_boards\tteam_id");
        assert_eq!(tables(&newer), ["focalboard_boards", "focalboard_blocks"]);
        assert!(statements(&of_columns(&newer), 7, "s").contains("'focalboard_blocks', id, board_id FROM"));
    }

    #[test]
    fn a_line_is_a_row_and_what_it_is_a_part_of() {
        let row = picked("focalboard_blocks\tc1\tb1").unwrap();
        assert_eq!(
            (row.table.as_str(), row.id.as_str(), row.of.as_deref()),
            ("focalboard_blocks", "c1", Some("b1"))
        );
        assert_eq!(picked("posts\tp1").unwrap().of, None);
        assert_eq!(picked(""), None);
    }
}
