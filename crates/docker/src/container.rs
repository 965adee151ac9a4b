//! One container: create, start, stop, remove, look at.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bollard::errors::Error as EngineError;
use bollard::models::{
    ContainerInspectResponse, ContainerStateStatusEnum, HealthStatusEnum, NetworkConnectRequest,
};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, InspectContainerOptions, KillContainerOptionsBuilder,
    RemoveContainerOptionsBuilder, StartContainerOptions, StopContainerOptionsBuilder,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use super::cause::Cause;
use super::engine::Engine;
use super::error::{DuringOperation as _, Error};
use super::files;
use super::spec::ContainerSpec;
use basics::wait::{self, Missed, WaitPace, WaitProgress};

/// Time between two looks at something that changes by itself.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A health check that the engine runs as often as this is waited for; Docker's default is every 30 s.
const OFTEN: Duration = Duration::from_secs(1);

/// What the engine says about a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerState {
    /// Its id.
    pub id: String,
    /// The image reference it was created from.
    pub image: String,
    /// Where it is in its life.
    pub status: ContainerStatus,
    /// Whether its process runs.
    pub running: bool,
    /// What its health check says.
    pub health: Health,
    /// What the last health check printed.
    pub health_output: String,
    /// The command of its health check, where the engine may take more than a second to run it.
    pub seldom_checked: Option<Vec<String>>,
    /// The exit code, once it ended.
    pub exit_code: Option<i64>,
    /// Whether the kernel killed it for want of memory.
    pub oom_killed: bool,
    /// How often the engine restarted it.
    pub restart_count: u64,
    /// When it last started.
    pub started_at: Option<OffsetDateTime>,
    /// Its addresses, by the real name of the network; empty unless it runs.
    pub addresses: BTreeMap<String, IpAddr>,
    /// Ports published on the host: port in the container, address on the host.
    pub published: Vec<(u16, SocketAddr)>,
}

/// Where a container is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerStatus {
    /// It was not started yet.
    Created,
    /// Its process runs.
    Running,
    /// Its process is frozen.
    Paused,
    /// It ended and its restart policy starts it again.
    Restarting,
    /// It is being removed.
    Removing,
    /// It ended.
    Exited,
    /// It ended and could not be tidied up.
    Dead,
}

/// What a health check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// There is none.
    Unchecked,
    /// It did not pass yet.
    Starting,
    /// It passes.
    Healthy,
    /// It failed too often in a row.
    Unhealthy,
}

/// Creates a container, connects its further networks and puts its files in; it does not run yet.
pub(super) async fn create(engine: &Engine, blueprint: ContainerSpec) -> Result<(), Error> {
    let ContainerSpec { name, platform, body, further_networks, files } = blueprint;
    let object = format!("container {name}");
    let mut options = CreateContainerOptionsBuilder::default().name(&name);
    if let Some(platform) = &platform {
        options = options.platform(platform);
    }
    let (docker, created) = (engine.docker().clone(), object.clone());
    engine
        .add(async move {
            let answer = docker.create_container(Some(options.build()), body).await;
            answer.when("creating", created)
        })
        .await?;
    for (network, endpoint) in further_networks {
        let request = NetworkConnectRequest { container: name.clone(), endpoint_config: Some(endpoint) };
        engine
            .docker()
            .connect_network(&network, request)
            .await
            .when("connecting", format_args!("{object} to network {network}"))?;
    }
    files::put(engine, &name, &files).await
}

/// Starts a container; one that runs already is fine.
pub(super) async fn start(engine: &Engine, name: &str) -> Result<(), Error> {
    let (docker, name) = (engine.docker().clone(), name.to_owned());
    engine
        .add(async move {
            let started = docker.start_container(&name, None::<StartContainerOptions>).await;
            started.when("starting", format_args!("container {name}"))
        })
        .await
}

/// Stops a container: its stop signal, and after `grace` SIGKILL. One that stands still already is fine.
pub(super) async fn stop(engine: &Engine, name: &str, grace: Duration) -> Result<(), Error> {
    // The engine counts whole seconds; rounding up keeps a grace of 500 ms from being none.
    let seconds = i32::try_from(grace.as_millis().div_ceil(1000)).unwrap_or(i32::MAX);
    let options = StopContainerOptionsBuilder::default().t(seconds).build();
    let stopped = engine.patient(grace).stop_container(name, Some(options)).await;
    stopped.when("stopping", format_args!("container {name}"))
}

/// Stops a container as [`stop`] does, and starts it again.
pub(super) async fn restart(engine: &Engine, name: &str, grace: Duration) -> Result<(), Error> {
    stop(engine, name, grace).await?;
    start(engine, name).await
}

