//! The live block of a terminal: where the run is, what is waited for, how it goes for users. It is redrawn in place.
//!
//! While it is drawn, a terminal does not wrap: a line that is wider than it is cut there, and the block stays as high as it was
//! drawn. So it can be taken back whatever the width of its characters is.

use std::io::{self, Write};

use time::OffsetDateTime;

use super::live::Live;
use crate::sanitise::one_line;
use crate::words::{bytes, cut, duration, plural};

/// Lines are cut here where nobody knows how wide the terminal is.
const WIDTH: usize = 80;
/// Running checks that are named.
const NAMED: usize = 6;

/// What is drawn just now.
#[derive(Debug, Default)]
pub(super) struct Block {
    drawn: Vec<String>,
}

impl Block {
    /// Takes the block back.
    pub(super) fn clear(&mut self, out: &mut impl Write) -> io::Result<()> {
        let above = match self.drawn.len() {
            0 => return Ok(()),
            1 => String::new(),
            lines => format!("\u{1b}[{}A", lines - 1),
        };
        self.drawn.clear();
        write!(out, "\r{above}\u{1b}[J")
    }

    /// Draws these lines in its place; the same lines again cost nothing.
    pub(super) fn draw(&mut self, out: &mut impl Write, lines: Vec<String>) -> io::Result<()> {
        if lines == self.drawn {
            return Ok(());
        }
        self.clear(out)?;
        write!(out, "\u{1b}[?7l{}\u{1b}[?7h", lines.join("\n"))?;
        self.drawn = lines;
        Ok(())
    }
}

impl Live {
    /// The lines of the block, each as wide as the terminal at most.
    pub(super) fn lines(&self, now: OffsetDateTime, width: Option<usize>) -> Vec<String> {
        let since = |start: OffsetDateTime| {
            duration((now - start).whole_seconds().max(0).unsigned_abs().saturating_mul(1_000))
        };
        let Some(took) = self.began.map(since) else { return Vec::new() };
        let mut lines = Vec::new();
        lines.push(match &self.step {
            Some((number, all, words)) => format!("{took}, step {number} of {all}: {words}"),
            None => took,
        });
        if let Some((name, planned, results, red)) = &self.stage {
            lines.push(format!("  stage {name}: {results} of {}, {red} red", plural(*planned, "check")));
        }
        if !self.images.is_empty() {
            let pulls = self.images.iter().map(|(image, (done, layers, loaded))| {
                format!("{image} {} ({done} of {layers} layers)", bytes(*loaded))
            });
            lines.push(format!("  pulling {}", pulls.collect::<Vec<_>>().join(", ")));
        } else if let Some((phase, start)) = &self.phase {
            let container =
                self.container.as_ref().map(|state| format!(", last: {state}")).unwrap_or_default();
            lines.push(format!("  waiting for: {phase}, {}{container}", since(*start)));
        }
        if let Some((_, start)) = self.checks.first() {
            let mut names: Vec<&str> =
                self.checks.iter().map(|(check, _)| check.as_str()).take(NAMED).collect();
            let more = format!("{} more", self.checks.len().saturating_sub(NAMED));
            names.extend((self.checks.len() > NAMED).then_some(more.as_str()));
            lines.push(format!("  running: {}, the first for {}", names.join(", "), since(*start)));
        }
        lines.extend(self.users.as_ref().map(|users| format!("  users: {users}")));
        let width = width.unwrap_or(WIDTH).max(20) - 1;
        lines.into_iter().map(|line| cut(&kept_indent(&line), width)).collect()
    }
}

/// Foreign text on one line, and the blanks in front of our own.
fn kept_indent(line: &str) -> String {
    let indent = line.len() - line.trim_start_matches(' ').len();
    format!("{}{}", &line[..indent], one_line(line))
}
