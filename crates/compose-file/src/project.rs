//! What a compose file says, after interpolation and merging: plain data, no Docker, no clock.
//!
//! Only the keys that we carry out are here; the parser refuses every other one by name.

use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A whole compose project.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Project {
    /// The project's name: prefix of everything that is created for it.
    pub name: String,
    /// The services that are on (those of inactive profiles are left out), in file order.
    pub services: IndexMap<String, Service>,
    /// Networks that services use, by the name the file gives them; `default` is added when one is needed.
    pub networks: IndexMap<String, Network>,
    /// Named volumes.
    pub volumes: IndexMap<String, Volume>,
    /// Top-level `configs:`, with their content read.
    pub configs: IndexMap<String, FileSource>,
    /// Top-level `secrets:`, with their content read.
    pub secrets: IndexMap<String, FileSource>,
}

/// One service.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Service {
    /// The image reference; empty where the file names none, which is right for a node alone: it gets the one under test.
    pub image: String,
    /// Whether the file has `build:`. Nothing is built here.
    pub built: bool,
    /// `None`: the image's own; `Some(vec![])`: cleared.
    pub command: Option<Vec<String>>,
    /// `None`: the image's own; `Some(vec![])`: cleared.
    pub entrypoint: Option<Vec<String>>,
    /// Variables; `env_file` is folded in already. A variable without a value anywhere is left out.
    pub environment: IndexMap<String, String>,
    /// Labels, as written.
    pub labels: IndexMap<String, String>,
    /// Services that must be there before this one, and how far.
    pub depends_on: IndexMap<String, Dependency>,
    /// The health check, if the file has one; `None` leaves the image's own in force.
    pub healthcheck: Option<Healthcheck>,
    /// Networks by name, with what is special about this service there.
    pub networks: IndexMap<String, Attachment>,
    /// Ports published on the host.
    pub ports: Vec<Port>,
    /// Ports that are only declared.
    pub expose: Vec<String>,
    /// Mounts: named, anonymous, bind.
    pub volumes: Vec<Mount>,
    /// tmpfs mounts: target path and options, as in `/run:size=64m`.
    pub tmpfs: Vec<String>,
    /// Files from `configs:`.
    pub configs: Vec<FileMount>,
    /// Files from `secrets:`.
    pub secrets: Vec<FileMount>,
    /// How many containers; `deploy.replicas` or `scale`, 1 when nothing is said.
    pub replicas: u32,
    /// Limits from `deploy.resources.limits`, `mem_limit` and `cpus`.
    pub limits: ResourceLimits,
    /// How long a stop waits before it kills; compose's default is 10 s.
    pub stop_grace_period: Option<Duration>,
    /// The signal of a stop, when not the image's own.
    pub stop_signal: Option<String>,
    /// Whether an init process is PID 1.
    pub init: Option<bool>,
    /// Limits of the process.
    pub ulimits: IndexMap<String, Ulimit>,
    /// Extra lines in /etc/hosts, as `name:address`.
    pub extra_hosts: Vec<String>,
    /// Further names of other services, known to this one alone: name and service, from `links`.
    pub links: IndexMap<String, String>,
    /// DNS servers, in place of the engine's.
    pub dns: Vec<String>,
    /// Domains that short names are looked up in.
    pub dns_search: Vec<String>,
    /// Options of the resolver.
    pub dns_options: Vec<String>,
    /// The container's host name.
    pub hostname: Option<String>,
    /// The container's domain name.
    pub domainname: Option<String>,
    /// Further groups of the process.
    pub groups: Vec<String>,
    /// The fixed container name, when the file insists on one.
    pub container_name: Option<String>,
    /// User, as `uid[:gid]` or name.
    pub user: Option<String>,
    /// The working directory.
    pub working_dir: Option<String>,
    /// The restart policy.
    pub restart: Restart,
    /// Capabilities added.
    pub cap_add: Vec<String>,
    /// Capabilities dropped.
    pub cap_drop: Vec<String>,
    /// Security options.
    pub security_opt: Vec<String>,
    /// Kernel parameters of the container's namespaces.
    pub sysctls: IndexMap<String, String>,
    /// Whether the root file system is read-only.
    pub read_only: bool,
    /// Size of /dev/shm in bytes.
    pub shm_size: Option<u64>,
    /// The platform to pull, as `linux/amd64`.
    pub platform: Option<String>,
    /// When to pull.
    pub pull_policy: Option<PullPolicy>,
    /// Whether standard input stays open.
    pub stdin_open: bool,
    /// Whether a terminal is allocated.
    pub tty: bool,
}

/// How far a dependency must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// The state it must reach.
    pub condition: DependsCondition,
    /// Whether its absence (an inactive profile) is an error.
    pub required: bool,
}

