//! The runtime API of haproxy, over TCP: drain a server, put it back, and see what haproxy thinks of it.
//!
//! One command per connection, as `socat` would do it: haproxy answers and closes. A command that worked answers
//! an empty line. Knows nothing of Docker: whoever has the balancer's address can use it.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use basics::trouble::Trouble;
use basics::wait::{Missed, Pace, Progress, until};

/// The backend that `cluster/haproxy.cfg` has the nodes in.
pub(super) const BACKEND: &str = "nodes";

/// What the status of a server without a health check is.
const NO_CHECK: &str = "no check";

/// How long one command may take, connection included.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// How often haproxy is asked while we wait for a change; its own checks are 250 ms apart.
const PACE: Pace = Pace::steady(Duration::from_millis(50));
/// Bytes of an answer; that of a hundred servers has some ten thousand.
const LONGEST_ANSWER: u64 = 1 << 20;

/// What went wrong with haproxy.
#[derive(Debug, thiserror::Error)]
pub(super) enum HaproxyError {
    /// Its runtime API could not be talked to.
    #[error(
        "haproxy's runtime API at {address} did not answer \"{command}\": {cause}; it needs `stats socket ipv4@*:PORT level admin` in its `global` section"
    )]
    Unreachable {
        /// Where it was looked for.
        address: SocketAddr,
        /// What was asked.
        command: String,
        /// Why there was no answer.
        cause: io::Error,
    },
    /// It refused a command.
    #[error(
        "haproxy refused \"{command}\": {answer}; see that its configuration names this backend and server"
    )]
    Refused {
        /// What was asked.
        command: String,
        /// What it said.
        answer: String,
    },
    /// Its statistics do not show a server that should be there.
    #[error("haproxy has no server {server} in its backend {backend}; it has {known}")]
    NoSuchServer {
        /// The server that was asked for.
        server: String,
        /// The backend.
        backend: String,
        /// The servers it has there.
        known: String,
    },
    /// A server did not come up in time.
    #[error("haproxy did not see {server} up{} in time, its last word was {last}; see the server's log", wanted_text(.wanted))]
    NotUp {
        /// The server.
        server: String,
        /// Where it should have been.
        wanted: Option<IpAddr>,
        /// What haproxy last said of it.
        last: ServerStatus,
    },
}

impl From<HaproxyError> for Trouble {
    fn from(error: HaproxyError) -> Self {
        Self::new(
            "balancer",
            error.to_string(),
            "Look at haproxy's log, and at the labels upgrade-gate.haproxy and upgrade-gate.backend.",
        )
    }
}

fn wanted_text(wanted: &Option<IpAddr>) -> String {
    wanted.map_or_else(String::new, |address| format!(" at {address}"))
}

/// Whether a server gets traffic, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServerState {
    /// It gets traffic.
    Up,
    /// Its health check fails.
    Down,
    /// It was drained: what runs goes on, nothing new comes.
    Drain,
    /// It was put into maintenance.
    Maint,
    /// Its name has no address, so far or any more.
    Resolving,
}

/// What haproxy says of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerStatus {
    /// Whether it gets traffic. A drained server whose check fails is `Down`.
    pub state: ServerState,
    /// Where haproxy sends requests for it; nothing while its name is not resolved.
    pub address: Option<SocketAddr>,
    /// Requests and websockets that run on it.
    pub current_sessions: u64,
    /// The result of the last health check, such as `L7OK` or `L4CON`; empty before the first, `no check` where
    /// none is configured.
    pub check: String,
}

impl ServerStatus {
    /// Whether its last health check went well, drained or not. A server that just got its address is `Up` before
    /// any check.
    #[must_use]
    pub(super) fn is_healthy(&self) -> bool {
        self.check.ends_with("OK") || self.check == NO_CHECK
    }
}

impl fmt::Display for ServerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            ServerState::Up => "up",
            ServerState::Down => "down",
            ServerState::Drain => "drained",
            ServerState::Maint => "in maintenance",
            ServerState::Resolving => "without an address",
        };
        f.write_str(state)?;
        if let Some(address) = self.address {
            write!(f, " at {address}")?;
        }
        if !self.check.is_empty() {
            write!(f, ", check {}", self.check)?;
        }
        Ok(())
    }
}

/// The runtime API of one haproxy.
#[derive(Debug, Clone)]
pub(super) struct Haproxy {
    address: SocketAddr,
    backend: String,
}

