//! A file of this machine, put into a container that runs, piece by piece: it may be larger than the memory.

use std::io;
use std::path::Path;

use bollard::query_parameters::UploadToContainerOptionsBuilder;
use futures_util::stream;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::time::Instant;

use super::engine::Engine;
use super::error::{DuringOperation as _, Error, within};
use super::project::RunningProject;

/// Bytes that are read at once.
const PIECE: usize = 1 << 20;
/// An archive consists of blocks of so many bytes, and ends with two empty ones.
const BLOCK: u64 = 512;

impl RunningProject {
    /// Puts a file of this machine into a folder of a service's container as `name`, readable for everybody there, however large it is.
    ///
    /// # Errors
    /// When it cannot be read, the engine refuses, or the deadline comes first.
    pub async fn put_file(
        &self,
        service: &str,
        from: &Path,
        place: (&str, &str),
        deadline: Instant,
    ) -> Result<(), Error> {
        put(self.engine(), &self.container_name(service, 1), from, place, deadline).await
    }
}

async fn put(
    engine: &Engine,
    container: &str,
    from: &Path,
    (folder, name): (&str, &str),
    deadline: Instant,
) -> Result<(), Error> {
    let object = format!("{} into container {container}", from.display());
    let file = File::open(from).await.when("putting", &object)?;
    let size = file.metadata().await.when("putting", &object)?.len();
    let head = header(name, size).when("putting", &object)?;
    let state = Archive { head: Some(head), file, left: size, padding: Some(padding(size)) };
    let pieces = stream::try_unfold(state, async |mut state| {
        Ok::<_, io::Error>(state.next().await?.map(|piece| (piece.into(), state)))
    });
    let options = UploadToContainerOptionsBuilder::default().path(folder).build();
    let limit = deadline.saturating_duration_since(Instant::now());
    let patient = engine.patient(limit);
    within(deadline, "putting", &object, async {
        let sent =
            patient.upload_to_container(container, Some(options), bollard::body_try_stream(pieces)).await;
        sent.when("putting", &object)
    })
    .await
}

/// An archive with one file in it, as far as it was not sent yet.
struct Archive {
    head: Option<Vec<u8>>,
    file: File,
    left: u64,
    padding: Option<Vec<u8>>,
}

impl Archive {
    async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        if self.left == 0 {
            return Ok(self.padding.take());
        }
        let mut piece = vec![0; PIECE.min(usize::try_from(self.left).unwrap_or(PIECE))];
        let read = self.file.read(&mut piece).await?;
        if read == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file has become shorter meanwhile",
            ));
        }
        piece.truncate(read);
        self.left -= read as u64;
        Ok(Some(piece))
    }
}

fn header(name: &str, size: u64) -> io::Result<Vec<u8>> {
    let mut header = tar::Header::new_gnu();
    header.set_path(name)?;
    header.set_size(size);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_cksum();
    Ok(header.as_bytes().to_vec())
}

/// What stands behind the file: the rest of its last block, and the end of the archive.
fn padding(size: u64) -> Vec<u8> {
    let rest = (BLOCK - size % BLOCK) % BLOCK;
    vec![0; usize::try_from(rest + 2 * BLOCK).unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[tokio::test]
    async fn what_is_sent_is_an_archive_with_the_file_in_it() {
        for size in [0, 1, 511, 512, PIECE + 7] {
            let content = vec![7; size];
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &content).unwrap();
            let mut archive = Archive {
                head: Some(header("dump", size as u64).unwrap()),
                file: File::open(file.path()).await.unwrap(),
                left: size as u64,
                padding: Some(padding(size as u64)),
            };
            let mut sent = Vec::new();
            while let Some(piece) = archive.next().await.unwrap() {
                sent.extend(piece);
            }
            assert_eq!(sent.len() % 512, 0);
            let mut read = tar::Archive::new(sent.as_slice());
            let mut entry = read.entries().unwrap().next().unwrap().unwrap();
            assert_eq!(entry.path().unwrap().to_str(), Some("dump"));
            let mut back = Vec::new();
            entry.read_to_end(&mut back).unwrap();
            assert!(back == content, "{size}");
        }
    }
}
