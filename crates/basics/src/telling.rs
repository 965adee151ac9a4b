//! Of what a process printed, the lines that tell why it failed.
//!
//! The last lines are seldom the cause: a server says it first and its usage text after it, a Go program every goroutine.
//! So usage texts and stacks are left out, and of a long rest the first error with its neighbours is shown, and the end.

/// How many lines of a log are worth looking at, from its end.
pub const LOOKED_AT: usize = 2_000;
/// How many lines are shown.
pub const SHOWN: usize = 20;

/// Lines of the first stack that are kept: where it happened.
const FRAMES: usize = 6;
/// Characters of a line that are kept.
const WIDTH: usize = 600;
/// Words with which a line says that a process cannot go on; in lower case, at the begin of what it says.
const BEGINS: [&str; 12] = [
    "error:",
    "error ",
    "fatal",
    "panic:",
    "panic ",
    "critical",
    "traceback (",
    "exec ",
    "exception in ",
    "[alert]",
    "[emerg]",
    "abort",
];
/// The same, anywhere in the line; PostgreSQL, nginx and scripts have a name or a time before it.
const HOLDS: [&str; 13] = [
    " fatal:",
    " panic:",
    "[emerg]",
    "[alert]",
    "[fatal]",
    "level=fatal",
    "level=panic",
    ": error:",
    ": could not ",
    "exec format error",
    "permission denied",
    "operation not permitted",
    "read-only file system",
];
/// The same in a line of JSON, where the level alone decides.
const LEVELS: [&str; 3] = ["\"level\":\"fatal\"", "\"level\":\"panic\"", "\"level\":\"critical\""];
/// Words of a line about something that failed, and that the process may have survived.
const WEAK: [&str; 6] =
    ["\"level\":\"error\"", "level=error", "[error]", " error:", "error ", "unhandled exception"];

/// The lines of a log that tell why, oldest first: at most `at_most` of its own, and `…` where some are left out.
#[must_use]
pub fn lines<T: AsRef<str>>(log: &[T], at_most: usize) -> Vec<String> {
    let said: Vec<&str> = log.iter().map(AsRef::as_ref).filter(|line| !line.trim().is_empty()).collect();
    let kept = chosen(&said, spoken(&said), at_most);
    let mut lines = Vec::new();
    let mut next = 0;
    for index in kept {
        if index > next {
            lines.push(gap(index - next));
        }
        lines.push(short(said[index]));
        next = index + 1;
    }
    if said.len() > next {
        lines.push(gap(said.len() - next));
    }
    lines
}

/// What the process itself says that it died of, in one line: the first line that is an error and no mere complaint.
#[must_use]
pub fn cause<T: AsRef<str>>(log: &[T]) -> Option<String> {
    let said: Vec<&str> = log.iter().map(AsRef::as_ref).filter(|line| !line.trim().is_empty()).collect();
    let first = spoken(&said).into_iter().find(|&index| is_fatal(said[index]))?;
    Some(short(&plain(said[first])))
}

fn gap(lines: usize) -> String {
    format!("… {lines} more line{}", if lines == 1 { "" } else { "s" })
}

/// A line without its end, where it is longer than anybody reads.
#[must_use]
pub fn short(line: &str) -> String {
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.trim_end().to_owned(),
    }
}