impl Haproxy {
    /// The one whose runtime API is at this address, with the nodes in [`BACKEND`].
    #[must_use]
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address, backend: BACKEND.to_owned() }
    }

    /// The same with the nodes in another backend.
    #[must_use]
    pub(super) fn with_backend(self, backend: impl Into<String>) -> Self {
        Self { backend: backend.into(), ..self }
    }

    /// Sends a server nothing new; what runs goes on.
    ///
    /// # Errors
    /// When haproxy does not answer or knows no such server.
    pub(super) async fn drain(&self, server: &str) -> Result<(), HaproxyError> {
        self.set_state(server, "drain").await
    }

    /// Sends a server requests again, as far as its health check allows.
    ///
    /// # Errors
    /// As for [`Self::drain`].
    pub(super) async fn ready(&self, server: &str) -> Result<(), HaproxyError> {
        self.set_state(server, "ready").await
    }

    async fn set_state(&self, server: &str, state: &str) -> Result<(), HaproxyError> {
        let command = format!("set server {}/{server} state {state}", self.backend);
        let answer = self.ask(&command).await?;
        match answer.trim() {
            "" => Ok(()),
            answer => Err(HaproxyError::Refused { command, answer: answer.to_owned() }),
        }
    }

    /// What haproxy says of a server now.
    ///
    /// # Errors
    /// When haproxy does not answer or knows no such server.
    pub(super) async fn status(&self, server: &str) -> Result<ServerStatus, HaproxyError> {
        let mut all = self.statuses().await?;
        let at = all.iter().position(|(name, _)| name == server);
        at.map(|at| all.swap_remove(at).1).ok_or_else(|| HaproxyError::NoSuchServer {
            server: server.to_owned(),
            backend: self.backend.clone(),
            known: all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// What haproxy says of all servers of the backend, in the order of its configuration.
    ///
    /// # Errors
    /// When haproxy does not answer.
    pub(super) async fn statuses(&self) -> Result<Vec<(String, ServerStatus)>, HaproxyError> {
        Ok(servers(&self.ask("show stat").await?, &self.backend))
    }

    /// Waits until a server is up by a health check that passed, at the expected address if there is one: after a restart haproxy knows the
    /// old address for a moment, and another container may have it by now.
    ///
    /// # Errors
    /// When haproxy does not answer, knows no such server, or the deadline passes.
    pub(super) async fn wait_up(
        &self,
        server: &str,
        expected: Option<IpAddr>,
        deadline: Instant,
    ) -> Result<ServerStatus, HaproxyError> {
        let up = until(deadline, PACE, || async {
            let last = match self.status(server).await {
                Ok(status) => status,
                Err(error) => return Progress::Never(error),
            };
            let in_place = expected.is_none_or(|ip| last.address.is_some_and(|address| address.ip() == ip));
            let up = last.state == ServerState::Up && last.is_healthy() && in_place;
            if up { Progress::There(last) } else { Progress::OnTheWay(last) }
        });
        up.await.map_err(|missed| match missed {
            Missed::TimeUp(last) => HaproxyError::NotUp { server: server.to_owned(), wanted: expected, last },
            Missed::Never(error) => error,
        })
    }

    /// Waits until nothing runs on a server; gives how much still does at the deadline. Websockets stay as long
    /// as their clients like, so that is no error.
    ///
    /// # Errors
    /// When haproxy does not answer or knows no such server.
    pub(super) async fn wait_idle(&self, server: &str, deadline: Instant) -> Result<u64, HaproxyError> {
        let idle = until(deadline, PACE, || async {
            match self.status(server).await {
                Ok(ServerStatus { current_sessions: 0, .. }) => Progress::There(0),
                Ok(status) => Progress::OnTheWay(status.current_sessions),
                Err(error) => Progress::Never(error),
            }
        });
        match idle.await {
            Ok(left) | Err(Missed::TimeUp(left)) => Ok(left),
            Err(Missed::Never(error)) => Err(error),
        }
    }

    async fn ask(&self, command: &str) -> Result<String, HaproxyError> {
        let talk = async {
            let mut stream = TcpStream::connect(self.address).await?;
            stream.write_all(format!("{command}\n").as_bytes()).await?;
            let mut answer = String::new();
            stream.take(LONGEST_ANSWER).read_to_string(&mut answer).await?;
            // A command that worked answers an empty line; nothing at all is a connection that broke.
            if answer.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(answer) }
        };
        let answer =
            timeout(ANSWER_WITHIN, talk).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        answer.map_err(|cause| HaproxyError::Unreachable {
            address: self.address,
            command: command.to_owned(),
            cause,
        })
    }
}

/// The servers of a backend in the CSV of `show stat`; its first line names the columns.
fn servers(csv: &str, backend: &str) -> Vec<(String, ServerStatus)> {
    let mut lines = csv.lines();
    let names: Vec<_> = lines.next().unwrap_or_default().trim_start_matches("# ").split(',').collect();
    let row = |line| -> Option<(String, ServerStatus)> {
        let row: HashMap<_, _> = names.iter().copied().zip(fields(line)).collect();
        let text = |name| row.get(name).map(String::as_str).unwrap_or_default();
        // Type 2 is a server; frontends, backends and listeners have rows too.
        let wanted = text("pxname") == backend && text("type") == "2";
        wanted.then(|| {
            let check = if text("status") == NO_CHECK { NO_CHECK } else { text("check_status") };
            let status = ServerStatus {
                state: state(text("status")),
                address: text("addr")
                    .parse()
                    .ok()
                    .filter(|address: &SocketAddr| !address.ip().is_unspecified()),
                current_sessions: text("scur").parse().unwrap_or(0),
                check: check.trim_start_matches("* ").to_owned(),
            };
            (text("svname").to_owned(), status)
        })
    };
    lines.filter_map(row).collect()
}

/// haproxy's words: `UP`, `UP 1/2` (about to fall), `DOWN`, `DOWN 1/2`, `DRAIN`, `MAINT`, `MAINT (resolution)`,
/// `MAINT (via …)`, `NOLB`, `no check`.
fn state(status: &str) -> ServerState {
    match status.split_whitespace().next().unwrap_or_default() {
        "UP" | "no" => ServerState::Up,
        "DRAIN" | "NOLB" => ServerState::Drain,
        "MAINT" if status.contains("resolution") => ServerState::Resolving,
        "MAINT" => ServerState::Maint,
        _ => ServerState::Down,
    }
}

/// The fields of a CSV line; texts of health checks are quoted and may have commas.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().into_iter().for_each(|field| field.push(character)),
        }
    }
    fields
}

#[cfg(test)]
mod tests;
