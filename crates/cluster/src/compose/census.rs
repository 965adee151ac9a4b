//! A census of the rows that a database had before a moment: counted exactly, with checksums over the columns that never change.
//!
//! ```text
//! which columns are there ──► a statement for each table ──► lines of counts and sums, by the first letters of keys
//! ```
//! A sum is one of hashes (`hashtextextended`) of each row's key and value: it does not hang on the order of rows, and no word of the data
//! can be read from it. Each column has one of its own: where a release takes one away, the others are compared still.
//! Source of names: server/channels/db/migrations/postgres of 11.6; those of plugins are in their own `sqlstore/migrations`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tokio::time::Instant;

use super::ComposeCluster;
use crate::site_copy::{Census, RowRange};
use basics::trouble::Trouble;

/// A table, and what of its old rows must not change.
struct OldRows {
    table: &'static str,
    /// What tells a row from all others, as SQL over columns that never change.
    key: &'static str,
    /// By so many letters of the key rows are put together.
    letters: usize,
    /// When a row was made, in milliseconds.
    made: Option<&'static str>,
    /// Which rows are old where they do not tell, as SQL with `$1` for the moment.
    old: &'static str,
    /// Which of them are the product's own and may go.
    but: Option<RowCondition>,
    columns: &'static [&'static str],
}

/// Some rows of a table.
pub(super) struct RowCondition {
    /// As SQL.
    pub(super) sql: &'static str,
    /// Table and column that it speaks of, which not every release has.
    pub(super) column: (&'static str, &'static str),
}

impl RowCondition {
    /// Whether a database with these columns can be asked for them.
    pub(super) fn is_told(&self, has: &BTreeSet<(&str, &str)>) -> bool {
        has.contains(&self.column)
    }
}

/// Which team a board is of: `0` are the templates of all teams, which come with Boards and are replaced by it
/// (`initializeTemplates` in server/app/templates.go).
pub(super) const TEAM_OF_BOARD: (&str, &str) = ("focalboard_boards", "team_id");

