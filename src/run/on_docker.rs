//! A run on a Docker engine: from inputs to the options of its compose project, and who tidies up after us.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::blueprint::Blueprint;
use super::reaper;
use crate::cluster::{ComposeCluster, ComposeOptions};
use crate::docker::{Credentials, Pin};
use crate::event::Events;
use crate::github;
use crate::inputs::{Login, Settings, Surroundings};
use crate::lock::{Lock, LockedImage};
use crate::mattermost::Http;
use crate::plan::Plan;
use crate::publish::print;
use crate::trouble::Trouble;

/// How long after its time limit a run's resources count as forgotten.
const AFTERLIFE: Duration = Duration::from_secs(2 * 60 * 60);
/// How long those of a cluster count as wanted that is kept on purpose.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A compose project that will be on an engine.
#[derive(Debug)]
pub struct OnDocker {
    options: ComposeOptions,
    /// Where the post step is told which run it is to remove; none where it is not to.
    post_state: Option<PathBuf>,
}

impl OnDocker {
    /// The cluster of a blueprint, as a plan wants it.
    pub(crate) fn new(
        settings: &Settings,
        surroundings: &Surroundings,
        (run_id, plan): (&str, &Plan),
        blueprint: Blueprint,
        (http, authorities): (Http, String),
    ) -> Self {
        // What is kept on purpose outlives its job.
        let post = surroundings.on_github() && !plan.keep;
        let afterlife = if plan.keep { KEPT } else { AFTERLIFE };
        let lifetime = Duration::from_secs(plan.budgets.total_s) + afterlife;
        let watched = settings.run.reaper && !plan.keep;
        let options = ComposeOptions {
            project: blueprint.project,
            roles: blueprint.roles,
            run_id: run_id.to_owned(),
            docker_host: surroundings.docker_host.clone(),
            github_job: surroundings.github_job().filter(|_| post),
            pull: plan.pull,
            pins: plan.lock.iter().flat_map(pins).collect(),
            credentials: settings.registry.as_ref().map(credentials),
            lifetime,
            http,
            authorities,
            reaper: watched.then(|| reaper::command(&surroundings.program, run_id, lifetime)),
        };
        let post_state = surroundings.github.get("GITHUB_STATE").filter(|_| post).map(PathBuf::from);
        Self { options, post_state }
    }

    /// Finds the engine, and sees to it that what will be made there is removed, whatever becomes of us.
    pub(super) async fn connect(&self, events: Events) -> Result<ComposeCluster, Trouble> {
        let options = self.options.clone();
        let (run_id, host, reaper) =
            (options.run_id.clone(), options.docker_host.clone(), options.reaper.clone());
        let cluster = ComposeCluster::connect(options, events).await?;
        if let Some(file) = &self.post_state {
            // An engine answers and has nothing of ours yet: from now on there is something to remove.
            tell_post(file, &run_id);
        }
        if let Some(command) = reaper.filter(|_| !cluster.in_container()) {
            reaper::start_beside_us(&command, &run_id, host.as_deref());
        }
        Ok(cluster)
    }
}

/// What is taken for the names of a lock.
fn pins(lock: &Lock) -> impl Iterator<Item = (String, Pin)> {
    let pin = |image: &LockedImage| Pin { digest: image.digest.clone(), id: image.id.clone() };
    lock.images.iter().map(move |(name, image)| (name.clone(), pin(image)))
}

/// What the engine is given for the images of a registry.
fn credentials(login: &Login) -> Credentials {
    let Login { registry, username, password } = login.clone();
    Credentials { registry, username, password }
}

/// Tells the post step which run it is to remove.
fn tell_post(state: &Path, run_id: &str) {
    if let Err(why) = github::set_state(state, "run", run_id) {
        print(&format!("note: {why}; it looks for the labels of this job instead"));
    }
}
