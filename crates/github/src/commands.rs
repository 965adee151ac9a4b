//! What the runner is told: workflow commands on its standard output, file commands in its files.
//!
//! The forms follow `actions/runner` (`ActionCommand.cs`, `FileCommandManager.cs`). A malformed line in a
//! command file fails the whole step, so values always go in by heredoc with a random delimiter.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use reports::sanitise::{one_line, text};
use reports::{random_token, words};

/// More annotations of one kind and step become plain log lines.
pub const ANNOTATIONS_PER_KIND: usize = 10;
/// Longer messages are cut by the runner; it counts UTF-16, in which a character has one or two units.
const MESSAGE_LIMIT: usize = 2_000;
/// Longer titles are somebody else's text.
const TITLE_LIMIT: usize = 200;
/// Above this the runner drops a step's whole summary.
const SUMMARY_LIMIT: u64 = 1024 * 1024;

/// Escapes the data of a workflow command.
#[must_use]
pub fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property's value of a workflow command.
#[must_use]
pub fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Tells the runner to mask a secret in all that follows. The runner masks each of its lines.
///
/// # Errors
/// When `out` cannot be written to; so for the other commands.
pub fn add_mask(out: &mut impl Write, secret: &str) -> io::Result<()> {
    // An empty value makes the runner warn, and a blank would mask every gap.
    if secret.trim().is_empty() {
        return Ok(());
    }
    writeln!(out, "::add-mask::{}", escape_data(secret))
}

/// Opens a group of lines that the page folds.
///
/// # Errors
/// When `out` cannot be written to.
pub fn group(out: &mut impl Write, title: &str) -> io::Result<()> {
    writeln!(out, "::group::{}", escape_data(title))
}

/// Closes the open group.
///
/// # Errors
/// When `out` cannot be written to.
pub fn end_group(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "::endgroup::")
}

/// The kind of an annotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Red.
    Error,
    /// Yellow.
    Warning,
    /// Grey.
    Notice,
}

impl Level {
    fn command(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// A message that the run's page shows at its top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// Its kind.
    pub level: Level,
    /// Its heading.
    pub title: String,
    /// Its text; may have several lines.
    pub message: String,
    /// A file of the repository that it is about.
    pub file: Option<String>,
    /// A line in that file, counted from 1.
    pub line: Option<u32>,
}

/// Writes annotations, at most [`ANNOTATIONS_PER_KIND`] of each kind. Give the most important ones first:
/// the last of a kind that has more says how many there are.
///
/// # Errors
/// When `out` cannot be written to.
pub fn annotate(out: &mut impl Write, annotations: &[Annotation]) -> io::Result<()> {
    for level in [Level::Error, Level::Warning, Level::Notice] {
        let of_kind: Vec<&Annotation> = annotations.iter().filter(|one| one.level == level).collect();
        let shown =
            if of_kind.len() > ANNOTATIONS_PER_KIND { ANNOTATIONS_PER_KIND - 1 } else { of_kind.len() };
        for annotation in &of_kind[..shown] {
            write_annotation(out, annotation)?;
        }
        if of_kind.len() > shown {
            let message = format!("and {} more, see the step summary", of_kind.len() - shown);
            let more = Annotation { level, title: "more".into(), message, file: None, line: None };
            write_annotation(out, &more)?;
        }
    }
    Ok(())
}

fn write_annotation(out: &mut impl Write, annotation: &Annotation) -> io::Result<()> {
    let mut properties = Vec::new();
    if let Some(file) = &annotation.file {
        properties.push(format!("file={}", escape_property(&one_line(file))));
        properties.extend(annotation.line.map(|line| format!("line={line}")));
    }
    if !annotation.title.is_empty() {
        properties.push(format!(
            "title={}",
            escape_property(&words::cut(&one_line(&annotation.title), TITLE_LIMIT))
        ));
    }
    let blank = if properties.is_empty() { "" } else { " " };
    let message = escape_data(&words::cut(&text(&annotation.message), MESSAGE_LIMIT));
    writeln!(out, "::{}{blank}{}::{message}", annotation.level.command(), properties.join(","))
}

/// Adds an output to the file that `GITHUB_OUTPUT` names.
///
/// # Errors
/// When the file cannot be written to, with a sentence that names it.
pub fn set_output(file: &Path, name: &str, value: &str) -> Result<(), String> {
    set(file, name, value)
        .map_err(|error| format!("cannot set the output {name} in {}: {error}", file.display()))
}

/// Tells the post step something, by the file that `GITHUB_STATE` names: it finds `value` in `STATE_<name>`.
///
/// # Errors
/// When the file cannot be written to, with a sentence that names it.
pub fn set_state(file: &Path, name: &str, value: &str) -> Result<(), String> {
    set(file, name, value)
        .map_err(|error| format!("cannot tell the post step {name} in {}: {error}", file.display()))
}

fn set(file: &Path, name: &str, value: &str) -> io::Result<()> {
    let delimiter = loop {
        let token = format!("gate_{}", random_token());
        if !name.contains(&token) && !value.contains(&token) {
            break token;
        }
    };
    append(file, &format!("{name}<<{delimiter}\n{value}\n{delimiter}\n"))
}

/// Adds Markdown to the file that `GITHUB_STEP_SUMMARY` names.
///
/// # Errors
/// When the file cannot be written to, or when the summary would grow over 1 MiB: then the runner would drop
/// all of it, and nothing is added.
pub fn append_summary(file: &Path, markdown: &str) -> Result<(), String> {
    let there = std::fs::metadata(file).map_or(0, |metadata| metadata.len());
    if there.saturating_add(markdown.len() as u64 + 1) > SUMMARY_LIMIT {
        return Err(format!(
            "the step summary would grow over 1 MiB ({there} bytes are there), so this run's part is left out; summary.md in the report folder has it"
        ));
    }
    append(file, &format!("{markdown}\n"))
        .map_err(|error| format!("cannot add to the step summary {}: {error}", file.display()))
}

fn append(file: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).open(file)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn annotation(level: Level, number: usize) -> Annotation {
        Annotation {
            level,
            title: format!("check {number}"),
            message: "a, b: 100%\nnext".into(),
            file: None,
            line: None,
        }
    }

