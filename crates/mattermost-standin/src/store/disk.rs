//! The store's folder: `blobs/` has one file per SHA-256, `journal.jsonl` says which key is made of which.
//!
//! The journal only grows while the store runs and is replayed and rewritten at the next start; a torn last
//! line, after a crash, is a change that was never acknowledged. Blobs that nothing names are removed then.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::content::{Blob, Content, Piece};
use super::object::{Attributes, Object};

/// One change of the store.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub(super) enum Entry {
    /// A bucket came into being.
    Bucket { bucket: String },
    /// A key has this object from now on.
    Put { bucket: String, key: String, object: Box<Stored> },
    /// A key has no object any more.
    Delete { bucket: String, key: String },
}

/// An object as the journal keeps it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    /// Digest of the blob, first byte, byte after the last.
    pieces: Vec<(String, u64, u64)>,
    etag: String,
    #[serde(with = "time::serde::rfc3339")]
    modified: OffsetDateTime,
    attributes: Attributes,
}

/// The folder of a store that keeps its objects.
#[derive(Debug)]
pub(super) struct Disk {
    blobs: PathBuf,
    journal: Mutex<File>,
    uploads: AtomicU64,
}

impl Disk {
    /// Opens or makes the folder; gives the changes that lead to its present state, oldest first.
    pub(super) fn open(folder: &Path) -> io::Result<(Self, Vec<Entry>)> {
        let blobs = folder.join("blobs");
        fs::create_dir_all(&blobs)?;
        let path = folder.join("journal.jsonl");
        let text = match fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let whole_lines = text.rsplit_once('\n').map_or("", |(lines, _torn)| lines);
        let entries: Vec<Entry> = whole_lines
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let journal = File::options().create(true).append(true).open(&path)?;
        journal.set_len(if text.is_empty() { 0 } else { whole_lines.len() as u64 + 1 })?;
        Ok((Self { blobs, journal: Mutex::new(journal), uploads: AtomicU64::new(0) }, entries))
    }

    /// Replaces the journal by the shortest one that leads to the present state, and removes blobs without use.
    pub(super) fn compact(&self, folder: &Path, entries: &[Entry]) -> io::Result<()> {
        let (path, next) = (folder.join("journal.jsonl"), folder.join("journal.next"));
        let mut file = File::create(&next)?;
        let mut used = BTreeSet::new();
        for entry in entries {
            file.write_all(&line(entry)?)?;
            if let Entry::Put { object, .. } = entry {
                used.extend(object.pieces.iter().map(|(digest, ..)| digest.as_str()));
            }
        }
        fs::rename(&next, &path)?;
        *self.journal.lock().unwrap_or_else(PoisonError::into_inner) =
            File::options().append(true).open(&path)?;
        for blob in fs::read_dir(&self.blobs)? {
            let blob = blob?;
            if !blob.file_name().to_str().is_some_and(|name| used.contains(name)) {
                fs::remove_file(blob.path())?;
            }
        }
        Ok(())
    }

    /// Writes a change down; the caller may acknowledge it when this returns.
    pub(super) fn append(&self, entry: &Entry) -> io::Result<()> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line(entry)?)
    }

    /// A file to receive a body into.
    pub(super) fn receiving(&self) -> PathBuf {
        self.blobs.join(format!("receiving-{}", self.uploads.fetch_add(1, Ordering::Relaxed)))
    }

    /// Makes a received file the blob of this digest.
    pub(super) async fn keep(&self, received: &Path, digest: &str) -> io::Result<Blob> {
        let path = self.blobs.join(digest);
        tokio::fs::rename(received, &path).await?;
        Ok(Blob::File { path: Arc::new(path), digest: digest.into() })
    }

    /// An object as it was before the restart.
    pub(super) fn restore(&self, stored: Stored) -> Object {
        let piece = |(digest, from, to): (String, u64, u64)| Piece {
            blob: Blob::File { path: Arc::new(self.blobs.join(&digest)), digest: digest.into() },
            range: from..to,
        };
        Object {
            content: Content::from_pieces(stored.pieces.into_iter().map(piece).collect()),
            etag: stored.etag,
            modified: stored.modified,
            attributes: stored.attributes,
        }
    }
}

impl Stored {
    /// An object as the journal keeps it; nothing when a part of it is only in memory.
    pub(super) fn of(object: &Object) -> Option<Box<Self>> {
        let piece = |piece: &Piece| match &piece.blob {
            Blob::File { digest, .. } => Some((digest.to_string(), piece.range.start, piece.range.end)),
            Blob::Memory(_) => None,
        };
        Some(Box::new(Self {
            pieces: object.content.pieces().iter().map(piece).collect::<Option<_>>()?,
            etag: object.etag.clone(),
            modified: object.modified,
            attributes: object.attributes.clone(),
        }))
    }
}

fn line(entry: &Entry) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    Ok(line)
}
