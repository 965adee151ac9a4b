//! The bytes of objects: immutable blobs in memory or in files, and contents that are made of pieces of them.
//!
//! A copy, a range of a copy or a completed multipart upload shares the blobs of its sources, so that nothing
//! larger than one piece is ever copied inside the store.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use hyper::body::Bytes;
use s3s::dto::StreamingBlob;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// What one read from a file brings at most, in bytes.
const READ: u64 = 256 * 1024;

/// Bytes that never change.
#[derive(Debug, Clone)]
pub(super) enum Blob {
    /// Held in memory; cloning shares it.
    Memory(Bytes),
    /// A file named after its SHA-256.
    File {
        /// Where it is.
        path: Arc<PathBuf>,
        /// Its SHA-256 in hexadecimal, which the journal knows it by.
        digest: Arc<str>,
    },
}

/// A part of a blob.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) blob: Blob,
    pub(super) range: Range<u64>,
}

/// The bytes of an object: pieces, one after the other.
#[derive(Debug, Clone, Default)]
pub struct Content {
    pieces: Vec<Piece>,
}

impl Content {
    /// A content in memory.
    #[must_use]
    pub fn from_bytes(bytes: Bytes) -> Self {
        let size = bytes.len() as u64;
        Self::from_pieces(vec![Piece { blob: Blob::Memory(bytes), range: 0..size }])
    }

    pub(super) fn from_pieces(pieces: Vec<Piece>) -> Self {
        Self { pieces: pieces.into_iter().filter(|piece| !piece.range.is_empty()).collect() }
    }

    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Its length in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.range.end - piece.range.start).sum()
    }

    /// Several contents, one after the other.
    pub(super) fn join<'a>(contents: impl Iterator<Item = &'a Self>) -> Self {
        Self { pieces: contents.flat_map(|content| content.pieces.iter().cloned()).collect() }
    }

    /// The part of it in `range`, which must lie inside.
    pub(super) fn slice(&self, range: &Range<u64>) -> Self {
        let mut at = 0;
        let mut pieces = Vec::new();
        for piece in &self.pieces {
            let end = at + (piece.range.end - piece.range.start);
            let from = range.start.clamp(at, end) - at + piece.range.start;
            let to = range.end.clamp(at, end) - at + piece.range.start;
            pieces.push(Piece { blob: piece.blob.clone(), range: from..to });
            at = end;
        }
        Self::from_pieces(pieces)
    }

    /// All its bytes at once.
    ///
    /// # Errors
    /// When a file of the store cannot be read.
    pub async fn read(&self) -> io::Result<Bytes> {
        if let [Piece { blob: Blob::Memory(bytes), range }] = self.pieces.as_slice() {
            return Ok(bytes.slice(range.start as usize..range.end as usize));
        }
        let mut all = Vec::with_capacity(self.size() as usize);
        for piece in self.reads() {
            all.extend_from_slice(&piece.read().await?);
        }
        Ok(all.into())
    }

    /// Its bytes as the body of an answer; files are read as the client takes them.
    pub(super) fn into_stream(self) -> StreamingBlob {
        StreamingBlob::wrap(stream::iter(self.reads()).then(|piece| async move { piece.read().await }))
    }

    /// Its pieces, those in files cut into what one read brings.
    fn reads(&self) -> Vec<Piece> {
        let cut = |piece: &Piece| {
            let step = match piece.blob {
                Blob::Memory(_) => u64::MAX,
                Blob::File { .. } => READ,
            };
            let (blob, end) = (piece.blob.clone(), piece.range.end);
            let mut from = piece.range.start;
            std::iter::from_fn(move || {
                let to = end.min(from.saturating_add(step));
                let read = (from < to).then(|| Piece { blob: blob.clone(), range: from..to });
                from = to;
                read
            })
        };
        self.pieces.iter().flat_map(cut).collect()
    }
}

impl Piece {
    async fn read(&self) -> io::Result<Bytes> {
        let length = self.range.end - self.range.start;
        match &self.blob {
            Blob::Memory(bytes) => Ok(bytes.slice(self.range.start as usize..self.range.end as usize)),
            Blob::File { path, .. } => {
                let mut file = tokio::fs::File::open(path.as_path()).await?;
                file.seek(io::SeekFrom::Start(self.range.start)).await?;
                let mut bytes = vec![0; length as usize];
                file.read_exact(&mut bytes).await?;
                Ok(bytes.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn content(parts: &[Vec<u8>]) -> Content {
        let parts: Vec<_> =
            parts.iter().map(|part| Content::from_bytes(Bytes::copy_from_slice(part))).collect();
        Content::join(parts.iter())
    }

    fn read(content: &Content) -> Vec<u8> {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(content.read())
            .unwrap()
            .to_vec()
    }

    proptest! {
        #[test]
        fn a_slice_of_pieces_is_the_slice_of_the_bytes(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 0..6),
            a in 0usize..40, b in 0usize..40,
        ) {
            let whole = parts.concat();
            let (a, b) = (a.min(whole.len()), b.min(whole.len()));
            let (from, to) = (a.min(b), a.max(b));
            let joined = content(&parts);
            prop_assert_eq!(joined.size(), whole.len() as u64);
            let slice = joined.slice(&(from as u64..to as u64));
            prop_assert_eq!(slice.size(), (to - from) as u64);
            prop_assert_eq!(read(&slice), &whole[from..to]);
        }
    }

    #[tokio::test]
    async fn files_are_read_in_steps_and_from_the_middle() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("blob");
        let whole: Vec<u8> = (0..READ * 2 + 10).map(|n| n as u8).collect();
        std::fs::write(&path, &whole).unwrap();
        let blob = Blob::File { path: Arc::new(path), digest: "x".into() };
        let content = Content::from_pieces(vec![Piece { blob, range: 3..READ * 2 + 10 }]);
        assert_eq!(content.reads().len(), 3);
        assert_eq!(content.read().await.unwrap(), whole[3..]);
    }
}
