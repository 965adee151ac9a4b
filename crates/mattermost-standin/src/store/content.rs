//! The bytes of objects: pieces in memory that never change.
//!
//! A copy, a range of a copy or a completed multipart upload shares the pieces of its sources, so that the store never copies a
//! byte that it has.

use std::io;
use std::ops::Range;

use futures_util::stream;
use hyper::body::Bytes;
use s3s::dto::StreamingBlob;

/// The bytes of an object: pieces, one after the other.
#[derive(Debug, Clone, Default)]
pub struct Content {
    pieces: Vec<Bytes>,
}

impl Content {
    /// A content of one piece.
    #[must_use]
    pub fn from_bytes(bytes: Bytes) -> Self {
        Self { pieces: vec![bytes] }
    }

    /// Its pieces, in their order.
    pub(super) fn pieces(&self) -> &[Bytes] {
        &self.pieces
    }

    /// Its length in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len() as u64).sum()
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
            let end = at + piece.len() as u64;
            let from = (range.start.clamp(at, end) - at) as usize;
            let to = (range.end.clamp(at, end) - at) as usize;
            if from < to {
                pieces.push(piece.slice(from..to));
            }
            at = end;
        }
        Self { pieces }
    }

    /// Its bytes as the body of an answer.
    pub(super) fn into_stream(self) -> StreamingBlob {
        StreamingBlob::wrap(stream::iter(self.pieces.into_iter().map(Ok::<_, io::Error>)))
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
            prop_assert_eq!(slice.pieces().concat(), &whole[from..to]);
        }
    }
}
