//! Which checks run: the catalogue, narrowed by `only` and `skip`.

use super::problems::Problems;
use super::suite;
use super::types::LeftOut;
use crate::case;
use crate::checks::Check;
use crate::checks::catalogue::CHECKS;
use crate::inputs::Inputs;
use crate::shown::Shown;

/// Why a check is left out that `only` does not name.
const NOT_IN_ONLY: &str = "not in only";

/// The chosen checks in the catalogue's order, and those left out with the reason.
pub(super) fn select(inputs: &Inputs, problems: &mut Problems) -> (Vec<&'static Check>, Vec<LeftOut>) {
    let only = read("only", &inputs.only, problems);
    let skip = read("skip", &inputs.skip, problems);
    let mut chosen = Vec::new();
    let mut left_out = Vec::new();
    for check in CHECKS {
        let leave = |why: String| LeftOut { check: check.id.to_owned(), why };
        if let Some(word) = skip.iter().find(|word| names(word, check)) {
            left_out.push(leave(format!("skip: {word}")));
        } else if !only.is_empty() && !only.iter().any(|word| names(word, check)) {
            left_out.push(leave(NOT_IN_ONLY.into()));
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
    // Whoever gives a suite wants it run; `skip: suite` says otherwise in so many words.
    let given = [("suite-image", &inputs.suite_image), ("suite-command", &inputs.suite_command)];
    if let Some((input, _)) = given.into_iter().find(|(_, given)| !given.is_empty())
        && left_out.iter().any(|left| left.check == suite::CHECK && left.why == NOT_IN_ONLY)
        && !only.is_empty()
    {
        let wrong = format!("leaves out the suite that {input} gives: it would not run");
        let remedy = format!("Add \"suite\", or leave {input} away.");
        problems.add("only", Shown::plain(&inputs.only), wrong, remedy);
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
        let inputs = Inputs { only: only.into(), skip: skip.into(), ..Inputs::defaults() };
        let mut problems = Problems::default();
        let (chosen, _) = select(&inputs, &mut problems);
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
    fn a_suite_that_would_not_run_is_a_problem_unless_it_is_skipped_by_name() {
        let wrong = |only: &str, skip: &str| {
            let inputs = Inputs { only: only.into(), skip: skip.into(), ..Inputs::defaults() };
            let mut problems = Problems::default();
            select(&Inputs { suite_command: "make".into(), ..inputs }, &mut problems);
            problems.to_string()
        };
        assert!(wrong("identity", "").contains("leaves out the suite that suite-command gives"));
        for (only, skip) in [("", ""), ("identity, suite", ""), ("", "suite"), ("identity", "suite")] {
            assert!(!wrong(only, skip).contains("leaves out"), "{only} {skip}");
        }
    }

    #[test]
    fn unknown_words_and_an_empty_choice_are_problems() {
        let (_, problems) = ids("pots", "");
        assert!(problems.to_string().contains("only: \"pots\" is no check"), "{problems}");
        let (_, problems) = ids("posts", "posts");
        assert!(problems.to_string().contains("leave no check"), "{problems}");
    }
}
