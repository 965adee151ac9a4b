//! Whether what tests compare with is to be written anew: golden reports, and the parts of the docs that the code makes.

/// `UPGRADE_GATE_BLESS=1` asks for it; the diff is for people to read.
pub(crate) fn asked() -> bool {
    std::env::var_os("UPGRADE_GATE_BLESS").is_some_and(|value| value == "1")
}