/// Sends a signal, such as `HUP`, to the process of a running container.
pub(super) async fn signal(engine: &Engine, name: &str, signal: &str) -> Result<(), Error> {
    let options = KillContainerOptionsBuilder::default().signal(signal).build();
    let sent = engine.docker().kill_container(name, Some(options)).await;
    sent.when("sending a signal to", format_args!("container {name}"))
}

/// Removes a container, running or not, with its anonymous volumes. Whether it was there to be removed.
pub(super) async fn remove(engine: &Engine, name: &str, deadline: Instant) -> Result<bool, Error> {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    let attempt = async || match engine.docker().remove_container(name, Some(options.clone())).await {
        Ok(()) => WaitProgress::There(true),
        Err(EngineError::DockerResponseServerError { status_code: 404, .. }) => WaitProgress::There(false),
        // Another process removes it at this moment; what is left to do is to wait until it is gone.
        Err(error @ EngineError::DockerResponseServerError { status_code: 409, .. }) => {
            WaitProgress::OnTheWay(error)
        }
        Err(error) => WaitProgress::Never(error),
    };
    let removed = wait::until(deadline, WaitPace::steady(LOOK_AGAIN), attempt).await;
    removed.map_err(Missed::reason).when("removing", format_args!("container {name}"))
}

/// What the engine says about a container now.
pub(super) async fn inspect(engine: &Engine, name: &str) -> Result<ContainerState, Error> {
    let answer = engine.docker().inspect_container(name, None::<InspectContainerOptions>).await;
    answer.map(state).when("inspecting", format_args!("container {name}"))
}

fn state(answer: ContainerInspectResponse) -> ContainerState {
    let config = answer.config.unwrap_or_default();
    let engine_state = answer.state.unwrap_or_default();
    let settings = answer.network_settings.unwrap_or_default();
    let status = match engine_state.status {
        Some(ContainerStateStatusEnum::RUNNING | ContainerStateStatusEnum::STOPPING) => {
            ContainerStatus::Running
        }
        Some(ContainerStateStatusEnum::PAUSED) => ContainerStatus::Paused,
        Some(ContainerStateStatusEnum::RESTARTING) => ContainerStatus::Restarting,
        Some(ContainerStateStatusEnum::REMOVING) => ContainerStatus::Removing,
        Some(ContainerStateStatusEnum::EXITED) => ContainerStatus::Exited,
        Some(ContainerStateStatusEnum::DEAD) => ContainerStatus::Dead,
        Some(ContainerStateStatusEnum::CREATED | ContainerStateStatusEnum::EMPTY) | None => {
            ContainerStatus::Created
        }
    };
    let check = config.healthcheck.unwrap_or_default();
    // Zero is the engine's default.
    let interval = check.interval.and_then(|nanos| u64::try_from(nanos).ok()).filter(|nanos| *nanos > 0);
    let seldom = interval.is_none_or(|nanos| Duration::from_nanos(nanos) > OFTEN);
    let command = health_command(check.test.unwrap_or_default(), config.shell);
    // Not from the state alone: an engine may fill in the health a moment after the start.
    let checked = command.is_some();
    let health = engine_state.health.unwrap_or_default();
    let addresses = settings.networks.unwrap_or_default().into_iter().filter_map(|(network, endpoint)| {
        let v4 = endpoint.ip_address.and_then(|text| text.parse().ok());
        let v6 = endpoint.global_ipv6_address.and_then(|text| text.parse().ok());
        Some((network, v4.or(v6)?))
    });
    let published = settings.ports.unwrap_or_default().into_iter().flat_map(|(port, bindings)| {
        let target = port.split('/').next().and_then(|number| number.parse::<u16>().ok());
        bindings.unwrap_or_default().into_iter().filter_map(move |binding| {
            let address = binding.host_ip?.parse::<IpAddr>().ok()?;
            Some((target?, SocketAddr::new(address, binding.host_port?.parse().ok()?)))
        })
    });
    ContainerState {
        id: answer.id.unwrap_or_default(),
        image: config.image.unwrap_or_default(),
        status,
        running: status == ContainerStatus::Running,
        health: match health.status {
            _ if !checked => Health::Unchecked,
            Some(HealthStatusEnum::HEALTHY) => Health::Healthy,
            Some(HealthStatusEnum::UNHEALTHY) => Health::Unhealthy,
            _ => Health::Starting,
        },
        health_output: health
            .log
            .and_then(|log| log.into_iter().next_back()?.output)
            .map(|output| output.trim().to_owned())
            .unwrap_or_default(),
        seldom_checked: command.filter(|_| seldom),
        exit_code: engine_state.exit_code.filter(|_| {
            matches!(status, ContainerStatus::Exited | ContainerStatus::Dead | ContainerStatus::Restarting)
        }),
        oom_killed: engine_state.oom_killed.unwrap_or_default(),
        restart_count: answer.restart_count.and_then(|count| count.try_into().ok()).unwrap_or_default(),
        // The year 1 is the engine's word for never.
        started_at: engine_state
            .started_at
            .and_then(|text| OffsetDateTime::parse(&text, &Rfc3339).ok())
            .filter(|at| at.year() > 1),
        addresses: addresses.collect(),
        published: published.collect(),
    }
}

