//! Evidence: logs and other files beside the reports, free of secrets.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::join_all;

use super::seam::Cluster;
use basics::redact::Redactor;
use basics::telling;
use run_record::event::{EventKind, Events};

/// A log that is written while it grows ends here, in bytes.
const LOG_LIMIT: usize = 20_000_000;
/// So many lines are told of the failure that may follow.
const TOLD: usize = 5;

/// Where evidence is put: the folder `evidence` of the report folder.
#[derive(Debug, Clone)]
pub struct EvidenceFolder {
    dir: PathBuf,
    redactor: Arc<Redactor>,
}

impl EvidenceFolder {
    /// The one in the report folder `dir`; what is put there loses its secrets.
    #[must_use]
    pub fn new(dir: &Path, redactor: Arc<Redactor>) -> Self {
        Self { dir: dir.to_owned(), redactor }
    }

    /// The report folder.
    #[must_use]
    pub fn report_dir(&self) -> &Path {
        &self.dir
    }

    /// Writes a text to `evidence/<name>` and says so by an event.
    ///
    /// What cannot be written is a warning: evidence never changes a verdict.
    pub async fn keep(&self, name: &str, about: &str, text: &str, events: &Events) {
        let text = self.redactor.redact(text).into_owned();
        self.write(name, about, text.as_bytes(), events).await;
    }

    /// The same of a picture, in which nobody could mask anything: whoever made it answers for what it shows.
    pub async fn keep_picture(&self, name: &str, about: &str, png: &[u8], events: &Events) {
        self.write(name, about, png, events).await;
    }

    async fn write(&self, name: &str, about: &str, bytes: &[u8], events: &Events) {
        let path = format!("evidence/{name}");
        let file = self.dir.join(&path);
        let written = async {
            if let Some(folder) = file.parent() {
                tokio::fs::create_dir_all(folder).await?;
            }
            tokio::fs::write(&file, bytes).await
        };
        match written.await {
            Ok(()) => events.send(EventKind::EvidenceSaved { path, about: about.to_owned() }),
            Err(error) => events.warn(format!("{path} ({about}) could not be saved: {error}")),
        }
    }

    /// Opens `evidence/<name>` for lines that come one by one: what was printed is there even after a kill.
    #[must_use]
    pub fn log(&self, name: &str, about: &str, events: &Events) -> GrowingLog {
        let path = format!("evidence/{name}");
        let file = self.dir.join(&path);
        let opened = file.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| File::create(&file));
        match &opened {
            Ok(_) => events.send(EventKind::EvidenceSaved { path, about: about.to_owned() }),
            Err(error) => events.warn(format!("{path} ({about}) could not be saved: {error}")),
        }
        let redactor = Arc::clone(&self.redactor);
        GrowingLog { file: opened.ok(), redactor, written: 0, last: VecDeque::new() }
    }
}

/// A log that is being written.
#[derive(Debug)]
pub struct GrowingLog {
    file: Option<File>,
    redactor: Arc<Redactor>,
    written: usize,
    /// What may tell why it failed.
    last: VecDeque<String>,
}

impl GrowingLog {
    /// Adds a line; beyond 20 MB it is only remembered as one of the last.
    pub fn line(&mut self, line: &str) {
        let clean = self.redactor.redact(line).into_owned();
        if let Some(file) = &mut self.file
            && self.written < LOG_LIMIT
        {
            self.written += clean.len() + 1;
            let end = if self.written < LOG_LIMIT { "" } else { "… the rest is left out\n" };
            if write!(file, "{clean}\n{end}").is_err() {
                self.file = None;
            }
        }
        if !clean.trim().is_empty() {
            if self.last.len() == telling::LOOKED_AT {
                self.last.pop_front();
            }
            self.last.push_back(telling::short(&clean));
        }
    }

    /// The few lines that tell why it failed, oldest first; its last ones where none is an error.
    #[must_use]
    pub fn telling_lines(&self) -> Vec<String> {
        let last: Vec<&String> = self.last.iter().collect();
        telling::lines(&last, TOLD)
    }
}

/// Puts the log of every part into the folder, as `<part>.log`.
pub async fn collect(cluster: &Cluster, folder: &EvidenceFolder, events: &Events) {
    let nodes = cluster.nodes();
    let parts = nodes.parts();
    let logs = join_all(parts.iter().map(|part| nodes.log(part, None))).await;
    for (part, log) in parts.iter().zip(logs).filter(|(_, log)| !log.is_empty()) {
        folder.keep(&format!("{part}.log"), &format!("log of {part}"), &log.join("\n"), events).await;
    }
}
