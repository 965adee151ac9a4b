//! What the user wants: flags and `INPUT_*` variables are one definition, and this is the only room that reads the environment.
//!
//! ```text
//! a row (row.rs) ──► flag, INPUT_*, help, docs, secrecy, scope
//! a family: rows ──► what was given (clap) ──► judge ──► what is meant (typed)
//! Inputs: all families ──► judge ──► Settings, and every wrong input at once
//! ```
//! A family is a file: its rows, its typed sibling, and the judge between them. After it nobody compares words of inputs.
//! Nothing is created here, and of the outside only files that inputs name are looked into.

mod action_mode;
mod again;
mod attached;
mod availability;
mod browser;
mod bucket;
mod bundles;
mod ca_bundle;
mod checks;
mod cluster;
mod dump_file;
mod images;
mod lock;
mod problems;
mod publishing;
mod registry;
mod releases;
pub(crate) mod row;
mod run;
mod scope;
mod servers;
mod site_copy;
mod suite;
mod surroundings;
mod texts;
mod unshown;
mod upload;
mod values;
mod waivers;

pub(crate) use action_mode::{ActionMode, ActionModeInputs};
pub(crate) use attached::{Admin, Attached, AttachedInputs, AttachedPlan};
pub(crate) use availability::{AllowedHarm, AvailabilityInputs};
pub(crate) use browser::{BrowserInputs, BrowserPlan};
pub(crate) use bucket::BucketSettings;
pub(crate) use bundles::{Bundle, NextBundle};
pub(crate) use ca_bundle::{authorities, authorities_pem};
pub(crate) use checks::{CheckInputs, Checks, LeftOut};
pub(crate) use cluster::{ClusterInputs, ClusterSettings, MigrateBy, WantedRollback};
pub(crate) use images::judge_image;
pub(crate) use lock::GivenLock;
pub(crate) use problems::{Problem, Problems};
pub(crate) use publishing::{CommentMode, JunitNames, Publishing, PublishingInputs};
pub(crate) use registry::{RegistryInputs, RegistryLogin};
pub(crate) use releases::{Release, ReleaseInputs, Releases};
pub(crate) use run::{RunInputs, RunSettings};
pub(crate) use servers::{ServerInputs, Servers};
pub use site_copy::SiteCopy;
pub(crate) use site_copy::{SiteCopyInputs, StoreDump, StoreForm};
pub(crate) use suite::{SuiteInputs, SuitePlan};
#[cfg(test)]
pub(crate) use surroundings::Aws;
pub(crate) use surroundings::Surroundings;
pub(crate) use upload::UploadInputs;

use std::collections::BTreeSet;

use clap::{Arg, Args, Command, FromArgMatches as _};
use row::{Family, InputKind, InputRow, Value};
use secrecy::ExposeSecret as _;

use crate::confidential;

/// The inputs of a run, as given: the `with:` of the Action and the flags of `upgrade-gate run` and `plan`.
#[derive(Debug, Clone, Args)]
pub struct Inputs {
    /// Which versions are upgraded.
    #[command(flatten)]
    pub releases: ReleaseInputs,
    /// What cluster is built.
    #[command(flatten)]
    pub cluster: ClusterInputs,
    /// A login at a registry.
    #[command(flatten)]
    pub registry: RegistryInputs,
    /// What the servers get besides their image.
    #[command(flatten)]
    pub servers: ServerInputs,
    /// The site's own data.
    #[command(flatten)]
    pub site_copy: SiteCopyInputs,
    /// The cluster, if it is there already.
    #[command(flatten)]
    pub attached: AttachedInputs,
    /// What is checked.
    #[command(flatten)]
    pub checks: CheckInputs,
    /// What pages are looked at with.
    #[command(flatten)]
    pub browser: BrowserInputs,
    /// What a roll may cost users.
    #[command(flatten)]
    pub availability: AvailabilityInputs,
    /// The test suite of the user.
    #[command(flatten)]
    pub suite: SuiteInputs,
    /// What holds for the run as a whole.
    #[command(flatten)]
    pub run: RunInputs,
    /// Where reports go.
    #[command(flatten)]
    pub publishing: PublishingInputs,
    /// Where reports go besides the report folder.
    #[command(flatten)]
    pub upload: UploadInputs,
    /// What is done instead of a run.
    #[command(flatten)]
    pub action_mode: ActionModeInputs,
}

/// The inputs of a run, as meant.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which versions are upgraded.
    pub releases: Releases,
    /// What cluster is built.
    pub cluster: ClusterSettings,
    /// A login at a registry, for images that are not public.
    pub registry: Option<RegistryLogin>,
    /// What the servers get besides their image.
    pub servers: Servers,
    /// The site's own data, if the run is to be on a copy of it.
    pub site_copy: Option<SiteCopy>,
    /// The bucket that its objects are read from, if they are in one.
    pub site_bucket: Option<BucketSettings>,
    /// The cluster, if it is there already.
    pub attached: Option<Attached>,
    /// What is checked.
    pub checks: Checks,
    /// What pages are looked at with, if anything is.
    pub browser: Option<BrowserPlan>,
    /// What a roll may cost users.
    pub availability: AllowedHarm,
    /// The test suite of the user, if it is to run.
    pub suite: Option<SuitePlan>,
    /// What holds for the run as a whole.
    pub run: RunSettings,
    /// Where reports go.
    pub publishing: Publishing,
    /// Where reports go besides the report folder.
    pub upload: Option<BucketSettings>,
}

