//! Whom users talk to, and guests of theirs that do so from the cluster's network.

use tokio::time::Instant;

use super::{ComposeCluster, Error, of};
use crate::cluster::guest::{Guest, GuestEnd};
use crate::cluster::project::Site;
use crate::docker::OneOff;
use crate::mattermost::Address;

impl ComposeCluster {
    /// Service, number, port and site of whom users talk to: without a balancer that is the first node.
    fn front(&self) -> Result<(&str, u32, u16, &Site), Error> {
        let roles = &self.options.roles;
        let balancer = roles.balancer.as_ref();
        let balancer = balancer.map(|role| (role.service.as_str(), 1, role.port, &role.site));
        let first = roles.nodes.first();
        let first = first.map(|node| (node.service.as_str(), node.number, node.port, &node.site));
        balancer.or(first).ok_or_else(|| {
            Error::new("nodes", "the cluster has no node", "This is a bug of the gate: please report it.")
        })
    }

    pub(crate) async fn balancer(&self) -> Result<Address, Error> {
        let (service, number, port, site) = self.front()?;
        let address = self.address(service, number).await?;
        Ok(site.address((address, port).into()))
    }

    /// Every container of the network knows the balancer by its service's name, and a guest by the name that users have as well.
    #[expect(clippy::unused_async, reason = "the seam's shape")]
    pub(crate) async fn balancer_for_guests(&self) -> Result<String, Error> {
        let (service, _, port, site) = self.front()?;
        Ok(site.for_guests(service, port))
    }

    pub(crate) async fn run_guest(
        &self,
        guest: &Guest,
        line: &mut (dyn FnMut(String) + Send),
        deadline: Instant,
    ) -> Result<GuestEnd, Error> {
        let roles = &self.options.roles;
        let services = roles.nodes.iter().map(|node| &node.service);
        let (front, number, _, site) = self.front()?;
        let hosts = match site.name() {
            Some(name) => vec![format!("{name}:{}", self.address(front, number).await?)],
            None => Vec::new(),
        };
        let one_off = OneOff {
            name: "suite".into(),
            image: guest.image.clone(),
            entrypoint: guest.command.as_ref().map(|command| vec!["sh".into(), "-c".into(), command.clone()]),
            environment: guest.environment.iter().cloned().collect(),
            beside: services
                .chain(roles.balancer.iter().map(|balancer| &balancer.service))
                .cloned()
                .collect(),
            hosts,
            results: guest.results.clone(),
        };
        let ended = self.running()?.run_to_end(&one_off, line, deadline).await;
        let ended = ended.map_err(|error| of("suite", error))?;
        Ok(GuestEnd { exit_code: ended.exit_code, out_of_memory: ended.oom_killed, files: ended.files })
    }
}
