//! Why no engine can be used: each case with its words and its remedy, as docs/errors.md lists them.

use super::cause::Cause;
use super::error::Error;
use basics::shown::Shown;

/// A reason for which there is no engine for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoEngine {
    /// Nothing is at the socket's path.
    NoSocket,
    /// A directory is there.
    Directory,
    /// Some other file is there.
    NotASocket,
    /// We may not use it.
    Forbidden,
    /// The socket is a leftover.
    NobodyListens,
    /// No answer came in time.
    Silent,
    /// What answers speaks an older API than we need, or none.
    TooOld,
    /// The address is none that we know.
    Address,
}

impl NoEngine {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::NoSocket,
        Self::Directory,
        Self::NotASocket,
        Self::Forbidden,
        Self::NobodyListens,
        Self::Silent,
        Self::TooOld,
        Self::Address,
    ];

    /// What is the case.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NoSocket => "there is no socket",
            Self::Directory => "it is a directory, not a socket",
            Self::NotASocket => "it is not a socket",
            Self::Forbidden => "permission denied",
            Self::NobodyListens => "nothing listens there",
            Self::Silent => "no answer in 15 s",
            Self::TooOld => "1.41 is the oldest that works",
            Self::Address => "this kind of address is not supported",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::NoSocket => {
                "Start Docker, or say with DOCKER_HOST where its socket is; in a container, mount it \
                 (`-v /var/run/docker.sock:/var/run/docker.sock`). Machines that have Docker's client only, such as the \
                 runner ubuntu-slim, cannot run the gate: choose ubuntu-24.04 or one of your own."
            }
            // What rootless Docker and ARC leave behind: the runner mounts a path that does not exist on the host.
            Self::Directory => {
                "Docker made it because the socket mounted there does not exist on the host (rootless Docker, \
                 podman, ARC): link the real socket to that path on the host, or set DOCKER_HOST to tcp://host:port."
            }
            Self::NotASocket => "Say with DOCKER_HOST where the engine's socket is.",
            Self::Forbidden => {
                "Run as a member of the group `docker`, or as root; in a container, give it the socket's group (`--group-add`)."
            }
            Self::NobodyListens => {
                "Start the engine (`systemctl start docker`); the socket may be left from one that ended."
            }
            Self::Silent => "Restart the engine, or look at its log.",
            Self::TooOld => "Use Docker 20.10 or newer, or an engine that speaks its API.",
            Self::Address => "Set DOCKER_HOST to unix:///path or tcp://host:port.",
        }
    }

    /// The error about the engine at `host`.
    pub(super) fn at(self, host: &str) -> Error {
        self.because(host, self.words())
    }

    /// The same in words of this moment.
    pub(super) fn because(self, host: &str, words: impl Into<String>) -> Error {
        let object = format!("the Docker engine at {}", Shown::plain(host));
        Error::new(Cause::EngineUnreachable, "reaching", object, words).remedy(self.remedy())
    }
}
