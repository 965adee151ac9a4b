//! The way to the browser: a pair of pipes, with commands and their answers, and the events that come in between.
//!
//! It is pipes and no port: nobody else of its machine can speak to the browser, and it ends when whoever holds the other end does. Those of
//! one in a container are its standard input and output, which an engine hands on wherever it is.
//! Source: content/browser/devtools/devtools_pipe_handler.h (`--remote-debugging-pipe`: JSON that ends with a NUL each; it reads from the
//! descriptor 3, writes to 4, and ends when 3 is closed).

use std::collections::VecDeque;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::time::{Instant, timeout_at};

use super::NoAnswer;

/// Bytes of a message: far more than a picture has.
const LONGEST: usize = 64 << 20;

/// Something that happened in the browser.
#[derive(Debug, Clone)]
pub(crate) struct BrowserEvent {
    /// Such as `Page.lifecycleEvent`.
    pub(crate) method: String,
    /// The page that it is of.
    pub(crate) session: String,
    pub(crate) params: Value,
}

/// What is written to a browser.
pub(crate) type ToBrowser = Box<dyn AsyncWrite + Send + Unpin>;
/// What a browser says.
pub(crate) type FromBrowser = Box<dyn AsyncRead + Send + Unpin>;

/// How a browser is spoken to.
pub struct BrowserPipes {
    /// What it is told.
    pub to: ToBrowser,
    /// What it answers.
    pub from: FromBrowser,
    /// Its standard error.
    pub errors: FromBrowser,
}

impl std::fmt::Debug for BrowserPipes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BrowserPipes")
    }
}

/// A connection to a browser.
pub(crate) struct DevTools {
    to: ToBrowser,
    from: BufReader<FromBrowser>,
    /// As much as came of the next message.
    begun: Vec<u8>,
    sent: u64,
    /// What came while an answer was waited for.
    waiting: VecDeque<BrowserEvent>,
}

impl DevTools {
    pub(crate) fn new(to: ToBrowser, from: FromBrowser) -> Self {
        Self { to, from: BufReader::new(from), begun: Vec::new(), sent: 0, waiting: VecDeque::new() }
    }

    /// A command to the browser itself, or to the page of a session; its answer.
    pub(crate) async fn call(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: Value,
        deadline: Instant,
    ) -> Result<Value, NoAnswer> {
        self.sent += 1;
        let id = self.sent;
        let mut command = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        let mut bytes = command.to_string().into_bytes();
        bytes.push(0);
        let sent = async {
            self.to.write_all(&bytes).await?;
            self.to.flush().await
        };
        let sent = timeout_at(deadline, sent).await;
        let sent = sent.map_err(|_| NoAnswer::because(format!("it took no {method} in time")))?;
        sent.map_err(|_| NoAnswer::because("it is gone"))?;
        loop {
            let read = timeout_at(deadline, self.read()).await;
            let mut message =
                read.map_err(|_| NoAnswer::because(format!("it did not answer {method} in time")))??;
            if message["id"] != id {
                self.waiting.extend(event(message));
                continue;
            }
            if let Some(error) = message["error"]["message"].as_str() {
                return Err(NoAnswer::because(format!("it refused {method}: {error}")));
            }
            return Ok(message["result"].take());
        }
    }

    /// The next event, until a moment.
    pub(crate) async fn next(&mut self, until: Instant) -> Result<Option<BrowserEvent>, NoAnswer> {
        if let Some(event) = self.waiting.pop_front() {
            return Ok(Some(event));
        }
        loop {
            let Ok(message) = timeout_at(until, self.read()).await else { return Ok(None) };
            if let Some(event) = event(message?) {
                return Ok(Some(event));
            }
        }
    }

    /// What came of a page so far and was not asked for.
    pub(crate) fn forget(&mut self) {
        self.waiting.clear();
    }

    /// The next message; where that is called off, what came of it is kept.
    async fn read(&mut self) -> Result<Value, NoAnswer> {
        let read = self.from.read_until(0, &mut self.begun).await;
        if self.begun.pop() != Some(0) || read.is_err() {
            return Err(NoAnswer::because("it is gone"));
        }
        if self.begun.len() > LONGEST {
            return Err(NoAnswer::because("it says too much at once"));
        }
        let message = serde_json::from_slice(&self.begun);
        self.begun.clear();
        message.map_err(|error| NoAnswer::because(format!("its message is no JSON: {error}")))
    }
}

impl std::fmt::Debug for DevTools {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DevTools").field("sent", &self.sent).finish_non_exhaustive()
    }
}

/// A message that is no answer.
fn event(mut message: Value) -> Option<BrowserEvent> {
    let method = message["method"].as_str()?.to_owned();
    let session = message["sessionId"].as_str().unwrap_or_default().to_owned();
    Some(BrowserEvent { method, session, params: message["params"].take() })
}
