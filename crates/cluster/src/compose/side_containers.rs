//! Containers of the user's on the network of a compose project. No other provider has them.

use std::sync::atomic::Ordering;

use tokio::time::Instant;

use super::{CREATE, ComposeCluster};
use crate::side_container::{PipedContainer, SideContainer, SideContainerEnd};
use basics::trouble::{OfPart as _, Trouble};
use docker::{OneOff, Piped, PipedEnds};

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

    /// What a program of an image says when it is run by these words where it can touch nothing: its exit code, or nothing where it did
    /// not end in time, and its lines.
    ///
    /// # Errors
    /// When it could not be started.
    pub async fn ask(&self, container: &PipedContainer) -> Result<(Option<i64>, Vec<String>), Trouble> {
        let asked = (container.name.as_str(), container.words.clone());
        self.0.running()?.ask(&container.image, asked).await.part(&container.name)
    }

    /// Runs one that is spoken to until its ends are dropped: on the networks of the nodes, which it reaches by the addresses that
    /// the gate has of them.
    ///
    /// # Errors
    /// When it could not be started.
    pub async fn speak(&self, container: &PipedContainer) -> Result<PipedEnds, Trouble> {
        let cluster = self.0;
        let piped = Piped {
            name: container.name.clone(),
            number: cluster.spoken_to.fetch_add(1, Ordering::Relaxed) + 1,
            image: container.image.clone(),
            entrypoint: container.words.clone(),
            beside: cluster.options.roles.nodes.iter().map(|node| node.service.clone()).collect(),
        };
        let started = cluster.running()?.start_piped(&piped, Instant::now() + CREATE).await;
        started.part(&container.name)
    }
}
