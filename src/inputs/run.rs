//! The inputs about the run as a whole.

use std::time::Duration;

use super::problems::Problems;
use super::row::family;
use super::values::{choice, limit, truth};

family! {
    /// What holds for the run as a whole, as given.
    RunInputs, "Run";
    /// Whether the retired Apps framework is switched on and measured; its plugin must be in the servers' image.
    apps: String = "apps" "BOOL", Truth, Any, "false", in "Checks";
    /// Whether the checks of the release wait until its servers have looked for due reminders, which they do every five minutes: one
    /// set on stable is then sure to be met. Where servers form no cluster, it is a minute more for mails that are held back to be sent
    /// together.
    reminders: String = "reminders" "BOOL", Truth, Any, "false", in "Checks";
    /// Limit of the whole run: `30m`, `1h`.
    timeout: String = "timeout" "TIME", Text, Any, "30m";
    /// Leave the cluster running at the end, for a look; `upgrade-gate cleanup` removes it.
    keep: String = "keep" "BOOL", Truth, Built, "false";
    /// Who tidies up after a hard kill: `auto` (a small container or process that sees our end) or `never`.
    reaper: String = "reaper" "WHO", Text, Any, "auto";
    /// Run all the same where the head is a fork's, or may be, beside this repository's token and secrets (`pull_request_target`,
    /// `workflow_run`, comments).
    allow_unsafe_fork: String = "allow-unsafe-fork" "BOOL", Truth, Any, "false";
}

/// The least that any run takes.
const SHORTEST: Duration = Duration::from_secs(30);

/// What holds for the run as a whole.
#[derive(Debug, Clone)]
pub struct RunSettings {
    /// Whether the retired Apps framework is switched on.
    pub apps: bool,
    /// Whether the release's checks wait for due reminders.
    pub reminders: bool,
    /// Its limit.
    pub timeout: Duration,
    /// Whether the cluster stays at the end.
    pub keep: bool,
    /// Whether something tidies up after a hard kill.
    pub reaper: bool,
}

impl RunInputs {
    /// What holds for it.
    pub(super) fn judge(&self, problems: &mut Problems) -> RunSettings {
        let timeout = limit("timeout", &self.timeout, SHORTEST, problems);
        let keep = truth("keep", &self.keep, problems);
        let apps = truth("apps", &self.apps, problems);
        let reminders = truth("reminders", &self.reminders, problems);
        let reaper = choice("reaper", &self.reaper, &[("auto", true), ("never", false)], problems);
        truth("allow-unsafe-fork", &self.allow_unsafe_fork, problems);
        RunSettings { apps, reminders, timeout, keep, reaper }
    }

    /// Whether the head of a fork may be run. It is asked before anything of it is read, and so before all inputs are judged.
    #[must_use]
    pub fn allows_unsafe_fork(&self) -> bool {
        truth("allow-unsafe-fork", &self.allow_unsafe_fork, &mut Problems::default())
    }
}
