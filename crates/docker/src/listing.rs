//! What lies below a path of a container, by name alone.
//!
//! The engine sends whole archives only. Their contents are dropped as they arrive, so that a folder of 400 MB costs time
//! and no memory.

use std::io::Read;

use bollard::query_parameters::DownloadFromContainerOptionsBuilder;
use futures_util::StreamExt as _;
use tokio::sync::mpsc;

use super::cause::Cause;
use super::engine::Engine;
use super::error::{Error, When as _};

/// Chunks of the archive that may wait for the reader.
const WAITING: usize = 16;

/// The regular files at or below `path`, running or not: paths from the last part of `path` on, with their sizes in
/// bytes. Nothing when there is no such path.
pub(super) async fn list(engine: &Engine, container: &str, path: &str) -> Result<Vec<(String, u64)>, Error> {
    let object = format!("{path} in container {container}");
    let options = DownloadFromContainerOptionsBuilder::default().path(path).build();
    let mut chunks = engine.docker().download_from_container(container, Some(options));
    let (sender, receiver) = mpsc::channel::<Vec<u8>>(WAITING);
    let reader = tokio::task::spawn_blocking(move || names(Chunks { receiver, current: Vec::new(), at: 0 }));
    while let Some(chunk) = chunks.next().await {
        match chunk.when("listing", &object) {
            // Nobody listens any more once the reader has seen the archive's end.
            Ok(chunk) => drop(sender.send(chunk.to_vec()).await),
            Err(error) if error.cause == Cause::Absent && error.message.contains(path) => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        }
    }
    drop(sender);
    // A reader that panicked fails as one that cannot read.
    reader.await.unwrap_or_else(|error| Err(std::io::Error::other(error))).when("listing", object)
}

fn names(archive: impl Read) -> std::io::Result<Vec<(String, u64)>> {
    let mut files = Vec::new();
    for entry in tar::Archive::new(archive).entries()? {
        let entry = entry?;
        if entry.header().entry_type().is_file() {
            files.push((entry.path()?.to_string_lossy().into_owned(), entry.size()));
        }
    }
    Ok(files)
}

/// An archive as it arrives, for a reader that blocks.
struct Chunks {
    receiver: mpsc::Receiver<Vec<u8>>,
    current: Vec<u8>,
    at: usize,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.current.len() {
            match self.receiver.blocking_recv() {
                Some(chunk) => (self.current, self.at) = (chunk, 0),
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.current.len() - self.at);
        buffer[..count].copy_from_slice(&self.current[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_come_out_of_chunks_of_any_size() {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, size) in [("folder/a.tar.gz", 3000), (&*format!("folder/{}", "b".repeat(150)), 1)] {
            let mut header = tar::Header::new_gnu();
            header.set_size(size);
            header.set_mode(0o644);
            let content = vec![7; usize::try_from(size).unwrap()];
            tar.append_data(&mut header, name, content.as_slice()).unwrap();
        }
        let bytes = tar.into_inner().unwrap();
        for size in [1, 511, 4096] {
            let (sender, receiver) = mpsc::channel(WAITING);
            let reader =
                tokio::task::spawn_blocking(move || names(Chunks { receiver, current: Vec::new(), at: 0 }));
            for chunk in bytes.chunks(size) {
                let _ = sender.send(chunk.to_vec()).await;
            }
            drop(sender);
            let found = reader.await.unwrap().unwrap();
            assert_eq!(found[0], ("folder/a.tar.gz".to_owned(), 3000));
            assert_eq!((found[1].0.len(), found[1].1), (157, 1));
        }
    }
}