/// States of a dependency, in compose's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DependsCondition {
    /// It was started.
    #[default]
    ServiceStarted,
    /// Its health check passes.
    ServiceHealthy,
    /// It ended with exit code 0.
    ServiceCompletedSuccessfully,
}

/// A health check.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Healthcheck {
    /// `["CMD", …]`, `["CMD-SHELL", "…"]` or `["NONE"]`; empty leaves the image's own.
    pub test: Vec<String>,
    /// Time between two checks.
    pub interval: Option<Duration>,
    /// Limit of one check.
    pub timeout: Option<Duration>,
    /// Failures in a row that mean unhealthy.
    pub retries: Option<u32>,
    /// Failures in this time after the start do not count.
    pub start_period: Option<Duration>,
    /// Time between two checks during the start period; needs API 1.44.
    pub start_interval: Option<Duration>,
}

/// A service's place on a network.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attachment {
    /// Further names on that network.
    pub aliases: Vec<String>,
    /// A fixed address.
    pub ipv4_address: Option<String>,
    /// The same for IPv6.
    pub ipv6_address: Option<String>,
}

/// A network.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Network {
    /// Its real name, when the file insists on one (`name:`), else project and key make it.
    pub name: Option<String>,
    /// Whether it exists already and is not ours to create or remove.
    pub external: bool,
    /// The driver; the engine's default when nothing is said.
    pub driver: Option<String>,
    /// Options of the driver.
    pub driver_opts: IndexMap<String, String>,
    /// Whether it has no way out.
    pub internal: bool,
    /// Labels.
    pub labels: IndexMap<String, String>,
    /// Whether it has IPv6 too.
    pub ipv6: bool,
    /// Subnets, from `ipam.config`.
    pub subnets: Vec<Subnet>,
}

/// A subnet of a network.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Subnet {
    /// The subnet, such as 172.28.0.0/16; the engine chooses when nothing is said.
    pub subnet: Option<String>,
    /// The gateway's address.
    pub gateway: Option<String>,
    /// The part of the subnet that containers get their addresses from.
    pub ip_range: Option<String>,
}

/// A named volume.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Volume {
    /// Its real name, when the file insists on one.
    pub name: Option<String>,
    /// Whether it exists already and is not ours.
    pub external: bool,
    /// The driver.
    pub driver: Option<String>,
    /// Options of the driver.
    pub driver_opts: IndexMap<String, String>,
    /// Labels.
    pub labels: IndexMap<String, String>,
}

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Port {
    /// Port in the container.
    pub target: u16,
    /// Port on the host; `None` lets the engine choose.
    pub published: Option<u16>,
    /// Address on the host.
    pub host_ip: Option<String>,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

/// A mount.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mount {
    /// What is mounted.
    pub source: MountSource,
    /// Where, in the container.
    pub target: String,
    /// Whether it is read-only.
    pub read_only: bool,
    /// Whether the engine makes a folder where the host has nothing; of a bind mount only.
    pub create_host_path: bool,
}

/// What a mount shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", content = "source")]
pub enum MountSource {
    /// A volume of the project, by its key.
    Volume(String),
    /// A volume without a name, removed with its container.
    #[default]
    Anonymous,
    /// A path on the engine's host.
    Bind(PathBuf),
    /// Memory, with its size in bytes where one is given.
    Tmpfs(Option<u64>),
}

/// A file that the project brings along: shipped by put-archive, never by bind mount.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileSource {
    /// The bytes, read when the project was parsed.
    #[serde(skip)]
    pub content: Vec<u8>,
    /// Where they came from, for messages.
    pub origin: String,
}

/// A config or secret in a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMount {
    /// The key in [`Project::configs`] or [`Project::secrets`].
    pub source: String,
    /// Absolute path in the container.
    pub target: String,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Mode, such as `0o444`.
    pub mode: u32,
}

/// Resource limits.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct ResourceLimits {
    /// Memory in bytes.
    pub memory: Option<u64>,
    /// CPUs.
    pub cpus: Option<f64>,
    /// Processes.
    pub pids: Option<i64>,
}

/// One process limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ulimit {
    /// Soft limit.
    pub soft: i64,
    /// Hard limit.
    pub hard: i64,
}

/// Restart policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Restart {
    /// Never.
    #[default]
    No,
    /// Always.
    Always,
    /// When it failed, at most so often (0: no limit).
    OnFailure(u32),
    /// Always, unless somebody stopped it.
    UnlessStopped,
}

/// When an image is pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullPolicy {
    /// Not at all.
    Never,
    /// When it is not there.
    #[default]
    Missing,
    /// Each time that a registry has it and answers; else what is there serves. No word of compose's.
    Renewed,
    /// Each time.
    Always,
}

impl PullPolicy {
    /// The one of two that pulls more often.
    #[must_use]
    pub fn stronger(self, other: Self) -> Self {
        self.max(other)
    }
}
