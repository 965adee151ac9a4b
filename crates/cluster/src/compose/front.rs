//! Whom users talk to.

use super::{ClusterError, ComposeCluster};
use crate::project::Site;
use mattermost_client::Address;

/// The service that users talk to: without a balancer it is the first node.
pub(super) struct Front<'a> {
    pub(super) service: &'a str,
    pub(super) number: u32,
    pub(super) port: u16,
    pub(super) site: &'a Site,
}

impl ComposeCluster {
    pub(super) fn front(&self) -> Result<Front<'_>, ClusterError> {
        if let Some(role) = self.balancer_role() {
            return Ok(Front { service: &role.service, number: 1, port: role.port, site: &role.site });
        }
        match self.options.roles.nodes.first() {
            Some(node) => {
                Ok(Front { service: &node.service, number: node.number, port: node.port, site: &node.site })
            }
            None => {
                let remedy = "This is a bug of the gate: please report it.";
                Err(ClusterError::new("nodes", "the cluster has no node", remedy))
            }
        }
    }

    pub(crate) async fn balancer(&self) -> Result<Address, ClusterError> {
        let front = self.front()?;
        let address = self.address(front.service, front.number).await?;
        Ok(front.site.address((address, front.port).into()))
    }
}
