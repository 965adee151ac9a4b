//! A value in the YAML tree together with its place, and the reading of plain things from it.
//!
//! Every reader takes [`Findings`] and returns what it could read: a wrong value is noted and reading goes on, so that one pass
//! tells everything.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use yaml_serde::Value;

pub(super) use super::place::{PlaceStep, YamlPlace};
use super::telling::{Telling, may_be_secret};
use super::{numbers, units};

/// A problem whose file is not known yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct UnplacedProblem {
    /// Known while a single file is read; after the merge it is looked up by the place.
    pub(super) file: Option<PathBuf>,
    pub(super) place: YamlPlace,
    /// The place as it may be told.
    pub(super) path: String,
    pub(super) message: String,
    pub(super) remedy: String,
}

/// Nobody reads more problems, or warnings, than these.
const MOST_TOLD: usize = 500;

/// What reading brought up.
#[derive(Debug, Clone, Default)]
pub(super) struct Findings {
    /// The file that is being read, before the merge.
    pub(super) file: Option<PathBuf>,
    pub(super) problems: Vec<UnplacedProblem>,
    pub(super) warnings: Vec<String>,
    /// Values that could not be interpolated: what else is wrong with them is of no interest.
    pub(super) spoilt: Vec<YamlPlace>,
    /// What of the files may be told.
    pub(super) telling: Telling,
}

impl Findings {
    pub(super) fn problem(
        &mut self,
        place: &YamlPlace,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if self.file.is_none() && self.spoilt.iter().any(|spoilt| place.within(spoilt)) {
            return;
        }
        let (message, remedy) = match self.problems.len() {
            ..MOST_TOLD => (message.into(), remedy.into()),
            MOST_TOLD => {
                (format!("there are more than {MOST_TOLD} problems"), "Correct these first".to_owned())
            }
            _ => return,
        };
        self.problems.push(UnplacedProblem {
            file: self.file.clone(),
            place: place.clone(),
            path: self.telling.path(place),
            message: self.telling.text(place, &message),
            remedy: self.telling.text(place, &remedy),
        });
    }

    pub(super) fn warn(&mut self, place: &YamlPlace, message: impl fmt::Display) {
        if self.warnings.len() >= MOST_TOLD {
            return;
        }
        let message = self.telling.text(place, &message.to_string());
        self.warnings.push(format!("{}: {message}", self.telling.path(place)));
    }
}

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct YamlNode<'a> {
    pub(super) value: &'a Value,
    pub(super) place: YamlPlace,
}

impl<'a> YamlNode<'a> {
    pub(super) fn new(value: &'a Value, place: YamlPlace) -> Self {
        Self { value, place }
    }

    /// Notes that the value is not what it should be.
    pub(super) fn wrong(&self, expected: &str, findings: &mut Findings) {
        let message = match scalar(self.value) {
            Some(_) if may_be_secret(&self.place) => format!("the value is not {expected}"),
            Some(text) => format!("`{text}` is not {expected}"),
            None if self.value.is_null() => format!("it is empty instead of {expected}"),
            None => format!("{} is not {expected}", kind(self.value)),
        };
        findings.problem(&self.place, message, format!("Write {expected} here"));
    }

    /// All entries of a mapping, in file order, with `null` values.
    pub(super) fn entries(&self, findings: &mut Findings) -> Vec<(String, YamlNode<'a>)> {
        let Value::Mapping(mapping) = self.value else {
            self.wrong("a mapping", findings);
            return Vec::new();
        };
        let name = |key| scalar(key).unwrap_or_else(|| "?".to_owned());
        mapping
            .iter()
            .map(|(key, value)| (name(key), YamlNode::new(value, self.place.key(name(key)))))
            .collect()
    }

    /// The keys of a mapping that say something: without `x-*` and without `null` values, which mean "not given".
    pub(super) fn keys(&self, findings: &mut Findings) -> Vec<(String, YamlNode<'a>)> {
        let mut entries = self.entries(findings);
        entries.retain(|(key, node)| !key.starts_with("x-") && !node.value.is_null());
        entries
    }

