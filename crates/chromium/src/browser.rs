//! A browser that runs, on this machine or elsewhere: two pipes, and what of it must not outlive it.

use std::collections::VecDeque;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::time::{Instant, timeout_at};

use super::NoAnswer;
use super::arguments::SiteReach;
use super::connection::{BrowserPipes, DevTools, FromBrowser};
use super::process::OwnProcess;
use super::program::Program;

/// How long it may take to come up; on a machine that is busy and cold that is many seconds.
const COMES_UP: Duration = Duration::from_secs(30);
/// How long it may take to end by itself.
const ENDS: Duration = Duration::from_secs(5);
/// Lines of its standard error that are kept.
const LAST_WORDS: usize = 8;

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
    life: BrowserLife,
    words: Arc<Mutex<VecDeque<String>>>,
    pub(crate) connection: DevTools,
}

/// What ends when it is dropped.
enum BrowserLife {
    Here(OwnProcess),
    /// What whoever started it holds of it.
    Elsewhere {
        _held: Box<dyn Send + Sync>,
    },
}

impl fmt::Debug for BrowserLife {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here(process) => process.fmt(f),
            Self::Elsewhere { .. } => f.write_str("Elsewhere"),
        }
    }
}

impl Chromium {
    /// Starts one on this machine.
    ///
    /// # Errors
    /// When it does not come up, with its last words.
    pub async fn start(program: &Program, reach: &SiteReach) -> Result<Self, NoAnswer> {
        let (process, pipes) = OwnProcess::start(program, reach)?;
        Self::up(BrowserLife::Here(process), pipes).await
    }

    /// One that was started elsewhere; `life` is dropped when it is to be gone.
    ///
    /// # Errors
    /// When it does not come up, with its last words.
    pub async fn elsewhere(pipes: BrowserPipes, life: Box<dyn Send + Sync>) -> Result<Self, NoAnswer> {
        Self::up(BrowserLife::Elsewhere { _held: life }, pipes).await
    }

    async fn up(life: BrowserLife, pipes: BrowserPipes) -> Result<Self, NoAnswer> {
        let deadline = Instant::now() + COMES_UP;
        let BrowserPipes { to, from, errors } = pipes;
        let words = Arc::new(Mutex::new(VecDeque::new()));
        let listening = tokio::spawn(listen(errors, Arc::clone(&words)));
        let mut connection = DevTools::new(to, from);
        if connection.call(None, "Browser.getVersion", json!({}), deadline).await.is_err() {
            let in_time = Instant::now() < deadline;
            let why = if in_time {
                "it ended before it came up".to_owned()
            } else {
                format!("it did not come up within {} s", COMES_UP.as_secs())
            };
            // Its last words end with it: one of this machine is ended for that, what was started elsewhere is heard while it is held.
            let held = match life {
                BrowserLife::Here(process) => {
                    drop(process);
                    None
                }
                elsewhere @ BrowserLife::Elsewhere { .. } => Some(elsewhere),
            };
            let _ = timeout_at(Instant::now() + ENDS, listening).await;
            drop(held);
            return Err(with_last_words(NoAnswer::because(why), &words));
        }
        Ok(Self { life, words, connection })
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
        if let BrowserLife::Here(process) = &mut self.life {
            process.ended(deadline).await;
        }
    }

    /// The number of its process on this machine, which is its group's as well; nothing once it has ended.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        match &self.life {
            BrowserLife::Here(process) => process.id(),
            BrowserLife::Elsewhere { .. } => None,
        }
    }

    /// Where its profile is on this machine.
    #[must_use]
    pub fn profile(&self) -> Option<&Path> {
        match &self.life {
            BrowserLife::Here(process) => process.profile(),
            BrowserLife::Elsewhere { .. } => None,
        }
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

/// Keeps its last words.
async fn listen(errors: FromBrowser, words: Arc<Mutex<VecDeque<String>>>) {
    let mut lines = BufReader::new(errors).lines();
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
