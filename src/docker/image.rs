//! Images: pulled together, looked at.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use bollard::auth::DockerCredentials;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::{Instant, sleep, timeout};

use super::architecture;
use super::engine::Engine;
use super::error::{Cause, Error, within};
use crate::compose::PullPolicy;
use crate::event::{EventKind, Events};

/// Pulls at the same time; the engine itself loads three layers of each at once.
const AT_ONCE: usize = 4;
const ATTEMPTS: u32 = 3;
/// How long a registry may take to say what it has, when that is only for the words of an error.
const ASK_REGISTRY: Duration = Duration::from_secs(10);
/// Before the second attempt, about; before the third, twice as long.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Time between two progress events of an image.
const TELL_EVERY: Duration = Duration::from_millis(300);

/// What is known about an image on the engine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageFacts {
    /// Its id: a digest of the configuration or, with the containerd store, of the manifest.
    pub id: String,
    /// The digest under which a registry knows it; none for an image that was built or loaded here.
    pub digest: Option<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The user that its process runs as: a name, a number, either with a group, or nothing for root.
    pub user: String,
    /// The architecture it is made for, as in [`Engine::architecture`].
    pub architecture: String,
    /// The variables that its process begins with, as lines of `NAME=value`.
    pub environment: Vec<String>,
}

/// What we log in to a registry with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The registry's host, such as `ghcr.io`; `docker.io` for Docker Hub.
    pub registry: String,
    /// User.
    pub username: String,
    /// Password or token.
    pub password: SecretString,
}

/// An image that a project needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needed {
    pub(super) reference: String,
    pub(super) platform: Option<String>,
    pub(super) policy: PullPolicy,
}

/// What the engine knows about an image.
///
/// # Errors
/// When the image is not there ([`Cause::ImageNotFound`]) or the engine does not answer.
pub async fn inspect_image(engine: &Engine, reference: &str) -> Result<ImageFacts, Error> {
    let image = engine
        .docker()
        .inspect_image(reference)
        .await
        .map_err(|error| Error::engine("inspecting", format!("image {reference}"), error))?;
    let digest = image.repo_digests.unwrap_or_default().into_iter().next();
    let config = image.config.unwrap_or_default();
    Ok(ImageFacts {
        id: image.id.unwrap_or_default(),
        digest: digest.and_then(|digest| Some(digest.split_once('@')?.1.to_owned())),
        labels: config.labels.unwrap_or_default().into_iter().collect(),
        user: config.user.unwrap_or_default(),
        architecture: image.architecture.unwrap_or_default(),
        environment: config.env.unwrap_or_default(),
    })
}

/// Makes sure that all images are there, pulling where the policy says so.
pub(super) async fn ensure(
    engine: &Engine,
    images: Vec<Needed>,
    credentials: &[Credentials],
    events: &Events,
    deadline: Instant,
) -> Result<(), Error> {
    // Who says a platform in one place says that the engine can run it.
    let said: Vec<String> = images.iter().filter_map(|needed| needed.platform.clone()).collect();
    let said = said.as_slice();
    stream::iter(images)
        .map(|needed| async move {
            let begun = Instant::now();
            let object = format!("image {}", needed.reference);
            let work = ensure_one(engine, &needed, credentials, events);
            let pulled = within(deadline, "pulling", &object, work).await?;
            let facts = inspect_image(engine, &needed.reference).await?;
            if needed.platform.is_none() {
                architecture::judge(engine.architecture(), &needed.reference, &facts.architecture, said)?;
            }
            let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            events.send(EventKind::ImageReady { image: needed.reference, pulled, took_ms });
            Ok(())
        })
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await
}

/// Whether it had to be pulled.
async fn ensure_one(
    engine: &Engine,
    needed: &Needed,
    credentials: &[Credentials],
    events: &Events,
) -> Result<bool, Error> {
    if needed.policy != PullPolicy::Always {
        match inspect_image(engine, &needed.reference).await {
            Ok(_) => return Ok(false),
            Err(error) if error.cause != Cause::ImageNotFound => return Err(error),
            Err(_) if needed.policy == PullPolicy::Never => {
                let object = format!("image {}", needed.reference);
                let message = "the engine does not have it, and the policy forbids to pull it";
                return Err(Error::new(Cause::ImageNotFound, "finding", object, message)
                    .remedy("Load the image beforehand, or allow the pull."));
            }
            Err(_) => {}
        }
    }
    let mut attempt = 1;
    loop {
        match pull(engine, needed, credentials, events).await {
            Err(error) if error.is_transient() && attempt < ATTEMPTS => {
                sleep(jittered(RETRY_AFTER * attempt)).await;
                attempt += 1;
            }
            Err(error) if error.cause == Cause::Architecture => {
                let has = architectures(engine, credentials, &needed.reference).await;
                return Err(architecture::named(error, engine.architecture(), &has));
            }
            result => return result.map(|()| true),
        }
    }
}

async fn pull(
    engine: &Engine,
    needed: &Needed,
    credentials: &[Credentials],
    events: &Events,
) -> Result<(), Error> {
    let reference = with_tag(&needed.reference);
    let mut options = CreateImageOptionsBuilder::default().from_image(&reference);
    if let Some(platform) = &needed.platform {
        options = options.platform(platform);
    }
    let mut answers =
        engine.docker().create_image(Some(options.build()), None, login(credentials, &needed.reference));
    let mut progress = Progress::default();
    let mut told = Instant::now();
    // A failure comes before the first answer or as one of them: the stream must be read to its end.
    while let Some(answer) = answers.next().await {
        let answer =
            answer.map_err(|error| Error::engine("pulling", format!("image {}", needed.reference), error))?;
        progress.note(&answer);
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            events.send(progress.event(&needed.reference));
        }
    }
    Ok(())
}

