//! What the user wants: flags and `INPUT_*` variables are one definition, and this is the only room that reads the environment.
//!
//! GitHub passes every input as `INPUT_<NAME>`, an unset one as an empty string. To clap an empty variable is a value, so
//! [`Inputs::with_defaults`] gives every empty one its default: empty counts as not given.
//! Nothing is judged here; [`crate::plan`] judges all inputs at once and names each wrong one.

mod attached;
mod instead;
mod publishing;
mod settle;
mod upload;

pub use attached::AttachedInputs;
pub use instead::Instead;
pub use publishing::Publishing;
pub use upload::UploadInputs;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use settle::settle;

/// The default of `nodes`.
const NODES: &str = "3";
/// The default of `mode`.
const MODE: &str = "auto";
/// The default of `timeout`.
const TIMEOUT: &str = "30m";
/// The default of `suite-timeout`.
const SUITE_TIMEOUT: &str = "20m";
/// The default of `keep`.
const KEEP: &str = "false";
/// The default of `apps`.
const APPS: &str = "false";
/// The default of `allow-unsafe-fork`.
const ALLOW_UNSAFE_FORK: &str = "false";

/// The inputs of a run: the `with:` of the Action and the flags of `upgrade-gate run` and `plan`.
#[derive(Debug, Clone, Args)]
pub struct Inputs {
    /// The version that is upgraded from: `10.11.4`, a minor such as `11.0`, or a full image reference.
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
    #[arg(long, env = "INPUT_NODES", value_name = "N", default_value = NODES, help_heading = "Cluster")]
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

    /// Variables for the compose file, one `KEY=VALUE` a line.
    #[arg(long, env = "INPUT_VARIABLES", value_name = "LINES", default_value = "", help_heading = "Cluster")]
    pub variables: String,

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

    /// Run a fork's pull request under `pull_request_target` all the same, with its token and secrets beside the fork's code.
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
    pub instead: Instead,
}

impl Inputs {
    /// Gives every empty input its default, and trims what a workflow file's block texts leave behind.
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        settle([
            (&mut self.image, crate::versions::DEFAULT_IMAGE),
            (&mut self.nodes, NODES),
            (&mut self.mode, MODE),
            (&mut self.timeout, TIMEOUT),
            (&mut self.suite_timeout, SUITE_TIMEOUT),
            (&mut self.keep, KEEP),
            (&mut self.suite_image, ""),
            (&mut self.suite_command, ""),
            (&mut self.suite_results, ""),
            (&mut self.apps, APPS),
            (&mut self.stable, ""),
            (&mut self.release, ""),
            (&mut self.allow_unsafe_fork, ALLOW_UNSAFE_FORK),
        ]);
        self.attached = self.attached.with_defaults();
        self.upload = self.upload.with_defaults();
        self.publishing = self.publishing.with_defaults();
        self.instead = self.instead.with_defaults();
        for secret in self.all_secrets() {
            if secret.as_ref().is_some_and(|text| text.expose_secret().trim().is_empty()) {
                *secret = None;
            }
        }
        self
    }

    /// Everything secret that was given: no output may contain it.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let mut all = self.clone();
        let given = all.all_secrets().into_iter().filter_map(|secret| secret.take());
        given.map(|secret| secret.expose_secret().to_owned()).collect()
    }

    fn all_secrets(&mut self) -> [&mut Option<SecretString>; 6] {
        [
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

/// The variables that hand secrets to this process: a command of the user's must not inherit them.
#[must_use]
pub fn secret_variables() -> Vec<String> {
    let command = Inputs::augment_args(clap::Command::new("inputs"));
    let secrets = command.get_arguments().filter(|arg| arg.is_hide_env_values_set());
    secrets.filter_map(|arg| Some(arg.get_env()?.to_str()?.to_owned())).collect()
}

/// Where the run takes place, as far as the environment tells: read once, in `main`.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Every `GITHUB_*` and `RUNNER_*` variable that is not empty.
    pub github: BTreeMap<String, String>,
    /// The host name, when this process runs in a container of Docker's: the container's id, unless it was given one.
    pub container: Option<String>,
    /// `DOCKER_HOST`.
    pub docker_host: Option<String>,
    /// What `AWS_*` says, for the upload of reports.
    pub aws: Aws,
    /// Whether colours are welcome: a terminal, and no `NO_COLOR`.
    pub colour: bool,
    /// Whether standard output is a terminal.
    pub terminal: bool,
}

/// The `AWS_*` variables, as a workflow's own log-in to AWS leaves them.
#[derive(Debug, Clone, Default)]
pub struct Aws {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key: Option<String>,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_key: Option<SecretString>,
    /// `AWS_SESSION_TOKEN`, of keys that are lent for a while.
    pub session_token: Option<SecretString>,
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`.
    pub region: Option<String>,
}

impl Surroundings {
    /// Reads the environment of this process.
    #[must_use]
    pub fn read() -> Self {
        let github = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, value)| {
                (name.starts_with("GITHUB_") || name.starts_with("RUNNER_")) && !value.is_empty()
            })
            .collect();
        let terminal = std::io::stdout().is_terminal();
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            github,
            container: std::path::Path::new("/.dockerenv")
                .exists()
                .then(|| std::fs::read_to_string("/etc/hostname").unwrap_or_default().trim().to_owned())
                .filter(|name| !name.is_empty()),
            docker_host: variable("DOCKER_HOST"),
            aws: Aws {
                access_key: variable("AWS_ACCESS_KEY_ID"),
                secret_key: variable("AWS_SECRET_ACCESS_KEY").map(SecretString::from),
                session_token: variable("AWS_SESSION_TOKEN").map(SecretString::from),
                region: variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")),
            },
            colour: terminal && !set("NO_COLOR"),
            terminal,
        }
    }

    /// Whether this is a GitHub runner (or something that plays one).
    #[must_use]
    pub fn on_github(&self) -> bool {
        self.github.get("GITHUB_ACTIONS").is_some_and(|value| value == "true")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_input_counts_as_not_given() {
        let mut inputs = Inputs::defaults();
        inputs.nodes = String::new();
        inputs.mode = "  ".into();
        inputs.license = Some("".into());
        inputs.stable = " 11.5.0\n".into();
        let inputs = inputs.with_defaults();
        assert_eq!((inputs.nodes.as_str(), inputs.mode.as_str()), ("3", "auto"));
        assert_eq!(inputs.stable, "11.5.0");
        assert!(inputs.license.is_none());
        assert_eq!(
            secret_variables(),
            [
                "INPUT_LICENSE",
                "INPUT_ADMIN-PASSWORD",
                "INPUT_ADMIN-TOKEN",
                "INPUT_GITHUB-TOKEN",
                "INPUT_REPORT-ACCESS-KEY",
                "INPUT_REPORT-SECRET-KEY",
            ]
        );
        assert_eq!(inputs.attached.cluster, "compose");
    }
}
