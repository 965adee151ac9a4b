//! What an image is, whatever its name leads to by then.

use serde::{Deserialize, Serialize};

/// An image's content, by which it is found again when its tag has moved on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImageIdentity {
    /// Repository and digest under which a registry has it: `postgres@sha256:…`. None was ever there of an image that was
    /// built or loaded on this engine.
    pub digest: Option<String>,
    /// Its id on the engine: `sha256:…`.
    pub id: String,
    /// What it is made for: `linux/amd64`.
    pub platform: String,
    /// When it was made, as it says itself (RFC 3339).
    pub created: Option<String>,
}

impl ImageIdentity {
    /// The first digits of its digest, else of its id: enough for people to tell two builds apart.
    #[must_use]
    pub fn short(&self) -> &str {
        let whole = self.digest.as_deref().and_then(|digest| digest.rsplit_once('@'));
        let whole = whole.map_or(self.id.as_str(), |(_, digest)| digest);
        // "sha256:" and twelve digits, as `docker images` shows them.
        whole.char_indices().nth(19).map_or(whole, |(end, _)| &whole[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_get_the_first_digits_of_the_digest_and_else_of_the_id() {
        let id = format!("sha256:{}", "1".repeat(64));
        let built = ImageIdentity { id, ..ImageIdentity::default() };
        assert_eq!(built.short(), "sha256:111111111111");
        let digest = Some(format!("ghcr.io/a/b@sha256:{}", "2".repeat(64)));
        assert_eq!(ImageIdentity { digest, ..built }.short(), "sha256:222222222222");
        assert_eq!(ImageIdentity::default().short(), "");
    }
}
