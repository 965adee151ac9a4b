//! The row of the table: what a check is.

use std::pin::Pin;

use super::context::Context;
use super::outcome::Halt;
use crate::outcome::Stage;

/// The future of a check's run.
pub(super) type Run<'a> = Pin<Box<dyn Future<Output = Result<(), Halt>> + Send + 'a>>;

/// One verification.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Stable name, used in reports, in docs and by `only` and `skip`: `posts`, `plugins.inventory`.
    pub id: &'static str,
    /// What a passing check proves, in one line.
    pub title: &'static str,
    /// The lines of MM-T5392 that it covers, by id.
    pub lines: &'static [&'static str],
    /// Where it runs.
    pub stages: Stages,
    /// Whether it may run beside others; one that changes what others read may not.
    pub alone: bool,
    /// What it needs of the installation; without it the check, or a part of it, is not applicable.
    pub needs: &'static [Need],
    /// With a list of environment variables the nodes are rolled to it and back, and the check runs once in each
    /// [`Turn`](super::Turn); most have none.
    pub environment: &'static [(&'static str, &'static str)],
    /// The verification itself.
    pub run: for<'a, 'b> fn(&'a Context<'b>) -> Run<'a>,
}

/// Something that not every installation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Something in front of the nodes.
    Balancer,
    /// Files in S3, with keys that the gate has.
    Bucket,
    /// A licence with clustering, and `ClusterSettings.Enable`.
    Clustering,
    /// A cloud licence.
    CloudLicence,
    /// `PluginSettings.EnableUploads`.
    PluginUploads,
    /// A plugin, by id.
    Plugin(&'static str),
    /// The servers reach what the gate serves: its mail server, its HTTP endpoints.
    Sinks,
    /// An input that switches it on.
    Input(&'static str),
}

impl Need {
    /// The words of docs and listings.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Balancer => "a balancer".into(),
            Self::Bucket => "files in S3".into(),
            Self::Clustering => "a clustering licence".into(),
            Self::CloudLicence => "a cloud licence".into(),
            Self::PluginUploads => "plugin uploads switched on".into(),
            Self::Plugin(id) => format!("the plugin {id}"),
            Self::Sinks => "a way from the servers to the gate".into(),
            Self::Input(name) => format!("the input {name}"),
        }
    }
}

/// The stages that a check runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stages {
    /// In every stage, mixed ones included.
    Each,
    /// On stable and on release only, because it would disturb a mixed cluster.
    Ends,
    /// On release only.
    Release,
}

impl Stages {
    /// Whether `stage` is one of them.
    #[must_use]
    pub fn contain(self, stage: Stage) -> bool {
        match self {
            Self::Each => true,
            Self::Ends => !matches!(stage, Stage::Mixed(_)),
            Self::Release => stage == Stage::Release,
        }
    }

    /// The words of docs and listings.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Each => "stable, mixed, release",
            Self::Ends => "stable, release",
            Self::Release => "release",
        }
    }
}
