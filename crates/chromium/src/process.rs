//! The browser's process: started with a profile of its own, and gone with it however whoever started it ends.
//!
//! It is the first of a group of processes, and the group ends as a whole: a browser is many processes, and of those that are
//! killed one by one the others make new ones. Everything that it writes is below its profile.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, geteuid, kill_process_group, waitpid};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::{Instant, timeout_at};

use super::NoAnswer;
use super::connection::DevTools;
use super::program::{PATH, Program};

/// How long it may take to come up; on a machine that is busy and cold that is many seconds.
const COMES_UP: Duration = Duration::from_secs(30);
/// How long it may take to end by itself.
const ENDS: Duration = Duration::from_secs(5);
/// Lines of its standard error that are kept.
const LAST_WORDS: usize = 8;
/// A shell hands standard input and output over as the two descriptors that a browser speaks by, and becomes the browser.
const PIPES: &str = "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null";

/// Whom it reaches: one server, by the name of a site, and nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteReach {
    /// Host and port as the site's address has them.
    pub site: String,
    /// Host and port that connections go to.
    pub server: String,
    /// Whether its certificate may be anybody's: whether TLS holds is for others to ask.
    pub any_certificate: bool,
}

/// A cookie that it has.
#[derive(Debug, Clone)]
pub struct Cookie<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
    /// The path that it is sent to.
    pub path: &'a str,
    /// Whether scripts cannot read it.
    pub http_only: bool,
}

/// A browser that runs.
#[derive(Debug)]
pub struct Chromium {
    child: Child,
    profile: Option<TempDir>,
    words: Arc<Mutex<VecDeque<String>>>,
    pub(crate) connection: DevTools,
}

impl Chromium {
    /// Starts one.
    ///
    /// # Errors
    /// When it does not come up, with its last words.
    pub async fn start(program: &Program, reach: &SiteReach) -> Result<Self, NoAnswer> {
        let deadline = Instant::now() + COMES_UP;
        let unable = |error: std::io::Error| {
            NoAnswer::because(format!("{} cannot be started: {error}", program.path.display()))
        };
        let profile = tempfile::Builder::new().prefix("ug-chromium-").tempdir().map_err(unable)?;
        let mut child = command(program, reach, profile.path()).spawn().map_err(unable)?;
        let words = Arc::new(Mutex::new(VecDeque::new()));
        let listening = child.stderr.take().map(|stderr| tokio::spawn(listen(stderr, Arc::clone(&words))));
        let pipes = child.stdin.take().zip(child.stdout.take());
        // From here on it is ended whatever happens.
        let mut starting = Starting { child: Some(child), profile: Some(profile) };
        let (to, from) = pipes.ok_or_else(|| NoAnswer::because("it has no pipes"))?;
        let mut connection = DevTools::new(to, from);
        if connection.call(None, "Browser.getVersion", json!({}), deadline).await.is_err() {
            let in_time = Instant::now() < deadline;
            let why = if in_time {
                "it ended before it came up".to_owned()
            } else {
                format!("it did not come up within {} s", COMES_UP.as_secs())
            };
            drop(starting);
            // It is ended, and so are its words.
            if let Some(listening) = listening {
                let _ = timeout_at(Instant::now() + ENDS, listening).await;
            }
            return Err(with_last_words(NoAnswer::because(why), &words));
        }
        let (child, profile) = (starting.child.take(), starting.profile.take());
        let child = child.ok_or_else(|| NoAnswer::because("it has no process"))?;
        Ok(Self { child, profile, words, connection })
    }

    /// Gives it a site's cookies.
    ///
    /// # Errors
    /// When it does not take them.
    pub async fn keep(&mut self, origin: &str, cookies: &[Cookie<'_>]) -> Result<(), NoAnswer> {
        let cookies: Vec<Value> = cookies
            .iter()
            .map(|cookie| {
                json!({ "name": cookie.name, "value": cookie.value, "url": origin, "path": cookie.path,
                    "httpOnly": cookie.http_only })
            })
            .collect();
        self.ask(None, "Storage.setCookies", json!({ "cookies": cookies })).await.map(drop)
    }

    /// Ends it; what of it is left is ended when this is dropped.
    pub async fn close(mut self) {
        let deadline = Instant::now() + ENDS;
        // It may be gone by itself, which is just as well.
        let _ = self.connection.call(None, "Browser.close", json!({}), deadline).await;
        let _ = timeout_at(deadline, self.child.wait()).await;
    }

    /// Its number, which is its group's as well; nothing once it has ended.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Where its profile is.
    #[must_use]
    pub fn profile(&self) -> Option<&Path> {
        self.profile.as_ref().map(TempDir::path)
    }

    pub(crate) async fn ask(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> Result<Value, NoAnswer> {
        let answer = self.connection.call(session, method, params, Instant::now() + COMES_UP).await;
        answer.map_err(|error| with_last_words(error, &self.words))
    }

    pub(crate) fn with_last_words(&self, error: NoAnswer) -> NoAnswer {
        with_last_words(error, &self.words)
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        end(&mut self.child, self.profile.take());
    }
}

/// One that comes up, and does not outlive whoever waits for it.
struct Starting {
    child: Option<Child>,
    profile: Option<TempDir>,
}

impl Drop for Starting {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            end(child, self.profile.take());
        }
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

/// Keeps its last words.
async fn listen(stderr: ChildStderr, words: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.len() == LAST_WORDS {
            words.pop_front();
        }
        words.push_back(line.chars().take(300).collect());
    }
}

fn with_last_words(error: NoAnswer, words: &Mutex<VecDeque<String>>) -> NoAnswer {
    let words = words.lock().unwrap_or_else(PoisonError::into_inner);
    let last: Vec<&str> = words.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    match last.as_slice() {
        [] => error,
        last => NoAnswer::because(format!("{error}; its last words: {}", last.join(" / "))),
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
        .arg(format!("--host-resolver-rules=MAP {} {}, MAP * ~NOTFOUND", reach.site, reach.server))
        .args(ARGUMENTS)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .process_group(0);
    if reach.any_certificate {
        command.arg("--ignore-certificate-errors");
    }
    if geteuid().is_root() {
        // As root Chromium refuses to start with its sandbox. What it opens is the site under test and nothing else.
        command.arg("--no-sandbox");
    }
    command.arg("about:blank");
    command
}

/// No window, no second profile, nothing that speaks to anybody: what it loads is what the page names.
const ARGUMENTS: [&str; 19] = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    // Containers have 64 MB there, and a page wants more.
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-features=Translate,MediaRouter,OptimizationHints,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
    "--disable-gpu",
    "--disable-sync",
    "--mute-audio",
    "--password-store=basic",
    "--force-device-scale-factor=1",
    "--window-size=1280,800",
];
