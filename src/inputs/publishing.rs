//! The inputs that say where reports go and who gets them: the same for a run and for a stored report.

use secrecy::SecretString;

use super::ca_bundle;
use super::problems::Problems;
use super::row::family;
use super::values::choice;
use crate::shown::Shown;

family! {
    /// Where reports go and who gets them, as given: the same for a run and for a stored report.
    PublishingInputs, "Reports";
    /// The folder that the reports are written to.
    report_dir: String = "report-dir" "DIR", Line, Any, "upgrade-gate-report";
    /// A token that may comment on the pull request.
    github_token: Option<SecretString> = "github-token" "TOKEN", Secret, Any, "";
    /// Whether the pull request gets a comment: `auto` (on a pull request with a token), `always` or `never`.
    comment: String = "comment" "WHEN", Text, Any, "auto";
    /// Certificates, as PEM or the path of a PEM file, to trust beside the usual ones: the cluster's, its store's, GitHub's, `report-endpoint`'s.
    ca_bundle: String = "ca-bundle" "PEM", Text, Any, "";
    /// The number of the pull request, where the event does not name it: `workflow_dispatch`, `schedule`, `workflow_run`.
    pull_request: String = "pull-request" "NUMBER", Text, Any, "";
    /// Names of the cases in junit.xml: `plain`, or `zephyr` (`MM-T5392_20 posts.sent [release]`, docs/mattermost-tools.md).
    junit_names: String = "junit-names" "WHICH", Text, Any, "plain";
}

/// Where reports go and who gets them.
#[derive(Debug, Clone)]
pub struct Publishing {
    /// The folder that they are written to.
    pub report_dir: String,
    /// A token that may comment on the pull request.
    pub github_token: Option<SecretString>,
    /// Whether the pull request gets a comment.
    pub comment: CommentMode,
    /// Certificates to trust beside the usual ones: PEM, or the path of a file.
    pub ca_bundle: String,
    /// The number of the pull request, where it is given.
    pub pull_request: Option<u64>,
    /// How the cases of `junit.xml` are called.
    pub junit_names: JunitNames,
}

/// Whether the pull request gets a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentMode {
    /// On a pull request with a token.
    Auto,
    /// Always; why there is none is told.
    Always,
    /// Never.
    Never,
}

/// How the cases of `junit.xml` are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JunitNames {
    /// For people.
    Plain,
    /// As Zephyr maps them.
    Zephyr,
}

impl PublishingInputs {
    /// Where they go.
    pub(crate) fn judge(&self, problems: &mut Problems) -> Publishing {
        ca_bundle::judge(&self.ca_bundle, problems);
        let comment =
            [("auto", CommentMode::Auto), ("always", CommentMode::Always), ("never", CommentMode::Never)];
        let comment = choice("comment", &self.comment, &comment, problems);
        let names = [("plain", JunitNames::Plain), ("zephyr", JunitNames::Zephyr)];
        let junit_names = choice("junit-names", &self.junit_names, &names, problems);
        let pull_request = self.given_pull_request();
        if !self.pull_request.is_empty() && pull_request.is_none() {
            let remedy = "Write its number, such as \"123\", or nothing.";
            let shown = Shown::plain(&self.pull_request);
            problems.add("pull-request", shown, "is no number of a pull request", remedy);
        }
        Publishing {
            report_dir: self.report_dir.clone(),
            github_token: self.github_token.clone(),
            comment,
            ca_bundle: self.ca_bundle.clone(),
            pull_request,
            junit_names,
        }
    }

    /// The number of the pull request, when one is given and is a number.
    fn given_pull_request(&self) -> Option<u64> {
        let digits = self.pull_request.strip_prefix('#').unwrap_or(&self.pull_request);
        let number = digits.parse().ok().filter(|number| *number > 0);
        number.filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Inputs;
    use super::*;

    fn wrong(input: &str, given: &str) -> bool {
        let mut problems = Problems::default();
        Inputs::given(&[(input, given)]).publishing.judge(&mut problems);
        !problems.is_empty()
    }

    #[test]
    fn names_are_plain_or_zephyrs() {
        for given in ["plain", "zephyr", ""] {
            assert!(!wrong("junit-names", given), "{given}");
        }
        for given in ["Zephyr", "xray"] {
            assert!(wrong("junit-names", given), "{given}");
        }
    }

    #[test]
    fn a_number_may_have_its_mark() {
        for given in ["", "7", "#7"] {
            assert!(!wrong("pull-request", given), "{given}");
        }
        for given in ["##7", "+7", "0", "seven", "-7", "99999999999999999999"] {
            assert!(wrong("pull-request", given), "{given}");
        }
    }
}
