//! Reads JUnit XML as test runners write it: one schema by habit, not by standard.
//!
//! Read are suites (nested ones too), cases, their time, and failure, error and skipped with message and text. What a file says
//! must not get lost, whatever its order: a failure outside of a case is one more failed test, so is each that a suite counts and
//! does not list, and counts that contradict the cases are told. A case that fails and is skipped has failed; one that a
//! runner repeated (Surefire's `flakyFailure`) has passed if it passed at last, and is told.

mod attributes;
mod counts;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};

use crate::clock::millis_of;
use crate::event::{UserEnd, UserSuite, UserTest};
use crate::shown::cut;
use attributes::XmlAttributes;
use counts::Claims;

/// Characters that are kept of a name, of a message, and of a text.
const NAME: usize = 1_000;
const MESSAGE: usize = 500;
const TEXT: usize = 4_000;
/// Elements inside of each other; files of test runners have about six.
const DEEPEST: usize = 100;
/// Cases of one file.
pub(super) const MOST_CASES: usize = 100_000;

/// What a file tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CaseWords {
    /// Suites that have tests.
    pub(super) suites: Vec<UserSuite>,
    /// Counts that its cases contradict, or that are none, as sentences.
    pub(super) contradictions: Vec<String>,
    /// Tests that failed and passed when they were repeated.
    pub(super) repeated: Vec<String>,
}

/// What a file tells; `None` when it is XML and no JUnit.
///
/// # Errors
/// Where and why it cannot be read.
pub(super) fn read(file: &str, text: &str) -> Result<Option<CaseWords>, String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().check_end_names = true;
    let mut state = ReadState { file: file.to_owned(), ..ReadState::default() };
    loop {
        let event = reader.read_event();
        let at = reader.buffer_position();
        let place = |why: String| format!("at byte {at}: {why}");
        let event = event.map_err(|error| place(error.to_string()))?;
        let known = match event {
            Xml::Start(tag) => state.start(&tag).map_err(place)?,
            Xml::Empty(tag) => {
                let known = state.start(&tag).map_err(place)?;
                state.end(tag.local_name().as_ref());
                known
            }
            Xml::End(tag) => {
                state.end(tag.local_name().as_ref());
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
            Xml::Eof => return if state.seen { Ok(Some(state.told)) } else { Err("it is empty".into()) },
            Xml::Comment(_) | Xml::Decl(_) | Xml::PI(_) | Xml::DocType(_) => true,
        };
        if !known {
            return Ok(None);
        }
    }
}

#[derive(Debug, Default)]
struct ReadState {
    file: String,
    /// Whether the root was seen.
    seen: bool,
    depth: usize,
    /// Suites that are open, outermost first; the root is one.
    open: Vec<OpenElement>,
    /// Cases that are open: one, unless the file is odd.
    cases: Vec<SuiteCase>,
    /// Cases so far.
    count: usize,
    /// Inside failure, error or skipped: its end takes the text.
    said: Option<String>,
    told: CaseWords,
}

/// A suite that is being read.
#[derive(Debug)]
struct OpenElement {
    suite: UserSuite,
    claims: Claims,
    /// Cases that it or a suite in it listed.
    found: u64,
    /// Failures and errors that it or a suite in it listed.
    listed: u64,
}

/// A case that is being read.
#[derive(Debug)]
struct SuiteCase {
    test: UserTest,
    /// Its failure and error elements.
    listed: u64,
    /// It failed and was repeated.
    repeated: bool,
    /// No case of the file's: a failure that stands outside of all.
    outside: bool,
}