/// What the engine runs for a health check: `["CMD", …]`, or `["CMD-SHELL", text]` by the image's shell; none for `["NONE"]`.
fn health_command(test: Vec<String>, shell: Option<Vec<String>>) -> Option<Vec<String>> {
    let mut words = test.into_iter();
    match words.next()?.as_str() {
        "CMD" => Some(words.collect()),
        "CMD-SHELL" => {
            let shell = shell.filter(|shell| !shell.is_empty());
            let shell = shell.unwrap_or_else(|| ["/bin/sh", "-c"].map(str::to_owned).into());
            Some(shell.into_iter().chain(words).collect())
        }
        _ => None,
    }
}

impl ContainerState {
    /// The address on `network`, by its real name.
    pub(super) fn address(&self, network: &str, name: &str) -> Result<IpAddr, Error> {
        self.addresses.get(network).copied().ok_or_else(|| {
            let message = format!("it has no address on network {network} (it is {:?})", self.status);
            Error::new(Cause::Absent, "addressing", format!("container {name}"), message)
                .remedy("Check that it runs.")
        })
    }
}

#[cfg(test)]
mod tests {
    use bollard::models::{ContainerConfig, ContainerState, HealthConfig};

    use super::*;

    #[test]
    fn an_answer_of_the_engine_becomes_a_state() {
        let answer: ContainerInspectResponse = serde_json::from_str(
            r#"{"Id":"abc","RestartCount":2,
                "State":{"Status":"running","Running":true,"OOMKilled":false,"ExitCode":0,
                         "StartedAt":"2026-11-22T16:05:01.123456789Z",
                         "Health":{"Status":"starting","Log":[{"ExitCode":1,"Output":"not yet\n"}]}},
                "Config":{"Image":"app:1","Healthcheck":{"Test":["CMD","true"]}},
                "NetworkSettings":{"Ports":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"32768"}],"53/udp":null},
                  "Networks":{"p_front":{"IPAddress":"172.18.0.2"},"p_back":{"IPAddress":""}}}}"#,
        )
        .unwrap();
        let state = state(answer);
        assert_eq!((state.status, state.running, state.exit_code), (ContainerStatus::Running, true, None));
        assert_eq!((state.health, state.health_output.as_str()), (Health::Starting, "not yet"));
        assert_eq!(state.seldom_checked, Some(vec!["true".to_owned()]), "Docker's default is half a minute");
        assert_eq!(state.restart_count, 2);
        assert_eq!(state.started_at.unwrap().minute(), 5);
        assert_eq!(state.addresses.len(), 1);
        assert_eq!(state.address("p_front", "c").unwrap(), IpAddr::from([172, 18, 0, 2]));
        assert!(state.address("p_back", "c").unwrap_err().to_string().contains("no address on network"));
        assert_eq!(state.published, [(80, SocketAddr::from(([127, 0, 0, 1], 32768)))]);
    }

    #[test]
    fn a_disabled_health_check_is_none() {
        let test = Some(vec!["NONE".to_owned()]);
        let healthcheck = Some(HealthConfig { test, ..HealthConfig::default() });
        let answer = ContainerInspectResponse {
            config: Some(ContainerConfig { healthcheck, ..ContainerConfig::default() }),
            state: Some(ContainerState {
                status: Some(ContainerStateStatusEnum::EXITED),
                exit_code: Some(3),
                started_at: Some("0001-01-01T00:00:00Z".into()),
                ..ContainerState::default()
            }),
            ..ContainerInspectResponse::default()
        };
        let state = state(answer);
        assert_eq!((state.health, state.exit_code, state.started_at), (Health::Unchecked, Some(3), None));
        assert_eq!(state.seldom_checked, None);
    }

    #[test]
    fn a_health_check_of_the_shell_is_run_by_the_shell_of_the_image() {
        let command = |shell: Option<&[&str]>| {
            let test = ["CMD-SHELL", "curl -f http://x || exit 1"].map(str::to_owned).to_vec();
            let words = |shell: &[&str]| shell.iter().map(|word| (*word).to_owned()).collect();
            health_command(test, shell.map(words)).unwrap().join(" ")
        };
        assert_eq!(command(None), "/bin/sh -c curl -f http://x || exit 1");
        assert_eq!(command(Some(&["/bin/bash", "-ec"])), "/bin/bash -ec curl -f http://x || exit 1");
    }
}
