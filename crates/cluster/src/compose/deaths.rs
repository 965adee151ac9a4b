//! Parts whose process has ended: how, and what their logs say about it.

use std::fmt::Write as _;
use std::net::IpAddr;

use futures_util::future::join_all;

use super::ComposeCluster;
use crate::denied::denied;
use crate::last_words::LastWords;
use crate::process::ServerProcess;
use basics::telling;
use basics::trouble::{OfPart as _, Trouble};
use docker::{self, ContainerState, ContainerStatus};

/// Where an image has its users.
const USERS: &str = "/etc/passwd";

impl ComposeCluster {
    /// Whether a node's process runs; else an error that says how it ended and why.
    pub(crate) async fn alive(&self, name: &str) -> Result<(), Trouble> {
        let node = self.node(name)?;
        let state = self.running()?.state(&node.service, node.number).await.part(name)?;
        if state.running {
            return Ok(());
        }
        let mut error = self.ended(name, &state).await;
        // A node seldom dies of itself when what it depends on is dead.
        if let Some((part, state)) = self.dead_part().await {
            let _ = write!(error.message, "; {part} had {} before", how_it_ended(&state));
            let log = self.last_words(&part).await.lines;
            error.log_tail.push(format!("--- {part}"));
            error.log_tail.extend(log);
        }
        Err(error)
    }

    /// What went wrong with a part beside the nodes; where its process has ended, that is why.
    pub(crate) async fn explained(&self, trouble: Trouble) -> Trouble {
        let Some((part, state)) = self.dead_part().await else { return trouble };
        let mut error = self.ended(&part, &state).await;
        error.message = format!("{} while something was done with it: {}", error.message, trouble.message);
        error
    }

    /// A node's process as the engine sees it.
    pub(crate) async fn process(&self, name: &str) -> Result<ServerProcess, Trouble> {
        let node = self.node(name)?;
        let running = self.running()?;
        let state = running.state(&node.service, node.number).await.part(name)?;
        let usage = running.usage(&node.service, node.number).await.unwrap_or_default();
        Ok(ServerProcess {
            ended: (!state.running).then(|| how_it_ended(&state)),
            container: state.id,
            started_at: state.started_at,
            restarts: state.restart_count,
            memory_bytes: usage.memory_bytes.filter(|_| state.running),
            cpu_ns: usage.cpu_ns.filter(|_| state.running),
        })
    }

    /// Where a part is reached.
    ///
    /// # Errors
    /// A part that has ended has no address any more; that it ended, and its last words, are the cause to tell.
    pub(super) async fn address(&self, service: &str, number: u32) -> Result<IpAddr, Trouble> {
        let running = self.running()?;
        let address = running.address(service, number).await.part(service);
        if address.is_err()
            && let Ok(state) = running.state(service, number).await
            && !state.running
            && state.exit_code.is_some()
        {
            return Err(self.ended(service, &state).await);
        }
        address
    }

    /// The error of a part whose process has ended.
    pub(super) async fn ended(&self, part: &str, state: &ContainerState) -> Trouble {
        let remedy = if state.oom_killed {
            let variable = if self.node(part).is_ok() { "node" } else { part }.to_uppercase();
            format!(
                "Give it more: the variable {variable}_MEMORY of the built-in cluster, or deploy.resources.limits."
            )
        } else {
            "Look at its log lines below.".to_owned()
        };
        let error = Trouble::new(part, format!("its process {}", how_it_ended(state)), remedy);
        let words = self.last_words(part).await;
        // The kernel ends a process between two lines: whatever the log says, that is not why.
        if state.oom_killed { error.with_log(words.lines) } else { words.explain(error) }
    }

    /// A part beside the nodes that is dead and should not be, with how it ended. A balancer may be, as long as it finds no
    /// node; and who ends with 0 had only something to prepare.
    async fn dead_part(&self) -> Option<(String, ContainerState)> {
        let running = self.running.get()?;
        let balancer = self.options.roles.balancer.as_ref().map(|balancer| &balancer.service);
        let others = self.options.roles.others.iter().filter(|&other| Some(other) != balancer);
        let states = others.map(async |other| (other, running.state(other, 1).await));
        join_all(states).await.into_iter().find_map(|(other, state)| {
            let state = state.ok()?;
            let dead = matches!(
                state.status,
                ContainerStatus::Exited | ContainerStatus::Dead | ContainerStatus::Restarting
            );
            (dead && state.exit_code != Some(0)).then(|| (other.clone(), state))
        })
    }

    /// What a part's log says, and what the compose file has to do with it.
    pub(crate) async fn last_words(&self, part: &str) -> LastWords {
        let (service, number) = self.place(part);
        let log = self.log(part, Some(telling::LOOKED_AT)).await;
        let mut words = LastWords::of(&log);
        let project = &self.options.project;
        let found = project.services.get(service).and_then(|described| denied(&log, project, described));
        if let Some(denied) = found {
            let user = self.runs_as(service, number).await;
            words.why = Some(denied.why(&user));
            words.remedy = Some(denied.remedy(&user));
        }
        words
    }

    /// The user that a part's process runs as, by number where the image tells it; nothing for root.
    async fn runs_as(&self, service: &str, number: u32) -> String {
        let Ok(running) = self.running() else { return String::new() };
        let user = match self.options.project.services.get(service).and_then(|service| service.user.clone()) {
            Some(user) => user,
            None => match running.state(service, number).await {
                Ok(state) => docker::inspect_image(&self.engine, &state.image)
                    .await
                    .map(|image| image.user)
                    .unwrap_or_default(),
                Err(_) => String::new(),
            },
        };
        if user.is_empty() || user == "root" || user.starts_with(|first: char| first.is_ascii_digit()) {
            return if user == "root" { String::new() } else { user };
        }
        let users = running.read(service, number, USERS).await.unwrap_or_default();
        let text =
            users.first().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        numbers(&text, &user).unwrap_or(user)
    }
}

/// `uid:gid` of a user by name, from the text of /etc/passwd.
fn numbers(passwd: &str, user: &str) -> Option<String> {
    let name = user.split(':').next().unwrap_or(user);
    passwd.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        match fields.as_slice() {
            [found, _, uid, gid, ..] if *found == name => Some(format!("{uid}:{gid}")),
            _ => None,
        }
    })
}

fn how_it_ended(state: &ContainerState) -> String {
    if state.oom_killed {
        return "was killed for want of memory".into();
    }
    match state.exit_code {
        Some(137) => "was killed (exit code 137)".into(),
        Some(code) => format!("ended with exit code {code}"),
        None => "ended without an exit code".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_by_name_is_told_by_number() {
        let passwd =
            "root:x:0:0:root:/root:/sbin/nologin\nmattermost:x:2000:2001::/mattermost:/bin/sh\nbroken";
        assert_eq!(numbers(passwd, "mattermost").as_deref(), Some("2000:2001"));
        assert_eq!(numbers(passwd, "mattermost:mattermost").as_deref(), Some("2000:2001"));
        assert_eq!(numbers(passwd, "nobody"), None);
    }
}
