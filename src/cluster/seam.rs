//! The cluster itself: one enum over the providers, one method per thing that a run does to it.

use std::time::Duration;

use std::net::IpAddr;

use super::attached::{AttachedCluster, SiteAdmin};
use super::compose::ComposeCluster;
use super::error::Error;
use super::guest::{Guest, GuestEnd};
use super::image::{ImageFacts, Packaged};
use super::images::Images;
use super::last_words::LastWords;
use super::project::FileStore;
use super::standin::StandInCluster;
use super::unreached::{INPUTS, LABEL};
use crate::mattermost::Address;
use crate::storage::Bucket;
use crate::telling;
use crate::versions::Version;
use tokio::time::Instant;

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

macro_rules! each_provider {
    ($self:ident, $cluster:ident => $call:expr) => {
        match $self {
            Cluster::Compose($cluster) => $call,
            Cluster::StandIn($cluster) => $call,
            Cluster::Attached($cluster) => $call,
        }
    };
}

impl Cluster {
    /// Who the gate is in a cluster that was there before it. In all others nobody is there yet: the gate makes the first
    /// user.
    #[must_use]
    pub fn site_admin(&self) -> Option<&SiteAdmin> {
        match self {
            Self::Compose(_) | Self::StandIn(_) => None,
            Self::Attached(cluster) => Some(cluster.admin()),
        }
    }

    /// Whether it was there before the gate: its nodes run, people may be on them, and nothing but its addresses is
    /// within reach.
    #[must_use]
    pub fn is_attached(&self) -> bool {
        self.site_admin().is_some()
    }

