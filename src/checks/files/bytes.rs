//! What is uploaded, and how it is told apart again.

use sha2::{Digest as _, Sha256};

use crate::checks::prelude::*;
use crate::mattermost::Client;

/// Bytes that no compression or text conversion leaves alone, different for each seed.
pub(super) fn noise(seed: &str, size: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size + 8);
    let seed: [u8; 32] = Sha256::digest(seed.as_bytes()).into();
    // Xorshift: never zero, and cheap enough for megabytes.
    let mut state = seed.iter().fold(1_u64, |sum, byte| (sum << 5) ^ (sum >> 59) ^ u64::from(*byte)) | 1;
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

/// A colour, different for each seed.
pub(super) fn colour(seed: &str) -> [u8; 3] {
    let hash = Sha256::digest(seed.as_bytes());
    [hash[0], hash[1], hash[2]]
}

/// SHA-256 in hexadecimal.
pub(in crate::checks) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The file comes back as it was uploaded.
pub(super) async fn reads(reader: &Client, id: &str, hash: &str) -> Result<(), StepError> {
    let bytes = reader.download(id).await.expecting("the file's bytes")?;
    same(reader.node(), &bytes, hash)
}

/// These are the bytes that were meant.
pub(super) fn same(node: &str, bytes: &[u8], hash: &str) -> Result<(), StepError> {
    let found = digest(bytes);
    if found == hash {
        return Ok(());
    }
    let got = format!("{} bytes with SHA-256 {found}", bytes.len());
    Err(StepError::failed_at(node, format!("the bytes with SHA-256 {hash}"), got))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_differs_by_seed_and_has_the_size() {
        assert_eq!(noise("a", 1000).len(), 1000);
        assert_eq!(noise("a", 50), noise("a", 50));
        assert_ne!(noise("a", 50), noise("b", 50));
    }
}
