//! One run: everything that is decided and made before it begins.

use std::path::PathBuf;

use secrecy::SecretString;

use super::provider::Provider;
use super::random;
use crate::event::{ReleaseName, RunHeader};
use crate::github::WorkflowContext;
use crate::mattermost::Http;
use crate::plan::{Plan, PlanStep, Release};
use crate::report::Names;
use crate::storage::Bucket;

/// A run before it begins: what will be done, to which cluster, and where its reports go.
#[derive(Debug)]
pub struct Run {
    /// Its unique id: `ug-` and ten hexadecimal digits.
    pub id: String,
    /// What will be done.
    pub plan: Plan,
    /// What is to be known beforehand, told right below the plan and in every report.
    pub warnings: Vec<String>,
    /// The words behind `upgrade-gate` that do it again.
    pub again: Vec<String>,
    /// What makes the cluster.
    pub provider: Provider,
    /// Where reports go; it exists.
    pub folder: PathBuf,
    /// How the cases of `junit.xml` are called.
    pub names: Names,
    /// What no output may contain, before anything is known of the cluster's own secrets.
    pub secrets: Vec<String>,
    /// Password of the gate's own accounts.
    pub password: SecretString,
    /// The GitHub job that the run is part of: it gets outputs and summary at once when a signal comes.
    pub job: Option<WorkflowContext>,
    /// What talks to the cluster.
    pub http: Http,
    /// The bucket that the site's objects are read from, where the run is on a copy of a site that has one.
    pub site_bucket: Option<Bucket>,
}

impl Run {
    /// An id that no other run has.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn new_id() -> anyhow::Result<String> {
        Ok(format!("ug-{}", random::hex(5)?))
    }

    /// What every report says of the run in its first lines.
    #[must_use]
    pub fn header(&self) -> RunHeader {
        let plan = &self.plan;
        let name =
            |release: &Release| ReleaseName { given: release.given.clone(), image: release.image.clone() };
        RunHeader {
            run_id: self.id.clone(),
            gate_version: env!("CARGO_PKG_VERSION").to_owned(),
            stable: name(&plan.stable),
            release: name(&plan.release),
            compose_file: plan.compose_file.clone(),
            nodes: plan.order.len(),
            mode: plan.mode.to_string(),
            mode_reason: plan.mode_reason.clone(),
            provider: self.provider.name().to_owned(),
            order: plan.order.clone(),
            planned: plan.stages.iter().map(|stage| (stage.stage, stage.checks.clone())).collect(),
            steps: plan.steps.iter().map(PlanStep::words).collect(),
            left_out: plan.left_out.iter().map(|left| (left.check.clone(), left.why.clone())).collect(),
            again: self.again.clone(),
        }
    }
}
