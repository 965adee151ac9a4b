//! The way between this process and the containers of a project.

use std::net::IpAddr;

use super::error::Error;
use super::names::{self, DEFAULT_NETWORK};
use super::project::Running;
use super::{network, prepare};

impl Running {
    /// Connects a container that is not of the project, such as our own, to all its networks.
    ///
    /// # Errors
    /// When there is no such container.
    pub async fn join(&self, container: &str) -> Result<(), Error> {
        for (key, _) in prepare::networks(self.project()) {
            network::join(self.engine(), &names::network_name(self.project(), &key), container).await?;
        }
        Ok(())
    }

    /// The address at which the containers of `service` reach this process: our own container's on their first
    /// network, or that network's gateway when we run on the engine's host.
    ///
    /// # Errors
    /// When neither is known: `own` is not on the network, or the network has no gateway.
    pub async fn route_back(&self, service: &str, own: Option<&str>) -> Result<IpAddr, Error> {
        let attachments = names::attachments(names::service(self.project(), service)?);
        let key = attachments.first().map_or(DEFAULT_NETWORK, |(key, _)| key.as_str());
        network::route_back(self.engine(), &names::network_name(self.project(), key), own).await
    }
}
