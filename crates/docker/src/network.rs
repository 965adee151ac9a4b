//! Networks, and who is on them.

use std::net::IpAddr;

use bollard::errors::Error as EngineError;
use bollard::models::{
    Ipam, IpamConfig, NetworkConnectRequest, NetworkCreateRequest, NetworkDisconnectRequest,
};
use bollard::query_parameters::InspectNetworkOptions;

use super::cause::Cause;
use super::engine::Engine;
use super::error::{Error, When as _};
use super::labels::{LABEL_RUN, RunLabels};
use compose_file::Network;

/// Makes sure that the network is there: created with our labels, or, when external, found.
pub(super) async fn ensure(
    engine: &Engine,
    project: &str,
    key: &str,
    name: &str,
    network: &Network,
    labels: &RunLabels,
) -> Result<(), Error> {
    let object = format!("network {name}");
    // Engines before API 1.44 create a second network of the same name without a word.
    match engine.docker().inspect_network(name, None::<InspectNetworkOptions>).await {
        Ok(_) if network.external => return Ok(()),
        Ok(found) if found.labels.as_ref().and_then(|all| all.get(LABEL_RUN)) == Some(&labels.run) => {
            return Ok(());
        }
        Ok(_) => {
            let message = "a network of that name exists and is not of this run";
            return Err(Error::new(Cause::NameConflict, "creating", object, message));
        }
        Err(EngineError::DockerResponseServerError { status_code: 404, .. }) if !network.external => {}
        Err(error) => return Err(Error::engine("looking for", object, error)),
    }
    let request = request(project, key, name, network, labels);
    let docker = engine.docker().clone();
    engine
        .add(async move {
            let created = docker.create_network(request).await;
            created.map(drop).when("creating", object)
        })
        .await
}

fn request(
    project: &str,
    key: &str,
    name: &str,
    network: &Network,
    labels: &RunLabels,
) -> NetworkCreateRequest {
    let subnets: Vec<_> = network
        .subnets
        .iter()
        .map(|pool| IpamConfig {
            subnet: pool.subnet.clone(),
            gateway: pool.gateway.clone(),
            ip_range: pool.ip_range.clone(),
            ..Default::default()
        })
        .collect();
    let compose = [("com.docker.compose.network", key.to_owned())];
    NetworkCreateRequest {
        name: name.to_owned(),
        driver: network.driver.clone(),
        internal: Some(network.internal),
        enable_ipv6: network.ipv6.then_some(true),
        options: Some(network.driver_opts.iter().map(|(k, v)| (k.clone(), v.clone())).collect()),
        ipam: (!subnets.is_empty()).then(|| Ipam { config: Some(subnets), ..Default::default() }),
        labels: Some(labels.on(project, &network.labels, compose)),
        ..Default::default()
    }
}

/// Connects a container that is not of the project; one that is connected already is fine.
pub(super) async fn join(engine: &Engine, network: &str, container: &str) -> Result<(), Error> {
    let request = NetworkConnectRequest { container: container.to_owned(), ..Default::default() };
    match engine.docker().connect_network(network, request).await {
        Err(EngineError::DockerResponseServerError { message, .. }) if message.contains("already exists") => {
            Ok(())
        }
        result => result.when("connecting", format_args!("container {container} to network {network}")),
    }
}

/// The address of `own` on a network, or the network's gateway.
pub(super) async fn route_back(engine: &Engine, network: &str, own: Option<&str>) -> Result<IpAddr, Error> {
    let object = format!("network {network}");
    let found = engine.docker().inspect_network(network, None::<InspectNetworkOptions>).await;
    let found = found.when("inspecting", &object)?;
    let ours = own.and_then(|own| {
        let mut members = found.containers.iter().flatten();
        let (_, member) =
            members.find(|(id, member)| id.starts_with(own) || member.name.as_deref() == Some(own))?;
        let address = member.ipv4_address.as_deref()?;
        address.split('/').next()?.parse().ok()
    });
    let gateway = || {
        let pools = found.ipam.as_ref()?.config.as_ref()?;
        pools.iter().find_map(|pool| pool.gateway.as_ref()?.split('/').next()?.parse().ok())
    };
    ours.or_else(gateway).ok_or_else(|| {
        let message = "it has no gateway, and our own container is not on it";
        Error::new(Cause::Invalid, "finding our own address on", object, message)
    })
}

/// Takes every container off a network, so that it can be removed. What is gone already is fine.
pub(super) async fn empty(engine: &Engine, network: &str) -> Result<(), Error> {
    let object = format!("network {network}");
    let found = match engine.docker().inspect_network(network, None::<InspectNetworkOptions>).await {
        Err(EngineError::DockerResponseServerError { status_code: 404, .. }) => return Ok(()),
        result => result.when("emptying", &object)?,
    };
    for container in found.containers.unwrap_or_default().into_keys() {
        let request = NetworkDisconnectRequest { container, force: Some(true) };
        match engine.docker().disconnect_network(network, request).await {
            // 403: it is not connected any more.
            Ok(()) | Err(EngineError::DockerResponseServerError { status_code: 403 | 404, .. }) => {}
            Err(error) => return Err(Error::engine("emptying", object, error)),
        }
    }
    Ok(())
}
