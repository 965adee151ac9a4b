//! What a write is known by: the row that it touched, and a short hash of what the row should say.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The longest id that there is: those of Boards have 27 characters, all others 26.
const LONGEST: usize = 27;

/// The id of a row, or the name that it has in its list: kept without an allocation, because there are ten thousand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RowId([u8; LONGEST]);

impl RowId {
    /// The row of this id; nothing where it cannot be one.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        if text.is_empty() || text.contains('\0') {
            return None;
        }
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self(bytes))
    }

    /// The id.
    pub(crate) fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(LONGEST);
        // It came from a text, and no text was cut.
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }
}

impl fmt::Debug for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a row says, as the first eight bytes of its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    /// Of what is not there, and of what says nothing.
    pub(crate) const ABSENT: Self = Self(0);

    /// Of a text.
    pub(crate) fn of(text: &str) -> Self {
        if text.is_empty() { Self::ABSENT } else { Self::of_bytes(text.as_bytes()) }
    }

    /// Of bytes.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        let hash = Sha256::digest(bytes);
        Self(hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)).max(1))
    }

    /// Whether there is nothing.
    pub(crate) fn is_absent(self) -> bool {
        self == Self::ABSENT
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_kept_whole_or_not_at_all() {
        for id in ["a", "p017", "abcdefghijklmnopqrstuvwxyz", "cabcdefghijklmnopqrstuvwxyz"] {
            assert_eq!(RowId::of(id).unwrap().as_str(), id);
        }
        for id in ["", "cabcdefghijklmnopqrstuvwxyz1", "a\0b"] {
            assert_eq!(RowId::of(id), None, "{id:?}");
        }
    }

    #[test]
    fn what_says_nothing_is_as_good_as_absent() {
        assert!(Fingerprint::of("").is_absent());
        assert_ne!(Fingerprint::of("a"), Fingerprint::of("b"));
        assert_eq!(Fingerprint::of("a"), Fingerprint::of_bytes(b"a"));
    }
}
