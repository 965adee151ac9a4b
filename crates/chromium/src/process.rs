//! A browser's process on this machine: started with a profile of its own, and gone with it however whoever started it ends.
//!
//! It is the first of a group of processes, and the group ends as a whole: a browser is many processes, and of those that are
//! killed one by one the others make new ones. Everything that it writes is below its profile.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, geteuid, kill_process_group, waitpid};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout_at};

use super::NoAnswer;
use super::arguments::{ARGUMENTS, SiteReach};
use super::connection::BrowserPipes;
use super::program::{PATH, Program};

/// A shell hands standard input and output over as the two descriptors that a browser speaks by, and becomes the browser.
const PIPES: &str = "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null";

/// One that was started, and does not outlive this.
#[derive(Debug)]
pub(crate) struct OwnProcess {
    child: Child,
    profile: Option<TempDir>,
}

impl OwnProcess {
    /// Starts one; it need not come up.
    pub(crate) fn start(program: &Program, reach: &SiteReach) -> Result<(Self, BrowserPipes), NoAnswer> {
        let unable = |error: std::io::Error| {
            NoAnswer::because(format!("{} cannot be started: {error}", program.path.display()))
        };
        let profile = tempfile::Builder::new().prefix("ug-chromium-").tempdir().map_err(unable)?;
        let child = command(program, reach, profile.path()).spawn().map_err(unable)?;
        // From here on it is ended whatever happens.
        let mut own = Self { child, profile: Some(profile) };
        let child = &mut own.child;
        let (Some(to), Some(from), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(NoAnswer::because("it has no pipes"));
        };
        let pipes = BrowserPipes { to: Box::new(to), from: Box::new(from), errors: Box::new(errors) };
        Ok((own, pipes))
    }

    /// Its number; nothing once it has ended.
    pub(crate) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    pub(crate) fn profile(&self) -> Option<&Path> {
        self.profile.as_ref().map(TempDir::path)
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self, deadline: Instant) {
        let _ = timeout_at(deadline, self.child.wait()).await;
    }
}

impl Drop for OwnProcess {
    fn drop(&mut self) {
        end(&mut self.child, self.profile.take());
    }
}

/// Kills all of its processes, and removes what they wrote.
fn end(child: &mut Child, profile: Option<TempDir>) {
    // It has a number for as long as nobody saw its end: the number is nobody else's.
    if let Some(pid) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
        let _ = kill_process_group(pid, Signal::KILL);
        // It is killed, so this is short.
        let _ = waitpid(Some(pid), WaitOptions::empty());
    }
    let Some(profile) = profile else { return };
    let path = profile.keep();
    // Those that were killed with it may still be on their way out, and what they write last is removed too.
    for _ in 0..200 {
        match std::fs::remove_dir_all(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                std::thread::park_timeout(Duration::from_millis(5));
            }
            _ => return,
        }
    }
}

fn command(program: &Program, reach: &SiteReach, profile: &Path) -> Command {
    let scratch = profile.join("tmp");
    // Where it cannot be made, the browser tells so.
    let _ = std::fs::create_dir(&scratch);
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", PIPES, "sh"])
        .arg(&program.path)
        .env_clear()
        .env("PATH", PATH)
        .env("HOME", profile)
        .env("TMPDIR", &scratch)
        .env("XDG_CONFIG_HOME", profile)
        .env("XDG_CACHE_HOME", profile)
        .env("LANG", "C.UTF-8")
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(reach.arguments())
        .args(ARGUMENTS)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .process_group(0);
    if geteuid().is_root() {
        // As root Chromium refuses to start with its sandbox. What it opens is the site under test and nothing else.
        command.arg("--no-sandbox");
    }
    command.arg("about:blank");
    command
}
