//! What was found: shown, and kept in `target/fuzz` to be put into the corpus.

use std::path::{Path, PathBuf};

/// The start of an input, escaped.
pub(super) fn shown(input: &[u8]) -> String {
    input[..input.len().min(2_000)].escape_ascii().to_string()
}

/// Keeps an input that found something, to be put into the corpus.
pub(super) fn kept(name: &str, input: &[u8]) -> PathBuf {
    let sum = input
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    let path = folder().join(format!("{name}-{sum:016x}"));
    let _ = std::fs::write(&path, input);
    path
}

/// The project's folder, which has the examples of all crates.
pub(super) fn project() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).unwrap_or(own)
}

/// Where findings are kept.
pub(super) fn folder() -> PathBuf {
    let folder = project().join("target/fuzz");
    let _ = std::fs::create_dir_all(&folder);
    folder
}
