//! An image: looked at, and pulled.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use bollard::auth::DockerCredentials;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::StreamExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use time::format_description::well_known::Rfc3339;
use tokio::time::{Instant, timeout};

use super::architecture;
use super::cause::Cause;
use super::engine::Engine;
use super::error::{Error, When as _};
use basics::reference::moving::whole_repository;
use basics::wait;
use run_record::event::{EventKind, Events, ImageIdentity};

const ATTEMPTS: u32 = 3;
/// How long a registry may take to say what it has, when that is only for the words of an error.
const ASK_REGISTRY: Duration = Duration::from_secs(10);
/// Before the second attempt, about; before the third, twice as long.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Time between two progress events of an image.
const TELL_EVERY: Duration = Duration::from_millis(300);

/// What is known about an image on the engine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InspectedImage {
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
    /// The system it is made for, and the kind of processor where that matters: `linux`, `v7`.
    pub system: (String, Option<String>),
    /// When it was made, as it says itself.
    pub created: Option<String>,
    /// Everything that registries know it by: `postgres@sha256:…`.
    pub digests: Vec<String>,
    /// The program that it runs, with its arguments.
    pub program: Vec<String>,
}

impl InspectedImage {
    /// What a registry knows it by in the repository that `reference` names; none where it was built or loaded here under
    /// that name.
    pub(super) fn digest_in(&self, reference: &str) -> Option<&str> {
        let repository = whole_repository(reference)?;
        let same = |digest: &&String| whole_repository(digest).as_deref() == Some(&*repository);
        self.digests.iter().find(same).map(String::as_str)
    }

    /// What it is, named by the repository of `reference` where it can be.
    #[must_use]
    pub fn identity(&self, reference: &str) -> ImageIdentity {
        let digest = self.digest_in(reference).or(self.digests.first().map(String::as_str));
        let (system, variant) = &self.system;
        let variant =
            variant.iter().filter(|variant| !variant.is_empty()).map(|variant| format!("/{variant}"));
        ImageIdentity {
            digest: digest.map(str::to_owned),
            id: self.id.clone(),
            platform: format!("{system}/{}{}", self.architecture, variant.collect::<String>()),
            created: self.created.clone(),
        }
    }
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

/// What the engine knows about an image.
///
/// # Errors
/// When the image is not there ([`Cause::ImageNotFound`]) or the engine does not answer.
pub async fn inspect_image(engine: &Engine, reference: &str) -> Result<InspectedImage, Error> {
    let image = engine
        .docker()
        .inspect_image(reference)
        .await
        .when("inspecting", format_args!("image {reference}"))?;
    let digests = image.repo_digests.unwrap_or_default();
    let config = image.config.unwrap_or_default();
    let program = config.entrypoint.into_iter().chain(config.cmd).flatten();
    Ok(InspectedImage {
        id: image.id.unwrap_or_default(),
        digest: digests.first().and_then(|digest| Some(digest.split_once('@')?.1.to_owned())),
        system: (image.os.unwrap_or_default(), image.variant),
        created: image.created.and_then(|at| at.format(&Rfc3339).ok()),
        program: program.collect(),
        digests,
        labels: config.labels.unwrap_or_default().into_iter().collect(),
        user: config.user.unwrap_or_default(),
        architecture: image.architecture.unwrap_or_default(),
        environment: config.env.unwrap_or_default(),
    })
}

/// Pulls an image, again where that may help. `told` is its name in events, where it has another one than `reference`.
pub(super) async fn pull(
    engine: &Engine,
    reference: &str,
    told: &str,
    platform: Option<&str>,
    credentials: &[Credentials],
    events: &Events,
) -> Result<(), Error> {
    let attempt = || pull_once(engine, reference, told, platform, credentials, events);
    let again = |error: &Error, tried: u32| {
        (error.is_transient() && tried < ATTEMPTS).then(|| jittered(RETRY_AFTER * tried))
    };
    match wait::tries(attempt, again).await {
        Err(error) if error.cause == Cause::Architecture => {
            let has = architectures(engine, credentials, reference).await;
            Err(architecture::named(error, engine.architecture(), &has))
        }
        result => result,
    }
}

async fn pull_once(
    engine: &Engine,
    reference: &str,
    name: &str,
    platform: Option<&str>,
    credentials: &[Credentials],
    events: &Events,
) -> Result<(), Error> {
    let whole = with_tag(reference);
    let mut options = CreateImageOptionsBuilder::default().from_image(&whole);
    if let Some(platform) = platform {
        options = options.platform(platform);
    }
    let mut answers =
        engine.docker().create_image(Some(options.build()), None, login(credentials, reference));
    let mut progress = Progress::default();
    let mut told = Instant::now();
    // A failure comes before the first answer or as one of them: the stream must be read to its end.
    while let Some(answer) = answers.next().await {
        let answer = answer.when("pulling", format_args!("image {reference}"))?;
        progress.note(&answer);
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            events.send(progress.event(name));
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
