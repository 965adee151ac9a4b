//! Ids like the product's, and password hashes that cost nothing.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";

static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
static COUNT: AtomicU64 = AtomicU64::new(0);

/// A new id: 26 characters of `a-z0-9`, different each time and in each process.
pub(super) fn new_id() -> String {
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut bits = (u128::from(SEED.hash_one((count, 0))) << 64) | u128::from(SEED.hash_one((count, 1)));
    let mut id = String::with_capacity(26);
    for _ in 0..26 {
        id.push(char::from(ALPHABET[(bits & 31) as usize]));
        bits >>= 5;
    }
    id
}

/// Whether a text looks like an id of the product.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// SHA-256 in hex.
pub(super) fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A salted password hash. Nothing here is worth an expensive one, and logins must not slow a run down.
pub(super) fn password_hash(salt: &str, password: &str) -> String {
    digest(&[salt.as_bytes(), b":", password.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_look_like_the_products_and_do_not_repeat() {
        let ids: HashSet<String> = (0..2000).map(|_| new_id()).collect();
        assert_eq!(ids.len(), 2000);
        assert!(ids.iter().all(|id| is_id(id)));
        assert!(!is_id("xyz") && !is_id("AAAAAAAAAAAAAAAAAAAAAAAAAA"));
    }
}
