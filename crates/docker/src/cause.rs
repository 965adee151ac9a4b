//! What kind of failure it is, by what the engine says: its statuses are too coarse.

/// Kinds of failures that somebody tells apart: a remedy of ours, a second attempt, a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No engine answered, or not one we can use.
    EngineUnreachable,
    /// The image is not there, or we may not have it: registries do not say which.
    ImageNotFound,
    /// The image is made for another kind of processor than the engine's.
    Architecture,
    /// The registry did not answer properly.
    RegistryUnreachable,
    /// The registry wants us to come back later.
    RateLimited,
    /// The engine's disk is full.
    NoSpace,
    /// The container was killed for want of memory.
    OutOfMemory,
    /// The engine has no subnet left for another network.
    AddressPoolsExhausted,
    /// Somebody is on the network, or the engine believes so.
    NetworkInUse,
    /// Somebody else has that name.
    NameConflict,
    /// Somebody else has that port on the host.
    PortAllocated,
    /// The container ended although it should run, with this exit code.
    Exited(u8),
    /// Its health check failed so often that the engine calls it unhealthy.
    Unhealthy,
    /// A folder of the engine's host that is to be mounted is not there and cannot be made.
    HostPath,
    /// A folder is to be mounted over a file, or a file over a folder.
    FolderForFile,
    /// Somebody waits for the health of a container that has no health check.
    NoHealthcheck,
    /// The object is not there.
    Absent,
    /// The compose file asks for something that cannot be done.
    Invalid,
    /// The time was up.
    Deadline,
    /// Anything else.
    Other,
}

