//! What the user wants: flags and `INPUT_*` variables are one definition, and this is the only room that reads the environment.
//!
//! GitHub passes every input as `INPUT_<NAME>`, an unset one as an empty string. To clap an empty variable is a value, so
//! [`Inputs::with_defaults`] gives every empty one its default: empty counts as not given.
//! Nothing is judged here; [`crate::plan`] judges all inputs at once and names each wrong one.

mod action_mode;
mod attached;
mod publishing;
mod pulling;
mod settle;
mod surroundings;
mod upload;

pub use action_mode::ActionMode;
pub use attached::AttachedInputs;
pub use publishing::Publishing;
pub use pulling::PullInputs;
pub use surroundings::{Aws, Surroundings};
pub use upload::UploadInputs;

use std::collections::BTreeSet;

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use settle::settle;

use crate::confidential;

/// The default of `mode`.
const MODE: &str = "auto";
/// The default of `timeout`.
const TIMEOUT: &str = "30m";
/// The default of `suite-timeout`.
const SUITE_TIMEOUT: &str = "20m";
/// The default of `keep`.
const KEEP: &str = "false";
/// The default of `unsteady`.
const UNSTEADY: &str = "tell";
/// The default of `reaper`.
const REAPER: &str = "auto";
/// The default of `data`.
const DATA: &str = "protected";
/// The default of `apps`.
const APPS: &str = "false";
/// The default of `allow-unsafe-fork`.
const ALLOW_UNSAFE_FORK: &str = "false";

/// The inputs of a run: the `with:` of the Action and the flags of `upgrade-gate run` and `plan`.
#[derive(Debug, Clone, Args)]
pub struct Inputs {
    /// The version that is upgraded from: `12.0.1`, a minor such as `12.0`, or a full image reference.
    #[arg(long, env = "INPUT_STABLE", value_name = "VERSION", default_value = "", help_heading = "Versions")]
    pub stable: String,

