//! The row of the table: what a check is.

use std::pin::Pin;

use super::context::Context;
use crate::outcome::Stage;

/// The future of a check's run. How the check ended is told by its steps.
type CheckFuture<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// What a check runs.
type RunCheck = for<'a, 'b> fn(&'a Context<'b>) -> CheckFuture<'a>;

/// The stages in which stable serves on the schema of the release.
pub(super) const NEWER_SCHEMA: &[Stage] = &[Stage::Migrated, Stage::Rollback];

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
    /// Stages besides, in which stable serves on the schema of the release.
    pub besides: &'static [Stage],
    /// Whether it runs on versions before stable as well.
    pub history: bool,
    /// Whether it is about a copy of somebody's site, and planned where there is one alone.
    pub of_a_copy: bool,
    /// Whether it may run beside others; one that changes what others read may not.
    pub alone: bool,
    /// Whether it may take longer by as much as servers wait between two looks for what is due, where that is wanted.
    pub awaits_look: bool,
    /// What it needs of the installation; without it the check, or a part of it, is not applicable.
    pub needs: &'static [Need],
    /// With a list of environment variables the nodes are rolled to it and back, and the check runs once in each
    /// [`RestartRound`](super::RestartRound); most have none.
    pub environment: &'static [(&'static str, &'static str)],
    /// The verification itself.
    pub run: RunCheck,
}

impl Check {
    /// A check that runs in every stage, beside others, and needs nothing of the installation, as most do.
    pub(super) const fn new(
        id: &'static str,
        title: &'static str,
        lines: &'static [&'static str],
        run: RunCheck,
    ) -> Self {
        Self {
            id,
            title,
            lines,
            stages: Stages::Each,
            besides: &[],
            history: false,
            of_a_copy: false,
            alone: false,
            awaits_look: false,
            needs: &[],
            environment: &[],
            run,
        }
    }

    /// In these stages only.
    pub(super) const fn in_stages(self, stages: Stages) -> Self {
        Self { stages, ..self }
    }

    /// In these stages as well, in which stable serves on the schema of the release: a smoke, or what was made before is there.
    pub(super) const fn also_in(self, besides: &'static [Stage]) -> Self {
        Self { besides, ..self }
    }

    /// Whether it runs in `stage`, where `next` is the stage after it.
    #[must_use]
    pub fn runs_in(&self, stage: Stage, next: Option<Stage>) -> bool {
        let makes = self.stages == Stages::Rollback && next == Some(Stage::Rollback);
        let last = self.stages == Stages::Last && stage == Stage::Rollback && next.is_none();
        let old = self.history && matches!(stage, Stage::History(_));
        makes || last || old || self.stages.contain(stage) || self.besides.contains(&stage)
    }

    /// The stages that it runs in, as docs and listings say them.
    #[must_use]
    pub fn stage_words(&self) -> String {
        let besides = self.besides.iter().map(|stage| format!(", {stage}"));
        let history = if self.history { "history, " } else { "" };
        format!("{history}{}{}", self.stages.words(), besides.collect::<String>())
    }

    /// On versions before stable as well: it makes what stable is to find, or is about the start.
    pub(super) const fn in_history(self) -> Self {
        Self { history: true, ..self }
    }

    /// For a run on a copy of somebody's site, and no other.
    pub(super) const fn of_a_copy(self) -> Self {
        Self { of_a_copy: true, ..self }
    }

    /// Not beside others: it changes what they read.
    pub(super) const fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    /// It may wait for the next look of the servers for what is due.
    pub(super) const fn awaits_a_look(self) -> Self {
        Self { awaits_look: true, ..self }
    }

    /// Without these it, or a part of it, is not applicable.
    pub(super) const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }

    /// Once in each [`RestartRound`](super::RestartRound): before, with these variables on every node, and after.
    pub(super) const fn environment(self, environment: &'static [(&'static str, &'static str)]) -> Self {
        Self { environment, ..self }
    }
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
    /// On stable, in every mixed stage, and on release.
    Each,
    /// On stable and on release only, because it would disturb a mixed cluster.
    Ends,
    /// On release only.
    Release,
    /// On release, and in `rollback` where that comes after it: when all nodes went back.
    Last,
    /// In `rollback`, and in the stage before it, where it makes what is looked for then.
    Rollback,
}

impl Stages {
    /// Whether `stage` is one of them.
    #[must_use]
    pub fn contain(self, stage: Stage) -> bool {
        match self {
            Self::Each => !matches!(stage, Stage::History(_) | Stage::Migrated | Stage::Rollback),
            Self::Ends => matches!(stage, Stage::Stable | Stage::Release),
            Self::Release | Self::Last => stage == Stage::Release,
            Self::Rollback => stage == Stage::Rollback,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Each => "stable, mixed, release",
            Self::Ends => "stable, release",
            Self::Release => "release",
            Self::Last => "release, rollback of all nodes",
            Self::Rollback => "before rollback, rollback",
        }
    }
}