impl Cause {
    /// What one can do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::EngineUnreachable => "Check that Docker runs here and that we may use its socket.",
            Self::ImageNotFound => {
                "Check name and tag of the image and, for a private registry, the credentials."
            }
            Self::Architecture => {
                "Take an image that is made for the engine's processors. Where the engine emulates others, say so: `platform:` on the service, or DOCKER_DEFAULT_PLATFORM=linux/amd64 in `variables`."
            }
            Self::RegistryUnreachable => {
                "Check that the engine's host reaches the registry (DNS, proxy, firewall), or load the image beforehand."
            }
            Self::RateLimited => "Give credentials for the registry, use a mirror, or try again later.",
            Self::NoSpace => {
                "Free space on the engine's disk: `docker system df` shows what uses it, `docker system prune` frees what nobody uses."
            }
            Self::OutOfMemory => {
                "Raise the memory limit of the service, or run on a machine with more memory."
            }
            Self::AddressPoolsExhausted => {
                "Remove unused networks (`docker network prune`), or enlarge `default-address-pools` in the engine's daemon.json."
            }
            Self::NetworkInUse => {
                "Take off what `docker network inspect` shows on it. If it shows nobody, the engine has miscounted: restart it, then call `upgrade-gate cleanup`."
            }
            Self::NameConflict => "Remove the other object, or do without a fixed name in the compose file.",
            Self::PortAllocated => {
                "Do without the published port, or end what holds it on the engine's host."
            }
            Self::Exited(_) => "Read what its log says.",
            Self::Unhealthy => "Read what its health check and its log say.",
            Self::HostPath => {
                "Make that folder on the engine's host, or correct the path in the compose file. With `DOCKER_HOST` the host is another machine."
            }
            Self::FolderForFile => {
                "Check the mount's path: where the engine's host has no such file, the engine makes a folder of that name (remove it), and a folder cannot take a file's place."
            }
            Self::NoHealthcheck => {
                "Give the service a `healthcheck:`, or depend on it with `condition: service_started`."
            }
            Self::Absent => "Check whether something else removed it (another clean-up, `docker prune`).",
            Self::Invalid => "Correct the compose file.",
            Self::Deadline => "Read what its log says, or allow more time.",
            Self::Other => "Read the engine's own log (`journalctl -u docker`).",
        }
    }

    /// The cause behind the engine's words. Its statuses are too coarse: a full disk and a taken port are both 500.
    pub(super) fn of(status: Option<u16>, message: &str) -> Self {
        const KNOWN: [(&str, Cause); 36] = [
            // Before others: the engine adds what the operating system said.
            ("bind source path does not exist", Cause::HostPath),
            ("error while creating mount source path", Cause::HostPath),
            ("failed to mount local volume", Cause::HostPath),
            ("trying to mount a directory onto a file", Cause::FolderForFile),
            ("no space left on device", Cause::NoSpace),
            ("disk quota exceeded", Cause::NoSpace),
            // Engine 20.10, then 25 and later.
            ("available, non-overlapping ipv4 address pool", Cause::AddressPoolsExhausted),
            ("address pools have been fully subnetted", Cause::AddressPoolsExhausted),
            ("has active endpoints", Cause::NetworkInUse),
            ("port is already allocated", Cause::PortAllocated),
            ("address already in use", Cause::PortAllocated),
            ("ports are not available", Cause::PortAllocated),
            ("is already in use by container", Cause::NameConflict),
            ("already exists", Cause::NameConflict),
            ("toomanyrequests", Cause::RateLimited),
            ("rate limit", Cause::RateLimited),
            ("no such image", Cause::ImageNotFound),
            ("manifest unknown", Cause::ImageNotFound),
            ("name unknown", Cause::ImageNotFound),
            ("no matching manifest", Cause::Architecture),
            ("no match for platform in manifest", Cause::Architecture),
            ("does not match the specified platform", Cause::Architecture),
            ("pull access denied", Cause::ImageNotFound),
            ("repository does not exist", Cause::ImageNotFound),
            ("access to the resource is denied", Cause::ImageNotFound),
            ("authentication required", Cause::ImageNotFound),
            ("no basic auth credentials", Cause::ImageNotFound),
            ("unauthorized", Cause::ImageNotFound),
            ("dial tcp", Cause::RegistryUnreachable),
            ("i/o timeout", Cause::RegistryUnreachable),
            ("tls handshake timeout", Cause::RegistryUnreachable),
            ("client.timeout exceeded", Cause::RegistryUnreachable),
            ("connection reset by peer", Cause::RegistryUnreachable),
            ("unexpected eof", Cause::RegistryUnreachable),
            ("bad gateway", Cause::RegistryUnreachable),
            ("service unavailable", Cause::RegistryUnreachable),
        ];
        let message = message.to_lowercase();
        if message.starts_with("manifest for ") && message.contains(" not found") {
            return Cause::ImageNotFound;
        }
        KNOWN
            .iter()
            .find(|(words, _)| message.contains(words))
            .map_or(if status == Some(404) { Cause::Absent } else { Cause::Other }, |(_, cause)| *cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_words_are_recognised() {
        for (status, words, cause) in [
            (500, "write /var/lib/docker/x: no space left on device", Cause::NoSpace),
            (
                500,
                "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
                Cause::AddressPoolsExhausted,
            ),
            (403, "error while removing network: network x id 1 has active endpoints", Cause::NetworkInUse),
            (400, "all predefined address pools have been fully subnetted", Cause::AddressPoolsExhausted),
            (
                409,
                "Conflict. The container name \"/a\" is already in use by container \"1\". You have to remove",
                Cause::NameConflict,
            ),
            (
                500,
                "driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated",
                Cause::PortAllocated,
            ),
            (
                404,
                "pull access denied for x, repository does not exist or may require 'docker login'",
                Cause::ImageNotFound,
            ),
            (404, "manifest for x:9 not found: manifest unknown: manifest unknown", Cause::ImageNotFound),
            (
                404,
                "no matching manifest for linux/arm64/v8 in the manifest list entries: no match for platform in manifest: not found",
                Cause::Architecture,
            ),
            (
                404,
                "image with reference x:1 was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64",
                Cause::Architecture,
            ),
            (
                500,
                "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host",
                Cause::RegistryUnreachable,
            ),
            (
                400,
                "invalid mount config for type \"bind\": bind source path does not exist: /srv/nope",
                Cause::HostPath,
            ),
            (
                500,
                "error while creating mount source path '/proc/nope': mkdir /proc/nope: no such file or directory",
                Cause::HostPath,
            ),
            (
                500,
                "failed to mount local volume: mount /nope:/var/lib/docker/volumes/v/_data, flags: 0x1000: no such file or directory",
                Cause::HostPath,
            ),
            (
                400,
                "OCI runtime create failed: error mounting \"/srv/a.conf\" to rootfs at \"/etc/a.conf\": not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type",
                Cause::FolderForFile,
            ),
            (404, "No such container: x", Cause::Absent),
            (500, "something new", Cause::Other),
        ] {
            assert_eq!(Cause::of(Some(status), words), cause, "{words}");
        }
    }
}