impl Inputs {
    /// Judges all of them: what is wrong is added to the problems, and stands in the settings as something harmless.
    pub fn judge(&self, problems: &mut Problems) -> Settings {
        let lock = self.cluster.lock(problems);
        let releases = self.releases.judge(lock.as_ref().map(|given| &given.lock), problems);
        if let Some(lock) = &lock {
            lock.judge_pair(&releases, problems);
        }
        let cluster = self.cluster.judge(lock, problems);
        let run = self.run.judge(problems);
        self.action_mode.judge(problems);
        let publishing = self.publishing.judge(problems);
        texts::judge(&self.values(), problems);
        let checks = self.checks.judge(&self.suite, self.site_copy.is_given(), problems);
        let browser = self.browser.judge(problems);
        let servers = self.servers.judge(problems);
        let site_copy = self.site_copy(problems);
        let site_bucket = self.site_copy.bucket(problems);
        let availability = self.availability.judge(problems);
        let suite = self.suite.judge(problems);
        let registry = self.registry.judge(problems);
        let upload = self.upload.judge(problems);
        scope::judge(&self.values(), self.attached.origin(), problems);
        let attached = self.attached.judge(problems);
        // A suite that is skipped is not run, whatever its inputs say; nor is a browser brought that has nothing to look at.
        let is_chosen = |id: &str| checks.chosen.iter().any(|check| check.id == id);
        let suite = suite.filter(|_| is_chosen(SuitePlan::CHECK));
        let browser = browser.filter(|_| is_chosen(BrowserPlan::CHECK));
        Settings {
            releases,
            cluster,
            registry,
            servers,
            site_copy,
            site_bucket,
            attached,
            checks,
            browser,
            availability,
            suite,
            run,
            publishing,
            upload,
        }
    }

    /// The site's own data, and what cannot be given beside it.
    fn site_copy(&self, problems: &mut Problems) -> Option<SiteCopy> {
        let beside = [
            ("history", self.releases.history.as_str(), "which is the history of the database already"),
            (
                "compose-file",
                self.cluster.compose_file.as_str(),
                "which is restored into the built-in cluster: what a file of your own leads to is not the gate's to cut off",
            ),
        ];
        let copy = self.site_copy.judge(&beside, problems)?;
        self.cluster.judge_archive(&copy.database, problems);
        Some(copy)
    }

    /// What was given for each input, in the order of help and docs.
    pub(crate) fn values(&self) -> Vec<(&'static InputRow, Value<'_>)> {
        [
            self.releases.values(),
            self.cluster.values(),
            self.registry.values(),
            self.servers.values(),
            self.site_copy.values(),
            self.attached.values(),
            self.checks.values(),
            self.browser.values(),
            self.availability.values(),
            self.suite.values(),
            self.run.values(),
            self.publishing.values(),
            self.upload.values(),
            self.action_mode.values(),
        ]
        .concat()
    }

    /// Everything secret that was given: no output may contain it. The secret inputs, what is secret in variables and commands,
    /// and what an address may not have in front of its host and behind its path.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = BTreeSet::new();
        for (row, value) in self.values() {
            match (row.kind, value) {
                (_, Value::Secret(secret)) => {
                    secrets.extend(secret.map(|secret| secret.expose_secret().to_owned()));
                }
                (InputKind::Variables, Value::Text(text)) => secrets.extend(confidential::of_lines(text)),
                (InputKind::Command, Value::Text(text)) => secrets.extend(confidential::of_words(text)),
                (_, Value::Text(text)) => secrets.extend(confidential::of_wrong_addresses(text)),
            }
        }
        secrets.into_iter().collect()
    }

    /// The inputs by themselves: everything at its default, whatever the environment says.
    #[must_use]
    pub fn defaults() -> Self {
        Self::given(&[])
    }

    /// These inputs, by name, and all others at their default, whatever the environment says.
    ///
    /// # Panics
    /// When no input has such a name.
    #[must_use]
    pub fn given(given: &[(&str, &str)]) -> Self {
        let flags = given.iter().map(|(name, value)| format!("--{name}={value}"));
        let command = Command::new("inputs").no_binary_name(true).args(Self::rows().map(InputRow::flag));
        let read = command.try_get_matches_from(flags).and_then(|matches| Self::from_arg_matches(&matches));
        read.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Flags for some inputs, without their variables: for a command that has more of its own.
    pub(crate) fn flags(names: &[&str]) -> impl Iterator<Item = Arg> {
        Self::rows().filter(|row| names.contains(&row.name)).map(InputRow::flag)
    }

    /// The row of each input.
    fn rows() -> impl Iterator<Item = &'static InputRow> {
        [
            ReleaseInputs::ROWS,
            ClusterInputs::ROWS,
            RegistryInputs::ROWS,
            ServerInputs::ROWS,
            SiteCopyInputs::ROWS,
            AttachedInputs::ROWS,
            CheckInputs::ROWS,
            BrowserInputs::ROWS,
            AvailabilityInputs::ROWS,
            SuiteInputs::ROWS,
            RunInputs::ROWS,
            PublishingInputs::ROWS,
            UploadInputs::ROWS,
            ActionModeInputs::ROWS,
        ]
        .into_iter()
        .flatten()
    }
}

/// The variables that are for this process alone: a command of the user's must not inherit them.
///
/// All inputs, secret or not: `variables` holds passwords, and any of them may hold one by mistake. `ACTIONS_RUNTIME_TOKEN`
/// is for actions, a step's own commands never have it. What the job gave to the step (`GITHUB_TOKEN`, `AWS_*`, what a log-in
/// left) stays: the command that replaces a node may be there to use it.
#[must_use]
pub(crate) fn own_variables() -> Vec<String> {
    Inputs::rows().map(InputRow::variable).chain(["ACTIONS_RUNTIME_TOKEN".to_owned()]).collect()
}

#[cfg(test)]
mod tests;
