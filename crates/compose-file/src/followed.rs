//! The files that `include` and `extends` lead to.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::bounds::{FOLLOWED, TOGETHER_MIB};
use super::source::{Files, resolve};
use super::whence::Said;

/// Reads them, and keeps count.
pub(super) struct Followed<'a> {
    pub(super) files: &'a dyn Files,
    /// What each file says, those that lie below first.
    pub(super) said: Vec<Said>,
    times: usize,
    bytes: usize,
}

impl<'a> Followed<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Self {
        Self { files, said: Vec::new(), times: 0, bytes: 0 }
    }

    /// Counts the text of a compose file.
    pub(super) fn count(&mut self, text: &str) -> Result<(), String> {
        self.bytes += text.len();
        let within = self.bytes <= TOGETHER_MIB << 20;
        within
            .then_some(())
            .ok_or_else(|| format!("all compose files together are larger than {TOGETHER_MIB} MiB"))
    }

    /// The text of a compose file.
    pub(super) fn text(&mut self, path: &Path) -> Result<String, String> {
        self.times += 1;
        if self.times > FOLLOWED {
            return Err(format!("`include` and `extends` lead to other files more than {FOLLOWED} times"));
        }
        let bytes =
            self.files.read(path).map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("`{}` is not UTF-8 text", path.display()))?;
        self.count(&text)?;
        Ok(text)
    }
}

/// The path that a compose file names; what is not on this machine is refused: what is wrong with it, and what to do.
pub(super) fn path_of(
    base: &Path,
    text: &str,
    variables: &IndexMap<String, String>,
) -> Result<PathBuf, (String, &'static str)> {
    let remedy = "Fetch it before, and name that file";
    let far = text.contains("://") || text.starts_with("git@") || text.starts_with("github.com/");
    if far {
        return Err((format!("`{text}` is no file of this machine"), remedy));
    }
    resolve(base, text, variables).map_err(|wrong| (wrong, remedy))
}
