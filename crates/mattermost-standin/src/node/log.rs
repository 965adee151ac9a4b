//! What a node writes to its log: JSON lines such as a real server's, kept and streamed.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::format_description;
use tokio::sync::mpsc;

/// The log of one node.
pub(crate) struct Log {
    lines: Mutex<Vec<String>>,
    listener: Option<mpsc::UnboundedSender<String>>,
}

impl Log {
    /// An empty log; each line also goes to `listener`.
    pub(crate) fn new(listener: Option<mpsc::UnboundedSender<String>>) -> Self {
        Self { lines: Mutex::default(), listener }
    }

    /// Writes a line at `info`.
    pub(crate) fn info(&self, message: &str, caller: &str, fields: Value) {
        self.write("info", message, caller, fields);
    }

    /// Writes a line at `error`.
    pub(crate) fn error(&self, message: &str, caller: &str) {
        self.write("error", message, caller, Value::Null);
    }

    /// Writes a line at `debug`.
    pub(crate) fn debug(&self, message: &str, caller: &str) {
        self.write("debug", message, caller, Value::Null);
    }

    /// All lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write(&self, level: &str, message: &str, caller: &str, fields: Value) {
        let format =
            format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:3] Z");
        let timestamp = OffsetDateTime::now_utc().format(format).unwrap_or_default();
        let mut line = json!({"timestamp": timestamp, "level": level, "msg": message, "caller": caller});
        for (key, value) in fields.as_object().into_iter().flatten() {
            line[key] = value.clone();
        }
        let line = line.to_string();
        if let Some(listener) = &self.listener {
            let _ = listener.send(line.clone());
        }
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}
