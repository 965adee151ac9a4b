//! Writes the reports into the report folder, each one for itself.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::names::Names;
use super::runs::Run;
use super::{json, junit, lock, markdown, merged, playwright};
use crate::record::Record;
use crate::verdict::Verdict;

/// How one report becomes text.
type Render = fn(&Record, &Verdict, Names) -> Result<String, String>;

/// The files that [`write_all`] writes, by name. `events.jsonl` is there already: it is written live.
pub const REPORTS: &[&str] =
    &["record.json", "junit.xml", "results.json", "summary.md", "comment.md", "lock.json"];

/// The renderers, in the order of [`REPORTS`].
const RENDERERS: [Render; 6] = [
    |record, _, _| json::render(record).map_err(|error| error.to_string()),
    junit::render,
    |record, verdict, _| playwright::render(record, verdict),
    |record, verdict, _| Ok(markdown::summary(record, verdict)),
    |record, verdict, _| Ok(markdown::comment(record, verdict)),
    |record, _, _| lock::render(record),
];

/// One report and what became of it.
#[derive(Debug)]
pub struct WrittenFile {
    /// Its name in the report folder, such as `junit.xml`.
    pub name: &'static str,
    /// Where it is, or a sentence that says what went wrong and what to do.
    pub result: Result<PathBuf, String>,
}

/// Writes all reports into `dir`, which is made if need be. Nothing is ever half written under its final
/// name, and a report that fails (or has a bug) leaves the others alone.
#[must_use]
pub fn write_all(record: &Record, verdict: &Verdict, dir: &Path, names: Names) -> Vec<WrittenFile> {
    let of_run = |(name, render): (&&'static str, Render)| kept(dir, name, || render(record, verdict, names));
    REPORTS.iter().zip(RENDERERS).map(of_run).collect()
}

/// Writes the reports of a matrix into `dir`, as [`write_all`] does those of one run. Each run keeps its own record.
#[must_use]
pub fn write_merged(runs: &[Run], verdict: &Verdict, dir: &Path, names: Names) -> Vec<WrittenFile> {
    vec![
        kept(dir, "junit.xml", || junit::render_all(runs, names)),
        kept(dir, "results.json", || playwright::render_all(runs)),
        kept(dir, "summary.md", || Ok(merged::summary(runs, verdict))),
        kept(dir, "comment.md", || Ok(merged::comment(runs, verdict))),
    ]
}

fn kept(dir: &Path, name: &'static str, render: impl FnOnce() -> Result<String, String>) -> WrittenFile {
    WrittenFile { name, result: rendered(name, render).and_then(|text| write(dir, name, &text)) }
}

fn rendered(name: &str, render: impl FnOnce() -> Result<String, String>) -> Result<String, String> {
    // A panic here is our bug; the other reports are worth more than its propagation.
    match catch_unwind(AssertUnwindSafe(render)) {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => Err(format!("cannot make {name}: {error}")),
        Err(_) => {
            Err(format!("cannot make {name}: its renderer panicked; please report this bug with record.json"))
        }
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
    use crate::record::tests::record;

    fn sample() -> (Record, Verdict) {
        let record = record([crate::event::EventKind::RunFinished]);
        let verdict = Verdict::of(&record);
        (record, verdict)
    }

    #[test]
    fn all_reports_are_written_into_a_new_folder() {
        let (record, verdict) = sample();
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("a/b");
        for file in write_all(&record, &verdict, &dir, Names::Plain) {
            assert!(fs::metadata(file.result.unwrap()).unwrap().len() > 0, "{}", file.name);
        }
        let mut names: Vec<_> = fs::read_dir(&dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let mut expected = REPORTS.to_vec();
        expected.sort_unstable();
        assert_eq!(names, expected);
    }

    #[test]
    fn one_that_fails_leaves_the_others_alone() {
        let (record, verdict) = sample();
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("junit.xml")).unwrap();
        let failed: Vec<_> = write_all(&record, &verdict, dir.path(), Names::Plain)
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
        let (record, verdict) = sample();
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/full", dir.path().join(".summary.md.part")).unwrap();
        let failed: Vec<_> = write_all(&record, &verdict, dir.path(), Names::Plain)
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
        let error = rendered("x.md", || panic!("no")).unwrap_err();
        assert!(error.starts_with("cannot make x.md: its renderer panicked"), "{error}");
    }
}
