//! What is started must answer before anybody relies on it.

use std::time::Duration;

use tokio::time::Instant;

use super::{ComposeCluster, Error, balancer_error};
use crate::cluster::project::FileStore;
use crate::cluster::unreached::untrusted;
use crate::retry::until;
use crate::storage::Bucket;

/// How long a part may take to answer after its start, on a machine that has more to do.
const PATIENCE: Duration = Duration::from_secs(60);

impl ComposeCluster {
    /// Mattermost starts without its store, and then without plugins: the store must answer first.
    pub(super) async fn store_answers(&self, bucket: &Bucket) -> Result<(), Error> {
        let deadline = Instant::now() + PATIENCE;
        let answered = until(deadline, || async {
            match bucket.exists().await {
                Err(error) if !error.is_refusal() => Err(error),
                settled => Ok(settled),
            }
        });
        match answered.await.and_then(|settled| settled) {
            Ok(_) => Ok(()),
            Err(error) => {
                let store = match &self.options.roles.files {
                    FileStore::Bucket(store) => store.endpoint.split(':').next(),
                    FileStore::OutOfReach(_) | FileStore::Unknown(_) => None,
                };
                let part =
                    store.filter(|host| self.options.project.services.contains_key(*host)).unwrap_or("store");
                if let Some(failure) = &error.tls {
                    return Err(untrusted(part, failure, "MM_FILESETTINGS_AMAZONS3ENDPOINT"));
                }
                let remedy =
                    "Look at the store's log lines below, and at keys and bucket in the compose file.";
                Err(Error::new(part, format!("it was started and does not answer: {error}"), remedy)
                    .explained(self.last_words(part).await))
            }
        }
    }

    /// A container that runs is no haproxy that listens yet; one that ended will not.
    pub(super) async fn balancer_answers(&self) -> Result<(), Error> {
        let answered = until(Instant::now() + PATIENCE, || async {
            match self.haproxy().await {
                Ok(Some(haproxy)) => match haproxy.statuses().await {
                    Ok(_) => Ok(Ok(())),
                    Err(error) => Err(balancer_error(&error)),
                },
                Ok(None) => Ok(Ok(())),
                Err(unknown) => Ok(Err(self.why_unknown(unknown).await)),
            }
        });
        answered.await.and_then(|settled| settled)
    }

    /// A container without an address has ended: that is the cause to tell.
    async fn why_unknown(&self, error: Error) -> Error {
        let Ok(running) = self.running() else { return error };
        match running.state(&error.part, 1).await {
            Ok(state) if !state.running => self.ended(&error.part, &state).await,
            _ => error,
        }
    }
}
