//! A balancer that has to be told when a node has another address: nginx looks its upstreams up once, when it starts.
//!
//! The label `upgrade-gate.reload` says how: a signal (`HUP` for nginx) or `restart`. haproxy looks again by itself.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::ComposeCluster;
use crate::project::BalancerRole;
use crate::reload::Reload;
use crate::unreached::{LABEL, untrusted, with_tls};
use basics::trouble::{OfPart as _, Trouble};
use basics::wait::{Missed, Pace, Progress, until};
use mattermost_client::{ApiError, Client};

/// How long a balancer may take for one answer.
const ANSWER: Duration = Duration::from_secs(5);
/// Answers in a row after which it counts as reloaded: workers of before take connections for a moment longer.
const ANSWERS: usize = 3;
/// How often it is asked.
const PACE: Pace = Pace::steady(Duration::from_millis(50));
/// How long its process may take to stop.
const GRACE: Duration = Duration::from_secs(10);

impl ComposeCluster {
    /// Makes a balancer without a runtime API send traffic to a node that has come up.
    ///
    /// # Errors
    /// When it ended although every node is there, or does not answer within `patience`.
    pub(crate) async fn follow(&self, node: &str, patience: Duration) -> Result<(), Trouble> {
        let Some(balancer) = &self.options.roles.balancer else { return Ok(()) };
        // Several nodes may come up at once; what the last one does counts for all.
        let _turn = self.following.lock().await;
        let running = self.running()?;
        let state = running.state(&balancer.service, 1).await.part(&balancer.service)?;
        match &balancer.reload {
            None if state.running => {
                self.told_of_moves(node).await?;
                return Ok(());
            }
            Some(Reload::Signal(signal)) if state.running => {
                running.signal(&balancer.service, 1, signal).await.part(&balancer.service)?;
            }
            Some(_) | None => running.restart(&balancer.service, 1, GRACE).await.part(&balancer.service)?,
        }
        let followed = self.answers(balancer, Instant::now() + patience).await;
        match followed {
            // It names a node that does not exist yet: it comes up with that one.
            Err(_) if self.is_a_node_missing().await => Ok(()),
            // The last of the nodes may have come between its end and this look.
            Err(_) if !running.state(&balancer.service, 1).await.part(&balancer.service)?.running => {
                running.restart(&balancer.service, 1, GRACE).await.part(&balancer.service)?;
                self.answers(balancer, Instant::now() + patience).await
            }
            settled => settled,
        }
    }

    /// Waits for answers in a row. One that still answers when time is up counts as well.
    async fn answers(&self, balancer: &BalancerRole, deadline: Instant) -> Result<(), Trouble> {
        let in_a_row = Cell::new(0);
        let answered = until(deadline, PACE, || async {
            match self.look(balancer).await {
                Ok(Ok(())) => in_a_row.set(in_a_row.get() + 1),
                Ok(Err(said)) => {
                    in_a_row.set(0);
                    return Progress::OnTheWay(Some(said));
                }
                Err(error) => return Progress::Never(error),
            }
            if in_a_row.get() == ANSWERS { Progress::There(()) } else { Progress::OnTheWay(None) }
        });
        match answered.await {
            Ok(()) | Err(Missed::TimeUp(None)) => Ok(()),
            Err(Missed::Never(error)) => Err(error),
            Err(Missed::TimeUp(Some(said))) => {
                let message = format!("it was told that a node has come up and sends it no traffic: {said}");
                let remedy = "Look at its log lines below, and at its configuration: it must name the nodes' services.";
                let words = self.last_words(&balancer.service).await;
                Err(words.explain(Trouble::new(&balancer.service, message, remedy)))
            }
        }
    }

    /// One look at whether it answers; else what it said instead.
    ///
    /// # Errors
    /// When it has ended, or its certificate will never be trusted.
    async fn look(&self, balancer: &BalancerRole) -> Result<Result<(), String>, Trouble> {
        let state = self.running()?.state(&balancer.service, 1).await.part(&balancer.service)?;
        if !state.running {
            return Err(self.ended(&balancer.service, &state).await);
        }
        match self.ask(balancer).await? {
            Ok(()) => Ok(Ok(())),
            Err(error) => match error.tls().filter(|failure| failure.stays()) {
                Some(failure) => Err(untrusted(&balancer.service, failure, LABEL)),
                None => Ok(Err(error.got())),
            },
        }
    }

    /// Whether the balancer answers a ping of the product's. Above 500 it says that it has no node; what else it says is for
    /// others to judge.
    async fn ask(&self, balancer: &BalancerRole) -> Result<Result<(), ApiError>, Trouble> {
        let address = self.address(&balancer.service, 1).await?;
        let address = balancer.site.address((address, balancer.port).into());
        // A connection of before may lead to a worker of before.
        let fresh = self.options.http.anew().and_then(|http| Client::to(&http, &balancer.service, &address));
        let client = with_tls(&balancer.service, fresh)?;
        match timeout(ANSWER, client.ping()).await {
            Ok(Ok(_)) => Ok(Ok(())),
            Ok(Err(error)) if error.status().is_some_and(|status| status < 500) => Ok(Ok(())),
            Ok(Err(error)) => Ok(Err(error)),
            Err(_) => Ok(Err(ApiError::timed_out(&balancer.service, "GET /api/v4/system/ping"))),
        }
    }

    async fn is_a_node_missing(&self) -> bool {
        let Ok(running) = self.running() else { return true };
        for node in &self.options.roles.nodes {
            if !running.state(&node.service, node.number).await.is_ok_and(|state| state.running) {
                return true;
            }
        }
        false
    }

    /// Says it when a node has another address than before, and nobody told how to tell the balancer.
    async fn told_of_moves(&self, name: &str) -> Result<(), Trouble> {
        let node = self.node(name)?;
        let address = self.address(&node.service, node.number).await?;
        let mut known = self.addresses.lock().await;
        if let Some(before) = known.insert(name.to_owned(), address)
            && before != address
        {
            self.events.warn(format!(
                "{name} has the address {address} now and had {before}: a balancer that looks names up once, such as nginx, \
                 asks the old one; give it the label upgrade-gate.reload: HUP (or restart)"
            ));
        }
        Ok(())
    }
}
