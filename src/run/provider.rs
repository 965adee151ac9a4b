//! What makes the cluster of a run.

use super::on_docker::OnDocker;
use crate::cluster::{AttachedCluster, AttachedOptions, Cluster, StandInCluster, StandInOptions};
use crate::event::Events;
use crate::trouble::Trouble;

/// What makes the cluster of a run; nothing is made before it is asked to.
#[derive(Debug)]
pub enum Provider {
    /// A compose project on a Docker engine.
    Compose(Box<OnDocker>),
    /// A cluster that is there already.
    Attached(Box<AttachedOptions>),
    /// The embedded stand-in.
    StandIn(StandInOptions),
}

impl Provider {
    /// Its name in reports.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Compose(_) => "compose",
            Self::Attached(_) => "attached",
            Self::StandIn(_) => "stand-in",
        }
    }

    /// The cluster, without nodes that run.
    ///
    /// # Errors
    /// What is wrong with the environment.
    pub(super) async fn build(&self, events: Events) -> Result<Cluster, Trouble> {
        match self {
            Self::Compose(docker) => Ok(Cluster::Compose(Box::new(docker.connect(events).await?))),
            Self::Attached(options) => {
                let options = AttachedOptions::clone(options);
                Ok(Cluster::Attached(Box::new(AttachedCluster::new(options))))
            }
            Self::StandIn(options) => {
                let remedy = "The demo needs to listen on 127.0.0.1.";
                let cluster = StandInCluster::new(options.clone()).await;
                let cluster = cluster.map_err(|error| Trouble::new("stand-in", error.to_string(), remedy))?;
                Ok(Cluster::StandIn(Box::new(cluster)))
            }
        }
    }
}
