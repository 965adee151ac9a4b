//! A record from a folder of somebody else's: the artifact of a run, perhaps of a fork's.
//!
//! Its texts are foreign like any server's answer, and every report guards against these already. What is trusted elsewhere,
//! because the gate itself makes it, is looked at here: the size, and the ids of checks, which become names and outputs.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::json;
use crate::record::Record;

/// A record of a thousand failed checks has a few megabytes.
const LIMIT: u64 = 64 * 1024 * 1024;
/// Longer ids no catalogue has.
const LONGEST_ID: usize = 100;

/// The record in the report folder `dir`.
///
/// # Errors
/// A sentence that names the file, and what is wrong with it.
pub fn stored(dir: &Path) -> Result<Record, String> {
    let path = dir.join("record.json");
    read(&path, LIMIT).map_err(|why| format!("{}: {why}", path.display()))
}

fn read(path: &Path, limit: u64) -> Result<Record, String> {
    let file = File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mut text = String::new();
    file.take(limit + 1).read_to_string(&mut text).map_err(|error| format!("cannot be read: {error}"))?;
    if text.len() as u64 > limit {
        return Err(format!("has more than {} MiB, which no run of a gate leaves behind", limit >> 20));
    }
    let record = json::read(&text)?;
    if let Some(id) = checks(&record).find(|id| !is_id(id)) {
        return Err(format!("names a check {id:?}, which is no id of a check: no gate wrote this record"));
    }
    Ok(record)
}

fn checks(record: &Record) -> impl Iterator<Item = &str> {
    let planned = record.planned().map(|(_, check)| check);
    let ended = record.results().map(|result| result.check.as_str());
    let begun = record.stages.iter().flat_map(|stage| &stage.running).map(String::as_str);
    planned.chain(ended).chain(begun)
}

/// Lower case letters, digits and marks between them, as in `posts.edit`.
fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
    !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventKind, Outcome, Stage};
    use crate::record::tests::{record, result};

    fn folder(record: &Record) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("record.json"), json::render(record).unwrap()).unwrap();
        dir
    }

    fn of_check(id: &str) -> Record {
        record([EventKind::CheckFinished(result(Stage::Release, id, Outcome::Passed))])
    }

    #[test]
    fn what_a_run_left_is_read_back() {
        let record = of_check("plugins.inventory");
        assert_eq!(stored(folder(&record).path()).unwrap(), record);
    }

    #[test]
    fn what_no_gate_wrote_is_refused() {
        let long = "x".repeat(101);
        for id in ["", "a,b", "a\n::error::b", "A", "a b", &long] {
            let error = stored(folder(&of_check(id)).path()).unwrap_err();
            assert!(error.contains("is no id of a check"), "{error}");
        }
        let dir = folder(&of_check("a"));
        let error = read(&dir.path().join("record.json"), 10).unwrap_err();
        assert!(error.starts_with("has more than 0 MiB"), "{error}");
        let error = stored(&dir.path().join("nowhere")).unwrap_err();
        assert!(error.contains("nowhere/record.json: cannot be read: No such file"), "{error}");
    }
}
