//! The nodes of a cluster: what every provider has.

use std::time::Duration;

use super::absent::Absent;
use super::attached::AttachedCluster;
use super::compose::ComposeCluster;
use super::error::ClusterError;
use super::last_words::LastWords;
use super::standin::StandInCluster;
use crate::mattermost::Address;
use crate::telling;

/// The nodes, by who runs them; and the other parts of the cluster, as far as they have logs.
#[derive(Debug, Clone, Copy)]
pub enum Nodes<'a> {
    /// Containers of a compose project.
    Compose(&'a ComposeCluster),
    /// Stand-ins in this process.
    StandIn(&'a StandInCluster),
    /// Somebody else's servers, which run already.
    Attached(&'a AttachedCluster),
}

impl Nodes<'_> {
    /// Has a node run `image` for the first time, and returns its own address. Where nodes run already, this one is left
    /// alone.
    ///
    /// The node is not ready then: [`ready`](super::ready()) waits for that.
    ///
    /// # Errors
    /// When it could not be created or started.
    pub async fn start(&self, node: &str, image: &str) -> Result<Address, ClusterError> {
        match self {
            Self::Compose(cluster) => cluster.start(node, image, &[]).await,
            Self::StandIn(cluster) => cluster.start(node, image, &[]).await,
            Self::Attached(cluster) => cluster.address(node),
        }
    }

    /// Stops a node, politely at first. A command that replaces nodes stops them too: there it is left for
    /// [`Self::replace`] to do.
    ///
    /// # Errors
    /// When it could not be stopped.
    pub async fn stop(&self, node: &str, grace: Duration) -> Result<(), ClusterError> {
        match self {
            Self::Compose(cluster) => cluster.stop(node, grace).await,
            Self::StandIn(cluster) => {
                cluster.stop(node, grace).await;
                Ok(())
            }
            Self::Attached(_) => Ok(()),
        }
    }

    /// Puts a node at `image` in place of the one that was stopped, with `environment` on top of its own where nodes are
    /// [`Self::restartable`]; returns its own address.
    ///
    /// # Errors
    /// When it could not be created or started.
    pub async fn replace(
        &self,
        node: &str,
        image: &str,
        environment: &[(&str, &str)],
    ) -> Result<Address, ClusterError> {
        match self {
            Self::Compose(cluster) => cluster.start(node, image, environment).await,
            Self::StandIn(cluster) => cluster.start(node, image, environment).await,
            Self::Attached(cluster) => cluster.replace(node).await,
        }
    }

    /// Whether a node can be replaced by what it runs already, with another environment.
    ///
    /// # Errors
    /// Why not.
    pub fn restartable(&self) -> Result<(), Absent> {
        match self {
            Self::Compose(_) | Self::StandIn(_) => Ok(()),
            Self::Attached(_) => Err(Absent::NotApplicable(
                "attached: the gate cannot restart its nodes with another environment".into(),
            )),
        }
    }

    /// Whether the node's process still runs. Of servers that are only reached by their addresses, that shows in their
    /// answers alone.
    ///
    /// # Errors
    /// When it has ended: with its exit code and what its log says.
    pub async fn alive(&self, node: &str) -> Result<(), ClusterError> {
        match self {
            Self::Compose(cluster) => cluster.alive(node).await,
            Self::StandIn(cluster) => cluster.alive(node).await,
            Self::Attached(_) => Ok(()),
        }
    }

    /// Every part that has a log: nodes, balancer, store, database.
    #[must_use]
    pub fn parts(&self) -> Vec<String> {
        match self {
            Self::Compose(cluster) => cluster.parts(),
            Self::StandIn(cluster) => cluster.parts(),
            Self::Attached(cluster) => cluster.parts(),
        }
    }

    /// The last lines of a part's log, oldest first; empty when there is none. Of servers whose logs are out of reach it is
    /// what the commands for them printed.
    pub async fn log(&self, part: &str, lines: Option<usize>) -> Vec<String> {
        match self {
            Self::Compose(cluster) => cluster.log(part, lines).await,
            Self::StandIn(cluster) => cluster.log(part, lines).await,
            Self::Attached(cluster) => cluster.log(part, lines),
        }
    }

    /// What the log of a part that failed says: the lines that tell why, what they mean, what to do.
    pub async fn last_words(&self, part: &str) -> LastWords {
        match self {
            Self::Compose(cluster) => cluster.last_words(part).await,
            Self::StandIn(_) | Self::Attached(_) => {
                LastWords::of(&self.log(part, Some(telling::LOOKED_AT)).await)
            }
        }
    }

    /// The lines of a part's log that tell most, of a part that lives: what it complained of need not be why something
    /// failed.
    pub async fn complaints(&self, part: &str) -> Vec<String> {
        LastWords::of_the_living(&self.log(part, Some(telling::LOOKED_AT)).await).lines
    }
}