impl ReadState {
    /// Whether the element may stand there.
    fn start(&mut self, tag: &BytesStart<'_>) -> Result<bool, String> {
        let name = tag.local_name();
        if !self.seen && !matches!(name.as_ref(), b"testsuites" | b"testsuite") {
            return Ok(false);
        }
        self.seen = true;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("it has more than {DEEPEST} elements inside of each other"));
        }
        match name.as_ref() {
            b"testsuites" | b"testsuite" => {
                let open = self.suite(&XmlAttributes::of(tag)?);
                self.open.push(open);
            }
            b"testcase" => {
                self.count += 1;
                if self.count > MOST_CASES {
                    return Err(format!("it has more than {MOST_CASES} cases"));
                }
                self.cases.push(case(&XmlAttributes::of(tag)?));
            }
            b"failure" | b"error" | b"rerunFailure" | b"rerunError" => self.failure(&XmlAttributes::of(tag)?),
            b"skipped" => {
                let message = message(&XmlAttributes::of(tag)?);
                if let Some(case) = self.cases.last_mut() {
                    if case.test.end == UserEnd::Passed {
                        case.test.end = UserEnd::Skipped { message };
                    }
                    self.said = Some(String::new());
                }
            }
            b"flakyFailure" | b"flakyError" => {
                if let Some(case) = self.cases.last_mut() {
                    case.repeated = true;
                }
            }
            _ => {}
        }
        Ok(true)
    }

    fn suite(&mut self, attributes: &XmlAttributes<'_>) -> OpenElement {
        let name = attributes.get("name").filter(|name| !name.trim().is_empty());
        let suite = UserSuite {
            name: cut(&name.unwrap_or_else(|| self.file.clone()), NAME),
            took_ms: millis(attributes.get("time")),
            tests: Vec::new(),
        };
        let claims = Claims::of(attributes, &suite.name, &mut self.told.contradictions);
        OpenElement { suite, claims, found: 0, listed: 0 }
    }

    /// The first failure is the cause; a skipped test that failed has failed.
    fn failure(&mut self, attributes: &XmlAttributes<'_>) {
        if self.cases.is_empty() {
            let suite = self.open.last().map_or(self.file.as_str(), |open| open.suite.name.as_str());
            let test = passed(String::new(), format!("{suite} (outside of a test)"), 0);
            self.cases.push(SuiteCase { test, listed: 0, repeated: false, outside: true });
        }
        if let Some(case) = self.cases.last_mut() {
            case.listed = case.listed.saturating_add(1);
            if !matches!(case.test.end, UserEnd::Failed { .. }) {
                case.test.end = UserEnd::Failed { message: message(attributes), text: String::new() };
            }
            self.said = Some(String::new());
        }
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
            b"failure" | b"error" | b"rerunFailure" | b"rerunError" | b"skipped" => {
                if let (Some(said), Some(case)) = (self.said.take(), self.cases.last_mut()) {
                    explain(&mut case.test.end, &said);
                }
                if self.cases.last().is_some_and(|case| case.outside) {
                    self.close_case();
                }
            }
            b"testcase" => self.close_case(),
            b"testsuites" | b"testsuite" => self.close_suite(),
            _ => {}
        }
    }

    fn close_case(&mut self) {
        let Some(case) = self.cases.pop() else { return };
        if case.repeated && case.test.end == UserEnd::Passed {
            self.told.repeated.push(case.test.label());
        }
        if let Some(open) = self.open.last_mut() {
            open.found = open.found.saturating_add(u64::from(!case.outside));
            open.listed = open.listed.saturating_add(case.listed);
            open.suite.tests.push(case.test);
        }
    }

    fn close_suite(&mut self) {
        let Some(mut open) = self.open.pop() else { return };
        let missing = open.claims.failures.saturating_sub(open.listed);
        if missing > 0 {
            let message = format!("the suite counts {missing} more failures or errors than it lists");
            let mut test = passed(String::new(), format!("{} (not listed)", open.suite.name), 0);
            test.end = UserEnd::Failed { message, text: String::new() };
            open.suite.tests.push(test);
        }
        let lost = open.claims.lost(open.found);
        if lost > 0 {
            let (name, counted) = (&open.suite.name, open.claims.tests);
            let told = format!("the suite {name:?} counts {counted} tests and lists {}", open.found);
            self.told.contradictions.push(told);
        }
        if let Some(outer) = self.open.last_mut() {
            // What was told of this one is not told of that one again.
            outer.found = outer.found.saturating_add(open.found).saturating_add(lost);
            outer.listed = outer.listed.saturating_add(open.listed).saturating_add(missing);
        }
        if !open.suite.tests.is_empty() {
            self.told.suites.push(open.suite);
        }
    }
}

fn case(attributes: &XmlAttributes<'_>) -> SuiteCase {
    let class = cut(&attributes.get("classname").unwrap_or_default(), NAME);
    let name = attributes.get("name").map_or_else(|| "unnamed".to_owned(), |name| cut(&name, NAME));
    let mut test = passed(class, name, millis(attributes.get("time")));
    // Some runners say it in a word, and some of them in nothing else.
    for key in ["status", "result"] {
        let word = attributes.get(key).unwrap_or_default().to_ascii_lowercase();
        if ["fail", "failed", "failure", "error"].contains(&word.as_str()) {
            test.end = UserEnd::Failed { message: format!("its {key} is {word}"), text: String::new() };
        }
    }
    let listed = u64::from(test.end != UserEnd::Passed);
    SuiteCase { test, listed, repeated: false, outside: false }
}

fn passed(class: String, name: String, took_ms: u64) -> UserTest {
    UserTest { class, name, took_ms, end: UserEnd::Passed }
}

fn message(attributes: &XmlAttributes<'_>) -> String {
    cut(&attributes.get("message").unwrap_or_default(), MESSAGE)
}

/// What stands inside of a failure's element; its first line is the message of one that has no other.
fn explain(end: &mut UserEnd, said: &str) {
    if let UserEnd::Failed { message, text } = end
        && text.is_empty()
    {
        *text = cut(said.trim(), TEXT);
        if message.is_empty() {
            *message = cut(text.lines().next().unwrap_or("no message"), MESSAGE);
        }
    }
}

/// Seconds as `1.5` or `1,234.5` → milliseconds.
fn millis(time: Option<String>) -> u64 {
    let seconds = time.and_then(|time| time.replace(',', "").trim().parse::<f64>().ok()).unwrap_or(0.0);
    std::time::Duration::try_from_secs_f64(seconds).map_or(0, millis_of)
}

#[cfg(test)]
mod tests;
