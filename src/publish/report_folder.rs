//! The report folder: judged with the other inputs, made when all of them are right.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::inputs::Problems;
use crate::shown::Shown;

/// Whether the folder could be made and written. Nothing is made.
pub(crate) fn judge(text: &str, problems: &mut Problems) {
    if let Err(error) = could_be_made(Path::new(text)) {
        add(text, &error, problems);
    }
}

/// Makes the folder and proves that it can be written: when nothing else can be wrong any more.
///
/// # Errors
/// The wrong input.
pub(crate) fn make(text: &str) -> Result<PathBuf, Problems> {
    let dir = PathBuf::from(text);
    let probe = dir.join(".upgrade-gate");
    let made = std::fs::create_dir_all(&dir)
        .and_then(|()| std::fs::write(&probe, b"may be removed"))
        .and_then(|()| std::fs::remove_file(&probe));
    made.map(|()| dir).map_err(|error| {
        let mut problems = Problems::default();
        add(text, &error, &mut problems);
        problems
    })
}

fn add(text: &str, error: &Error, problems: &mut Problems) {
    let remedy = "Write a folder that can be made and written, with some megabytes to spare.";
    problems.add("report-dir", Shown::plain(text), format!("cannot be written: {error}"), remedy);
}

/// The nearest folder that is there must let us write.
fn could_be_made(dir: &Path) -> Result<(), Error> {
    let whole = std::path::absolute(dir)?;
    for at in whole.ancestors() {
        match std::fs::metadata(at) {
            Ok(found) if found.is_dir() => {
                return Ok(access(at, Access::WRITE_OK | Access::EXEC_OK)?);
            }
            Ok(_) => {
                return Err(Error::new(ErrorKind::NotADirectory, "a part of it is a file and no folder"));
            }
            // A link that leads nowhere is in the way all the same.
            Err(error) if error.kind() == ErrorKind::NotFound && at.symlink_metadata().is_err() => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::NotFound.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_made_is_fine_and_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let new = dir.path().join("a/b/c");
        assert!(could_be_made(&new).is_ok());
        assert!(could_be_made(dir.path()).is_ok());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        assert_eq!(make(new.to_str().unwrap()).unwrap(), new);
    }

    #[test]
    fn files_dead_links_and_places_of_the_kernels_are_in_the_way() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        std::fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink("/no/such/place", &link).unwrap();
        let long = dir.path().join("x".repeat(300));
        for wrong in [&file, &file.join("below"), &link, &long, Path::new("a\0b"), Path::new("")] {
            let mut problems = Problems::default();
            judge(&wrong.to_string_lossy(), &mut problems);
            assert_eq!(problems.iter().count(), 1, "{}", wrong.display());
        }
    }
}
