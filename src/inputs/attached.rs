//! The inputs of an attached cluster: one that is there already, by its URLs.

use clap::Args;
use secrecy::SecretString;

use super::settle::settle;

/// The default of `cluster`.
const CLUSTER: &str = "compose";

/// Whether the gate builds the cluster or visits one, and how it finds its way there.
#[derive(Debug, Clone, Args)]
pub struct AttachedInputs {
    /// Where the cluster comes from: `compose` (built on Docker) or `attached` (one that is there already).
    #[arg(long, env = "INPUT_CLUSTER", value_name = "KIND", default_value = CLUSTER, help_heading = "Attached cluster")]
    pub cluster: String,

    /// Each node's own address in the order of replacement, one a line: `URL` or `name=URL`.
    #[arg(
        long,
        env = "INPUT_NODE-URLS",
        value_name = "LINES",
        default_value = "",
        help_heading = "Attached cluster"
    )]
    pub node_urls: String,

    /// The balancer's address.
    #[arg(
        long,
        env = "INPUT_BALANCER-URL",
        value_name = "URL",
        default_value = "",
        help_heading = "Attached cluster"
    )]
    pub balancer_url: String,

    /// Command that replaces the node `$GATE_NODE` by one of `$GATE_IMAGE` and returns when that is done.
    #[arg(
        long,
        env = "INPUT_REPLACE-COMMAND",
        value_name = "COMMAND",
        default_value = "",
        help_heading = "Attached cluster"
    )]
    pub replace_command: String,

    /// Command that takes `$GATE_NODE` out of the balancer before it is replaced.
    #[arg(
        long,
        env = "INPUT_DRAIN-COMMAND",
        value_name = "COMMAND",
        default_value = "",
        help_heading = "Attached cluster"
    )]
    pub drain_command: String,

    /// Command that puts `$GATE_NODE` back when it is sane.
    #[arg(
        long,
        env = "INPUT_UNDRAIN-COMMAND",
        value_name = "COMMAND",
        default_value = "",
        help_heading = "Attached cluster"
    )]
    pub undrain_command: String,

    /// Name of a system admin of the attached cluster.
    #[arg(
        long,
        env = "INPUT_ADMIN-USERNAME",
        value_name = "NAME",
        default_value = "",
        help_heading = "Attached cluster"
    )]
    pub admin_username: String,

    /// Their password.
    #[arg(
        long,
        env = "INPUT_ADMIN-PASSWORD",
        value_name = "TEXT",
        hide_env_values = true,
        help_heading = "Attached cluster"
    )]
    pub admin_password: Option<SecretString>,

    /// A personal access token of a system admin, in place of name and password.
    #[arg(
        long,
        env = "INPUT_ADMIN-TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        help_heading = "Attached cluster"
    )]
    pub admin_token: Option<SecretString>,
}

impl AttachedInputs {
    /// Whether such a cluster is to be visited.
    #[must_use]
    pub fn is_asked_for(&self) -> bool {
        self.cluster == "attached"
    }

    /// Empty texts count as not given.
    #[must_use]
    pub(super) fn with_defaults(mut self) -> Self {
        settle([
            (&mut self.cluster, CLUSTER),
            (&mut self.node_urls, ""),
            (&mut self.balancer_url, ""),
            (&mut self.replace_command, ""),
            (&mut self.drain_command, ""),
            (&mut self.undrain_command, ""),
            (&mut self.admin_username, ""),
        ]);
        self
    }
}
