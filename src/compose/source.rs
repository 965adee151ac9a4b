//! What goes into a parse and what comes out of it.

use std::io;
use std::path::{Component, Path, PathBuf};

use indexmap::IndexMap;

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
    /// The active profiles; `*` activates all.
    pub profiles: Vec<String>,
    /// The project's name; when empty, the top-level `name:` of the file counts.
    pub project_name: String,
}

/// A project and what is worth knowing about how it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The project.
    pub project: Project,
    /// What was accepted but has no effect, and variables that are not set: one sentence each.
    pub warnings: Vec<String>,
}

/// Where the files come from that a compose file names: `env_file`, configs, secrets.
pub trait Files {
    /// The bytes of the file at this path (`Source::base` is joined already).
    ///
    /// # Errors
    /// As [`std::fs::read`]: a file that is not there is [`io::ErrorKind::NotFound`].
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}

/// The files on the disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskFiles;

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }
}

/// Files in memory, for a cluster that is embedded in the binary.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles(pub IndexMap<PathBuf, Vec<u8>>);

impl Files for MemoryFiles {
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
    fn files_in_memory_answer_like_a_disk() {
        let files = MemoryFiles(IndexMap::from([(PathBuf::from("/a"), b"x".to_vec())]));
        assert_eq!(files.read(Path::new("/a")).unwrap(), b"x");
        assert_eq!(files.read(Path::new("/b")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