    /// Where the addresses are written by which its parts are asked.
    #[must_use]
    pub fn addresses_are_in(&self) -> &'static str {
        if self.is_attached() { INPUTS } else { LABEL }
    }

    /// The version of each of these servers' images, in their order, or why it does not tell one. The images are made ready for that.
    ///
    /// # Errors
    /// An image that cannot be had.
    pub async fn versions(&self, images: &[&str]) -> Result<Vec<Result<Version, String>>, Error> {
        match self {
            Self::Compose(cluster) => cluster.versions(images).await,
            Self::StandIn(_) | Self::Attached(_) => {
                Ok(images.iter().map(|_| Err("no image is run here".to_owned())).collect())
            }
        }
    }

    /// Brings up everything but the nodes, and fetches all images.
    ///
    /// # Errors
    /// The part that did not come up.
    pub async fn prepare(&self, images: &Images<'_>) -> Result<(), Error> {
        each_provider!(self, cluster => cluster.prepare(images).await)
    }

    /// Starts a node at an image, in place of the container it had before, with `environment` on top of its own;
    /// returns its own address.
    ///
    /// The node is not ready then: [`ready`](super::ready()) waits for that.
    ///
    /// # Errors
    /// When it could not be created or started.
    pub async fn start(
        &self,
        node: &str,
        image: &str,
        environment: &[(&str, &str)],
    ) -> Result<Address, Error> {
        each_provider!(self, cluster => cluster.start(node, image, environment).await)
    }

    /// The address of this process as the nodes see it: what the gate serves listens there.
    ///
    /// # Errors
    /// Why the nodes cannot reach this process.
    pub async fn gate_address(&self) -> Result<IpAddr, Error> {
        each_provider!(self, cluster => cluster.gate_address().await)
    }

    /// Tells where the gate answers HTTP, before any node starts: servers that have nobody else to play their Customer
    /// Web Server are told to ask there. Only the stand-in is in need of that.
    pub fn offer(&self, url: &str) {
        if let Self::StandIn(cluster) = self {
            cluster.offer(url);
        }
    }

    /// Whether the node's process still runs.
    ///
    /// # Errors
    /// When it has ended: with its exit code and what its log says.
    pub async fn alive(&self, node: &str) -> Result<(), Error> {
        each_provider!(self, cluster => cluster.alive(node).await)
    }

    /// Takes a node out of the balancer and waits for its last requests, at most for `patience`.
    ///
    /// # Errors
    /// When the balancer refuses.
    pub async fn drain(&self, node: &str, patience: Duration) -> Result<(), Error> {
        each_provider!(self, cluster => cluster.drain(node, patience).await)
    }

    /// Puts a node back into the balancer and waits until the balancer sends it traffic.
    ///
    /// # Errors
    /// When the balancer does not take it within `patience`.
    pub async fn undrain(&self, node: &str, patience: Duration) -> Result<(), Error> {
        each_provider!(self, cluster => cluster.undrain(node, patience).await)
    }

    /// Stops a node, politely at first.
    ///
    /// # Errors
    /// When it could not be stopped.
    pub async fn stop(&self, node: &str, grace: Duration) -> Result<(), Error> {
        each_provider!(self, cluster => cluster.stop(node, grace).await)
    }

    /// Whether something stands in front of the nodes.
    #[must_use]
    pub fn has_balancer(&self) -> bool {
        match self {
            Self::Compose(cluster) => cluster.has_balancer(),
            Self::StandIn(_) | Self::Attached(_) => true,
        }
    }

    /// Where the nodes keep files, as far as a compose file says; nothing where there is none.
    #[must_use]
    pub fn files(&self) -> Option<&FileStore> {
        match self {
            Self::Compose(cluster) => Some(cluster.files()),
            Self::StandIn(_) | Self::Attached(_) => None,
        }
    }

    /// The balancer's address; without a balancer the first node's.
    ///
    /// # Errors
    /// When it is not known.
    pub async fn balancer(&self) -> Result<Address, Error> {
        each_provider!(self, cluster => cluster.balancer().await)
    }

    /// The balancer's URL for a guest: by its name, as the servers' own site URL has it.
    ///
    /// # Errors
    /// When there is no balancer.
    pub async fn balancer_for_guests(&self) -> Result<String, Error> {
        each_provider!(self, cluster => cluster.balancer_for_guests().await)
    }

    /// Runs a container of the user's beside the cluster, to its end or to the deadline; each line that it prints
    /// goes to `line`.
    ///
    /// # Errors
    /// When it could not be started, or this cluster has no containers.
    pub async fn run_guest(
        &self,
        guest: &Guest,
        line: &mut (dyn FnMut(String) + Send),
        deadline: Instant,
    ) -> Result<GuestEnd, Error> {
        each_provider!(self, cluster => cluster.run_guest(guest, line, deadline).await)
    }

    /// The bucket behind the servers, for looking into it.
    ///
    /// # Errors
    /// Why it can't be looked into.
    pub async fn bucket(&self) -> Result<Bucket, Error> {
        each_provider!(self, cluster => cluster.bucket().await)
    }

    /// What the image of a node says it is. The node's container must be there, running or not.
    ///
    /// # Errors
    /// When the image or the container cannot be looked at.
    pub async fn image(&self, node: &str) -> Result<ImageFacts, Error> {
        each_provider!(self, cluster => cluster.image(node).await)
    }

    /// The bytes of a plugin bundle that the image of a node packages.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn bundle(&self, node: &str, packaged: &Packaged) -> Result<Vec<u8>, Error> {
        each_provider!(self, cluster => cluster.bundle(node, packaged).await)
    }

    /// Every part that has a log: nodes, balancer, store, database.
    #[must_use]
    pub fn parts(&self) -> Vec<String> {
        each_provider!(self, cluster => cluster.parts())
    }

    /// The last lines of a part's log, oldest first; empty when there is none.
    pub async fn log(&self, part: &str, lines: Option<usize>) -> Vec<String> {
        each_provider!(self, cluster => cluster.log(part, lines).await)
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

    /// Removes everything, without waiting for anybody to stop by himself. Idempotent.
    ///
    /// # Errors
    /// What could not be removed, or is left at the deadline.
    pub async fn down(&self, deadline: Instant) -> Result<(), Error> {
        each_provider!(self, cluster => cluster.down(deadline).await)
    }
}
