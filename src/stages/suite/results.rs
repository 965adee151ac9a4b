//! The files that a suite left, and the tests that they tell of.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::junit;
use crate::cluster::evidence::EvidenceFolder;
use crate::event::{Events, UserSuite};
use crate::limited::{self, Links};

/// More JUnit files than these are no results of one suite.
const MOST_FILES: usize = 500;
/// A JUnit file with more bytes is not read.
const MOST_BYTES: u64 = 64 << 20;
/// Nor are files that have more together.
const MOST_TOGETHER: usize = 256 << 20;
/// More files and folders are not looked at.
const MOST_ENTRIES: usize = 100_000;
/// Tests of all files that are reported.
const MOST_TESTS: usize = junit::MOST_CASES;

/// Files as they were found.
#[derive(Debug)]
pub(super) struct Results {
    /// Where they were looked for.
    pub(super) place: String,
    /// Names and contents.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

/// What the files say.
#[derive(Debug, Default)]
pub(super) struct FoundResults {
    /// Where they were looked for.
    pub(super) place: String,
    /// How many JUnit files there are.
    pub(super) files: usize,
    /// Their suites.
    pub(super) suites: Vec<UserSuite>,
    /// JUnit files that cannot be read, each with the reason.
    pub(super) unreadable: Vec<String>,
    /// Counts in them that their tests contradict, as sentences.
    pub(super) contradictions: Vec<String>,
    /// Tests that failed and passed when they were repeated.
    pub(super) repeated: Vec<String>,
}

/// Reads the JUnit files among the results and keeps them as evidence; other files are none of our business.
pub(super) async fn read(results: Results, shelf: &EvidenceFolder, events: &Events) -> FoundResults {
    let mut found = FoundResults { place: results.place, ..FoundResults::default() };
    let mut files = results.files;
    files.retain(|(name, _)| name.to_ascii_lowercase().ends_with(".xml"));
    files.sort();
    if let Some(why) = too_much(&files) {
        found.unreadable.push(why);
        files.clear();
    }
    let mut tests = 0;
    for (name, content) in files {
        let text = text(&content);
        match junit::read(&name, &text) {
            Ok(None) => continue,
            Ok(Some(told)) => {
                tests += told.suites.iter().map(|suite| suite.tests.len()).sum::<usize>();
                found.contradictions.extend(told.contradictions.iter().map(|why| format!("{name}: {why}")));
                found.repeated.extend(told.repeated);
                if tests <= MOST_TESTS {
                    found.suites.extend(told.suites);
                } else if found.unreadable.is_empty() {
                    found.unreadable.push(format!("{name}: with it there are more than {MOST_TESTS} tests"));
                }
            }
            Err(reason) => found.unreadable.push(format!("{name}: {reason}")),
        }
        found.files += 1;
        let flat = name.trim_start_matches('/').replace(['/', '\\'], "_");
        shelf.keep(&format!("suite/{flat}"), "results of your suite", &text, events).await;
    }
    found
}

/// Why these JUnit files are not read at all.
fn too_much(files: &[(String, Vec<u8>)]) -> Option<String> {
    let together = files.iter().fold(0_usize, |sum, (_, content)| sum.saturating_add(content.len()));
    if files.len() > MOST_FILES {
        Some(format!("there are more than {MOST_FILES} JUnit files"))
    } else if together > MOST_TOGETHER {
        Some(format!("the JUnit files have more than {} together", limited::size(MOST_TOGETHER as u64)))
    } else {
        None
    }
}

/// The text of a file: UTF-8, unless a mark at its begin says UTF-16, as runners on Windows write it.
fn text(content: &[u8]) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks().0.iter().map(|two| unit(*two)).collect();
        String::from_utf16_lossy(&units)
    };
    match content {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(content).into_owned(),
    }
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
        let refused = |why: String| format!("the results cannot be read: {why}");
        let mut files = Vec::new();
        let (mut entries, mut together) = (0, 0);
        let mut open = vec![self.path.clone()];
        while let Some(dir) = open.pop() {
            for entry in std::fs::read_dir(&dir).map_err(|error| unreadable(&dir, &error))? {
                entries += 1;
                if entries > MOST_ENTRIES {
                    return Err(refused(format!("there are more than {MOST_ENTRIES} files and folders")));
                }
                let entry = entry.map_err(|error| unreadable(&dir, &error))?;
                let (path, facts) =
                    (entry.path(), entry.metadata().map_err(|error| unreadable(&dir, &error))?);
                if facts.is_dir() {
                    open.push(path);
                } else if facts.is_file() && self.counts(&path, &facts) {
                    let content = limited::read(&path, Links::Refused, MOST_BYTES);
                    let content = content.map_err(|error| unreadable(&path, &error))?;
                    let name = path.strip_prefix(&self.path).unwrap_or(&path).to_string_lossy().into_owned();
                    together += content.len();
                    files.push((name, content));
                    if files.len() > MOST_FILES || together > MOST_TOGETHER {
                        return Err(refused(too_much(&files).unwrap_or_default()));
                    }
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

    #[test]
    fn what_is_too_much_or_no_file_is_told_and_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let folder = folder(dir.path().to_str(), Path::new("/unused")).unwrap();
        let pipe = dir.path().join("pipe.xml");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        std::os::unix::fs::symlink("/dev/zero", dir.path().join("link.xml")).unwrap();
        assert!(folder.files().unwrap().files.is_empty());
        let large = dir.path().join("large.xml");
        std::fs::File::create(&large).unwrap().set_len(MOST_BYTES + 1).unwrap();
        let told = folder.files().unwrap_err();
        assert!(told.ends_with("large.xml: it has more than 64 MiB"), "{told}");
        std::fs::remove_file(large).unwrap();
        for number in 0..=MOST_FILES {
            std::fs::write(dir.path().join(format!("{number}.xml")), "<testsuite/>").unwrap();
        }
        let told = folder.files().unwrap_err();
        assert_eq!(told, "the results cannot be read: there are more than 500 JUnit files");
    }

    #[test]
    fn a_file_of_windows_is_read_too() {
        let wide = |mark: u8, units: fn(u16) -> [u8; 2]| {
            let mut bytes = vec![mark, if mark == 0xff { 0xfe } else { 0xff }];
            bytes.extend("<ü/>".encode_utf16().flat_map(units));
            bytes
        };
        assert_eq!(text(&wide(0xff, u16::to_le_bytes)), "<ü/>");
        assert_eq!(text(&wide(0xfe, u16::to_be_bytes)), "<ü/>");
        assert_eq!(text("<ü/>".as_bytes()), "<ü/>");
    }
}
