//! One line of a server's log.

use serde_json::Value;

use crate::signature::LogSignature;

/// How bad a line says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// Nothing.
    Usual,
    /// Something failed.
    Error,
    /// A part of the server died, whether somebody caught it or not.
    Panic,
}

/// What a line tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogLine {
    /// When: `2026-11-22 15:23:11.946 Z`, which sorts as it is. The Go runtime does not tell.
    pub(crate) at: Option<String>,
    pub(crate) severity: Severity,
    /// The version of the server whose life begins here.
    pub(crate) version: Option<String>,
    pub(crate) signature: LogSignature,
    /// What it says, in its first line.
    pub(crate) says: String,
}

/// With these the Go runtime begins what it prints when a process dies.
const DEATHS: [&str; 2] = ["panic: ", "fatal error: "];

/// How servers tell of a panic that they survived: Go's HTTP server, Mattermost's own handlers, plugins.
const CAUGHT: [&str; 4] =
    ["http: panic serving", "recovered from panic", "recovered from a panic", "runtime error: "];

/// Levels that say as much by themselves.
const FATAL: [&str; 2] = ["panic", "fatal"];

/// A line with which each life of a server begins (`platform/service.go`, 9.7 to 11.6).
const BEGINS: &str = "Current version is ";

impl LogLine {
    /// Reads a line; nothing where it is neither JSON of a server nor a death.
    pub(crate) fn read(line: &str) -> Option<Self> {
        if DEATHS.iter().any(|word| line.starts_with(word)) {
            let signature = LogSignature::new("panic", line, None, None);
            let says = line.to_owned();
            return Some(Self { at: None, severity: Severity::Panic, version: None, signature, says });
        }
        if !line.starts_with('{') {
            return None;
        }
        let fields: Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| fields[key].as_str();
        let (level, message) = (text("level")?, text("msg")?);
        let says = message.lines().next().unwrap_or_default();
        let severity = severity(level, message);
        let level = if severity == Severity::Panic { "panic" } else { level };
        let says_why =
            text("error").map_or_else(|| says.to_owned(), |error| format!("{says}: {}", first(error)));
        Some(Self {
            at: text("timestamp").map(str::to_owned),
            severity,
            version: message.strip_prefix(BEGINS).and_then(|rest| rest.split(' ').next()).map(str::to_owned),
            signature: LogSignature::new(level, says, text("caller"), text("plugin_id")),
            says: says_why,
        })
    }
}

fn first(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn severity(level: &str, message: &str) -> Severity {
    let lower = message.to_lowercase();
    let is_death = DEATHS.iter().any(|word| lower.starts_with(word));
    // What a user wrote about panics may be in a debug line.
    let is_serious = !matches!(level, "debug" | "info" | "trace");
    if FATAL.contains(&level) || is_serious && (is_death || CAUGHT.iter().any(|word| lower.contains(word))) {
        Severity::Panic
    } else if matches!(level, "error" | "critical") {
        Severity::Error
    } else {
        Severity::Usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn severity_of(line: &str) -> Option<Severity> {
        LogLine::read(line).map(|line| line.severity)
    }

    #[test]
    fn a_life_begins_with_its_version() {
        let line = r#"{"timestamp":"2026-11-22 15:23:11.946 Z","level":"info","msg":"Current version is 11.6.0 (11.6.0/Sun Nov 22 14:15:16 UTC 2026/b24f322/none)","caller":"platform/service.go:129"}"#;
        let line = LogLine::read(line).unwrap();
        assert_eq!(line.version.as_deref(), Some("11.6.0"));
        assert_eq!(line.at.as_deref(), Some("2026-11-22 15:23:11.946 Z"));
        assert_eq!(line.severity, Severity::Usual);
    }

    #[test]
    fn panics_are_told_however_they_are_logged() {
        for line in [
            "panic: runtime error: invalid memory address or nil pointer dereference",
            "fatal error: concurrent map writes",
            r#"{"level":"error","msg":"http: panic serving 10.0.0.2:41130: runtime error: index out of range [3]\ngoroutine 12 [running]:"}"#,
            r#"{"level":"error","msg":"Recovered from panic","error":"x"}"#,
            r#"{"level":"fatal","msg":"cannot go on"}"#,
            r#"{"level":"warn","msg":"panic: assignment to entry in nil map","plugin_id":"playbooks","source":"plugin_stderr"}"#,
        ] {
            assert_eq!(severity_of(line), Some(Severity::Panic), "{line}");
        }
    }

    #[test]
    fn who_speaks_of_panics_does_not_panic() {
        for line in [
            r#"{"level":"debug","msg":"panic: the title of a post"}"#,
            r#"{"level":"info","msg":"runtime error: as a user wrote"}"#,
            r#"{"level":"warn","msg":"do not panic"}"#,
        ] {
            assert_eq!(severity_of(line), Some(Severity::Usual), "{line}");
        }
        assert_eq!(severity_of(r#"{"level":"error","msg":"Failed to send mail"}"#), Some(Severity::Error));
        assert_eq!(severity_of("goroutine 1 [running]:"), None);
        assert_eq!(severity_of("{\"level\": 3}"), None);
    }
}
