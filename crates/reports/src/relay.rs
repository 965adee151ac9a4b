//! Lines of others on their way to a runner, which must not take them for commands.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Write};

/// Writes lines of others through to the runner, which does not obey them meanwhile.
///
/// Both of the runner's parsers are off between the two lines that this writes; the second one follows on
/// every way out, a panic included.
#[derive(Debug)]
pub struct Relay<'w, W: Write> {
    out: &'w mut W,
    token: String,
    at_line_start: bool,
}

impl<'w, W: Write> Relay<'w, W> {
    /// Stops the runner's commands until this is dropped.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn start(out: &'w mut W) -> io::Result<Self> {
        let token = random_token();
        writeln!(out, "::stop-commands::{token}")?;
        Ok(Self { out, token, at_line_start: true })
    }
}

impl<W: Write> Write for Relay<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        if let Some(last) = written.checked_sub(1).and_then(|last| bytes.get(last)) {
            self.at_line_start = *last == b'\n';
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Drop for Relay<'_, W> {
    fn drop(&mut self) {
        let end = if self.at_line_start { "" } else { "\n" };
        // Nobody is left to tell, and there is nothing else to do.
        let _ = writeln!(self.out, "{end}::{}::", self.token);
    }
}

/// 32 hexadecimal digits that nobody can guess; the standard library's hash keys come from the system.
#[must_use]
pub fn random_token() -> String {
    let digits = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", digits(), digits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relayed_lines_are_not_obeyed_and_commands_come_back_after_a_panic() {
        let mut out = Vec::new();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut relay = Relay::start(&mut out).unwrap();
            relay.write_all(b"::error::forged\nno line end").unwrap();
            panic!("while relaying");
        }));
        assert!(panicked.is_err());
        let text = String::from_utf8(out).unwrap();
        let token = text.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap().to_owned();
        assert_eq!(text, format!("::stop-commands::{token}\n::error::forged\nno line end\n::{token}::\n"));
        assert!(token.len() > 6 && token != random_token());
    }
}
