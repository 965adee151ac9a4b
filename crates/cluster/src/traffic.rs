//! Who gets the users' requests: a node is taken out before it goes, and put back when it is sane.

use std::time::Duration;

use tokio::time::Instant;

use super::attached::AttachedCluster;
use super::compose::ComposeCluster;
use super::project::RuntimeApi;
use super::standin::StandInCluster;
use basics::trouble::Trouble;

/// Traffic, by what leads it.
#[derive(Debug, Clone, Copy)]
pub enum Traffic<'a> {
    /// A haproxy of the compose project: its runtime API takes out and puts back.
    Haproxy(&'a ComposeCluster, &'a RuntimeApi),
    /// Another balancer of the compose project: it cannot be told who is out, only that somebody has come.
    Reloaded(&'a ComposeCluster),
    /// The stand-in's own balancer.
    StandIn(&'a StandInCluster),
    /// Commands of the user's. Users were on these nodes before the gate came.
    Commands(&'a AttachedCluster),
    /// Nothing: users go to the nodes themselves.
    Direct,
}

impl Traffic<'_> {
    /// Keeps traffic from a node that is about to be started for the first time; one that has users already keeps them.
    ///
    /// # Errors
    /// When the balancer refuses.
    pub async fn hold_back(&self, node: &str) -> Result<(), Trouble> {
        match self {
            Self::Commands(_) => Ok(()),
            _ => self.drain(node, Duration::ZERO).await,
        }
    }

    /// Lets a node have traffic that [`Self::hold_back`] kept from it.
    ///
    /// # Errors
    /// When the balancer does not take it within `patience`.
    pub async fn admit(&self, node: &str, patience: Duration) -> Result<(), Trouble> {
        match self {
            Self::Commands(_) => Ok(()),
            _ => self.undrain(node, patience).await,
        }
    }

    /// Takes a node out and waits for its last requests, at most for `patience`: websockets may stay to the end, they lose
    /// their connection at the stop anyway.
    ///
    /// # Errors
    /// When the balancer refuses.
    pub async fn drain(&self, node: &str, patience: Duration) -> Result<(), Trouble> {
        match self {
            Self::Haproxy(cluster, api) => {
                let haproxy = cluster.haproxy(api).await?;
                haproxy.drain(node).await?;
                haproxy.wait_idle(node, Instant::now() + patience).await?;
                Ok(())
            }
            Self::StandIn(cluster) => {
                cluster.take_out(node)?;
                cluster.until_idle(node, patience).await
            }
            // A command that takes a node out waits by itself for as long as it likes.
            Self::Commands(cluster) => cluster.take_out(node).await,
            Self::Reloaded(_) | Self::Direct => Ok(()),
        }
    }

    /// Puts a node back and waits until it is sent traffic.
    ///
    /// # Errors
    /// When the balancer does not take it within `patience`.
    pub async fn undrain(&self, node: &str, patience: Duration) -> Result<(), Trouble> {
        match self {
            Self::Haproxy(cluster, api) => {
                let haproxy = cluster.haproxy(api).await?;
                let address = cluster.node_address(node).await?;
                haproxy.ready(node).await?;
                haproxy.wait_up(node, Some(address), Instant::now() + patience).await?;
                Ok(())
            }
            Self::Reloaded(cluster) => cluster.follow(node, patience).await,
            Self::StandIn(cluster) => cluster.put_back(node, patience).await,
            Self::Commands(cluster) => cluster.put_back(node).await,
            Self::Direct => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attached::{AttachedOptions, SiteAdmin};

    #[tokio::test]
    async fn nodes_that_users_are_on_keep_their_traffic_until_they_are_drained() {
        let cluster = AttachedCluster::new(AttachedOptions {
            nodes: vec![("a".into(), "http://127.0.0.1:1".into())],
            balancer: "http://127.0.0.1:2".into(),
            replace: "true".into(),
            drain: Some("echo out".into()),
            undrain: Some("echo back".into()),
            image: "mm:11.6.0".into(),
            version: "11.6.0".into(),
            admin: SiteAdmin::Token("token".into()),
            withheld: Vec::new(),
        });
        let traffic = Traffic::Commands(&cluster);
        traffic.hold_back("a").await.unwrap();
        traffic.admit("a", Duration::ZERO).await.unwrap();
        assert!(cluster.log("a", None).is_empty());
        traffic.drain("a", Duration::ZERO).await.unwrap();
        traffic.undrain("a", Duration::ZERO).await.unwrap();
        assert_eq!(cluster.log("a", None), ["--- drain-command", "out", "--- undrain-command", "back"]);
    }
}