    /// The version under test, in the same forms.
    #[arg(
        long,
        env = "INPUT_RELEASE",
        value_name = "VERSION",
        default_value = "",
        help_heading = "Versions"
    )]
    pub release: String,

    /// The image repository that versions are tags of.
    #[arg(long, env = "INPUT_IMAGE", value_name = "REPOSITORY", default_value = crate::versions::DEFAULT_IMAGE, help_heading = "Versions")]
    pub image: String,

    /// How the nodes are upgraded: `auto`, `rolling` (one at a time) or `stop-start` (all at once).
    #[arg(long, env = "INPUT_MODE", value_name = "MODE", default_value = MODE, help_heading = "Cluster")]
    pub mode: String,

    /// How many Mattermost nodes the cluster has, 1 to 9.
    #[arg(long, env = "INPUT_NODES", value_name = "N", default_value = Inputs::NODES, help_heading = "Cluster")]
    pub nodes: String,

    /// Compose files of your own, one a line; later ones are merged over earlier ones. Default: the built-in cluster.
    #[arg(
        long,
        env = "INPUT_COMPOSE-FILE",
        value_name = "FILES",
        default_value = "",
        help_heading = "Cluster"
    )]
    pub compose_file: String,

    /// Profiles of the compose file that are on, separated by commas or blanks. Default: those of `COMPOSE_PROFILES` in `variables` or `.env`.
    #[arg(long, env = "INPUT_PROFILES", value_name = "NAMES", default_value = "", help_heading = "Cluster")]
    pub profiles: String,

    /// Variables for the compose file, one `KEY=VALUE` a line.
    #[arg(long, env = "INPUT_VARIABLES", value_name = "LINES", default_value = "", help_heading = "Cluster")]
    pub variables: String,

    /// What becomes of data from before the run that the compose file reaches: `protected` (refused) or `disposable`.
    #[arg(long, env = "INPUT_DATA", value_name = "WHICH", default_value = DATA, help_heading = "Cluster")]
    pub data: String,

    /// Image of the built-in cluster's PostgreSQL.
    #[arg(
        long,
        env = "INPUT_DATABASE-IMAGE",
        value_name = "IMAGE",
        default_value = "",
        help_heading = "Cluster"
    )]
    pub database_image: String,

    /// Image of the built-in cluster's S3 store.
    #[arg(
        long,
        env = "INPUT_STORE-IMAGE",
        value_name = "IMAGE",
        default_value = "",
        help_heading = "Cluster"
    )]
    pub store_image: String,

    /// Image of the built-in cluster's haproxy.
    #[arg(
        long,
        env = "INPUT_BALANCER-IMAGE",
        value_name = "IMAGE",
        default_value = "",
        help_heading = "Cluster"
    )]
    pub balancer_image: String,

    /// Where images come from.
    #[command(flatten)]
    pub pulling: PullInputs,

    /// Registry that the images of `registry-username` are pulled from, such as `ghcr.io`; Docker Hub if not given.
    #[arg(long, env = "INPUT_REGISTRY", value_name = "HOST", default_value = "", help_heading = "Cluster")]
    pub registry: String,

    /// User at that registry; the logins of the machine that the gate runs on are not seen.
    #[arg(
        long,
        env = "INPUT_REGISTRY-USERNAME",
        value_name = "USER",
        default_value = "",
        help_heading = "Cluster"
    )]
    pub registry_username: String,

    /// Password or token of that user.
    #[arg(
        long,
        env = "INPUT_REGISTRY-PASSWORD",
        value_name = "PASSWORD",
        hide_env_values = true,
        help_heading = "Cluster"
    )]
    pub registry_password: Option<SecretString>,

    /// The text of a Mattermost licence; with the feature `Cluster` the servers form a cluster.
    #[arg(
        long,
        env = "INPUT_LICENSE",
        value_name = "TEXT",
        hide_env_values = true,
        help_heading = "Cluster"
    )]
    pub license: Option<SecretString>,

    /// Plugins of your own, paths of `.tar.gz` bundles, one a line: installed on stable, and to survive the upgrade.
    #[arg(long, env = "INPUT_PLUGINS", value_name = "FILES", default_value = "", help_heading = "Cluster")]
    pub plugins: String,

    /// The cluster, if it is there already.
    #[command(flatten)]
    pub attached: AttachedInputs,

    /// Run only these checks: ids such as `posts` or lines such as `S2.4`, separated by commas or blanks.
    #[arg(long, env = "INPUT_ONLY", value_name = "CHECKS", default_value = "", help_heading = "Checks")]
    pub only: String,

    /// Leave these checks out, in the same form.
    #[arg(long, env = "INPUT_SKIP", value_name = "CHECKS", default_value = "", help_heading = "Checks")]
    pub skip: String,

    /// File of failures that somebody answers for (docs/waivers.md); without one `.github/upgrade-gate.yaml`, if it is there.
    #[arg(long, env = "INPUT_WAIVERS", value_name = "FILE", default_value = "", help_heading = "Checks")]
    pub waivers: String,

    /// A red check that passes when it is asked again, alone and with fresh data: `tell` (unsteady, not red) or `fail`.
    #[arg(long, env = "INPUT_UNSTEADY", value_name = "WHAT", default_value = UNSTEADY, help_heading = "Checks")]
    pub unsteady: String,

    /// Image of your own test suite: run on the cluster's network after the last stage, against the upgraded servers.
    #[arg(long, env = "INPUT_SUITE-IMAGE", value_name = "IMAGE", default_value = "", help_heading = "Suite")]
    pub suite_image: String,

    /// Command of your own test suite: in `suite-image`, or without one on the machine that the gate runs on.
    #[arg(
        long,
        env = "INPUT_SUITE-COMMAND",
        value_name = "COMMAND",
        default_value = "",
        help_heading = "Suite"
    )]
    pub suite_command: String,

    /// Folder of its JUnit files, which must be there then: in the container (else `/results`), or here.
    #[arg(long, env = "INPUT_SUITE-RESULTS", value_name = "DIR", default_value = "", help_heading = "Suite")]
    pub suite_results: String,

    /// Limit of your own test suite, on top of `timeout`.
    #[arg(long, env = "INPUT_SUITE-TIMEOUT", value_name = "TIME", default_value = SUITE_TIMEOUT, help_heading = "Suite")]
    pub suite_timeout: String,

    /// Whether the retired Apps framework is switched on and measured; its plugin must be in the servers' image.
    #[arg(long, env = "INPUT_APPS", value_name = "BOOL", default_value = APPS, num_args = 0..=1, default_missing_value = "true", help_heading = "Checks")]
    pub apps: String,

    /// Limit of the whole run: `30m`, `1h`.
    #[arg(long, env = "INPUT_TIMEOUT", value_name = "TIME", default_value = TIMEOUT, help_heading = "Run")]
    pub timeout: String,

    /// Leave the cluster running at the end, for a look; `upgrade-gate cleanup` removes it.
    #[arg(long, env = "INPUT_KEEP", value_name = "BOOL", default_value = KEEP, num_args = 0..=1, default_missing_value = "true", help_heading = "Run")]
    pub keep: String,

    /// Who tidies up after a hard kill: `auto` (a small container or process that sees our end) or `never`.
    #[arg(long, env = "INPUT_REAPER", value_name = "WHO", default_value = REAPER, help_heading = "Run")]
    pub reaper: String,

    /// Run all the same where the head is a fork's, or may be, beside this repository's token and secrets (`pull_request_target`,
    /// `workflow_run`, comments).
    #[arg(long, env = "INPUT_ALLOW-UNSAFE-FORK", value_name = "BOOL", default_value = ALLOW_UNSAFE_FORK, num_args = 0..=1, default_missing_value = "true", help_heading = "Run")]
    pub allow_unsafe_fork: String,

    /// Where reports go.
    #[command(flatten)]
    pub publishing: Publishing,

    /// Where reports go besides the report folder.
    #[command(flatten)]
    pub upload: UploadInputs,

    /// What is done instead of a run.
    #[command(flatten)]
    pub action_mode: ActionMode,
}

impl Inputs {
    /// The default of `nodes`.
    pub const NODES: &'static str = "3";