/// What the registry has of an image, by architecture; nothing where it does not say.
async fn architectures(engine: &Engine, credentials: &[Credentials], reference: &str) -> Vec<String> {
    let asked = engine.docker().inspect_registry_image(reference, login(credentials, reference));
    let Ok(Ok(found)) = timeout(ASK_REGISTRY, asked).await else { return Vec::new() };
    found.platforms.into_iter().filter_map(|platform| platform.architecture).collect()
}

/// What is known about the layers of an image that is being pulled.
#[derive(Debug, Default)]
struct Progress {
    layers: HashMap<String, Layer>,
}

#[derive(Debug, Default)]
struct Layer {
    bytes: u64,
    done: bool,
}

impl Progress {
    fn note(&mut self, answer: &CreateImageInfo) {
        let (Some(id), Some(status)) = (&answer.id, &answer.status) else { return };
        // "Pulling from library/x" carries the tag as its id.
        if status.starts_with("Pulling from") {
            return;
        }
        let layer = self.layers.entry(id.clone()).or_default();
        match status.as_str() {
            "Downloading" => {
                let current = answer.progress_detail.as_ref().and_then(|detail| detail.current);
                layer.bytes = layer.bytes.max(current.and_then(|bytes| bytes.try_into().ok()).unwrap_or(0));
            }
            "Pull complete" | "Already exists" => layer.done = true,
            _ => {}
        }
    }

    fn event(&self, image: &str) -> EventKind {
        EventKind::ImageProgress {
            image: image.to_owned(),
            layers_done: self.layers.values().filter(|layer| layer.done).count(),
            layers: self.layers.len(),
            bytes: self.layers.values().fold(0, |sum, layer| layer.bytes.saturating_add(sum)),
        }
    }
}

/// The reference with `:latest` where it has neither tag nor digest; the engine would pull every tag.
fn with_tag(reference: &str) -> String {
    let name = reference.rsplit('/').next().unwrap_or(reference);
    if name.contains(':') || name.contains('@') {
        reference.to_owned()
    } else {
        format!("{reference}:latest")
    }
}

/// The registry of a reference: its first part when that looks like a host.
fn registry(reference: &str) -> &str {
    match reference.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => "docker.io",
    }
}

/// The credentials for this image's registry: those of another must never be sent there.
fn login(credentials: &[Credentials], reference: &str) -> Option<DockerCredentials> {
    let registry = registry(reference);
    let found = credentials.iter().find(|credentials| credentials.registry == registry)?;
    Some(DockerCredentials {
        username: Some(found.username.clone()),
        password: Some(found.password.expose_secret().to_owned()),
        serveraddress: Some(found.registry.clone()),
        ..Default::default()
    })
}

/// `time`, more or less by a half, so that parallel pulls do not come back together.
fn jittered(time: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() % 1001;
    time / 2 + time * u32::try_from(random).unwrap_or(0) / 1000
}

#[cfg(test)]
mod tests {
    use bollard::models::ProgressDetail;

    use super::*;

    #[test]
    fn progress_counts_layers_and_bytes() {
        let mut progress = Progress::default();
        let says = |id: &str, status: &str, current: Option<i64>| CreateImageInfo {
            id: Some(id.into()),
            status: Some(status.into()),
            progress_detail: current
                .map(|current| ProgressDetail { current: Some(current), total: Some(100) }),
            ..CreateImageInfo::default()
        };
        for answer in [
            says("15", "Pulling from library/postgres", None),
            says("a", "Already exists", None),
            says("b", "Pulling fs layer", None),
            says("b", "Downloading", Some(40)),
            says("b", "Downloading", Some(90)),
            says("b", "Extracting", Some(10)),
            says("c", "Downloading", Some(5)),
            CreateImageInfo { status: Some("Status: Downloaded newer image".into()), ..Default::default() },
        ] {
            progress.note(&answer);
        }
        let expected =
            EventKind::ImageProgress { image: "postgres:15".into(), layers_done: 1, layers: 3, bytes: 95 };
        assert_eq!(progress.event("postgres:15"), expected);
    }

    #[test]
    fn a_reference_without_tag_means_latest_and_not_every_tag() {
        assert_eq!(with_tag("postgres"), "postgres:latest");
        assert_eq!(with_tag("localhost:5000/app"), "localhost:5000/app:latest");
        assert_eq!(with_tag("postgres:15"), "postgres:15");
        assert_eq!(with_tag("a/b@sha256:00"), "a/b@sha256:00");
    }

    #[test]
    fn credentials_go_to_their_own_registry_only() {
        let ours = [Credentials {
            registry: "ghcr.io".into(),
            username: "me".into(),
            password: "secret".to_owned().into(),
        }];
        assert_eq!(login(&ours, "ghcr.io/a/b:1").unwrap().password.as_deref(), Some("secret"));
        assert_eq!(login(&ours, "postgres:15"), None);
        assert_eq!(login(&ours, "evil.example/ghcr.io/b"), None);
        assert_eq!(registry("mattermost/mattermost-enterprise-edition"), "docker.io");
        assert_eq!(registry("localhost/x"), "localhost");
        assert!(!format!("{ours:?}").contains("secret\""));
    }

    #[test]
    fn jitter_stays_within_a_half() {
        for _ in 0..100 {
            let time = jittered(Duration::from_secs(2));
            assert!((Duration::from_secs(1)..=Duration::from_secs(3)).contains(&time), "{time:?}");
        }
    }
}
