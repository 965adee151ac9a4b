//! The cluster itself: one enum over the providers, which says what each of them can do; and its nodes, which each of them
//! has. Whoever adds a provider finds all its arms here.

use std::time::Duration;

use tokio::time::Instant;

use super::absent::Absent;
use super::attached::{AttachedCluster, SiteAdmin};
use super::compose::ComposeCluster;
use super::compose::side_containers::SideContainers;
use super::database::Database;
use super::images::Images;
use super::inside::Inside;
use super::last_words::LastWords;
use super::origin::Origin;
use super::process::ServerProcess;
use super::standin::StandInCluster;
use super::traffic::Traffic;
use super::usage::ServerUsage;
use basics::telling;
use basics::trouble::Trouble;
use mattermost_client::Address;

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
        Nodes(self)
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

    /// Its database, where it is the gate's to fill.
    ///
    /// # Errors
    /// Why it is not.
    pub fn database(&self) -> Result<Database<'_>, Absent> {
        match self {
            Self::Compose(cluster) => Ok(Database::Compose(cluster)),
            Self::StandIn(cluster) => Ok(Database::StandIn(cluster)),
            Self::Attached(_) => {
                Err(Absent::NotApplicable("attached: its database is not the gate's to look into".into()))
            }
        }
    }

    /// Containers of the user's beside it.
    ///
    /// # Errors
    /// Why there cannot be any.
    pub fn side_containers(&self) -> Result<SideContainers<'_>, Absent> {
        let why = match self {
            Self::Compose(cluster) => return Ok(SideContainers::of(cluster)),
            Self::StandIn(_) => {
                "the stand-in has no containers: give suite-command without suite-image, and browser in place of browser-image"
            }
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

    /// How often its servers look for reminders and scheduled messages that are due, at full multiples of it by the clock:
    /// five minutes in 9.x to 12.x.
    #[must_use]
    pub fn looks_for_due(&self) -> Duration {
        match self {
            Self::Compose(_) | Self::Attached(_) => Duration::from_secs(300),
            Self::StandIn(_) => mattermost_standin::LOOKS_EVERY,
        }
    }

    /// How often what its servers use is measured. A real engine takes a second for its answer.
    #[must_use]
    pub fn measured_every(&self) -> Duration {
        match self {
            Self::Compose(_) | Self::Attached(_) => Duration::from_millis(2500),
            Self::StandIn(_) => Duration::from_millis(100),
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
    pub async fn balancer(&self) -> Result<Address, Trouble> {
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
    pub async fn prepare(&self, images: &Images<'_>) -> Result<(), Trouble> {
        match self {
            Self::Compose(cluster) => cluster.prepare(images).await,
            Self::StandIn(_) | Self::Attached(_) => Ok(()),
        }
    }

    /// Removes everything that the gate made, without waiting for processes to stop by themselves. Idempotent.
    ///
    /// # Errors
    /// What could not be removed, or is left at the deadline.
    pub async fn down(&self, deadline: Instant) -> Result<(), Trouble> {
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

/// The nodes of a cluster, and its other parts as far as they have logs.
#[derive(Debug, Clone, Copy)]
pub struct Nodes<'a>(&'a Cluster);

impl Nodes<'_> {
    /// Has a node run `image` for the first time, and returns its own address. Where nodes run already, this one is left
    /// alone.
    ///
    /// The node is not ready then: [`ready`](super::ready()) waits for that.
    ///
    /// # Errors
    /// When it could not be created or started.
    pub async fn start(&self, node: &str, image: &str) -> Result<Address, Trouble> {
        match self.0 {
            Cluster::Compose(cluster) => cluster.start(node, image, &[]).await,
            Cluster::StandIn(cluster) => cluster.start(node, image, &[]).await,
            Cluster::Attached(cluster) => cluster.address(node),
        }
    }

    /// Stops a node, politely at first. A command that replaces nodes stops them too: there it is left for
    /// [`Self::replace`] to do.
    ///
    /// # Errors
    /// When it could not be stopped.
    pub async fn stop(&self, node: &str, grace: Duration) -> Result<(), Trouble> {
        match self.0 {
            Cluster::Compose(cluster) => cluster.stop(node, grace).await,
            Cluster::StandIn(cluster) => {
                cluster.stop(node, grace).await;
                Ok(())
            }
            Cluster::Attached(_) => Ok(()),
        }
    }

    /// Puts a node at `image` in place of the one that was stopped, with `environment` on top of its own; returns its own
    /// address. A command that replaces nodes gives them what environment it likes, so no plan asks it for another.
    ///
    /// # Errors
    /// When it could not be created or started.
    pub async fn replace(
        &self,
        node: &str,
        image: &str,
        environment: &[(&str, &str)],
    ) -> Result<Address, Trouble> {
        match self.0 {
            Cluster::Compose(cluster) => cluster.start(node, image, environment).await,
            Cluster::StandIn(cluster) => cluster.start(node, image, environment).await,
            Cluster::Attached(cluster) => cluster.replace(node).await,
        }
    }

    /// Has `image` migrate the database beside the nodes, with what `like`, a node, has, until the deadline.
    ///
    /// # Errors
    /// When it could not be run, or did not do it; an attached cluster has no images of the gate's to run.
    pub async fn migrate(&self, like: &str, image: &str, deadline: Instant) -> Result<(), Trouble> {
        match self.0 {
            Cluster::Compose(cluster) => cluster.migrate(like, image, deadline).await,
            Cluster::StandIn(cluster) => cluster.migrate(image),
            Cluster::Attached(_) => {
                Err(Trouble::bug("migrate", "a plan has a step that attached clusters cannot take"))
            }
        }
    }

    /// Whether the node's process still runs. Of servers that are only reached by their addresses, that shows in their
    /// answers alone.
    ///
    /// # Errors
    /// When it has ended: with its exit code and what its log says.
    pub async fn alive(&self, node: &str) -> Result<(), Trouble> {
        match self.0 {
            Cluster::Compose(cluster) => cluster.alive(node).await,
            Cluster::StandIn(cluster) => cluster.alive(node).await,
            Cluster::Attached(_) => Ok(()),
        }
    }

    /// The node's process as its machine sees it now.
    ///
    /// # Errors
    /// Where it is out of reach, or does not tell.
    pub async fn process(&self, node: &str) -> Result<ServerProcess, Absent> {
        match self.0 {
            Cluster::Compose(cluster) => Ok(cluster.process(node).await?),
            Cluster::StandIn(cluster) => Ok(cluster.process(node).await?),
            Cluster::Attached(_) => {
                Err(Absent::NotApplicable("attached: the processes of its servers are out of reach".into()))
            }
        }
    }

    /// What a node's server uses just now.
    ///
    /// # Errors
    /// Not applicable where nobody can ever tell.
    pub async fn usage(&self, node: &str) -> Result<ServerUsage, Absent> {
        match self.0 {
            Cluster::Compose(cluster) => Ok(cluster.usage(node).await?),
            Cluster::StandIn(cluster) => Ok(cluster.usage(node).await?),
            Cluster::Attached(_) => {
                Err(Absent::NotApplicable("attached: what its servers use is out of reach".into()))
            }
        }
    }

    /// Every part that has a log: nodes, balancer, store, database.
    #[must_use]
    pub fn parts(&self) -> Vec<String> {
        match self.0 {
            Cluster::Compose(cluster) => cluster.parts(),
            Cluster::StandIn(cluster) => cluster.parts(),
            Cluster::Attached(cluster) => cluster.parts(),
        }
    }

    /// The last lines of a part's log, oldest first; empty when there is none. Of servers whose logs are out of reach it is
    /// what the commands for them printed.
    pub async fn log(&self, part: &str, lines: Option<usize>) -> Vec<String> {
        match self.0 {
            Cluster::Compose(cluster) => cluster.log(part, lines).await,
            Cluster::StandIn(cluster) => cluster.log(part, lines).await,
            Cluster::Attached(cluster) => cluster.log(part, lines),
        }
    }

    /// Everything that a node's servers logged, through all their lives, oldest first.
    ///
    /// # Errors
    /// Where it is out of reach.
    pub async fn server_log(&self, node: &str) -> Result<Vec<String>, Absent> {
        match self.0 {
            Cluster::Compose(_) | Cluster::StandIn(_) => Ok(self.log(node, None).await),
            Cluster::Attached(_) => {
                Err(Absent::NotApplicable("attached: the logs of its servers are out of reach".into()))
            }
        }
    }

    /// What the log of a part that failed says: the lines that tell why, what they mean, what to do.
    pub async fn last_words(&self, part: &str) -> LastWords {
        match self.0 {
            Cluster::Compose(cluster) => cluster.last_words(part).await,
            Cluster::StandIn(_) | Cluster::Attached(_) => {
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
