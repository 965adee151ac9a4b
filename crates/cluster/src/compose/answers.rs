//! What is started must answer before anybody relies on it.

use std::time::Duration;

use tokio::time::Instant;

use super::ComposeCluster;
use crate::project::NodeFiles;
use crate::unreached::untrusted;
use basics::trouble::Trouble;
use basics::wait::{Missed, Pace, Progress, until};
use storage::{Bucket, StorageError};

/// How long a part may take to answer after its start, on a machine that has more to do.
const PATIENCE: Duration = Duration::from_secs(60);

impl ComposeCluster {
    /// Mattermost starts without its store, and then without plugins: the store must answer first.
    pub(super) async fn store_answers(&self, bucket: &Bucket) -> Result<(), Trouble> {
        let deadline = Instant::now() + PATIENCE;
        let answered = until(deadline, Pace::GROWING, || async {
            match bucket.exists().await {
                Ok(_) => Progress::There(()),
                Err(refusal) if refusal.is_refusal() => Progress::Never(refusal),
                Err(error) => Progress::OnTheWay(error),
            }
        });
        let Err(missed) = answered.await else { return Ok(()) };
        let error: StorageError = missed.reason();
        let store = match &self.options.roles.files {
            NodeFiles::Bucket(store) => store.endpoint.split(':').next(),
            NodeFiles::OutOfReach(_) | NodeFiles::Unknown(_) => None,
        };
        let part = store.filter(|host| self.options.project.services.contains_key(*host)).unwrap_or("store");
        if let Some(failure) = &error.tls {
            return Err(untrusted(part, failure, "MM_FILESETTINGS_AMAZONS3ENDPOINT"));
        }
        let message = format!("it was started and does not answer: {error}");
        let remedy = "Look at the store's log lines below, and at keys and bucket in the compose file.";
        Err(self.last_words(part).await.explain(Trouble::new(part, message, remedy)))
    }

    /// A container that runs is no haproxy that listens yet; one that ended will not.
    pub(super) async fn balancer_answers(&self) -> Result<(), Trouble> {
        let Some(api) = self.balancer_role().and_then(|role| role.haproxy.as_ref()) else { return Ok(()) };
        let answered = until(Instant::now() + PATIENCE, Pace::GROWING, || async {
            let haproxy = match self.haproxy(api).await {
                Ok(haproxy) => haproxy,
                Err(unknown) => return Progress::Never(self.why_unknown(unknown).await),
            };
            match haproxy.statuses().await {
                Ok(_) => Progress::There(()),
                Err(error) => Progress::OnTheWay(error.into()),
            }
        });
        answered.await.map_err(Missed::<Trouble, Trouble>::reason)
    }

    /// A container without an address has ended: that is the cause to tell.
    async fn why_unknown(&self, error: Trouble) -> Trouble {
        let Ok(running) = self.running() else { return error };
        match running.state(&error.part, 1).await {
            Ok(state) if !state.running => self.ended(&error.part, &state).await,
            _ => error,
        }
    }
}
