//! What is started must answer before anybody relies on it.

use std::time::Duration;

use tokio::time::Instant;

use super::{ComposeCluster, Error, balancer_error};
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
                let log = self.log("store", Some(20)).await;
                let remedy =
                    "Look at the store's last log lines below, and at keys and bucket in the compose file.";
                Err(Error::new("store", format!("it was started and does not answer: {error}"), remedy)
                    .with_log(log))
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
                Err(ended) => Ok(Err(ended)),
            }
        });
        answered.await.and_then(|settled| settled)
    }
}