const fn by_id(table: &'static str, letters: usize, columns: &'static [&'static str]) -> OldRows {
    OldRows { table, key: "id", letters, made: Some("createat"), old: "", but: None, columns }
}

/// What people wrote, and where it belongs. What servers change by themselves (sessions, jobs, statuses, counts) is not in it.
const COUNTED: [OldRows; 18] = [
    by_id("users", 1, &["createat", "deleteat", "username", "email"]),
    by_id("teams", 1, &["createat", "deleteat", "name", "displayname", "type"]),
    OldRows {
        key: "teamid || userid",
        made: None,
        old: "userid IN (SELECT id FROM users WHERE createat < $1)",
        ..by_id("teammembers", 1, &["deleteat", "schemeuser", "schemeadmin"])
    },
    by_id("channels", 1, &["createat", "deleteat", "teamid", "type", "name", "displayname", "creatorid"]),
    OldRows {
        key: "channelid || userid",
        made: None,
        old: "userid IN (SELECT id FROM users WHERE createat < $1)",
        ..by_id("channelmembers", 1, &["schemeuser", "schemeadmin"])
    },
    by_id(
        "posts",
        2,
        &[
            "createat",
            "deleteat",
            "userid",
            "channelid",
            "rootid",
            "originalid",
            "type",
            "message",
            "fileids",
        ],
    ),
    OldRows {
        key: "postid",
        made: None,
        old: "postid IN (SELECT id FROM posts WHERE createat < $1)",
        ..by_id("threads", 1, &["channelid", "replycount"])
    },
    OldRows { key: "postid || userid || emojiname", ..by_id("reactions", 1, &["createat", "deleteat"]) },
    by_id("fileinfo", 1, &["createat", "deleteat", "creatorid", "postid", "path", "name", "size"]),
    by_id("emoji", 1, &["createat", "deleteat", "creatorid", "name"]),
    by_id("incomingwebhooks", 1, &["createat", "deleteat", "userid", "channelid", "teamid"]),
    by_id("outgoingwebhooks", 1, &["createat", "deleteat", "creatorid", "channelid", "teamid"]),
    by_id("commands", 1, &["createat", "deleteat", "creatorid", "teamid", "trigger"]),
    OldRows { key: "userid", ..by_id("bots", 1, &["createat", "ownerid"]) },
    OldRows {
        made: Some("create_at"),
        but: Some(RowCondition { sql: "team_id = '0'", column: TEAM_OF_BOARD }),
        ..by_id("focalboard_boards", 1, &["create_at", "delete_at", "type", "title"])
    },
    OldRows {
        made: Some("create_at"),
        but: Some(RowCondition {
            sql: "board_id IN (SELECT id FROM focalboard_boards WHERE team_id = '0')",
            column: TEAM_OF_BOARD,
        }),
        ..by_id("focalboard_blocks", 1, &["create_at", "delete_at", "type", "title", "board_id"])
    },
    OldRows { made: Some("createat"), ..by_id("ir_playbook", 1, &["createat", "teamid"]) },
    OldRows { made: Some("createat"), ..by_id("ir_incident", 1, &["createat", "name", "channelid"]) },
];

impl ComposeCluster {
    /// Counts what was there before a moment, in milliseconds since 1970.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn census(&self, before: i64, deadline: Instant) -> Result<Census, Trouble> {
        let columns = self.sql(COLUMNS, deadline).await?;
        let tables = self.sql(TABLES, deadline).await?;
        let has = of_columns(&columns);
        let mut script = String::from("SELECT pg_database_size(current_database());\n");
        for table in tables.lines() {
            let _ = writeln!(script, "SELECT '#', '{table}', count(*) FROM \"{table}\";");
        }
        let statements: Vec<(&str, Vec<&str>, String)> =
            COUNTED.iter().filter_map(|counted| statement(counted, &has, before)).collect();
        for (_, _, statement) in &statements {
            script.push_str(statement);
        }
        let answer = self.sql(&script, deadline).await?;
        let columns: BTreeMap<&str, Vec<&str>> =
            statements.into_iter().map(|(table, columns, _)| (table, columns)).collect();
        Ok(read(&answer, &columns, before))
    }
}

/// The tables of the server and of its plugins; views and what others put there are not.
const TABLES: &str = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
     AND relname ~ '^[a-z0-9_]+$' AND NOT relispartition ORDER BY 1;";
/// The columns that there are, a line each.
pub(super) const COLUMNS: &str = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2;";

/// Table and column of each line.
pub(super) fn of_columns(text: &str) -> BTreeSet<(&str, &str)> {
    text.lines().filter_map(|line| line.split_once('\t')).collect()
}

/// The statement of a table, with the columns that it sums; nothing where there is no such table.
fn statement<'a>(
    counted: &'a OldRows,
    has: &BTreeSet<(&str, &str)>,
    before: i64,
) -> Option<(&'a str, Vec<&'a str>, String)> {
    let OldRows { table, key, letters, made, old, but, columns } = counted;
    let there = |column: &str| has.contains(&(*table, column));
    let parts = key.split(" || ");
    if !parts.into_iter().all(there) || !made.is_none_or(there) {
        return None;
    }
    let columns: Vec<&str> = columns.iter().copied().filter(|column| there(column)).collect();
    let mut old = match made {
        Some(made) => format!("{made} < {before}"),
        None => old.replace("$1", &before.to_string()),
    };
    if let Some(but) = but.as_ref().filter(|but| but.is_told(has)) {
        let _ = write!(old, " AND NOT coalesce({}, false)", but.sql);
    }
    let ends = made.map_or("0, 0".to_owned(), |made| format!("min({made}), max({made})"));
    let mut text = format!("SELECT '{table}', left({key}, {letters}), count(*), {ends}");
    for column in &columns {
        let _ = write!(
            text,
            ", sum(hashtextextended({key} || ':' || coalesce({column}::text, '-'), 0)::numeric)"
        );
    }
    let _ = writeln!(text, " FROM {table} WHERE {old} GROUP BY 2;");
    Some((table, columns, text))
}

