//! The reaper: a container of our own image that outlives us, sees our end, and removes what we left.
//!
//! Nobody cleans up after a process that was killed together with its runner. The engine goes on, so the one who tidies
//! up runs there. No second image is needed: the one that we run in has this program.

use std::time::Duration;

use bollard::models::{ContainerCreateBody, ContainerInspectResponse, HostConfig};
use bollard::query_parameters::InspectContainerOptions;

use super::cause::Cause;
use super::container::{self, Status};
use super::engine::Engine;
use super::error::{Error, When as _};
use super::labels::{LABEL_REAPER, RunLabels};
use super::spec::Blueprint;
use basics::wait;

/// Time between two looks at the container that is watched.
const LOOK: Duration = Duration::from_secs(1);

/// Starts `command --watch own` beside us, in the image of our own container `own` and with its way to the engine. It is removed
/// with the rest of the run, as the last of all.
///
/// # Errors
/// When `own` is no container of this engine, or its image has no such command.
pub async fn start_reaper(
    engine: &Engine,
    own: &str,
    command: &[String],
    labels: &RunLabels,
) -> Result<(), Error> {
    let found = engine.docker().inspect_container(own, None::<InspectContainerOptions>).await;
    let found = found.when("inspecting", format_args!("our own container {own}"))?;
    let (name, body) = (format!("{}-reaper", labels.run), body(engine.socket(), found, command, labels)?);
    let blueprint =
        Blueprint { name: name.clone(), platform: None, body, further_networks: vec![], files: vec![] };
    container::create(engine, blueprint).await?;
    container::start(engine, &name).await
}

fn body(
    socket: Option<&str>,
    own: ContainerInspectResponse,
    command: &[String],
    labels: &RunLabels,
) -> Result<ContainerCreateBody, Error> {
    let watch = ["--watch".to_owned(), own.id.unwrap_or_default()];
    let (config, host) = (own.config.unwrap_or_default(), own.host_config.unwrap_or_default());
    let variable = |name: &str| {
        config.env.iter().flatten().find(|line| line.split_once('=').is_some_and(|(key, _)| key == name))
    };
    let (binds, env, network_mode) = match socket {
        Some(socket) => {
            let mounted =
                own.mounts.iter().flatten().find(|mount| mount.destination.as_deref() == Some(socket));
            let source = mounted.and_then(|mount| mount.source.as_ref()).ok_or_else(|| {
                let message = format!("the engine's socket is not mounted at {socket}");
                Error::new(Cause::Invalid, "starting", "a reaper", message)
                    .remedy("Mount the socket itself, not a folder above it.")
            })?;
            (Some(vec![format!("{source}:{socket}")]), vec![format!("DOCKER_HOST=unix://{socket}")], "none")
        }
        // Over TCP we go the way that our own container goes.
        None => (
            None,
            variable("DOCKER_HOST").cloned().into_iter().collect(),
            host.network_mode.as_deref().unwrap_or_default(),
        ),
    };
    let mut marks = labels.ours();
    marks.insert(LABEL_REAPER.to_owned(), String::new());
    Ok(ContainerCreateBody {
        image: own.image,
        entrypoint: Some([command, &watch].concat()),
        env: Some(env),
        labels: Some(marks),
        // Whoever may use the socket may do so because of these.
        user: config.user,
        host_config: Some(HostConfig {
            binds,
            network_mode: Some(network_mode.to_owned()),
            auto_remove: Some(true),
            group_add: host.group_add,
            security_opt: host.security_opt,
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    })
}

/// Waits until a container has ended or is gone. An engine that does not answer proves neither.
pub async fn container_ended(engine: &Engine, container: &str) {
    let look = async || match container::inspect(engine, container).await {
        Ok(state) if !state.running && state.status != Status::Paused => Some(()),
        Err(error) if error.cause == Cause::Absent => Some(()),
        _ => None,
    };
    wait::as_long_as_it_takes(LOOK, look).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(socket: Option<&str>) -> Result<ContainerCreateBody, Error> {
        let own = serde_json::from_str(
            r#"{"Id":"0123","Image":"sha256:1",
                "Config":{"User":"0:0","Env":["DOCKER_HOST=tcp://engine:2375","INPUT_LICENSE=secret"]},
                "HostConfig":{"NetworkMode":"github_network_1","GroupAdd":["999"]},
                "Mounts":[{"Type":"bind","Source":"/run/user/1/docker.sock","Destination":"/var/run/docker.sock"}]}"#,
        );
        body(socket, own.unwrap(), &["/upgrade-gate".into(), "reap".into()], &RunLabels::example())
    }

    #[test]
    fn it_gets_our_image_and_socket_and_no_variable_of_ours() {
        let body = made(Some("/var/run/docker.sock")).unwrap();
        let host = body.host_config.unwrap();
        assert_eq!(body.image.as_deref(), Some("sha256:1"));
        assert_eq!(body.entrypoint.unwrap(), ["/upgrade-gate", "reap", "--watch", "0123"]);
        assert_eq!(host.binds.unwrap(), ["/run/user/1/docker.sock:/var/run/docker.sock"]);
        assert_eq!(body.env.unwrap(), ["DOCKER_HOST=unix:///var/run/docker.sock"]);
        assert_eq!((host.network_mode.as_deref(), host.auto_remove), (Some("none"), Some(true)));
        assert_eq!(host.group_add.unwrap(), ["999"]);
        let labels = body.labels.unwrap();
        assert!(labels.contains_key(LABEL_REAPER) && labels[super::super::LABEL_RUN] == "r1", "{labels:?}");
    }

    #[test]
    fn over_tcp_it_takes_our_own_network() {
        let body = made(None).unwrap();
        assert_eq!(body.env.unwrap(), ["DOCKER_HOST=tcp://engine:2375"]);
        assert_eq!(body.host_config.unwrap().network_mode.as_deref(), Some("github_network_1"));
    }

    #[test]
    fn a_socket_that_is_not_mounted_is_told() {
        let error = made(Some("/elsewhere.sock")).unwrap_err().to_string();
        assert!(error.contains("not mounted at /elsewhere.sock"), "{error}");
    }
}
