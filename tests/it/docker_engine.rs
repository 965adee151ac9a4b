//! `docker/` against a real engine.
//!
//! Skipped with a line on standard error where no engine answers, unless `UPGRADE_GATE_REQUIRE_DOCKER` is set.
//! Nothing is pulled: the images are made here from a static busybox (Debian's busybox-static). Each test has
//! its own run id, which is also its project's name, and whatever happens is removed by it at the end.

mod bring_up;
mod inside;
mod mounts;
mod pulls;
mod refusals;
mod removal;
mod scripted;

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::Path;
use std::time::Duration;

use bollard::Docker;
use bollard::models::{NetworkCreateRequest, VolumeCreateRequest};
use bollard::query_parameters::{
    CreateImageOptionsBuilder, InspectContainerOptions, ListContainersOptionsBuilder, RemoveVolumeOptions,
};
use futures_util::TryStreamExt as _;
use indexmap::IndexMap;
use time::OffsetDateTime;
use tokio::sync::OnceCell;
use tokio::time::Instant;
use upgrade_gate::compose::{
    Attachment, Dependency, DependsCondition, FileMount, FileSource, Healthcheck, Mount, MountSource,
    Network, Project, PullPolicy, Service, Volume,
};
use upgrade_gate::docker::{
    Cause, ContainerStatus, Engine, Fetched, Health, LABEL_RUN, Pin, PrepareOptions, RunLabels,
    RunningProject, Wanted, Ways, clear, down, inspect_image, sweep_expired,
};
use upgrade_gate::event::{EventKind, Events};

const FIRST: &str = "upgrade-gate-test/busybox:1";
const SECOND: &str = "upgrade-gate-test/busybox:2";

/// A run on the real engine.
#[derive(Clone)]
struct Run {
    engine: Engine,
    id: String,
}

impl Run {
    fn options(&self) -> PrepareOptions {
        let labels = RunLabels {
            run: self.id.clone(),
            owner: "integration test".into(),
            expires: OffsetDateTime::now_utc() + Duration::from_secs(600),
            github_job: None,
            runner: None,
        };
        PrepareOptions {
            labels,
            pull: Some(PullPolicy::Never),
            ways: Ways::default(),
            further_images: vec![later(SECOND)],
            fetched: Fetched::default(),
        }
    }

    /// A project of these services, with one network for all, as its parser leaves it.
    fn project(&self, services: impl IntoIterator<Item = (&'static str, Service)>) -> Project {
        Project {
            name: self.id.clone(),
            services: services.into_iter().map(|(name, service)| (name.to_owned(), service)).collect(),
            ..Project::default()
        }
    }

    async fn prepare(&self, project: Project) -> RunningProject {
        RunningProject::prepare(&self.engine, project, self.options(), &Events::nowhere(), soon())
            .await
            .unwrap()
    }
}

/// Runs `test` with a run of its own, and removes all of it afterwards, also after a panic.
async fn with_run<F>(test: impl FnOnce(Run) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Some(engine) = engine().await else { return };
    let id = format!("ugtest{:016x}", RandomState::new().build_hasher().finish());
    let run = Run { engine: engine.clone(), id: id.clone() };
    let outcome = tokio::spawn(test(run)).await;
    down(&engine, &id, soon()).await.unwrap();
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// The engine with our two images on it, or nothing where there is none.
pub(super) async fn engine() -> Option<Engine> {
    static IMAGES: OnceCell<()> = OnceCell::const_new();
    let required = std::env::var_os("UPGRADE_GATE_REQUIRE_DOCKER").is_some();
    let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|path| Path::new(path).exists());
    match (Engine::connect(None).await, busybox) {
        (Ok(engine), Some(busybox)) => {
            IMAGES.get_or_init(|| make_images(busybox)).await;
            Some(engine)
        }
        (Err(error), _) if required => panic!("{error}"),
        (_, None) if required => panic!("no busybox: apt-get install busybox-static"),
        (engine, _) => {
            eprintln!("skipped, as engine or busybox are missing: {:?}", engine.err());
            None
        }
    }
}

/// Imports images of a static busybox that differ in the file /release.
async fn make_images(busybox: &str) {
    let docker = docker();
    let program = std::fs::read(busybox).unwrap();
    for (reference, release) in [(FIRST, "one"), (SECOND, "two")] {
        if docker.inspect_image(reference).await.is_ok() {
            continue;
        }
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        for (path, mode, content) in
            [("bin/busybox", 0o755, program.as_slice()), ("release", 0o644, release.as_bytes())]
        {
            header.set_mode(mode);
            header.set_size(content.len() as u64);
            tar.append_data(&mut header, path, content).unwrap();
        }
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        for name in ["sh", "sleep", "cat", "stat", "touch"] {
            tar.append_link(&mut header, format!("bin/{name}"), "busybox").unwrap();
        }
        tar.append_link(&mut header, "link", "/real").unwrap();
        header.set_entry_type(tar::EntryType::Directory);
        header.set_mode(0o1777);
        tar.append_data(&mut header, "tmp/", [].as_slice()).unwrap();
        header.set_mode(0o711);
        header.set_uid(77);
        tar.append_data(&mut header, "real/", [].as_slice()).unwrap();
        let (repo, tag) = reference.split_once(':').unwrap();
        let options = CreateImageOptionsBuilder::default().from_src("-").repo(repo).tag(tag).build();
        let body = bollard::body_full(tar.into_inner().unwrap().into());
        docker.create_image(Some(options), Some(body), None).try_collect::<Vec<_>>().await.unwrap();
    }
}

/// The engine behind the module's back, to look at what it did.
fn docker() -> Docker {
    Docker::connect_with_unix_defaults().unwrap()
}

/// An image that is needed later.
fn later(image: &str) -> Wanted {
    Wanted { reference: image.to_owned(), platform: None, policy: PullPolicy::Missing }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// A service that runs a shell script as PID 1.
fn script(text: &str) -> Service {
    Service {
        image: FIRST.into(),
        command: Some(["/bin/sh", "-c", text].map(str::to_owned).to_vec()),
        replicas: 1,
        ..Service::default()
    }
}

fn idle() -> Service {
    script("trap 'exit 0' TERM; sleep 600 & wait")
}

fn after(service: Service, dependency: &str, condition: DependsCondition) -> Service {
    let mut service = service;
    service.depends_on.insert(dependency.into(), Dependency { condition, required: true });
    service
}

/// A check that passes as soon as the file /tmp/ok is there.
fn check() -> Option<Healthcheck> {
    Some(Healthcheck {
        test: ["CMD", "stat", "/tmp/ok"].map(str::to_owned).to_vec(),
        interval: Some(Duration::from_millis(200)),
        timeout: Some(Duration::from_secs(5)),
        retries: Some(100),
        ..Healthcheck::default()
    })
}
