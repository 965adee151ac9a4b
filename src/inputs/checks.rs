//! The inputs about what is checked: the catalogue, narrowed by `only` and `skip`, and what may be red.

use serde::{Deserialize, Serialize};

use super::problems::Problems;
use super::row::family;
use super::suite::{SuiteInputs, SuitePlan};
use super::values::{choice, number};
use super::waivers;
use crate::case;
use crate::checks::Check;
use crate::checks::catalogue::CHECKS;
use crate::checks::crowd::DEFAULT;
use crate::shown::Shown;
use crate::waivers::Waivers;

family! {
    /// What is checked, as given.
    CheckInputs, "Checks";
    /// Run only these checks: ids such as `posts` or lines such as `S2.4`, separated by commas or blanks.
    only: String = "only" "CHECKS", Text, Any, "";
    /// Leave these checks out, in the same form.
    skip: String = "skip" "CHECKS", Text, Any, "";
    /// File of failures that somebody answers for (docs/waivers.md); without one `.github/upgrade-gate.yaml`, if it is there.
    waivers: String = "waivers" "FILE", Text, Any, "";
    /// A red check that passes when it is asked again, alone and with fresh data: `tell` (unsteady, not red) or `fail`.
    unsteady: String = "unsteady" "WHAT", Text, Any, "tell";
    /// How many members the channel of `channels.crowd` gets, 20 to 1000: users as far as the edition's limit leaves room, beyond 60 bots for
    /// the rest. 300 cost some 20 seconds more on stable, and half a second in each later stage.
    crowd: String = "crowd" "MEMBERS", Text, Any, "60";
}

/// Why a check is left out that `only` does not name.
const NOT_IN_ONLY: &str = "not in only";

/// What is checked.
#[derive(Debug, Clone)]
pub struct Checks {
    /// The chosen ones, in the order of the catalogue.
    pub chosen: Vec<&'static Check>,
    /// Those that are left out.
    pub left_out: Vec<LeftOut>,
    /// Failures that somebody answers for; the day of the run is not known yet.
    pub waivers: Waivers,
    /// Whether a check is red that passes only when it is asked again.
    pub unsteady_fails: bool,
    /// How many members the channel of a crowd is to have.
    pub crowd: usize,
}

/// A check that does not run because an input says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its id.
    pub check: String,
    /// Which input, as a clause: "skip: S1.1".
    pub why: String,
}

impl CheckInputs {
    /// What is checked, beside this suite, on a copy of a site's data or not.
    pub(super) fn judge(&self, suite: &SuiteInputs, of_a_copy: bool, problems: &mut Problems) -> Checks {
        let (mut chosen, left_out) = self.select(suite, problems);
        // Without a site's data there is nobody to count, and nothing to say.
        chosen.retain(|check| of_a_copy || !check.of_a_copy);
        let waivers = waivers::read(&self.waivers, problems);
        let unsteady = [("tell", false), ("fail", true)];
        Checks {
            chosen,
            left_out,
            waivers,
            unsteady_fails: choice("unsteady", &self.unsteady, &unsteady, problems),
            crowd: self.members(problems),
        }
    }

    fn members(&self, problems: &mut Problems) -> usize {
        let wanted = number("crowd", &self.crowd, 20, 1_000, problems);
        usize::try_from(wanted).unwrap_or(DEFAULT)
    }

    fn select(&self, suite: &SuiteInputs, problems: &mut Problems) -> (Vec<&'static Check>, Vec<LeftOut>) {
        let only = read("only", &self.only, problems);
        let skip = read("skip", &self.skip, problems);
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
        if chosen.is_empty() && problems.is_empty() {
            let remedy = "A run without a check proves nothing; leave at least one.";
            problems.add("only, skip", Shown::nothing(), "leave no check to run", remedy);
        }
        // Whoever gives a suite wants it run; `skip: suite` says otherwise in so many words.
        if let Some(input) = suite.given()
            && left_out.iter().any(|left| left.check == SuitePlan::CHECK && left.why == NOT_IN_ONLY)
            && !only.is_empty()
        {
            let wrong = format!("leaves out the suite that {input} gives: it would not run");
            let remedy = format!("Add \"suite\", or leave {input} away.");
            problems.add("only", Shown::plain(&self.only), wrong, remedy);
        }
        (chosen, left_out)
    }
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
    use super::super::Inputs;
    use super::*;

    fn ids(only: &str, skip: &str) -> (Vec<&'static str>, Problems) {
        let inputs = Inputs::given(&[("only", only), ("skip", skip)]);
        let mut problems = Problems::default();
        let chosen = inputs.checks.judge(&inputs.suite, false, &mut problems).chosen;
        (chosen.iter().map(|check| check.id).collect(), problems)
    }

    #[test]
    fn ids_families_and_lines_choose() {
        assert_eq!(ids("config, users", "").0, ["users", "config"]);
        assert_eq!(ids("plugins", "").0, ["plugins.inventory", "plugins.lifecycle", "plugins.upgraded"]);
        assert_eq!(ids("s2.3", "").0, ["config"]);
        assert!(ids("", "posts").0.iter().all(|id| !id.starts_with("posts")));
    }

    #[test]
    fn a_suite_that_would_not_run_is_a_problem_unless_it_is_skipped_by_name() {
        let wrong = |only: &str, skip: &str| {
            let inputs = Inputs::given(&[("only", only), ("skip", skip), ("suite-command", "make")]);
            let mut problems = Problems::default();
            inputs.checks.judge(&inputs.suite, false, &mut problems);
            problems.to_string()
        };
        assert!(wrong("identity", "").contains("leaves out the suite that suite-command gives"));
        for (only, skip) in [("", ""), ("identity, suite", ""), ("", "suite"), ("identity", "suite")] {
            assert!(!wrong(only, skip).contains("leaves out"), "{only} {skip}");
        }
    }

    #[test]
    fn a_crowd_is_a_number_within_bounds() {
        let judged = |text: &str| {
            let inputs = Inputs::given(&[("crowd", text)]);
            let mut problems = Problems::default();
            let judged = inputs.checks.judge(&inputs.suite, false, &mut problems).crowd;
            problems.is_empty().then_some(judged)
        };
        assert_eq!((judged(""), judged("20"), judged("1000")), (Some(DEFAULT), Some(20), Some(1000)));
        for wrong in ["19", "1001", "0", "-60", "many", "3e2"] {
            assert_eq!(judged(wrong), None, "{wrong}");
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
