//! The files that a suite left, and the tests that they tell of.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::junit;
use crate::cluster::evidence::Shelf;
use crate::event::{Events, UserSuite};

/// More files than these are no results of one suite.
const MOST_FILES: usize = 500;
/// A JUnit file with more bytes is not read.
const MOST_BYTES: u64 = 64_000_000;

/// Files as they were found.
#[derive(Debug)]
pub(super) struct Results {
    /// Where they were looked for.
    pub(super) place: String,
    /// Names and contents.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

/// What the files say.
#[derive(Debug)]
pub(super) struct Found {
    /// Where they were looked for.
    pub(super) place: String,
    /// How many JUnit files there are.
    pub(super) files: usize,
    /// Their suites.
    pub(super) suites: Vec<UserSuite>,
    /// JUnit files that cannot be read, each with the reason.
    pub(super) unreadable: Vec<String>,
}

/// Reads the JUnit files among the results and keeps them as evidence; other files are none of our business.
pub(super) async fn read(results: Results, shelf: &Shelf, events: &Events) -> Found {
    let mut found = Found { place: results.place, files: 0, suites: Vec::new(), unreadable: Vec::new() };
    let mut files = results.files;
    files.retain(|(name, _)| name.to_ascii_lowercase().ends_with(".xml"));
    files.sort();
    for (name, content) in files {
        let text = String::from_utf8_lossy(&content);
        match junit::read(&name, &text) {
            Ok(None) => continue,
            Ok(Some(suites)) => found.suites.extend(suites),
            Err(reason) => found.unreadable.push(format!("{name}: {reason}")),
        }
        found.files += 1;
        let flat = name.trim_start_matches('/').replace(['/', '\\'], "_");
        shelf.keep(&format!("suite/{flat}"), "results of your suite", &text, events).await;
    }
    found
}

/// A folder of this machine, and since when files in it count.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    since: SystemTime,
}

/// The folder that the suite is to write to, made if need be.
///
/// # Errors
/// Why it cannot be made.
pub(super) fn folder(given: Option<&str>, report_dir: &Path) -> Result<Folder, String> {
    let path = given.map_or_else(|| report_dir.join("suite-results"), PathBuf::from);
    let made = std::fs::create_dir_all(&path).and_then(|()| std::path::absolute(&path));
    let path = made.map_err(|error| format!("the folder {} cannot be made: {error}", path.display()))?;
    Ok(Folder { path, since: SystemTime::now() })
}

impl Folder {
    /// Where it is, as an absolute path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The XML files that were written since: those of an earlier run would tell of an earlier run.
    pub(super) fn files(&self) -> Result<Results, String> {
        let mut files = Vec::new();
        let mut open = vec![self.path.clone()];
        while let Some(dir) = open.pop() {
            let entries = std::fs::read_dir(&dir).map_err(|error| unreadable(&dir, &error))?;
            for entry in entries {
                let entry = entry.map_err(|error| unreadable(&dir, &error))?;
                let (path, facts) =
                    (entry.path(), entry.metadata().map_err(|error| unreadable(&dir, &error))?);
                if facts.is_dir() {
                    open.push(path);
                } else if facts.is_file() && self.counts(&path, &facts) {
                    if files.len() == MOST_FILES || facts.len() > MOST_BYTES {
                        let what = format!("{} is one file too many or too large", path.display());
                        return Err(format!("the results cannot be read: {what}"));
                    }
                    let content = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
                    let name = path.strip_prefix(&self.path).unwrap_or(&path).to_string_lossy().into_owned();
                    files.push((name, content));
                }
            }
        }
        Ok(Results { place: self.path.display().to_string(), files })
    }

    fn counts(&self, path: &Path, facts: &std::fs::Metadata) -> bool {
        let xml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
        // File systems note times by ticks of some milliseconds.
        let tick = std::time::Duration::from_millis(20);
        xml && facts.modified().is_ok_and(|modified| modified + tick >= self.since)
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("the results cannot be read: {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_xml_files_that_were_written_since_count() {
        let dir = tempfile::tempdir().unwrap();
        let old = dir.path().join("old.xml");
        std::fs::write(&old, "<testsuite/>").unwrap();
        let hour = std::time::Duration::from_secs(3_600);
        std::fs::File::open(&old).unwrap().set_modified(SystemTime::now() - hour).unwrap();
        let folder = folder(dir.path().to_str(), Path::new("/unused")).unwrap();
        std::fs::create_dir(dir.path().join("deep")).unwrap();
        std::fs::write(dir.path().join("deep/new.XML"), "<testsuite/>").unwrap();
        std::fs::write(dir.path().join("trace.zip"), "no XML").unwrap();
        let names: Vec<_> = folder.files().unwrap().files.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["deep/new.XML"]);
    }
}
