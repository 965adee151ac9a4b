//! A record from a folder of somebody else's: the artifact of a run, perhaps of a fork's.
//!
//! Its texts are foreign like any server's answer, and every report guards against these already. What is trusted elsewhere,
//! because the gate itself makes it, is looked at here: the size, and the ids of checks, which become names and outputs.

use std::path::Path;

use super::bounds;
use basics::limited::{self, Links};
use run_record::record::Record;

/// A record of a thousand failed checks has a few megabytes.
const LIMIT: u64 = 64 << 20;
/// Longer ids no catalogue has.
const LONGEST_ID: usize = 100;

/// The record in the report folder `dir`.
///
/// # Errors
/// A sentence that names the file, and what is wrong with it.
pub fn stored(dir: &Path) -> Result<Record, String> {
    stored_in(&dir.join("record.json"), Links::Refused)
}

/// The record in this file.
///
/// # Errors
/// As [`stored`].
pub fn stored_in(path: &Path, links: Links) -> Result<Record, String> {
    let text = limited::read_text(path, links, LIMIT).map_err(|error| format!("cannot be read: {error}"));
    text.and_then(|text| judged(&text)).map_err(|why| format!("{}: {why}", path.display()))
}

/// The record that this text of somebody else's holds.
pub fn judged(text: &str) -> Result<Record, String> {
    let record = super::read(text)?;
    if let Some(why) = bounds::exceeded(&record) {
        return Err(why);
    }
    if let Some(id) = checks(&record).find(|id| !is_id(id)) {
        let id = id.chars().take(LONGEST_ID).collect::<String>();
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
    use run_record::event::{EventKind, Outcome, Stage};
    use run_record::samples::{record, result};

    fn folder(record: &Record) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("record.json"), super::super::render(record).unwrap()).unwrap();
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
        let error = stored(&dir.path().join("nowhere")).unwrap_err();
        assert!(error.contains("nowhere/record.json: cannot be read: No such file"), "{error}");
    }

    #[test]
    fn what_is_no_record_is_neither_followed_nor_waited_for() {
        let (dir, other) = (tempfile::tempdir().unwrap(), folder(&of_check("a")));
        let path = dir.path().join("record.json");
        std::os::unix::fs::symlink(other.path().join("record.json"), &path).unwrap();
        let error = stored(dir.path()).unwrap_err();
        assert!(error.ends_with("record.json: cannot be read: it is a link, not a file"), "{error}");
        assert!(stored_in(&path, Links::Followed).is_ok());
        std::fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(stored(dir.path()).unwrap_err().contains("it is a named pipe"));
        std::fs::remove_file(&path).unwrap();
        std::fs::File::create(&path).unwrap().set_len(LIMIT + 1).unwrap();
        let error = stored(dir.path()).unwrap_err();
        assert!(error.ends_with("it has more than 64 MiB"), "{error}");
    }

    #[test]
    fn what_is_deep_or_too_much_is_refused() {
        let deep = format!("{{\"format\": {}", "[".repeat(1_000_000));
        assert!(judged(&deep).unwrap_err().contains("at \"format\""));
        let loud = record((0..10_001).map(|_| EventKind::Warning { text: String::new() }));
        assert!(judged(&super::super::render(&loud).unwrap()).unwrap_err().starts_with("has 10001 warnings"));
    }
}
