//! Names and passwords that nobody can guess and no other run has.

use std::fmt::Write as _;

use secrecy::SecretString;

/// `bytes` random bytes as lower-case hex digits, from the same source as TLS keys.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn hex(bytes: usize) -> anyhow::Result<String> {
    let mut buffer = vec![0; bytes];
    let provider = rustls::crypto::ring::default_provider();
    let filled = provider.secure_random.fill(&mut buffer);
    filled.map_err(|_| anyhow::anyhow!("the operating system gives no random bytes"))?;
    Ok(buffer.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// A password that satisfies every rule a Mattermost server may have: lower, upper, digit, symbol, over 14 characters.
///
/// # Errors
/// As [`hex`].
pub fn password() -> anyhow::Result<SecretString> {
    Ok(format!("Ug-{}-9Z", hex(10)?).into())
}
