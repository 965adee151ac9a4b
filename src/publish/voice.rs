//! The one door through which words leave this process.
//!
//! Standard output and standard error are one each for a process, and so is what must not be said there: the door is one as
//! well, and it knows every secret before the first word. What passes loses its secrets, and whatever a terminal would obey;
//! on a runner, no line of it is a command. Nobody else may touch the streams (`clippy.toml`).

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{LazyLock, PoisonError, RwLock};

use crate::github::{self, Annotation};
use crate::redact::Redactor;
use crate::report::Relay;
use crate::report::sanitise;

static VOICE: LazyLock<Voice> = LazyLock::new(Voice::default);

/// What may be said, and how.
#[derive(Debug, Default)]
pub(crate) struct Voice(RwLock<KnownSecrets>);

#[derive(Debug, Default)]
struct KnownSecrets {
    redactor: Redactor,
    /// What the runner was told to mask.
    told: BTreeSet<String>,
    on_github: bool,
}

/// The voice of this process.
pub(crate) fn voice() -> &'static Voice {
    &VOICE
}

impl Voice {
    /// From now on lines are for a runner, which must not take them for commands.
    pub(crate) fn on_github(&self, on_github: bool) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).on_github = on_github;
    }

    /// From now on none of these is said.
    pub(crate) fn keep<S: AsRef<str>>(&self, secrets: impl IntoIterator<Item = S>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for secret in secrets {
            known.redactor.add(secret.as_ref());
        }
    }

    /// The same, and the runner is told as well: it masks them in what others say.
    pub(crate) fn mask(&self, secrets: &[String]) {
        self.keep(secrets);
        let mut out = stdout().lock();
        let told = &mut self.0.write().unwrap_or_else(PoisonError::into_inner).told;
        for secret in secrets.iter().filter(|secret| told.insert(secret.trim().to_owned())) {
            let _ = github::add_mask(&mut out, secret);
        }
    }

    /// Says something; a closed pipe is no error.
    pub(crate) fn say(&self, text: &str) {
        let (text, on_github) = (self.clean(text), self.is_on_github());
        let mut out = stdout().lock();
        let _ = written(&mut out, text.trim_end(), on_github);
    }

    /// Says on standard error how a call is meant: it was no call of ours.
    pub(crate) fn complain(&self, text: &str) {
        let text = self.clean(text);
        #[expect(clippy::disallowed_methods, reason = "this is the door")]
        let mut out = io::stderr().lock();
        let _ = writeln!(out, "{}", text.trim_end());
    }

    /// Says it as annotations.
    pub(crate) fn annotate(&self, annotations: &[Annotation]) {
        let clean = |one: &Annotation| Annotation {
            title: self.clean(&one.title),
            message: self.clean(&one.message),
            file: one.file.as_deref().map(|file| self.clean(file)),
            ..*one
        };
        let all: Vec<Annotation> = annotations.iter().map(clean).collect();
        let _ = github::annotate(&mut stdout().lock(), &all);
    }

    /// Standard output for the console, which has colours and commands of its own: line by line, without secrets.
    pub(crate) fn console(&'static self) -> Outlet {
        Outlet { voice: self, line: Vec::new() }
    }

    fn clean(&self, text: &str) -> String {
        // An escape sequence in the middle of a secret would hide it from the redactor.
        self.without_secrets(&sanitise::text(text))
    }

    fn without_secrets(&self, text: &str) -> String {
        self.0.read().unwrap_or_else(PoisonError::into_inner).redactor.redact(text).into_owned()
    }

    fn is_on_github(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).on_github
    }
}

/// Says where we broke, from a panic's hook: whoever panicked may hold the voice's lock, so nothing is waited for, and a place in
/// our own source has nothing of anybody's.
pub(crate) fn broke_at(place: &str) {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    let mut out = io::stderr();
    let _ = writeln!(out, "upgrade-gate broke at {place}");
}

/// Text as it is; where a runner would obey a line of it, between two lines that stop that.
fn written(out: &mut impl Write, text: &str, on_github: bool) -> io::Result<()> {
    let obeyed = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
    if on_github && text.lines().any(obeyed) {
        let mut relay = Relay::start(out)?;
        writeln!(relay, "{text}")?;
        drop(relay);
    } else {
        writeln!(out, "{text}")?;
    }
    out.flush()
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
fn stdout() -> io::Stdout {
    io::stdout()
}

/// Standard output, without secrets.
#[derive(Debug)]
pub(crate) struct Outlet {
    voice: &'static Voice,
    line: Vec<u8>,
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if let Some(end) = self.line.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.line.split_off(end + 1);
            let lines = std::mem::replace(&mut self.line, rest);
            stdout().write_all(self.voice.without_secrets(&String::from_utf8_lossy(&lines)).as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let rest = std::mem::take(&mut self.line);
        let mut out = stdout();
        out.write_all(self.voice.without_secrets(&String::from_utf8_lossy(&rest)).as_bytes())?;
        out.flush()
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_or_obeyed_stays_inside() {
        let voice = Voice::default();
        voice.keep(["hunter2"]);
        assert_eq!(voice.clean("a hun\u{1b}[0mter2 b\u{202e}\nc"), "a *** b\\u{202e}\nc");
    }

    #[test]
    fn a_runner_obeys_nothing_that_is_said() {
        let said = |text: &str, on_github| {
            let mut out = Vec::new();
            written(&mut out, text, on_github).unwrap();
            String::from_utf8(out).unwrap()
        };
        for command in ["a\n ::error::forged", "a ##[error]forged"] {
            assert!(said(command, true).starts_with("::stop-commands::"), "{command}");
            assert_eq!(said(command, false), format!("{command}\n"));
        }
        assert_eq!(said("a::b", true), "a::b\n");
    }
}