    /// The items of a sequence.
    pub(super) fn items(&self, findings: &mut Findings) -> Vec<YamlNode<'a>> {
        let Value::Sequence(items) = self.value else {
            self.wrong("a list", findings);
            return Vec::new();
        };
        items.iter().enumerate().map(|(index, value)| YamlNode::new(value, self.place.item(index))).collect()
    }

    /// A scalar as text.
    pub(super) fn text(&self, findings: &mut Findings) -> Option<String> {
        let text = scalar(self.value);
        if text.is_none() {
            self.wrong("a text", findings);
        }
        text
    }

    /// A list of scalars.
    pub(super) fn texts(&self, findings: &mut Findings) -> Vec<String> {
        self.items(findings).iter().filter_map(|item| item.text(findings)).collect()
    }

    /// A list of scalars, or one scalar alone.
    pub(super) fn text_or_texts(&self, findings: &mut Findings) -> Vec<String> {
        if self.value.is_sequence() {
            self.texts(findings)
        } else {
            self.text(findings).into_iter().collect()
        }
    }

    /// A boolean, also in the words that a variable may bring.
    pub(super) fn flag(&self, findings: &mut Findings) -> Option<bool> {
        match scalar(self.value).map(|text| text.to_lowercase()).as_deref() {
            Some("true" | "yes" | "on" | "y" | "t" | "1") => Some(true),
            Some("false" | "no" | "off" | "n" | "f" | "0") => Some(false),
            _ => {
                self.wrong("true or false", findings);
                None
            }
        }
    }

    /// Anything that is spelled as a scalar and has a parser; `expected` says what, as in "a duration such as 30s".
    pub(super) fn read<T>(
        &self,
        expected: &str,
        findings: &mut Findings,
        parser: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let read = scalar(self.value).and_then(|text| parser(text.trim()));
        if read.is_none() {
            self.wrong(expected, findings);
        }
        read
    }

    /// A duration.
    pub(super) fn duration(&self, findings: &mut Findings) -> Option<Duration> {
        self.read("a duration such as 1m30s or 500ms", findings, units::duration)
    }

    /// A size in bytes.
    pub(super) fn size(&self, findings: &mut Findings) -> Option<u64> {
        self.read("a size such as 64m or 1.5g", findings, units::size)
    }

    /// A whole number, 0 or more.
    pub(super) fn count(&self, findings: &mut Findings) -> Option<u32> {
        self.read("a whole number, 0 or more", findings, |text| text.parse().ok())
    }
}

/// The text of a scalar; `None` for null, mappings and lists.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) if number.is_f64() => number.as_f64().map(numbers::float),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
        Value::Tagged(_) => "a value with a tag",
        _ => "a scalar",
    }
}

/// Reads YAML with one of the readers; for the tests of the families.
#[cfg(test)]
pub(super) fn reading<T>(
    yaml: &str,
    reader: impl FnOnce(&YamlNode<'_>, &mut Findings) -> T,
) -> (T, Vec<String>) {
    let value = super::yaml::read(yaml).unwrap();
    let mut findings = Findings::default();
    let read = reader(&YamlNode::new(&value, YamlPlace::default()), &mut findings);
    let told = findings.problems.iter().map(|found| format!("{}: {}", found.place, found.message)).collect();
    (read, told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_spelled_as_compose_spells_them() {
        let all =
            super::super::yaml::read("[a, 1, 1.10, 1e3, true, 0440, '0440', 1_000, ~, [], 2.0]").unwrap();
        let texts: Vec<_> = all.as_sequence().unwrap().iter().map(scalar).collect();
        let expected = [
            Some("a"),
            Some("1"),
            Some("1.1"),
            Some("1000"),
            Some("true"),
            Some("288"),
            Some("0440"),
            Some("1000"),
            None,
            None,
            Some("2"),
        ];
        assert_eq!(texts, expected.map(|text| text.map(str::to_owned)));
    }

    #[test]
    fn wrong_values_are_named() {
        let (read, told) = reading("{a: [], b: soon}", |node, findings| {
            let keys = node.keys(findings);
            (keys[0].1.text(findings), keys[1].1.flag(findings))
        });
        assert_eq!(read, (None, None));
        assert_eq!(told, ["a: a list is not a text", "b: `soon` is not true or false"]);
    }

    #[test]
    fn there_is_an_end_to_the_problems_that_are_told() {
        let mut findings = Findings::default();
        for _ in 0..2 * MOST_TOLD {
            findings.problem(&YamlPlace::default(), "m", "r");
        }
        assert_eq!(findings.problems.len(), MOST_TOLD + 1);
        assert_eq!(findings.problems[MOST_TOLD].message, "there are more than 500 problems");
    }

    #[test]
    fn spoilt_values_are_left_alone() {
        let mut findings = Findings { spoilt: vec![YamlPlace::default().key("a")], ..Findings::default() };
        findings.problem(&YamlPlace::default().key("a").key("b"), "m", "r");
        findings.problem(&YamlPlace::default().key("c"), "m", "r");
        assert_eq!(findings.problems.len(), 1);
    }
}
