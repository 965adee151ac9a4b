//! What a plan is made of.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::steps::PlanStep;
use crate::checks::crowd;
use crate::compose::PullPolicy;
pub(crate) use crate::inputs::{
    AllowedHarm, AttachedPlan, BrowserPlan, Bundle, LeftOut, MigrateBy, Release, SiteCopy, StoreDump,
    StoreForm, SuitePlan, WantedRollback,
};
use crate::lock::Lock;
use crate::outcome::Stage;
use crate::waivers::Waivers;

/// What a run will do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What is upgraded from.
    pub stable: Release,
    /// What is upgraded to.
    pub release: Release,
    /// The compose file of the user's own, the first one of several: the file that reports point at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compose_file: Option<String>,
    /// How.
    pub mode: Mode,
    /// Why so, as a clause: "11.5.1 → 11.6.0 is one minor apart".
    pub mode_reason: String,
    /// The mode that was asked for, for whoever learns the versions later.
    #[serde(default)]
    pub wanted_mode: String,
    /// When nodes go back to stable.
    #[serde(default)]
    pub rollback: Rollback,
    /// Why so, or how, as a clause.
    #[serde(default)]
    pub rollback_reason: String,
    /// What was asked for, for whoever learns the versions later.
    #[serde(default)]
    pub wanted_rollback: WantedRollback,
    /// Who migrates the database.
    #[serde(default)]
    pub migrate: MigrateBy,
    /// Whether nodes are restarted on stable where no check does it.
    #[serde(default)]
    pub control: bool,
    /// What the database was brought up with before stable, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Release>,
    /// The site's own data, where the run is on a copy of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_copy: Option<SiteCopy>,
    /// Names of the nodes, in the order of their replacement.
    pub order: Vec<String>,
    /// What is done, in order.
    #[serde(default)]
    pub steps: Vec<PlanStep>,
    /// Stages and their checks, in order: what must be measured.
    pub stages: Vec<StagePlan>,
    /// Checks that an input leaves out.
    pub left_out: Vec<LeftOut>,
    /// Failures that somebody answers for.
    #[serde(default, skip_serializing_if = "Waivers::is_empty")]
    pub waivers: Waivers,
    /// Whether a check that passes only when asked again is red.
    #[serde(default)]
    pub unsteady_fails: bool,
    /// The user's own suite, run against the release after everything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<SuitePlan>,
    /// Plugins of the user's own, installed on stable.
    pub plugins: Vec<Bundle>,
    /// The cluster, where it is there already; else the gate builds one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attached: Option<AttachedPlan>,
    /// The cluster that the gate builds, as far as its compose file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built: Option<BuiltPlan>,
    /// When images are pulled that the engine has, where it is not for the compose file and their names to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull: Option<PullPolicy>,
    /// The images of an earlier run, which are taken instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
    /// What a drained roll may cost users.
    pub allowed_harm: AllowedHarm,
    /// Limits.
    pub budgets: Budgets,
    /// Whether a licence was given.
    pub licensed: bool,
    /// Whether the cluster stays at the end.
    pub keep: bool,
    /// What pages are looked at with, if anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<BrowserPlan>,
    /// Whether the retired Apps framework is measured.
    #[serde(default)]
    pub apps: bool,
    /// Whether the release's checks wait for due reminders.
    #[serde(default)]
    pub reminders: bool,
    /// How many members the channel of a crowd is to have.
    #[serde(default = "usual_crowd", skip_serializing_if = "is_usual_crowd")]
    pub crowd: usize,
    /// What is known beforehand to be left unmeasured, without effect or at risk: a sentence each.
    #[serde(default)]
    pub warnings: Vec<String>,
}

fn usual_crowd() -> usize {
    crowd::DEFAULT
}

fn is_usual_crowd(members: &usize) -> bool {
    *members == crowd::DEFAULT
}

impl Plan {
    /// The images of what runs beside the cluster: a suite's, a browser's, which may be the same.
    #[must_use]
    pub fn images_beside(&self) -> Vec<&str> {
        let suite = self.suite.as_ref().and_then(|suite| suite.image.as_deref());
        let browser =
            self.browser.as_ref().and_then(BrowserPlan::image).filter(|image| Some(*image) != suite);
        suite.into_iter().chain(browser).collect()
    }

    /// Whether a check is planned in any stage.
    #[must_use]
    pub fn has_check(&self, id: &str) -> bool {
        self.stages.iter().flat_map(|stage| &stage.checks).any(|planned| planned == id)
    }
}

/// A cluster that the gate builds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuiltPlan {
    /// What is started before the nodes, by service.
    pub others: Vec<String>,
    /// The port that each node serves, in the order of the nodes.
    pub ports: Vec<u16>,
    /// The URL of each node, where it is more than its name and port, in the order of the nodes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<Option<String>>,
    /// What stands in front of the nodes, if anything does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balancer: Option<String>,
    /// By what address users come to it, where that is more than its name and port; and the port that it serves there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub front: Option<(String, u16)>,
    /// Whether the balancer can be told to spare a node.
    pub drained: bool,
}

/// How nodes get from one release to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// One node at a time, the others serve.
    Rolling,
    /// All stop, then all start.
    StopStart,
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Rolling => "rolling",
            Self::StopStart => "stop-start",
        })
    }
}

/// When nodes go back to stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rollback {
    /// The first node, after the first mixed stage; then it goes forward again.
    Mid,
    /// All nodes, after the release.
    Full,
    /// Never.
    #[default]
    None,
}

impl std::fmt::Display for Rollback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Mid => "mid",
            Self::Full => "full",
            Self::None => "none",
        })
    }
}

/// The checks of one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagePlan {
    /// Which.
    pub stage: Stage,
    /// Ids of its checks, in the order of the catalogue.
    pub checks: Vec<String>,
}

/// Limits of the run's parts, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budgets {
    /// The whole run.
    pub total_s: u64,
    /// One node, from its start until it is ready.
    pub ready_s: u64,
    /// One check in one stage.
    pub check_s: u64,
    /// Waiting for a drained node's last requests.
    pub drain_s: u64,
    /// A node's stop, before it is killed.
    pub stop_s: u64,
}

impl Budgets {
    /// The same for data of somebody's: how long a migration of it takes is what the run is to tell.
    #[must_use]
    pub fn for_a_copy(self) -> Self {
        Self { ready_s: self.total_s / 2, check_s: self.total_s / 2, ..self }
    }

    /// Limits within a whole of `total`.
    #[must_use]
    pub fn within(total: Duration) -> Self {
        let total_s = total.as_secs();
        Self { total_s, ready_s: 180.min(total_s / 4), check_s: 90.min(total_s / 2), drain_s: 10, stop_s: 60 }
    }
}