    /// Gives every empty input its default, and trims what a workflow file's block texts leave behind.
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        settle([
            (&mut self.image, crate::versions::DEFAULT_IMAGE),
            (&mut self.nodes, Self::NODES),
            (&mut self.mode, MODE),
            (&mut self.timeout, TIMEOUT),
            (&mut self.suite_timeout, SUITE_TIMEOUT),
            (&mut self.keep, KEEP),
            (&mut self.reaper, REAPER),
            (&mut self.profiles, ""),
            (&mut self.data, DATA),
            (&mut self.waivers, ""),
            (&mut self.unsteady, UNSTEADY),
            (&mut self.suite_image, ""),
            (&mut self.suite_command, ""),
            (&mut self.suite_results, ""),
            (&mut self.apps, APPS),
            (&mut self.stable, ""),
            (&mut self.release, ""),
            (&mut self.registry, ""),
            (&mut self.registry_username, ""),
            (&mut self.allow_unsafe_fork, ALLOW_UNSAFE_FORK),
        ]);
        self.attached = self.attached.with_defaults();
        self.pulling = self.pulling.with_defaults();
        self.upload = self.upload.with_defaults();
        self.publishing = self.publishing.with_defaults();
        self.action_mode = self.action_mode.with_defaults();
        for secret in self.all_secrets() {
            if secret.as_ref().is_some_and(|text| text.expose_secret().trim().is_empty()) {
                *secret = None;
            }
        }
        self
    }

    /// Everything secret that was given: no output may contain it. The secret inputs, what is secret in `variables`, and what
    /// an address may not have in front of its host and behind its path.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let mut all = self.clone();
        let given = all.all_secrets().into_iter().filter_map(|secret| secret.take());
        let mut secrets: BTreeSet<String> = given.map(|secret| secret.expose_secret().to_owned()).collect();
        secrets.extend(confidential::of_lines(&self.variables));
        let attached = &self.attached;
        for command in [
            &self.suite_command,
            &attached.replace_command,
            &attached.drain_command,
            &attached.undrain_command,
        ] {
            secrets.extend(confidential::of_words(command));
        }
        let (upload, publishing, mode) = (&self.upload, &self.publishing, &self.action_mode);
        let texts = [
            &self.stable,
            &self.release,
            &self.image,
            &self.mode,
            &self.nodes,
            &self.compose_file,
            &self.database_image,
            &self.store_image,
            &self.balancer_image,
            &self.pulling.pull,
            &self.pulling.lock,
            &self.registry,
            &self.registry_username,
            &self.plugins,
            &attached.cluster,
            &attached.node_urls,
            &attached.balancer_url,
            &attached.admin_username,
            &self.only,
            &self.skip,
            &self.suite_image,
            &self.suite_results,
            &self.suite_timeout,
            &self.apps,
            &self.timeout,
            &self.keep,
            &self.reaper,
            &self.allow_unsafe_fork,
            &publishing.report_dir,
            &publishing.comment,
            &publishing.ca_bundle,
            &publishing.pull_request,
            &publishing.junit_names,
            &upload.report_bucket,
            &upload.report_prefix,
            &upload.report_endpoint,
            &upload.report_region,
            &mode.matrix,
            &mode.pairs,
            &mode.report_from,
            &mode.report_merge,
        ];
        secrets.extend(texts.into_iter().flat_map(|text| confidential::of_wrong_addresses(text)));
        secrets.into_iter().collect()
    }

    fn all_secrets(&mut self) -> [&mut Option<SecretString>; 7] {
        [
            &mut self.registry_password,
            &mut self.license,
            &mut self.publishing.github_token,
            &mut self.attached.admin_password,
            &mut self.attached.admin_token,
            &mut self.upload.report_access_key,
            &mut self.upload.report_secret_key,
        ]
    }

    /// The inputs by themselves, as tests and `demo` want them: everything at its default.
    #[must_use]
    pub fn defaults() -> Self {
        #[derive(clap::Parser)]
        struct Alone {
            #[command(flatten)]
            inputs: Inputs,
        }
        let mut command = <Alone as clap::CommandFactory>::command();
        // The environment of whoever runs the demo must not leak into it.
        command = command.mut_args(|arg| arg.env(None::<&str>));
        let matches = command.get_matches_from(["defaults"]);
        <Alone as clap::FromArgMatches>::from_arg_matches(&matches)
            .map_or_else(|error| error.exit(), |alone| alone.inputs)
            .with_defaults()
    }
}

/// The variables that are for this process alone: a command of the user's must not inherit them.
///
/// All inputs, secret or not: `variables` holds passwords, and any of them may hold one by mistake. `ACTIONS_RUNTIME_TOKEN`
/// is for actions, a step's own commands never have it. What the job gave to the step (`GITHUB_TOKEN`, `AWS_*`, what a log-in
/// left) stays: the command that replaces a node may be there to use it.
#[must_use]
pub fn own_variables() -> Vec<String> {
    let command = Inputs::augment_args(clap::Command::new("inputs"));
    let inputs = command.get_arguments().filter_map(|arg| Some(arg.get_env()?.to_str()?.to_owned()));
    inputs.chain(["ACTIONS_RUNTIME_TOKEN".to_owned()]).collect()
}

#[cfg(test)]
mod tests;
