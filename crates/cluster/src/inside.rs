//! A look inside a cluster: its images, its bucket, and the way from its servers to this process.

use std::net::IpAddr;

use super::absent::Absent;
use super::compose::ComposeCluster;
use super::database_look::DatabaseLook;
use super::image::{ImageFacts, Packaged};
use super::project::NodeFiles;
use super::standin::StandInCluster;
use basics::trouble::Trouble;
use basics::versions::Version;
use storage::Bucket;

/// What can be looked into.
#[derive(Debug, Clone, Copy)]
pub enum Inside<'a> {
    /// A compose project on an engine.
    Compose(&'a ComposeCluster),
    /// The stand-in in this process.
    StandIn(&'a StandInCluster),
    /// Nothing but addresses is within reach, because the cluster is this kind of one.
    Closed(&'static str),
}

impl Inside<'_> {
    /// The version of each of these servers' images, in their order, or why it does not tell one. The images are made
    /// ready for that.
    ///
    /// # Errors
    /// An image that cannot be had.
    pub async fn versions(&self, images: &[&str]) -> Result<Vec<Result<Version, String>>, Trouble> {
        match self {
            Self::Compose(cluster) => cluster.versions(images).await,
            Self::StandIn(_) | Self::Closed(_) => {
                Ok(images.iter().map(|_| Err("no image is run here".to_owned())).collect())
            }
        }
    }

    /// What the image of a node says it is. The node's container must be there, running or not.
    ///
    /// # Errors
    /// When the image or the container cannot be looked at.
    pub async fn image(&self, node: &str) -> Result<ImageFacts, Absent> {
        match self {
            Self::Compose(cluster) => Ok(cluster.image(node).await?),
            Self::StandIn(cluster) => Ok(cluster.image(node).await?),
            Self::Closed(kind) => Err(not_for(kind, "the gate cannot look into its images")),
        }
    }

    /// The bytes of a plugin bundle that the image of a node packages.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn bundle(&self, node: &str, packaged: &Packaged) -> Result<Vec<u8>, Absent> {
        match self {
            Self::Compose(cluster) => Ok(cluster.bundle(node, packaged).await?),
            Self::StandIn(cluster) => Ok(cluster.bundle(node, packaged).await?),
            Self::Closed(kind) => Err(not_for(kind, "the gate cannot look into its images")),
        }
    }

    /// Where the nodes keep files, as far as a compose file says; nothing where there is none.
    #[must_use]
    pub fn files(&self) -> Option<&NodeFiles> {
        match self {
            Self::Compose(cluster) => Some(cluster.files()),
            Self::StandIn(_) | Self::Closed(_) => None,
        }
    }

    /// The bucket behind the servers, for looking into it.
    ///
    /// # Errors
    /// Why it can't be looked into.
    pub async fn bucket(&self) -> Result<Bucket, Absent> {
        match self {
            Self::Compose(cluster) => Ok(cluster.bucket().await?),
            Self::StandIn(cluster) => Ok(cluster.bucket()),
            Self::Closed(kind) => Err(not_for(kind, "the gate cannot look into its bucket")),
        }
    }

    /// What went wrong with the database or the store; where the part has died, how and what its log says.
    pub async fn explained(&self, trouble: Trouble) -> Trouble {
        match self {
            Self::Compose(cluster) => cluster.explained(trouble).await,
            Self::StandIn(_) | Self::Closed(_) => trouble,
        }
    }

    /// Looks into the database once: how far its schema is, and who waits for a lock.
    ///
    /// # Errors
    /// Why nobody can look.
    pub async fn look_at_database(&self) -> Result<DatabaseLook, Absent> {
        match self {
            Self::Compose(cluster) => cluster.look_at_database().await,
            Self::StandIn(_) => Err(Absent::NotApplicable("the stand-in has no database server".into())),
            Self::Closed(kind) => Err(not_for(kind, "the gate cannot look into its database")),
        }
    }

    /// The address of this process as the nodes see it: what the gate serves listens there.
    ///
    /// # Errors
    /// Why the nodes cannot reach this process.
    pub async fn gate_address(&self) -> Result<IpAddr, Absent> {
        match self {
            Self::Compose(cluster) => Ok(cluster.gate_address().await?),
            Self::StandIn(_) => Ok(StandInCluster::GATE_ADDRESS),
            Self::Closed(kind) => Err(not_for(kind, "its servers have no way to the gate")),
        }
    }

    /// Tells where the gate answers HTTP, before any node starts: servers that have nobody else to play their Customer
    /// Web Server are told to ask there. Only the stand-in is in need of that.
    pub fn set_customer_web_server(&self, url: &str) {
        match self {
            Self::StandIn(cluster) => cluster.set_customer_web_server(url),
            Self::Compose(_) | Self::Closed(_) => {}
        }
    }
}

/// What nobody can do from outside.
fn not_for(kind: &str, what: &str) -> Absent {
    Absent::NotApplicable(format!("{kind}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_closed_says_what_it_is_and_what_that_keeps_from_the_gate() {
        let closed = Inside::Closed("attached");
        assert_eq!(
            closed.image("node1").await.unwrap_err(),
            Absent::NotApplicable("attached: the gate cannot look into its images".into())
        );
        let bucket = closed.bucket().await.unwrap_err().to_string();
        assert_eq!(bucket, "attached: the gate cannot look into its bucket");
        let gate = closed.gate_address().await.unwrap_err().to_string();
        assert_eq!(gate, "attached: its servers have no way to the gate");
    }
}
