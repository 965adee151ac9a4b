//! The inputs of the user's own test suite → what will be run.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::images::judge_image;
use super::problems::Problems;
use super::row::family;
use super::unshown::unshown_if_given;
use super::values::limit;
use crate::shown::Shown;

family! {
    /// The test suite of the user, as given.
    SuiteInputs, "Suite";
    /// Image of your own test suite: run on the cluster's network after the last stage, against the upgraded servers.
    suite_image: String = "suite-image" "IMAGE", Text, Built, "";
    /// Command of your own test suite: in `suite-image`, or without one on the machine that the gate runs on.
    suite_command: String = "suite-command" "COMMAND", Command, Any, "";
    /// Folder of its JUnit files, which must be there then: in the container (else `/results`), or here.
    suite_results: String = "suite-results" "DIR", Line, Any, "";
    /// Limit of your own test suite, on top of `timeout`.
    suite_timeout: String = "suite-timeout" "TIME", Text, Any, "20m";
}

/// The user's own test suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuitePlan {
    /// The image that it runs in, on the cluster's network; without one it runs on the gate's machine.
    pub image: Option<String>,
    /// What is run by `sh -c`; without one the image's own command.
    #[serde(serialize_with = "unshown_if_given")]
    pub command: Option<String>,
    /// The folder of its JUnit files; when given, files must be there.
    pub results: Option<String>,
    /// How long it may take, in seconds.
    pub timeout_s: u64,
}

impl SuitePlan {
    /// The check that stands for it.
    pub const CHECK: &str = "suite";
}

impl SuiteInputs {
    /// The suite, if one was given.
    pub(super) fn judge(&self, problems: &mut Problems) -> Option<SuitePlan> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (image, command) = (given(&self.suite_image), given(&self.suite_command));
        let results = given(&self.suite_results);
        if let Some(image) = &image {
            judge_image("suite-image", Shown::plain(image), "", image, problems);
        }
        let timeout = limit("suite-timeout", &self.suite_timeout, Duration::from_secs(1), problems);
        if let Some(results) = &results {
            if image.is_none() && command.is_none() {
                let wrong = "has no suite that would write there";
                let remedy = "Give suite-image or suite-command as well.";
                problems.add("suite-results", Shown::plain(results), wrong, remedy);
            }
            if image.is_some() && !results.starts_with('/') {
                let remedy = "Write the absolute path of a folder in the container.";
                problems.add("suite-results", Shown::plain(results), "is no absolute path", remedy);
            }
            let here = Path::new(results);
            if image.is_none() && here.exists() && !here.is_dir() {
                let wrong = "is a file, and the suite's JUnit files go into a folder";
                let remedy = "Write the path of a folder.";
                problems.add("suite-results", Shown::plain(results), wrong, remedy);
            }
        }
        (image.is_some() || command.is_some()).then_some(SuitePlan {
            image,
            command,
            results,
            timeout_s: timeout.as_secs(),
        })
    }

    /// The input that gives a suite, if one does.
    pub(super) fn given(&self) -> Option<&'static str> {
        let given = [("suite-image", &self.suite_image), ("suite-command", &self.suite_command)];
        given.into_iter().find(|(_, given)| !given.is_empty()).map(|(input, _)| input)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Inputs;
    use super::*;

    fn judged(given: &[(&str, &str)]) -> (Option<SuitePlan>, Vec<String>) {
        let mut problems = Problems::default();
        let plan = Inputs::given(given).suite.judge(&mut problems);
        (plan, problems.named())
    }

    #[test]
    fn without_image_and_command_there_is_none() {
        assert_eq!(judged(&[]), (None, vec![]));
    }

    #[test]
    fn an_image_or_a_command_is_a_suite() {
        let (plan, problems) = judged(&[("suite-command", "make e2e"), ("suite-timeout", "90s")]);
        assert_eq!(plan.unwrap().timeout_s, 90);
        assert!(problems.is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let alone = judged(&[("suite-results", "/results"), ("suite-timeout", "soon")]);
        assert_eq!(alone.1, ["suite-timeout", "suite-results"]);
        let relative = judged(&[("suite-image", "my/suite:1"), ("suite-results", "results")]);
        assert_eq!(relative.1, ["suite-results"]);
        let file = judged(&[("suite-command", "make"), ("suite-results", "/etc/hosts")]);
        assert_eq!(file.1, ["suite-results"]);
        assert_eq!(judged(&[("suite-image", "My/suite:")]).1, ["suite-image"]);
    }
}
