//! The input `lock`: the images of an earlier run, in place of what their names lead to today.

use std::path::Path;

use super::problems::Problems;
use super::releases::Releases;
use crate::limited::{self, Links};
use crate::lock::{self, Lock, MOST_BYTES};
use crate::shown::Shown;

/// Where such a file comes from.
const REMEDY: &str = "Write the path of a lock.json, as runs leave it in their report folder.";

/// A lock, and the file that it was read from.
#[derive(Debug, Clone)]
pub struct GivenLock {
    /// The file, as given.
    pub file: String,
    /// What it holds.
    pub lock: Lock,
}

/// The lock that is given, if there is one.
pub(super) fn read(file: &str, problems: &mut Problems) -> Option<GivenLock> {
    if file.is_empty() {
        return None;
    }
    let text = limited::read_text(Path::new(file), Links::Followed, MOST_BYTES);
    let read = text.map_err(|error| format!("cannot be read: {error}")).and_then(|text| lock::read(&text));
    let lock = read.map_err(|wrong| problems.add("lock", Shown::plain(file), wrong, REMEDY)).ok()?;
    Some(GivenLock { file: file.to_owned(), lock })
}

impl GivenLock {
    /// Judges whether it is a lock of this pair.
    pub(super) fn judge_pair(&self, Releases { stable, release, .. }: &Releases, problems: &mut Problems) {
        let lock = &self.lock;
        // What is no image was told already.
        let right = [(stable, &lock.stable), (release, &lock.release)]
            .iter()
            .all(|(release, locked)| release.image.is_empty() || release.image == **locked);
        if !right {
            let wrong = format!(
                "is of another pair, {} → {}: this one is {} → {}",
                Shown::plain(&lock.stable),
                Shown::plain(&lock.release),
                Shown::plain(&stable.image),
                Shown::plain(&release.image)
            );
            let remedy = "Leave stable and release out, and they are those of the lock; or give the lock of this pair.";
            problems.add("lock", Shown::plain(&self.file), wrong, remedy);
        }
    }
}
