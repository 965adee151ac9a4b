//! Whom users talk to.

use super::ComposeCluster;
use crate::project::Site;
use basics::trouble::{OrBug as _, Trouble};
use mattermost_client::Address;

/// The service that users talk to: without a balancer it is the first node.
pub(super) struct Front<'a> {
    pub(super) service: &'a str,
    pub(super) number: u32,
    pub(super) port: u16,
    pub(super) site: &'a Site,
}

impl ComposeCluster {
    pub(super) fn front(&self) -> Result<Front<'_>, Trouble> {
        if let Some(role) = self.balancer_role() {
            return Ok(Front { service: &role.service, number: 1, port: role.port, site: &role.site });
        }
        let node = self.options.roles.nodes.first().or_bug("nodes", "the cluster has no node")?;
        Ok(Front { service: &node.service, number: node.number, port: node.port, site: &node.site })
    }

    pub(crate) async fn balancer(&self) -> Result<Address, Trouble> {
        let front = self.front()?;
        let address = self.address(front.service, front.number).await?;
        Ok(front.site.address((address, front.port).into()))
    }
}
