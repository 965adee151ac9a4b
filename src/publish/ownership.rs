//! Whose the files are that we write into a runner's workspace.
//!
//! In its container the gate is root. Folders and reports that stayed root's would keep the next job on the same machine
//! from cleaning its workspace, so they are given to whom the workspace belongs.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, lchown};
use std::path::{Path, PathBuf};

use super::identity::IDENTITY_FILE;
use super::job::CONTEXT_FILE;
use super::output::print;
use crate::inputs::Surroundings;
use crate::report::REPORTS;

/// Gives the report folder, and what the gate writes there, to the owner of the workspace. Outside of a workspace, and
/// without root's rights, nothing happens.
pub(crate) fn hand_over(report_dir: &str, surroundings: &Surroundings) {
    let Some(workspace) = surroundings.github.get("GITHUB_WORKSPACE") else { return };
    if let Err(error) = give(Path::new(report_dir), Path::new(workspace)) {
        print(&format!(
            "note: the reports stay root's, because they cannot be given to the workspace's owner: {error}"
        ));
    }
}

fn give(report_dir: &Path, workspace: &Path) -> io::Result<()> {
    let (Ok(report_dir), Ok(workspace)) = (report_dir.canonicalize(), workspace.canonicalize()) else {
        // Nothing was written yet.
        return Ok(());
    };
    let owner = fs::metadata(&workspace)?;
    let is_root = rustix::process::geteuid().is_root();
    if !is_root || owner.uid() == 0 || !report_dir.starts_with(&workspace) {
        return Ok(());
    }
    let mut ours: Vec<PathBuf> =
        report_dir.ancestors().take_while(|path| **path != workspace).map(Path::to_owned).collect();
    let others = ["events.jsonl", CONTEXT_FILE, IDENTITY_FILE];
    let names = REPORTS.iter().map(|report| report.name).chain(others);
    ours.extend(names.map(|name| report_dir.join(name)));
    collect(&report_dir.join("evidence"), &mut ours);
    for path in ours {
        // Links are never followed, and what is not root's is not ours.
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.uid() == 0 => lchown(&path, Some(owner.uid()), Some(owner.gid()))?,
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}

/// A folder and all that is in it.
fn collect(path: &Path, found: &mut Vec<PathBuf>) {
    found.push(path.to_owned());
    // Asking for a link's own kind: one that leads elsewhere is no folder.
    if fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir()) {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            collect(&entry.path(), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_wrote_goes_to_the_workspaces_owner_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let (workspace, elsewhere) = (dir.path().join("workspace"), dir.path().join("elsewhere"));
        let reports = workspace.join("out/reports");
        fs::create_dir_all(reports.join("evidence/suite")).unwrap();
        fs::create_dir(&elsewhere).unwrap();
        for path in ["out/other", "out/reports/junit.xml", "out/reports/evidence/suite/a.log"] {
            fs::write(workspace.join(path), "").unwrap();
        }
        std::os::unix::fs::symlink(&elsewhere, reports.join("evidence/link")).unwrap();
        if lchown(&workspace, Some(1001), Some(1002)).is_err() {
            // Without root's rights there is nothing to be given.
            return give(&reports, &workspace).unwrap();
        }
        give(&reports, &workspace).unwrap();
        let owner = |path: &Path| {
            let meta = fs::symlink_metadata(path).unwrap();
            (meta.uid(), meta.gid())
        };
        for path in ["out", "out/reports", "out/reports/junit.xml", "out/reports/evidence/suite/a.log"] {
            assert_eq!(owner(&workspace.join(path)), (1001, 1002), "{path}");
        }
        assert_eq!(owner(&workspace.join("out/other")).0, 0);
        assert_eq!(owner(&elsewhere).0, 0);
        give(&elsewhere, &workspace).unwrap();
        assert_eq!(owner(&elsewhere).0, 0);
    }
}
