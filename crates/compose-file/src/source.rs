//! What goes into a parse and what comes out of it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use indexmap::IndexMap;

use super::bounds::{FILE, FILE_MIB};
use super::project::Project;

/// Everything that decides what a project is.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The compose files with their text; later ones are merged over earlier ones.
    pub files: Vec<(PathBuf, String)>,
    /// The folder that relative paths start from: compose's project directory.
    pub base: PathBuf,
    /// What `${X}` is replaced from, and what `environment: [X]` passes on; `.env` is folded in already.
    pub variables: IndexMap<String, String>,
    /// The active profiles; `*` activates all. Without any, the variable `COMPOSE_PROFILES` says which.
    pub profiles: Vec<String>,
    /// The project's name; when empty, the top-level `name:` of the file counts.
    pub project_name: String,
}

/// A project and what is worth knowing about how it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The project.
    pub project: Project,
    /// What the files themselves call the project, if they do.
    pub named: Option<String>,
    /// The services that no active profile turns on, by name.
    pub off: IndexMap<String, Off>,
    /// What was accepted but has no effect, and variables that are not set: one sentence each.
    pub warnings: Vec<String>,
}

/// A service that is off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Off {
    /// The profiles that would turn it on.
    pub profiles: Vec<String>,
    /// Its labels, as far as they can be read.
    pub labels: IndexMap<String, String>,
}

/// Where the files come from that a compose file names: other compose files, `env_file`, configs, secrets.
pub trait Files {
    /// The bytes of the file at this path (`Source::base` is joined already).
    ///
    /// # Errors
    /// As [`std::fs::read`]: a file that is not there is [`io::ErrorKind::NotFound`]. Also what is no regular file, and what is
    /// larger than 4 MiB.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}

/// The files on the disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskFiles;

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        // An old way to say "no file".
        if path == Path::new("/dev/null") {
            return Ok(Vec::new());
        }
        let metadata = std::fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, not a file"));
        }
        // A pipe would be waited for, and a device may have no end.
        if !metadata.is_file() {
            let message = "it is a pipe, a socket or a device, not a regular file";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(FILE as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > FILE {
            let message = format!("it is larger than {FILE_MIB} MiB");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(bytes)
    }
}

/// Files in memory, for a cluster that is embedded in the binary.
#[derive(Debug, Clone, Default)]
pub struct MemorySource(pub IndexMap<PathBuf, Vec<u8>>);

impl Files for MemorySource {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// The path that `text` in a compose file means: relative to `base`, `~` from the variable HOME, `.` and `..` resolved by
/// their spelling (the engine's host may be another machine, so links cannot be followed).
pub(super) fn resolve(
    base: &Path,
    text: &str,
    variables: &IndexMap<String, String>,
) -> Result<PathBuf, String> {
    let path = match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => match variables.get("HOME") {
            Some(home) => Path::new(home).join(rest.trim_start_matches('/')),
            None => {
                return Err(format!(
                    "`{text}` starts in the home folder, but the variable HOME is not given"
                ));
            }
        },
        _ => base.join(text),
    };
    let mut spelled = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                spelled.pop();
            }
            other => spelled.push(other),
        }
    }
    Ok(spelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved_by_their_spelling() {
        let home = IndexMap::from([("HOME".to_owned(), "/home/jo".to_owned())]);
        let path = |text: &str| resolve(Path::new("/srv/mm"), text, &home).unwrap();
        assert_eq!(path("./a/../b"), Path::new("/srv/mm/b"));
        assert_eq!(path("../x"), Path::new("/srv/x"));
        assert_eq!(path("/etc/./hosts"), Path::new("/etc/hosts"));
        assert_eq!(path("~/data"), Path::new("/home/jo/data"));
        assert_eq!(path("~data"), Path::new("/srv/mm/~data"));
        assert!(resolve(Path::new("/srv"), "~/x", &IndexMap::new()).unwrap_err().contains("HOME"));
    }

    #[test]
    fn only_regular_files_of_a_sane_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let refused = |path: &Path| DiskFiles.read(path).unwrap_err().to_string();
        std::fs::write(path("large"), vec![b' '; FILE + 1]).unwrap();
        std::fs::write(path("full"), vec![b' '; FILE]).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(path("fifo")).status().unwrap().success());
        assert_eq!(refused(&path("large")), "it is larger than 4 MiB");
        assert_eq!(refused(folder.path()), "it is a folder, not a file");
        for special in [path("fifo"), "/dev/zero".into()] {
            assert_eq!(refused(&special), "it is a pipe, a socket or a device, not a regular file");
        }
        assert_eq!(DiskFiles.read(&path("full")).unwrap().len(), FILE);
        assert_eq!(DiskFiles.read(Path::new("/dev/null")).unwrap(), b"");
        assert_eq!(DiskFiles.read(&path("gone")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn files_in_memory_answer_like_a_disk() {
        let files = MemorySource(IndexMap::from([(PathBuf::from("/a"), b"x".to_vec())]));
        assert_eq!(files.read(Path::new("/a")).unwrap(), b"x");
        assert_eq!(files.read(Path::new("/b")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
