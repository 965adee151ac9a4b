//! Reads JUnit XML as test runners write it: one schema by habit, not by standard.
//!
//! Read are suites (nested ones too), cases, their time, and failure, error and skipped with message and text.
//! A suite that counts more failures than it lists gets one more failed test: a count must not get lost.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};

use crate::event::{UserEnd, UserSuite, UserTest};

/// Characters that are kept of a message, and of a text.
const MESSAGE: usize = 500;
const TEXT: usize = 4_000;

/// The suites of a file; `None` when it is XML and no JUnit.
///
/// # Errors
/// Where and why it cannot be read.
pub(super) fn read(file: &str, text: &str) -> Result<Option<Vec<UserSuite>>, String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().check_end_names = true;
    let mut state = State { file: file.to_owned(), ..State::default() };
    loop {
        let event = reader.read_event();
        let at = reader.buffer_position();
        let event = event.map_err(|error| format!("at byte {at}: {error}"))?;
        let known = match event {
            Xml::Start(tag) => state.start(&tag),
            Xml::Empty(tag) => {
                let known = state.start(&tag);
                state.end(tag.name().as_ref());
                known
            }
            Xml::End(tag) => {
                state.end(tag.name().as_ref());
                true
            }
            Xml::Text(piece) => state.text(&String::from_utf8_lossy(&piece)),
            Xml::CData(piece) => state.text(&String::from_utf8_lossy(&piece)),
            Xml::GeneralRef(name) => {
                let character = name.resolve_char_ref().ok().flatten().map(String::from);
                let named = || quick_xml::escape::resolve_predefined_entity(&String::from_utf8_lossy(&name));
                state.text(&character.or_else(|| named().map(str::to_owned)).unwrap_or_default())
            }
            Xml::Eof if state.depth > 0 => return Err("it ends before it is complete".into()),
            Xml::Eof => return if state.seen { Ok(Some(state.done)) } else { Err("it is empty".into()) },
            Xml::Comment(_) | Xml::Decl(_) | Xml::PI(_) | Xml::DocType(_) => true,
        };
        if !known {
            return Ok(None);
        }
    }
}

#[derive(Debug, Default)]
struct State {
    file: String,
    /// Whether the root was seen.
    seen: bool,
    depth: usize,
    /// Suites that are open, outermost first.
    open: Vec<Open>,
    case: Option<UserTest>,
    /// Inside failure, error or skipped: its end takes the text.
    said: Option<String>,
    done: Vec<UserSuite>,
}

/// A suite that is being read.
#[derive(Debug)]
struct Open {
    suite: UserSuite,
    /// Failures and errors that it counts.
    claimed: usize,
    /// Those that it or a suite in it listed.
    listed: usize,
}

impl State {
    /// Whether the element may stand there.
    fn start(&mut self, tag: &BytesStart<'_>) -> bool {
        let name = tag.name();
        if !self.seen && !matches!(name.as_ref(), b"testsuites" | b"testsuite") {
            return false;
        }
        self.seen = true;
        self.depth += 1;
        match name.as_ref() {
            b"testsuite" => self.open.push(self.suite(tag)),
            b"testcase" => {
                let case = UserTest {
                    class: attribute(tag, "classname").unwrap_or_default(),
                    name: attribute(tag, "name").unwrap_or_else(|| "unnamed".into()),
                    took_ms: millis(attribute(tag, "time")),
                    end: UserEnd::Passed,
                };
                self.case = Some(case);
            }
            b"failure" | b"error" | b"skipped" => {
                let message = cut(&attribute(tag, "message").unwrap_or_default(), MESSAGE);
                if let Some(case) = &mut self.case {
                    let skipped = name.as_ref() == b"skipped";
                    match &case.end {
                        // The first failure is the cause; a skipped test that failed has failed.
                        UserEnd::Failed { .. } => {}
                        _ if skipped => case.end = UserEnd::Skipped { message },
                        _ => case.end = UserEnd::Failed { message, text: String::new() },
                    }
                    self.said = Some(String::new());
                }
            }
            _ => {}
        }
        true
    }

    fn suite(&self, tag: &BytesStart<'_>) -> Open {
        let number = |name| attribute(tag, name).and_then(|value| value.trim().parse::<usize>().ok());
        let name = attribute(tag, "name").filter(|name| !name.trim().is_empty());
        let suite = UserSuite {
            name: name.unwrap_or_else(|| self.file.clone()),
            took_ms: millis(attribute(tag, "time")),
            tests: Vec::new(),
        };
        Open { suite, claimed: number("failures").unwrap_or(0) + number("errors").unwrap_or(0), listed: 0 }
    }

    fn text(&mut self, piece: &str) -> bool {
        if let Some(said) = &mut self.said {
            said.push_str(piece);
        }
        true
    }

    fn end(&mut self, name: &[u8]) {
        self.depth = self.depth.saturating_sub(1);
        match name {
            b"failure" | b"error" | b"skipped" => {
                if let (Some(said), Some(case)) = (self.said.take(), &mut self.case)
                    && let UserEnd::Failed { message, text } = &mut case.end
                    && text.is_empty()
                {
                    *text = cut(said.trim(), TEXT);
                    if message.is_empty() {
                        *message = cut(text.lines().next().unwrap_or("no message"), MESSAGE);
                    }
                }
            }
            b"testcase" => {
                if let Some(case) = self.case.take() {
                    self.add(case);
                }
            }
            b"testsuite" => {
                if let Some(mut open) = self.open.pop() {
                    open.count_what_is_not_listed();
                    if let Some(outer) = self.open.last_mut() {
                        outer.listed += open.listed;
                    }
                    if !open.suite.tests.is_empty() {
                        self.done.push(open.suite);
                    }
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, case: UserTest) {
        match self.open.last_mut() {
            Some(open) => {
                open.listed += usize::from(matches!(case.end, UserEnd::Failed { .. }));
                open.suite.tests.push(case);
            }
            None => {
                let suite = UserSuite { name: self.file.clone(), took_ms: case.took_ms, tests: vec![case] };
                self.done.push(suite);
            }
        }
    }
}

impl Open {
    fn count_what_is_not_listed(&mut self) {
        let missing = self.claimed.saturating_sub(self.listed);
        if missing > 0 {
            let message = format!("the suite counts {missing} more failures or errors than it lists");
            self.listed += missing;
            self.suite.tests.push(UserTest {
                class: String::new(),
                name: format!("{} (not listed)", self.suite.name),
                took_ms: 0,
                end: UserEnd::Failed { message, text: String::new() },
            });
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == name.as_bytes())?;
    let value = found.normalized_value(quick_xml::XmlVersion::Implicit1_0);
    // An undefined entity spoils a value, not the file.
    Some(
        value.map_or_else(
            |_| String::from_utf8_lossy(&found.value).into_owned(),
            std::borrow::Cow::into_owned,
        ),
    )
}

/// Seconds as `1.5` or `1,234.5` → milliseconds.
fn millis(time: Option<String>) -> u64 {
    let seconds = time.and_then(|time| time.replace(',', "").trim().parse::<f64>().ok()).unwrap_or(0.0);
    std::time::Duration::try_from_secs_f64(seconds)
        .map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

#[cfg(test)]
mod tests;