/// Without usage texts, and of stacks only the top of the first.
fn spoken(said: &[&str]) -> Vec<usize> {
    let (mut kept, mut place, mut stacks, mut frames) = (Vec::new(), LogPart::Text, 0, 0);
    for (index, line) in said.iter().enumerate() {
        let trimmed = line.trim();
        place = match place {
            _ if trimmed.to_lowercase().starts_with("usage:") => LogPart::Usage,
            LogPart::Usage if is_usage(line) => LogPart::Usage,
            // What a process prints to both its outputs arrives in any order: an error may stand inside the usage text.
            LogPart::Usage if is_fatal(line) => LogPart::ErrorInUsage,
            LogPart::ErrorInUsage if is_usage_again(line) => LogPart::Usage,
            LogPart::ErrorInUsage if is_usage(line) => LogPart::ErrorInUsage,
            _ if trimmed.starts_with("goroutine ") && trimmed.ends_with("]:") => {
                stacks += 1;
                frames = 0;
                LogPart::Stack
            }
            LogPart::Stack if is_frame(line) => LogPart::Stack,
            _ => LogPart::Text,
        };
        let shown = match place {
            LogPart::Text | LogPart::ErrorInUsage => true,
            LogPart::Usage => false,
            LogPart::Stack => {
                frames += 1;
                stacks == 1 && frames <= FRAMES
            }
        };
        if shown {
            kept.push(index);
        }
    }
    kept
}

#[derive(Debug, Clone, Copy)]
enum LogPart {
    Text,
    Usage,
    ErrorInUsage,
    Stack,
}

/// A further line of a usage text: indented, a heading, or the pointer to the help.
fn is_usage(line: &str) -> bool {
    let heading = line.ends_with(':') && line.len() < 30 && !is_fatal(line);
    line.starts_with([' ', '\t']) || heading || line.starts_with("Use \"")
}

/// A line of a usage text, told from what an error says of itself in indented lines below it.
fn is_usage_again(line: &str) -> bool {
    let trimmed = line.trim();
    let is_indented = line.starts_with([' ', '\t']);
    is_usage(line) && (!is_indented || trimmed.starts_with('-') || trimmed.contains("  "))
}

/// A line of a Go stack.
fn is_frame(line: &str) -> bool {
    let call = line.ends_with(')') && line.contains('(') && !line.contains(' ');
    line.starts_with('\t')
        || call
        || line.ends_with("...)")
        || line.starts_with("created by ")
        || line.starts_with("...")
}

/// Of the lines that are worth something: all, or the first error with its neighbours and the end.
fn chosen(said: &[&str], kept: Vec<usize>, at_most: usize) -> Vec<usize> {
    if kept.len() <= at_most {
        return kept;
    }
    let found = kept.iter().position(|&index| is_fatal(said[index]));
    let found = found.or_else(|| kept.iter().position(|&index| holds(said[index], &WEAK)));
    // Without an error the begin says at least what was started.
    let (from, head) = found.map_or((0, at_most / 4), |at| (at.saturating_sub(1), at_most / 2));
    let end_from = kept.len() - (at_most - head);
    let is_shown = |place: usize| (from..from + head).contains(&place) || place >= end_from;
    kept.into_iter().enumerate().filter(|&(place, _)| is_shown(place)).map(|(_, index)| index).collect()
}

fn is_fatal(line: &str) -> bool {
    let lower = line.trim_start().to_lowercase();
    if lower.starts_with('{') {
        return holds(line, &LEVELS);
    }
    if is_harmless(&lower) {
        return false;
    }
    BEGINS.iter().any(|word| lower.starts_with(word)) || holds(line, &HOLDS)
}

/// A line in lower case that sounds bad and is not: the entrypoints of images try a chmod and go on without it.
pub fn is_harmless(line: &str) -> bool {
    line.starts_with("chmod:")
}

fn holds(line: &str, words: &[&str]) -> bool {
    // Some write a blank after the colon of JSON.
    let lower = line.to_lowercase().replace("\": \"", "\":\"");
    words.iter().any(|word| lower.contains(word))
}

/// A line of JSON as its message and its error; others as they are.
pub fn plain(line: &str) -> String {
    let fields: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(line).ok();
    let text = |key: &str| fields.as_ref()?.get(key)?.as_str().map(str::to_owned);
    match (text("msg").or_else(|| text("message")), text("error")) {
        (Some(message), Some(error)) => format!("{}: {error}", message.trim_end_matches('.')),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => line.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests;
