//! Our own container, when we run in one of this engine's: which it is, and how we get onto a network from there.
//!
//! Nobody tells a container its id. Host name, mounts and control groups give candidates, and each of them can be
//! wrong: in a shared network the host name and the mounted /etc/hostname are the other container's, and a machine
//! may look like a container of Docker's without being one of this engine's. So nothing of it is believed: a file with a
//! random name goes into the root of our file system, and the container in which the engine finds it is ours.

use std::collections::HashMap;
use std::fs::{self, File};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::{
    ContainerArchiveInfoOptions, InspectContainerOptions, ListContainersOptionsBuilder,
};
use futures_util::{StreamExt as _, stream};

use super::engine::Engine;
use super::error::{Error, When as _};

/// Files that engines leave in the root of their containers.
const MARKS: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];
/// Candidates that are asked about at the same time.
const AT_ONCE: usize = 16;

/// Our own container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// Its id.
    pub id: String,
    /// The id of its image.
    pub image: String,
    /// The container that joins networks for us: our own, or the one whose network we share; `None` in the host's
    /// network, from where every container is reached by its address.
    pub member: Option<String>,
    /// The container whose network we share.
    pub beside: Option<String>,
    /// The label by which the runner that started us knows its containers: six hexadecimal digits.
    pub runner: Option<String>,
    /// Where the engine's host has what is mounted here, by the path that it has here.
    pub mounts: HashMap<String, String>,
}

impl Own {
    /// Looks for the container that this process runs in; nothing on a plain host, or in a container of another engine.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn find(engine: &Engine) -> Result<Option<Self>, Error> {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let told = candidates(
            &read("/proc/sys/kernel/hostname"),
            &read("/proc/self/mountinfo"),
            &read("/proc/self/cgroup"),
        );
        let marked = MARKS.iter().any(|mark| Path::new(mark).exists());
        // Every machine has a host name; alone it says nothing.
        if !marked && !told.iter().any(|id| is_id(id)) {
            return Ok(None);
        }
        let Some(proof) = Proof::put() else { return Ok(None) };
        let mut id = first_with(engine, told, &proof.path).await;
        if id.is_none() && proof.is_unmistakable {
            id = first_with(engine, running(engine).await?, &proof.path).await;
        }
        drop(proof);
        match id {
            Some(id) => Self::inspect(engine, &id).await.map(Some),
            None => Ok(None),
        }
    }

    async fn inspect(engine: &Engine, id: &str) -> Result<Self, Error> {
        let own = inspect(engine, id).await?;
        let id = own.id.clone().unwrap_or_default();
        let mode = network_mode(&own);
        let beside = mode.strip_prefix("container:").map(str::to_owned);
        let member = match &beside {
            Some(other) => {
                let other = inspect(engine, other).await?;
                (network_mode(&other) != "host").then(|| other.id.unwrap_or_default())
            }
            None => (mode != "host").then(|| id.clone()),
        };
        let labels = own.config.and_then(|config| config.labels).unwrap_or_default();
        let mounts = own.mounts.unwrap_or_default().into_iter();
        Ok(Self {
            id,
            image: own.image.unwrap_or_default(),
            member,
            beside,
            runner: labels.into_iter().find(|(key, value)| is_runners(key, value)).map(|(key, _)| key),
            mounts: mounts.filter_map(|mount| Some((mount.destination?, mount.source?))).collect(),
        })
    }
}

async fn inspect(engine: &Engine, id: &str) -> Result<ContainerInspectResponse, Error> {
    let answer = engine.docker().inspect_container(id, None::<InspectContainerOptions>).await;
    answer.when("inspecting", format_args!("our own container {id}"))
}

fn network_mode(container: &ContainerInspectResponse) -> String {
    let host = container.host_config.as_ref();
    host.and_then(|host| host.network_mode.clone()).unwrap_or_default()
}

/// Whether a label is the one that a runner puts on its containers: six hexadecimal digits, and no value.
fn is_runners(key: &str, value: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    value.is_empty() && key.len() == 6 && key.bytes().all(hex)
}

fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What the files of the kernel say of our id, the host name first.
fn candidates(hostname: &str, mountinfo: &str, cgroup: &str) -> Vec<String> {
    let mut found = vec![hostname.trim().to_owned()];
    // Such as /var/lib/docker/containers/<id>/hostname; ids of layers stand elsewhere.
    let mounted = mountinfo.split([' ', '\n']).filter_map(|path| {
        let (_, after) = path.split_once("containers/")?;
        after.split('/').next()
    });
    let grouped = cgroup.split(['/', '\n', '-', '.', ':']);
    found.extend(mounted.chain(grouped).filter(|part| is_id(part)).map(str::to_owned));
    // It becomes part of a URL.
    let plain = |id: &String| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    found.retain(|id| !id.is_empty() && plain(id));
    let mut once = Vec::new();
    for id in found {
        if !once.contains(&id) {
            once.push(id);
        }
    }
    once
}

/// The ids of all containers that run.
async fn running(engine: &Engine) -> Result<Vec<String>, Error> {
    let options = ListContainersOptionsBuilder::default().build();
    let listed = engine.docker().list_containers(Some(options)).await;
    let listed = listed.when("listing", "containers")?;
    Ok(listed.into_iter().filter_map(|container| container.id).collect())
}

/// The first of these containers that has a file of this path.
async fn first_with(engine: &Engine, ids: Vec<String>, path: &str) -> Option<String> {
    let asked = stream::iter(ids).map(|id| async move {
        let options = ContainerArchiveInfoOptions { path: path.to_owned() };
        // Whatever it is that an engine refuses here, it did not find the file.
        let found = engine.docker().get_container_archive_info(&id, Some(options)).await.is_ok();
        found.then_some(id)
    });
    let mut found = asked.buffer_unordered(AT_ONCE).filter_map(std::future::ready).boxed();
    found.next().await
}

/// A file that nobody else has, in the root of our file system; dropping it removes the file.
#[derive(Debug)]
struct Proof {
    path: String,
    /// Nothing can be mounted over the root. Elsewhere a folder of the host may be seen in two containers, so that only
    /// containers that we have reason to think of are asked.
    is_unmistakable: bool,
}

impl Proof {
    /// Puts it there; nothing when none of the folders can be written.
    fn put() -> Option<Self> {
        let device = |path: &str| fs::metadata(path).map(|meta| meta.dev()).ok();
        let digits = || RandomState::new().build_hasher().finish();
        let name = format!(".upgrade-gate-{:016x}{:016x}", digits(), digits());
        ["/", "/tmp/"].into_iter().find_map(|folder| {
            let path = format!("{folder}{name}");
            // A folder with a device of its own is a mount, in which the engine need not look.
            if device(folder) != device("/") || File::create_new(&path).is_err() {
                return None;
            }
            Some(Self { path, is_unmistakable: folder == "/" })
        })
    }
}

impl Drop for Proof {
    fn drop(&mut self) {
        // An empty file of a random name in a container that goes away.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn ids_are_read_from_mounts_and_control_groups() {
        let layer = "f".repeat(64);
        let mountinfo = format!(
            "22 1 0:21 / / rw - overlay overlay rw,upperdir=/var/lib/docker/overlay2/{layer}/diff\n\
             23 22 8:1 /var/lib/docker/containers/{ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n"
        );
        assert_eq!(candidates("0123456789ab\n", &mountinfo, ""), ["0123456789ab", ID]);
        let podman = format!("1 2 0:1 /overlay-containers/{ID}/userdata/hostname /etc/hostname rw");
        assert_eq!(candidates("", &podman, ""), [ID]);
        for cgroup in
            [format!("9:pids:/docker/{ID}\n0::/\n"), format!("0::/system.slice/docker-{ID}.scope\n")]
        {
            assert_eq!(candidates("box", "", &cgroup), ["box", ID]);
        }
        assert_eq!(candidates("box", "1 2 0:1 / /proc rw", "0::/\n"), ["box"]);
        assert!(candidates("../images", "", "").is_empty());
    }

    #[test]
    fn a_runners_label_is_six_hexadecimal_digits_without_value() {
        assert!(is_runners("0a1b2c", ""));
        for (key, value) in [("0a1b2c", "x"), ("0A1B2C", ""), ("0a1b2", ""), ("rbcdef", "")] {
            assert!(!is_runners(key, value), "{key}={value}");
        }
    }
}
