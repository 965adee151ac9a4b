//! A container beside the project's own that is spoken to by its standard input and output: a browser.
//!
//! Whoever holds its end of them keeps it: when they are dropped, or this process is killed, the engine closes the container's input, which
//! tells its program to end, and removes what has ended. It carries the run's labels as well, so that teardown and sweep remove it however
//! that goes. What is said is kept nowhere: a log of it would be as large as all that a browser loads.

use std::fmt;

use bollard::container::LogOutput;
use bollard::models::{HealthConfig, HostConfigLogConfig};
use bollard::query_parameters::AttachContainerOptionsBuilder;
use futures_util::StreamExt as _;
use tokio::io::{AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::container;
use super::engine::Engine;
use super::error::{DuringOperation as _, Error, within};
use super::labels::RunLabels;
use super::one_off::{GRACE, SHARED_MEMORY, networks_of};
use super::spec::{self, ContainerSpec};
use compose_file::{Project, Service};

/// Bytes that are on their way from the container at most.
const ON_THE_WAY: usize = 64 << 10;
/// What a container may not do that is only spoken to.
const NO_MORE_RIGHTS: &str = "no-new-privileges:true";

/// What is run.
#[derive(Debug, Clone)]
pub struct Piped {
    /// Its name in the project; no service has it.
    pub name: String,
    /// Which of those with this name it is.
    pub number: u32,
    /// The image; it must be there.
    pub image: String,
    /// What is run instead of the image's entrypoint and command.
    pub entrypoint: Vec<String>,
    /// Services whose networks it joins.
    pub beside: Vec<String>,
}

/// Its ends, and what keeps it.
pub struct PipedEnds {
    /// What goes to its standard input.
    pub to: Box<dyn AsyncWrite + Send + Unpin>,
    /// Its standard output.
    pub from: DuplexStream,
    /// Its standard error.
    pub errors: DuplexStream,
    /// It is removed when this is dropped.
    pub life: PipedLife,
}

impl fmt::Debug for PipedEnds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PipedEnds").field("life", &self.life).finish_non_exhaustive()
    }
}

/// What keeps such a container.
#[derive(Debug)]
pub struct PipedLife {
    engine: Engine,
    name: String,
    /// Hands on what it says.
    heard: Option<JoinHandle<()>>,
}

impl Drop for PipedLife {
    fn drop(&mut self) {
        if let Some(heard) = &self.heard {
            heard.abort();
        }
        // Where no runtime is left, the engine sees that nobody holds its input, and the run's removal finds what does not mind.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (engine, name) = (self.engine.clone(), std::mem::take(&mut self.name));
        runtime.spawn(async move {
            let _ = container::remove(&engine, &name, Instant::now() + GRACE).await;
        });
    }
}

/// Creates it, holds its ends, and starts it.
pub(super) async fn start(
    engine: &Engine,
    project: &Project,
    labels: &RunLabels,
    piped: &Piped,
    deadline: Instant,
) -> Result<PipedEnds, Error> {
    let blueprint = blueprint(project, labels, piped)?;
    let name = blueprint.name.clone();
    let object = format!("container {name}");
    let mut life = PipedLife { engine: engine.clone(), name: name.clone(), heard: None };
    let work = async {
        container::create(engine, blueprint).await?;
        // Before it runs, so that no word of it is missed.
        let options =
            AttachContainerOptionsBuilder::default().stdin(true).stdout(true).stderr(true).stream(true);
        let attached = engine.docker().attach_container(&name, Some(options.build())).await;
        let mut attached = attached.when("attaching to", &object)?;
        let (mut out, from) = tokio::io::duplex(ON_THE_WAY);
        let (mut err, errors) = tokio::io::duplex(ON_THE_WAY);
        life.heard = Some(tokio::spawn(async move {
            while let Some(Ok(piece)) = attached.output.next().await {
                let handed = match piece {
                    LogOutput::StdErr { message } => err.write_all(&message).await,
                    other => out.write_all(other.as_ref()).await,
                };
                if handed.is_err() {
                    return;
                }
            }
        }));
        container::start(engine, &name).await?;
        Ok((attached.input, from, errors))
    };
    let (to, from, errors) = within(deadline, "starting", &object, work).await?;
    Ok(PipedEnds { to: Box::new(to), from, errors, life })
}

/// What it is created from: a service of its own, with no more rights than it needs, whose end is its removal.
fn blueprint(project: &Project, labels: &RunLabels, piped: &Piped) -> Result<ContainerSpec, Error> {
    let service = Service {
        image: piped.image.clone(),
        entrypoint: Some(piped.entrypoint.clone()),
        networks: networks_of(project, &piped.beside)?,
        replicas: 1,
        shm_size: Some(SHARED_MEMORY),
        cap_drop: vec!["ALL".to_owned()],
        security_opt: vec![NO_MORE_RIGHTS.to_owned()],
        stdin_open: true,
        ..Service::default()
    };
    let mut project = project.clone();
    project.services.insert(piped.name.clone(), service);
    let mut blueprint = spec::blueprint(&project, &piped.name, piped.number, None, &[], labels)?;
    let body = &mut blueprint.body;
    body.attach_stdin = Some(true);
    body.attach_stdout = Some(true);
    body.attach_stderr = Some(true);
    body.stdin_once = Some(true);
    body.healthcheck = Some(HealthConfig { test: Some(vec!["NONE".to_owned()]), ..HealthConfig::default() });
    if let Some(host) = &mut body.host_config {
        host.auto_remove = Some(true);
        host.log_config = Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None });
    }
    Ok(blueprint)
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;

    #[test]
    fn it_is_on_the_networks_of_the_nodes_ends_with_its_input_and_leaves_nothing() {
        let node = Service {
            networks: IndexMap::from([("front".to_owned(), Default::default())]),
            ..Service::default()
        };
        let project = Project {
            name: "r1".into(),
            services: IndexMap::from([("node1".to_owned(), node)]),
            ..Project::default()
        };
        let piped = Piped {
            name: "browser".into(),
            number: 3,
            image: "sha256:1".into(),
            entrypoint: vec!["sh".into(), "-c".into(), "x".into()],
            beside: vec!["node1".into()],
        };
        let made = blueprint(&project, &RunLabels::example(), &piped).unwrap();
        assert_eq!(made.name, "r1-browser-3");
        let body = made.body;
        assert_eq!((body.open_stdin, body.stdin_once, body.tty), (Some(true), Some(true), Some(false)));
        assert_eq!(body.labels.unwrap()["upgrade-gate.run"], RunLabels::example().run);
        let host = body.host_config.unwrap();
        assert_eq!((host.network_mode.as_deref(), host.auto_remove), (Some("r1_front"), Some(true)));
        assert_eq!(host.log_config.unwrap().typ.as_deref(), Some("none"));
        assert_eq!((host.cap_drop.unwrap().len(), host.port_bindings.unwrap().len()), (1, 0));
    }
}