/// The lines of an answer: the size, then the counts, then the ranges.
fn read(answer: &str, columns: &BTreeMap<&str, Vec<&str>>, before: i64) -> Census {
    let mut census = Census { before, ..Census::default() };
    for table in columns.keys() {
        census.tables.entry((*table).to_owned()).or_default();
    }
    for line in answer.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        match parts.as_slice() {
            [bytes] => census.bytes = bytes.parse().ok(),
            ["#", table, rows] => {
                census.rows.insert((*table).to_owned(), rows.parse().unwrap_or_default());
            }
            [table, range, rows, oldest, newest, sums @ ..] => {
                let counted = census.tables.entry((*table).to_owned()).or_default();
                if let (Ok(oldest), Ok(newest)) = (oldest.parse::<i64>(), newest.parse::<i64>())
                    && newest > 0
                {
                    let (first, last) = counted.made.unwrap_or((oldest, newest));
                    counted.made = Some((first.min(oldest), last.max(newest)));
                }
                let names = columns.get(table).into_iter().flatten();
                let sums =
                    names.zip(sums).map(|(name, sum)| ((*name).to_owned(), (*sum).to_owned())).collect();
                let range_of = RowRange { rows: rows.parse().unwrap_or_default(), sums };
                counted.ranges.insert((*range).to_owned(), range_of);
            }
            _ => {}
        }
    }
    census
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_is_asked_for() {
        let has = of_columns("posts\tid\nposts\tcreateat\nposts\tmessage\nusers\tid");
        let asked: Vec<_> = COUNTED.iter().filter_map(|counted| statement(counted, &has, 7)).collect();
        let [(table, columns, text)] = asked.as_slice() else { panic!("{}", asked.len()) };
        assert_eq!((*table, columns.as_slice()), ("posts", &["createat", "message"][..]));
        assert_eq!(
            text,
            "SELECT 'posts', left(id, 2), count(*), min(createat), max(createat), \
             sum(hashtextextended(id || ':' || coalesce(createat::text, '-'), 0)::numeric), \
             sum(hashtextextended(id || ':' || coalesce(message::text, '-'), 0)::numeric) FROM posts WHERE createat < 7 GROUP BY 2;\n"
        );
    }

    #[test]
    fn what_a_product_replaces_by_itself_is_not_counted() {
        let columns = "focalboard_blocks\tid\nfocalboard_blocks\tcreate_at";
        let asked = |columns: &str| {
            let has = of_columns(columns);
            let mut all = COUNTED.iter().filter_map(|counted| statement(counted, &has, 7));
            all.next_back().unwrap().2
        };
        assert!(asked(columns).contains(" WHERE create_at < 7 GROUP BY"));
        let with_boards = format!("{columns}\nfocalboard_boards\tteam_id");
        assert!(
            asked(&with_boards).contains(" AND NOT coalesce(board_id IN (SELECT id FROM focalboard_boards")
        );
    }

    #[test]
    fn an_answer_is_read_by_table_and_range() {
        let columns = BTreeMap::from([("posts", vec!["createat"]), ("emoji", vec![])]);
        let census = read("4096\n#\tposts\t9\nposts\tab\t3\t5\t8\t-17\nposts\tcd\t4\t1\t6\t9", &columns, 10);
        assert_eq!((census.bytes, census.rows["posts"]), (Some(4096), 9));
        let posts = &census.tables["posts"];
        assert_eq!((posts.rows(), posts.made), (7, Some((1, 8))));
        assert_eq!(posts.ranges["ab"].sums["createat"], "-17");
        assert_eq!(census.tables["emoji"].rows(), 0, "a table without rows was counted");
    }
}
