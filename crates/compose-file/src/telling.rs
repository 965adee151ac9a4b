//! What may be told of a compose file: values of variables may be secrets, and a file may hold what a terminal obeys.
//!
//! Every problem and every warning goes through here, so that no reader of a key has to think of it. What a message quotes from a
//! file stands between backticks there.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use basics::shown::{cut, visible};

use super::place::{PlaceStep, YamlPlace};

/// Shorter values of variables are no secrets, and are found in other texts by chance.
const SHORTEST: usize = 4;

/// Values of this length are looked for outside of backticks too: no wording of ours has them by chance.
const UNLIKELY: usize = 8;

/// A quoted value is cut here.
const LONGEST: usize = 160;

/// So many texts with variables are remembered of one place. Of the others, values are still told by the names of their variables.
const MOST_TEXTS: usize = 100;

/// What was put into the files from variables.
#[derive(Debug, Clone, Default)]
pub(super) struct Telling {
    /// Values and names of the variables that were used, the longest value first.
    values: BTreeSet<(Reverse<usize>, String, String)>,
    /// By place without items, which merging moves: texts with variables, as written, and what came of them.
    texts: BTreeMap<Vec<String>, Vec<(String, String)>>,
}

impl Telling {
    /// Notes that `written` became `value` at this place, by these variables.
    pub(super) fn note(
        &mut self,
        place: &YamlPlace,
        written: &str,
        value: &str,
        used: Vec<(String, String)>,
    ) {
        let texts = self.texts.entry(keys(place)).or_default();
        let pair = (written.to_owned(), value.to_owned());
        if texts.len() < MOST_TEXTS && !texts.contains(&pair) {
            texts.push(pair);
        }
        let secrets = used.into_iter().filter(|(_, value)| value.len() >= SHORTEST);
        self.values.extend(secrets.map(|(name, value)| (Reverse(value.len()), value, name)));
    }

    /// A message about this place, or a part of one, as it may be told.
    pub(super) fn text(&self, place: &YamlPlace, message: &str) -> String {
        let mut message = message.to_owned();
        for (written, value) in self.near(place) {
            if value.len() >= SHORTEST {
                message = message.replace(value, written);
            } else {
                message = message.replace(&format!("`{value}`"), &format!("`{written}`"));
            }
        }
        let mut told = String::new();
        for (index, piece) in message.split('`').enumerate() {
            let quoted = index % 2 == 1;
            let piece = self.named(piece, if quoted { SHORTEST } else { UNLIKELY });
            if index > 0 {
                told.push('`');
            }
            told.push_str(&if quoted { cut(&piece, LONGEST) } else { piece });
        }
        visible(told.trim_end_matches(|c: char| c == '.' || c.is_whitespace()))
    }

    /// A place, whose keys may come from a list with variables in it.
    pub(super) fn path(&self, place: &YamlPlace) -> String {
        let steps = place.steps().iter();
        let told = steps.fold(YamlPlace::default(), |told, step| match step {
            PlaceStep::Key(key) => told.key(cut(&self.named(key, SHORTEST), LONGEST)),
            PlaceStep::Item(index) => told.item(*index),
        });
        visible(&told.to_string())
    }

    /// The texts of this place, of what it is part of, and of its parts.
    fn near(&self, place: &YamlPlace) -> impl Iterator<Item = &(String, String)> {
        let keys = keys(place);
        let above = (0..keys.len()).filter_map({
            let keys = keys.clone();
            move |length| self.texts.get(&keys[..length])
        });
        let within = self.texts.range(keys.clone()..).take_while(move |(at, _)| at.starts_with(&keys));
        above.chain(within.map(|(_, texts)| texts)).flatten().take(MOST_TEXTS)
    }

    /// The text with `${NAME}` in place of each variable's value.
    fn named(&self, text: &str, shortest: usize) -> String {
        let mut told = text.to_owned();
        for (_, value, name) in self.values.iter().take_while(|(length, ..)| length.0 >= shortest) {
            if told.contains(value) {
                told = told.replace(value, &format!("${{{name}}}"));
            }
            // A value of several lines may be told by one of them.
            for line in
                value.lines().map(str::trim).filter(|line| line.len() >= shortest && line.len() < value.len())
            {
                told = told.replace(line, &format!("${{{name}}}"));
            }
        }
        told
    }
}

fn keys(place: &YamlPlace) -> Vec<String> {
    let key = |step: &PlaceStep| match step {
        PlaceStep::Key(key) => Some(key.clone()),
        PlaceStep::Item(_) => None,
    };
    place.steps().iter().filter_map(key).collect()
}

/// Whether what stands at this place is a secret often enough that it is never repeated.
pub(super) fn may_be_secret(place: &YamlPlace) -> bool {
    let keys = ["environment", "labels", "annotations", "content", "args", "driver_opts"];
    place.steps().iter().any(|step| matches!(step, PlaceStep::Key(key) if keys.contains(&key.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> YamlPlace {
        YamlPlace::default().key("services").key("a").key("restart")
    }

    fn telling() -> Telling {
        let mut telling = Telling::default();
        let used = vec![("PW".to_owned(), "hunter2".to_owned()), ("N".to_owned(), "1".to_owned())];
        telling.note(&place(), "$PW-$N", "hunter2-1", used);
        telling.note(&place().key("b"), "$N", "1", Vec::new());
        telling.note(
            &place(),
            "$KEY",
            "line one\nline two",
            vec![("KEY".to_owned(), "line one\nline two".to_owned())],
        );
        telling
    }

    #[test]
    fn values_of_variables_are_told_as_written() {
        let told = |message: &str| telling().text(&place(), message);
        assert_eq!(told("`hunter2-1` is odd"), "`$PW-$N` is odd");
        assert_eq!(told("`1` of 11 is odd"), "`$N` of 11 is odd");
        let elsewhere = |message: &str| telling().text(&YamlPlace::default().key("volumes"), message);
        assert_eq!(elsewhere("`a/hunter2` and `line two` are odd"), "`a/${PW}` and `${KEY}` are odd");
        assert_eq!(elsewhere("line one\nline two"), "${KEY}");
        assert_eq!(telling().path(&YamlPlace::default().key("x-hunter2").item(0)), "x-${PW}[0]");
    }

    #[test]
    fn what_a_terminal_obeys_is_spelled_out() {
        assert_eq!(telling().text(&place(), "`\u{1b}[31m\u{202e}\n`."), "`\\u{1b}[31m\\u{202e}\\u{a}`");
        assert_eq!(telling().path(&YamlPlace::default().key("a\u{7}")), "a\\u{7}");
    }

    #[test]
    fn quoted_values_are_cut() {
        let told = telling().text(&place(), &format!("`{}` is long", "x".repeat(10_000)));
        assert!(told.len() < 200 && told.ends_with("…` is long"), "{told}");
    }

    #[test]
    fn places_that_hold_secrets() {
        let environment = YamlPlace::default().key("services").key("a").key("environment").key("A");
        assert!(may_be_secret(&environment));
        assert!(!may_be_secret(&place()));
    }
}
