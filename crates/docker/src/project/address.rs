//! Where a container of a project is to be reached.

use std::net::IpAddr;

use super::RunningProject;
use crate::container::ContainerState;
use crate::error::Error;
use crate::names::{self, DEFAULT_NETWORK};

impl RunningProject {
    /// The address of a container on the first of its networks, in file order. It changes with every start.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn address(&self, service: &str, number: u32) -> Result<IpAddr, Error> {
        self.address_in(&self.state(service, number).await?, service, number)
    }

    /// The address of a container on the first of its networks, in file order, as its state has it.
    ///
    /// # Errors
    /// When it does not run.
    pub fn address_in(&self, state: &ContainerState, service: &str, number: u32) -> Result<IpAddr, Error> {
        let attachments = names::attachments(names::service(&self.project, service)?);
        let first = attachments.first().map_or(DEFAULT_NETWORK, |(key, _)| key.as_str());
        state.address(&names::network_name(&self.project, first), &self.container_name(service, number))
    }
}
