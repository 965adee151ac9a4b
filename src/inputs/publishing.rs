//! Where reports go and who gets them: the same for a run and for a stored report.

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};

use super::settle::settle;

/// The default of `report-dir`.
const REPORT_DIR: &str = "upgrade-gate-report";
/// The default of `comment`.
const COMMENT: &str = "auto";
/// The default of `junit-names`.
const JUNIT_NAMES: &str = "plain";

/// The inputs that say what becomes of reports.
#[derive(Debug, Clone, Args)]
pub struct Publishing {
    /// The folder that the reports are written to.
    #[arg(long, env = "INPUT_REPORT-DIR", value_name = "DIR", default_value = REPORT_DIR, help_heading = "Reports")]
    pub report_dir: String,

    /// A token that may comment on the pull request.
    #[arg(
        long,
        env = "INPUT_GITHUB-TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        help_heading = "Reports"
    )]
    pub github_token: Option<SecretString>,

    /// Whether the pull request gets a comment: `auto` (on a pull request with a token), `always` or `never`.
    #[arg(long, env = "INPUT_COMMENT", value_name = "WHEN", default_value = COMMENT, help_heading = "Reports")]
    pub comment: String,

    /// Certificates, as PEM or the path of a PEM file, to trust beside the usual ones: the cluster's, its store's, GitHub's, `report-endpoint`'s.
    #[arg(long, env = "INPUT_CA-BUNDLE", value_name = "PEM", default_value = "", help_heading = "Reports")]
    pub ca_bundle: String,

    /// The number of the pull request, where the event does not name it: `workflow_dispatch`, `schedule`, `workflow_run`.
    #[arg(
        long,
        env = "INPUT_PULL-REQUEST",
        value_name = "NUMBER",
        default_value = "",
        help_heading = "Reports"
    )]
    pub pull_request: String,

    /// Names of the cases in junit.xml: `plain`, or `zephyr` (`MM-T5392_20 posts.sent [release]`, docs/mattermost-tools.md).
    #[arg(long, env = "INPUT_JUNIT-NAMES", value_name = "WHICH", default_value = JUNIT_NAMES, help_heading = "Reports")]
    pub junit_names: String,
}

impl Publishing {
    /// As those of [`Inputs`](super::Inputs::with_defaults).
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        settle([
            (&mut self.report_dir, REPORT_DIR),
            (&mut self.comment, COMMENT),
            (&mut self.ca_bundle, ""),
            (&mut self.pull_request, ""),
            (&mut self.junit_names, JUNIT_NAMES),
        ]);
        self.github_token = self.github_token.filter(|token| !token.expose_secret().trim().is_empty());
        self
    }

    /// The number of the pull request, when one is given and is a number.
    #[must_use]
    pub fn given_pull_request(&self) -> Option<u64> {
        let digits = self.pull_request.strip_prefix('#').unwrap_or(&self.pull_request);
        let number = digits.parse().ok().filter(|number| *number > 0);
        number.filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))
    }
}