    #[test]
    fn a_command_is_one_line() {
        let one =
            Annotation { file: Some("a,b:c.yaml".into()), line: Some(3), ..annotation(Level::Error, 1) };
        assert_eq!(
            written(|out| annotate(out, &[one])),
            "::error file=a%2Cb%3Ac.yaml,line=3,title=check 1::a, b: 100%25%0Anext\n"
        );
        assert_eq!(written(|out| group(out, "x\r\n::error::y")), "::group::x%0D%0A::error::y\n");
        assert_eq!(written(end_group), "::endgroup::\n");
    }

    #[test]
    fn a_blank_secret_masks_nothing() {
        assert_eq!(written(|out| add_mask(out, " ")), "");
        assert_eq!(written(|out| add_mask(out, "a%\nb")), "::add-mask::a%25%0Ab\n");
    }

    #[test]
    fn no_kind_has_more_than_ten_and_the_last_counts_the_rest() {
        let mut all: Vec<_> = (0..25).map(|number| annotation(Level::Error, number)).collect();
        all.extend((0..10).map(|number| annotation(Level::Warning, number)));
        let text = written(|out| annotate(out, &all));
        assert_eq!(text.matches("::error").count(), 10);
        assert_eq!(text.matches("::warning").count(), 10);
        assert!(
            text.contains("check 8::")
                && !text.contains("title=check 9::a, b: 100%25%0Anext\n::error title=check 10")
        );
        assert!(text.contains("::error title=more::and 16 more, see the step summary\n"), "{text}");
        assert!(!text.contains("::warning title=more"), "{text}");
    }

    #[test]
    fn a_long_message_is_cut() {
        let long = Annotation { message: "x".repeat(10_000), ..annotation(Level::Notice, 1) };
        assert!(written(|out| annotate(out, &[long])).len() < 4_096);
    }

    #[test]
    fn outputs_survive_any_value() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("output");
        set_output(&file, "a", "x=1\ny<<EOF").unwrap();
        set_output(&file, "b", "").unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let delimiter = lines[0].strip_prefix("a<<").unwrap();
        assert_eq!(lines[1..4], ["x=1", "y<<EOF", delimiter]);
        let second = lines[4].strip_prefix("b<<").unwrap();
        assert_eq!(lines[5..], ["", second]);
        assert!(text.ends_with('\n') && delimiter != second);
    }

    #[test]
    fn a_summary_that_would_be_dropped_is_not_added() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("summary");
        append_summary(&file, &"x".repeat(1_000_000)).unwrap();
        let error = append_summary(&file, &"y".repeat(100_000)).unwrap_err();
        assert!(error.contains("1 MiB"), "{error}");
        assert_eq!(std::fs::metadata(&file).unwrap().len(), 1_000_001);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = set_output(Path::new("/nowhere/output"), "verdict", "passed").unwrap_err();
        assert!(error.starts_with("cannot set the output verdict in /nowhere/output: "), "{error}");
        let error = set_state(Path::new("/nowhere/state"), "run", "ug-1").unwrap_err();
        assert!(error.starts_with("cannot tell the post step run in /nowhere/state: "), "{error}");
    }
}
