//! Named volumes.

use bollard::errors::Error as EngineError;
use bollard::models::VolumeCreateRequest;

use super::cause::Cause;
use super::engine::Engine;
use super::error::{Error, When as _};
use super::labels::{LABEL_RUN, RunLabels};
use compose_file::Volume;

/// Makes sure that the volume is there: created with our labels, or, when external, found.
pub(super) async fn ensure(
    engine: &Engine,
    project: &str,
    key: &str,
    name: &str,
    volume: &Volume,
    labels: &RunLabels,
) -> Result<(), Error> {
    let object = format!("volume {name}");
    // A create call takes an existing volume silently, and with it whatever another run left inside.
    match engine.docker().inspect_volume(name).await {
        Ok(_) if volume.external => return Ok(()),
        Ok(found) if found.labels.get(LABEL_RUN) == Some(&labels.run) => return Ok(()),
        Ok(_) => {
            let message = "a volume of that name exists and is not of this run";
            return Err(Error::new(Cause::NameConflict, "creating", object, message));
        }
        Err(EngineError::DockerResponseServerError { status_code: 404, .. }) if !volume.external => {}
        Err(error) => return Err(Error::engine("looking for", object, error)),
    }
    let compose = [("com.docker.compose.volume", key.to_owned())];
    let request = VolumeCreateRequest {
        name: Some(name.to_owned()),
        driver: volume.driver.clone(),
        driver_opts: Some(volume.driver_opts.iter().map(|(k, v)| (k.clone(), v.clone())).collect()),
        labels: Some(labels.on(project, &volume.labels, compose)),
        ..Default::default()
    };
    let docker = engine.docker().clone();
    engine
        .add(async move {
            let created = docker.create_volume(request).await;
            created.map(drop).when("creating", object)
        })
        .await
}
