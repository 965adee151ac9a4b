//! The program: a path, and what it says it is.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Where a program finds others: what a wrapper script around a browser calls is there.
pub(crate) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Where packages put one.
const USUAL: [&str; 5] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/opt/google/chrome/chrome",
];

/// How long it may take to say its version; a cold disk takes seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// As much of an answer as is read.
const ANSWER: u64 = 4_096;

/// A Chromium or a Chrome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// What it says it is: `Chromium 156.0.8078.108 built on Debian GNU/Linux 12 (bookworm)`.
    pub version: String,
}

impl Program {
    /// The one that a package put on this machine, if there is one.
    #[must_use]
    pub fn of_a_package() -> Option<&'static Path> {
        USUAL.iter().map(Path::new).find(|path| path.is_file())
    }

    /// Asks what is at this path for its version.
    ///
    /// # Errors
    /// What is wrong with it, as a clause: "is not there".
    pub fn at(path: &Path) -> Result<Self, String> {
        use std::os::unix::fs::PermissionsExt as _;
        let facts = path.metadata().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "is not there".to_owned(),
            _ => format!("cannot be looked at: {error}"),
        })?;
        if !facts.is_file() {
            return Err("is no file".into());
        }
        if facts.permissions().mode() & 0o111 == 0 {
            return Err("is a file that cannot be run".into());
        }
        let said = version(path)?;
        if !is_chromium(&said) {
            let told: String = said.chars().take(80).collect();
            return Err(format!("answers --version as no Chromium or Chrome does: {told:?}"));
        }
        Ok(Self { path: path.to_owned(), version: said })
    }
}

/// Whether a Chromium or a Chrome says this of itself: "Chromium 1", "Google Chrome 1", "Google Chrome for Testing 1", "HeadlessChrome 1".
pub(crate) fn is_chromium(said: &str) -> bool {
    let is_one = ["Chromium", "Chrome"].iter().any(|name| said.contains(name));
    is_one && said.bytes().any(|byte| byte.is_ascii_digit())
}

/// The first line of its answer to `--version`.
fn version(path: &Path) -> Result<String, String> {
    let unable = |error: std::io::Error| format!("cannot be run: {error}");
    let mut child = Command::new(path)
        .arg("--version")
        .env_clear()
        .env("PATH", PATH)
        .env("HOME", "/nonexistent")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(unable)?;
    let (told, answer) = mpsc::channel();
    let stdout = child.stdout.take();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = stdout.map(|stdout| stdout.take(ANSWER).read_to_end(&mut text));
        // Nobody listens any more where it took too long.
        let _ = told.send(read.is_some_and(|read| read.is_ok()).then_some(text));
    });
    let text = answer.recv_timeout(PATIENCE);
    if text.is_err() {
        // What it holds open keeps the reader for as long as it lives.
        let _ = child.kill();
        let _ = child.wait();
        return Err(format!("did not answer --version within {} s", PATIENCE.as_secs()));
    }
    let _ = reader.join();
    let ended = child.wait().map_err(unable)?;
    let text = text.ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned();
    if line.is_empty() && !ended.success() {
        return Err(format!("answers --version with nothing: {ended}"));
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn script(text: &str, mode: u32) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("browser");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (dir, path)
    }

    #[test]
    fn a_browser_is_known_by_what_it_says() {
        for says in
            ["Chromium 156.0.8078.108 built on Debian", "Google Chrome 130.0.1 ", "HeadlessChrome/130"]
        {
            let (_dir, path) = script(&format!("#!/bin/sh\necho '{says}'\n"), 0o755);
            assert_eq!(Program::at(&path).unwrap().version, says.trim());
        }
    }

    #[test]
    fn what_is_none_is_told_in_a_clause() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Program::at(&dir.path().join("none")).unwrap_err(), "is not there");
        assert_eq!(Program::at(dir.path()).unwrap_err(), "is no file");
        let (_dir, path) = script("#!/bin/sh\n", 0o644);
        assert_eq!(Program::at(&path).unwrap_err(), "is a file that cannot be run");
        let (_dir, path) = script("#!/bin/sh\necho 'Mozilla Firefox 140.0'\n", 0o755);
        let told = Program::at(&path).unwrap_err();
        assert!(told.contains("as no Chromium or Chrome does: \"Mozilla Firefox 140.0\""), "{told}");
        let (_dir, path) = script("#!/bin/sh\nexit 3\n", 0o755);
        assert!(Program::at(&path).unwrap_err().contains("with nothing: exit status: 3"));
        let (_dir, path) = script("no program", 0o755);
        assert!(Program::at(&path).unwrap_err().starts_with("cannot be run: "));
    }
}
