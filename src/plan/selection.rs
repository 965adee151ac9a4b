//! Which checks run: the catalogue, narrowed by `only` and `skip`.

use super::problems::Problems;
use super::types::LeftOut;
use crate::case;
use crate::checks::Check;
use crate::checks::catalogue::CHECKS;
use crate::shown::Shown;

/// The chosen checks in the catalogue's order, and those left out with the reason.
pub(super) fn select(only: &str, skip: &str, problems: &mut Problems) -> (Vec<&'static Check>, Vec<LeftOut>) {
    let only = read("only", only, problems);
    let skip = read("skip", skip, problems);
    let mut chosen = Vec::new();
    let mut left_out = Vec::new();
    for check in CHECKS {
        let leave = |why: String| LeftOut { check: check.id.to_owned(), why };
        if let Some(word) = skip.iter().find(|word| names(word, check)) {
            left_out.push(leave(format!("skip: {word}")));
        } else if !only.is_empty() && !only.iter().any(|word| names(word, check)) {
            left_out.push(leave("not in only".into()));
        } else {
            chosen.push(check);
        }
    }
    if chosen.is_empty() && problems.0.is_empty() {
        let wrong = "leave no check to run".to_owned();
        problems.add(
            "only, skip",
            Shown::nothing(),
            wrong,
            "A run without a check proves nothing; leave at least one.",
        );
    }
    (chosen, left_out)
}

/// An id, a family (`plugins` stands for `plugins.inventory`) or a line of the case.
fn names(word: &str, check: &Check) -> bool {
    check.id == word
        || check.id.strip_prefix(word).is_some_and(|rest| rest.starts_with('.'))
        || check.lines.iter().any(|line| line.eq_ignore_ascii_case(word))
}

fn read(input: &str, text: &str, problems: &mut Problems) -> Vec<String> {
    let words: Vec<String> = text
        .split(|c: char| c == ',' || c.is_whitespace())
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect();
    for word in &words {
        if !CHECKS.iter().any(|check| names(word, check)) {
            let known: Vec<_> = CHECKS.iter().map(|check| check.id).collect();
            let wrong =
                if case::find(word).is_some() { "is a line that no check covers yet" } else { "is no check" };
            let remedy = format!("Write ids or lines of the case; the checks are {}.", known.join(", "));
            problems.add(input, Shown::plain(word), wrong, remedy);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(only: &str, skip: &str) -> (Vec<&'static str>, Problems) {
        let mut problems = Problems::default();
        let (chosen, _) = select(only, skip, &mut problems);
        (chosen.iter().map(|check| check.id).collect(), problems)
    }

    #[test]
    fn ids_families_and_lines_choose() {
        assert_eq!(ids("config, users", "").0, ["users", "config"]);
        assert_eq!(ids("plugins", "").0, ["plugins.inventory", "plugins.lifecycle"]);
        assert_eq!(ids("s2.3", "").0, ["config"]);
        assert!(ids("", "posts").0.iter().all(|id| !id.starts_with("posts")));
    }

    #[test]
    fn unknown_words_and_an_empty_choice_are_problems() {
        let (_, problems) = ids("pots", "");
        assert!(problems.to_string().contains("only: \"pots\" is no check"), "{problems}");
        let (_, problems) = ids("posts", "posts");
        assert!(problems.to_string().contains("leave no check"), "{problems}");
    }
}
