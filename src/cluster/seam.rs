//! The cluster itself: one enum over the providers, which says what each of them can do.

use tokio::time::Instant;

use super::absent::Absent;
use super::attached::{AttachedCluster, SiteAdmin};
use super::compose::{ComposeCluster, SideContainers};
use super::error::ClusterError;
use super::images::Images;
use super::inside::Inside;
use super::nodes::Nodes;
use super::origin::Origin;
use super::standin::StandInCluster;
use super::traffic::Traffic;
use crate::mattermost::Address;

/// The running system: nodes, balancer, store, database.
#[derive(Debug)]
pub enum Cluster {
    /// On a Docker engine, from a compose file.
    Compose(Box<ComposeCluster>),
    /// In this process, played by the stand-in.
    StandIn(Box<StandInCluster>),
    /// There already, somebody else's.
    Attached(Box<AttachedCluster>),
}

impl Cluster {
    /// Its nodes: every cluster has some.
    #[must_use]
    pub fn nodes(&self) -> Nodes<'_> {
        match self {
            Self::Compose(cluster) => Nodes::Compose(cluster),
            Self::StandIn(cluster) => Nodes::StandIn(cluster),
            Self::Attached(cluster) => Nodes::Attached(cluster),
        }
    }

    /// What leads the users' requests to its nodes.
    #[must_use]
    pub fn traffic(&self) -> Traffic<'_> {
        match self {
            Self::Compose(cluster) => match cluster.balancer_role().map(|role| &role.haproxy) {
                Some(Some(api)) => Traffic::Haproxy(cluster, api),
                Some(None) => Traffic::Reloaded(cluster),
                None => Traffic::Direct,
            },
            Self::StandIn(cluster) => Traffic::StandIn(cluster),
            Self::Attached(cluster) => Traffic::Commands(cluster),
        }
    }

    /// What of it can be looked into.
    #[must_use]
    pub fn inside(&self) -> Inside<'_> {
        match self {
            Self::Compose(cluster) => Inside::Compose(cluster),
            Self::StandIn(cluster) => Inside::StandIn(cluster),
            Self::Attached(_) => Inside::Closed("attached"),
        }
    }

    /// Containers of the user's beside it.
    ///
    /// # Errors
    /// Why there cannot be any.
    pub fn side_containers(&self) -> Result<SideContainers<'_>, Absent> {
        let why = match self {
            Self::Compose(cluster) => return Ok(SideContainers::of(cluster)),
            Self::StandIn(_) => "the stand-in has no containers: give suite-command without suite-image",
            Self::Attached(_) => "attached: the gate cannot run containers beside it",
        };
        Err(Absent::NotApplicable(why.into()))
    }

    /// Where it comes from: errors about its nodes and addresses have other words for each.
    #[must_use]
    pub fn origin(&self) -> Origin {
        match self {
            Self::Compose(_) | Self::StandIn(_) => Origin::Built,
            Self::Attached(_) => Origin::Found,
        }
    }

    /// Who the gate is in a cluster that was there before it. In all others nobody is there yet: the gate makes the first
    /// user.
    #[must_use]
    pub fn site_admin(&self) -> Option<&SiteAdmin> {
        match self {
            Self::Compose(_) | Self::StandIn(_) => None,
            Self::Attached(cluster) => Some(cluster.admin()),
        }
    }

    /// Whether something stands in front of the nodes.
    #[must_use]
    pub fn has_balancer(&self) -> bool {
        match self {
            Self::Compose(cluster) => cluster.balancer_role().is_some(),
            Self::StandIn(_) | Self::Attached(_) => true,
        }
    }

    /// The balancer's address; without a balancer the first node's.
    ///
    /// # Errors
    /// When it is not known.
    pub async fn balancer(&self) -> Result<Address, ClusterError> {
        match self {
            Self::Compose(cluster) => cluster.balancer().await,
            Self::StandIn(cluster) => Ok(cluster.balancer()),
            Self::Attached(cluster) => Ok(cluster.balancer()),
        }
    }

    /// Brings up everything but the nodes, and fetches all images. What stands already is left alone.
    ///
    /// # Errors
    /// The part that did not come up.
    pub async fn prepare(&self, images: &Images<'_>) -> Result<(), ClusterError> {
        match self {
            Self::Compose(cluster) => cluster.prepare(images).await,
            Self::StandIn(_) | Self::Attached(_) => Ok(()),
        }
    }

    /// Removes everything that the gate made, without waiting for processes to stop by themselves. Idempotent.
    ///
    /// # Errors
    /// What could not be removed, or is left at the deadline.
    pub async fn down(&self, deadline: Instant) -> Result<(), ClusterError> {
        match self {
            Self::Compose(cluster) => cluster.down(deadline).await,
            Self::StandIn(cluster) => {
                cluster.down().await;
                Ok(())
            }
            Self::Attached(_) => Ok(()),
        }
    }
}
