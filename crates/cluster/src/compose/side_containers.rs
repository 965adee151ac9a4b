//! Containers of the user's on the network of a compose project. No other provider has them.

use tokio::time::Instant;

use super::ComposeCluster;
use crate::side_container::{SideContainer, SideContainerEnd};
use basics::trouble::{OfPart as _, Trouble};
use docker::OneOff;

/// What runs containers beside the cluster.
#[derive(Debug, Clone, Copy)]
pub struct SideContainers<'a>(&'a ComposeCluster);

impl<'a> SideContainers<'a> {
    pub(crate) fn of(cluster: &'a ComposeCluster) -> Self {
        Self(cluster)
    }

    /// The balancer's URL for them: by its service's name, which every container of the network knows, or by the name that
    /// users have as well.
    ///
    /// # Errors
    /// When there is nobody in front.
    pub fn balancer(&self) -> Result<String, Trouble> {
        let front = self.0.front()?;
        Ok(front.site.for_side_containers(front.service, front.port))
    }

    /// Runs one to its end or to the deadline; each line that it prints goes to `line`.
    ///
    /// # Errors
    /// When it could not be started.
    pub async fn run(
        &self,
        container: &SideContainer,
        line: &mut (dyn FnMut(String) + Send),
        deadline: Instant,
    ) -> Result<SideContainerEnd, Trouble> {
        let cluster = self.0;
        let nodes = cluster.options.roles.nodes.iter().map(|node| &node.service);
        let front = cluster.front()?;
        let hosts = match front.site.name() {
            Some(name) => vec![format!("{name}:{}", cluster.address(front.service, front.number).await?)],
            None => Vec::new(),
        };
        let command = container.command.as_ref();
        let one_off = OneOff {
            name: "suite".into(),
            image: container.image.clone(),
            entrypoint: command.map(|command| vec!["sh".into(), "-c".into(), command.clone()]),
            environment: container.environment.iter().cloned().collect(),
            beside: nodes.chain(cluster.balancer_role().map(|balancer| &balancer.service)).cloned().collect(),
            hosts,
            results: container.results.clone(),
        };
        let ended = cluster.running()?.run_to_end(&one_off, line, deadline).await.part("suite")?;
        Ok(SideContainerEnd {
            exit_code: ended.exit_code,
            out_of_memory: ended.oom_killed,
            files: ended.files,
        })
    }
}
