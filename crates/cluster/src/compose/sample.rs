//! Rows of a site's own, picked by age and kind: their tables and ids.

use std::fmt::Write as _;
use std::time::Duration;

use tokio::time::Instant;

use super::ComposeCluster;
use basics::trouble::Trouble;

/// How long the database may take to look through its tables.
const LOOKING: Duration = Duration::from_secs(300);
/// The oldest and the newest, and some between.
const ENDS: usize = 3;
const BETWEEN: usize = 10;
/// Of each kind one, and of so many kinds.
const KINDS: usize = 10;

/// A table, and what makes a row of it another kind of row.
const TABLES: [(&str, &str); 5] = [
    ("users", "authservice, deleteat > 0"),
    ("teams", "type, deleteat > 0"),
    ("channels", "type, deleteat > 0"),
    ("posts", "type, deleteat > 0, rootid <> '', fileids <> '[]'"),
    ("fileinfo", "mimetype, deleteat > 0"),
];

impl ComposeCluster {
    /// Picks rows that were there before a moment, in milliseconds since 1970: the same ones for the same seed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn sample(&self, before: i64, seed: &str) -> Result<Vec<(String, String)>, Trouble> {
        let answer = self.sql(&statements(before, seed), Instant::now() + LOOKING).await?;
        let rows = answer.lines().filter_map(|line| line.split_once('\t'));
        Ok(rows.map(|(table, id)| (table.to_owned(), id.to_owned())).collect())
    }
}

fn statements(before: i64, seed: &str) -> String {
    // A name of ours: letters, digits and hyphens.
    let seed = seed.replace('\'', "");
    let mut text = String::new();
    for (table, kind) in TABLES {
        let old = format!("FROM {table} WHERE createat < {before}");
        let chance = format!("md5(id || '{seed}')");
        let _ = writeln!(
            text,
            "SELECT '{table}', id FROM ((SELECT id {old} ORDER BY createat, id LIMIT {ENDS}) \
             UNION (SELECT id {old} ORDER BY createat DESC, id LIMIT {ENDS}) \
             UNION (SELECT id {old} ORDER BY {chance} LIMIT {BETWEEN}) \
             UNION (SELECT id FROM (SELECT DISTINCT ON ({kind}) id {old} ORDER BY {kind}, {chance}) kinds ORDER BY {chance} LIMIT {KINDS})) \
             picked ORDER BY id;"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_asks_the_same_and_no_quote_gets_in() {
        let asked = statements(7, "alice-ug-1");
        assert_eq!(asked, statements(7, "alice-ug-1"));
        assert_eq!(asked.lines().count(), TABLES.len());
        assert!(asked.contains("md5(id || 'alice-ug-1')") && asked.contains("createat < 7"));
        assert!(!statements(7, "a' OR 1").contains("a' OR"));
    }
}
