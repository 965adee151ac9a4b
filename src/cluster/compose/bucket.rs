//! The bucket behind the nodes, as it is reached from here.

use super::{ComposeCluster, Error};
use crate::cluster::project::{FileStore, StoreRole};
use crate::storage::{Bucket, Reach, StorageOptions};

impl ComposeCluster {
    pub(in crate::cluster) async fn bucket(&self) -> Result<Bucket, Error> {
        let store = match self.files() {
            FileStore::Bucket(store) => store,
            FileStore::OutOfReach(why) | FileStore::Unknown(why) => {
                let remedy = "Set MM_FILESETTINGS_… in the nodes' environment, as docs/inputs.md has it.";
                return Err(Error::new("store", why.clone(), remedy));
            }
        };
        Ok(Bucket::open(StorageOptions {
            endpoint: Some(self.endpoint(store).await?),
            region: store.region.clone(),
            bucket: store.bucket.clone(),
            access_key: store.access_key.clone(),
            secret: store.secret_key.clone(),
            session_token: None,
            prefix: folder(&store.prefix),
            path_style: true,
            reach: Reach::Cluster,
        }))
    }

    /// The store's endpoint, as it is reached from here: a service's name becomes its container's address.
    async fn endpoint(&self, store: &StoreRole) -> Result<String, Error> {
        let scheme = if store.tls { "https" } else { "http" };
        let host = store.endpoint.split(':').next().unwrap_or(&store.endpoint);
        if !self.options.project.services.contains_key(host) {
            return Ok(format!("{scheme}://{}", store.endpoint));
        }
        let address = self.address(host, 1).await?;
        Ok(format!("{scheme}://{}", store.endpoint.replacen(host, &address.to_string(), 1)))
    }
}

/// The product joins its prefix and the key by a slash.
fn folder(prefix: &str) -> String {
    if prefix.is_empty() { String::new() } else { format!("{}/", prefix.trim_end_matches('/')) }
}
