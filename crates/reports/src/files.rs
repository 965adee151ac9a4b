//! Writes the reports into the report folder, each one for itself.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::catalogue::REPORTS;
use super::kind::Report;
use super::names::Names;
use super::runs::Runs;

/// One report and what became of it.
#[derive(Debug)]
pub struct WrittenFile {
    /// Its name in the report folder, such as `junit.xml`.
    pub name: &'static str,
    /// Where it is, or a sentence that says what went wrong and what to do.
    pub result: Result<PathBuf, String>,
}

/// Writes all reports that these runs have into `dir`, which is made if need be. Nothing is ever half written under its final
/// name, and a report that fails (or has a bug) leaves the others alone.
#[must_use]
pub fn write_all(runs: &Runs, dir: &Path, names: Names) -> Vec<WrittenFile> {
    let kept = |name: &'static str, text: Result<String, String>| WrittenFile {
        name,
        result: text.and_then(|text| write(dir, name, &text)),
    };
    let made =
        |report: &'static Report| Some(kept(report.name, rendered(report.name, || report.of(runs, names))?));
    REPORTS.iter().filter_map(made).collect()
}

/// The text of a report, or why there is none; nothing where these runs have no such report.
fn rendered(
    name: &str,
    render: impl FnOnce() -> Option<Result<String, String>>,
) -> Option<Result<String, String>> {
    // A panic here is our bug; the other reports are worth more than its propagation.
    match catch_unwind(AssertUnwindSafe(render)) {
        Ok(text) => text.map(|text| text.map_err(|error| format!("cannot make {name}: {error}"))),
        Err(_) => Some(Err(format!(
            "cannot make {name}: its renderer panicked; please report this bug with record.json"
        ))),
    }
}

fn write(dir: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let path = dir.join(name);
    let part = dir.join(format!(".{name}.part"));
    let written =
        fs::create_dir_all(dir).and_then(|()| fs::write(&part, text)).and_then(|()| fs::rename(&part, &path));
    written.map(|()| path).map_err(|error| {
        let _ = fs::remove_file(&part);
        explain(name, dir, &error)
    })
}

/// Which file, where, why, and what to do.
fn explain(name: &str, dir: &Path, error: &io::Error) -> String {
    let remedy = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space there, or choose another folder with report-dir"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "make that folder writable, or choose another one with report-dir"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file stands where the folder should be: remove it, or choose another folder with report-dir"
        }
        io::ErrorKind::IsADirectory => "a folder of that name stands in its place: remove it",
        _ => "look at that folder, or choose another one with report-dir",
    };
    format!("cannot write {name} into {}: {error}; {remedy}", dir.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use run_record::samples::record;

    fn sample() -> Runs {
        Runs::of(record([run_record::event::EventKind::RunFinished]))
    }

    #[test]
    fn all_reports_are_written_into_a_new_folder() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("a/b");
        for file in write_all(&sample(), &dir, Names::Plain) {
            assert!(fs::metadata(file.result.unwrap()).unwrap().len() > 0, "{}", file.name);
        }
        let mut names: Vec<_> = fs::read_dir(&dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let mut expected: Vec<_> = REPORTS.iter().map(|report| report.name).collect();
        expected.sort_unstable();
        assert_eq!(names, expected);
    }

    #[test]
    fn one_that_fails_leaves_the_others_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("junit.xml")).unwrap();
        let failed: Vec<_> = write_all(&sample(), dir.path(), Names::Plain)
            .into_iter()
            .filter(|file| file.result.is_err())
            .collect();
        assert_eq!(failed.iter().map(|file| file.name).collect::<Vec<_>>(), ["junit.xml"]);
        let error = failed[0].result.as_ref().unwrap_err();
        assert!(error.contains("a folder of that name stands in its place"), "{error}");
        assert!(!dir.path().join(".junit.xml.part").exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_costs_one_report_only() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/full", dir.path().join(".summary.md.part")).unwrap();
        let failed: Vec<_> = write_all(&sample(), dir.path(), Names::Plain)
            .into_iter()
            .filter_map(|file| file.result.err())
            .collect();
        assert_eq!(failed.len(), 1);
        assert!(failed[0].contains("summary.md") && failed[0].contains("free some space"), "{failed:?}");
    }

    #[test]
    fn a_full_disk_is_named_with_a_remedy() {
        let full = io::Error::from_raw_os_error(28);
        insta::assert_snapshot!(explain("junit.xml", Path::new("/reports"), &full), @"cannot write junit.xml into /reports: No space left on device (os error 28); free some space there, or choose another folder with report-dir");
    }

    #[test]
    fn a_renderer_that_panics_is_an_error_of_its_own() {
        let error = rendered("x.md", || panic!("no")).unwrap().unwrap_err();
        assert!(error.starts_with("cannot make x.md: its renderer panicked"), "{error}");
    }
}
