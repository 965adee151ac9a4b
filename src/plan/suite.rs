//! Inputs of the user's own suite → what will be run.

use std::time::Duration;

use super::problems::Problems;
use super::types::SuitePlan;
use super::values::limit;
use crate::inputs::Inputs;
use crate::shown::Shown;

/// The check that stands for the suite.
pub(super) const CHECK: &str = "suite";

/// The suite, if one was given.
pub(super) fn read(inputs: &Inputs, problems: &mut Problems) -> Option<SuitePlan> {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (image, command) = (given(&inputs.suite_image), given(&inputs.suite_command));
    let results = given(&inputs.suite_results);
    let timeout = limit("suite-timeout", &inputs.suite_timeout, Duration::from_secs(1), problems);
    if let Some(results) = &results {
        if image.is_none() && command.is_none() {
            let wrong = "has no suite that would write there";
            problems.add(
                "suite-results",
                Shown::plain(results),
                wrong,
                "Give suite-image or suite-command as well.",
            );
        }
        if image.is_some() && !results.starts_with('/') {
            let remedy = "Write the absolute path of a folder in the container.";
            problems.add("suite-results", Shown::plain(results), "is no absolute path", remedy);
        }
    }
    (image.is_some() || command.is_some()).then_some(SuitePlan {
        image,
        command,
        results,
        timeout_s: timeout.as_secs(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_of(inputs: Inputs) -> (Option<SuitePlan>, Vec<String>) {
        let mut problems = Problems::default();
        let plan = read(&inputs, &mut problems);
        (plan, problems.0.into_iter().map(|problem| problem.input).collect())
    }

    #[test]
    fn without_image_and_command_there_is_none() {
        assert_eq!(read_of(Inputs::defaults()), (None, vec![]));
    }

    #[test]
    fn an_image_or_a_command_is_a_suite() {
        let inputs =
            Inputs { suite_command: "make e2e".into(), suite_timeout: "90s".into(), ..Inputs::defaults() };
        let (plan, problems) = read_of(inputs);
        assert_eq!(plan.unwrap().timeout_s, 90);
        assert!(problems.is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let alone =
            Inputs { suite_results: "/results".into(), suite_timeout: "soon".into(), ..Inputs::defaults() };
        assert_eq!(read_of(alone).1, ["suite-timeout", "suite-results"]);
        let relative = Inputs {
            suite_image: "my/suite:1".into(),
            suite_results: "results".into(),
            ..Inputs::defaults()
        };
        assert_eq!(read_of(relative).1, ["suite-results"]);
    }
}
