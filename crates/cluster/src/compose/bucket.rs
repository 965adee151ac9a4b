//! The bucket behind the nodes, as it is reached from here.

use std::net::IpAddr;

use super::ComposeCluster;
use crate::project::{NodeFiles, StoreRole};
use basics::trouble::Trouble;
use storage::{Bucket, Reach, StorageOptions};

impl ComposeCluster {
    pub(crate) async fn bucket(&self) -> Result<Bucket, Trouble> {
        let store = match self.files() {
            NodeFiles::Bucket(store) => store,
            NodeFiles::OutOfReach(why) | NodeFiles::Unknown(why) => {
                let remedy = "Set MM_FILESETTINGS_… in the nodes' environment, as docs/inputs.md has it.";
                return Err(Trouble::new("store", why.clone(), remedy));
            }
        };
        let (endpoint, at) = self.endpoint(store).await?;
        Ok(Bucket::open(StorageOptions {
            endpoint: Some(endpoint),
            region: store.region.clone(),
            bucket: store.bucket.clone(),
            access_key: store.access_key.clone(),
            secret: store.secret_key.clone(),
            session_token: None,
            prefix: folder(&store.prefix),
            path_style: true,
            reach: Reach::Cluster { certificates: self.options.authorities.clone(), at },
        }))
    }

    /// The store's endpoint, by the name that the nodes have for it: that is what its certificate has. Where it is a service
    /// of the project, its container's address too.
    async fn endpoint(&self, store: &StoreRole) -> Result<(String, Option<IpAddr>), Trouble> {
        let scheme = if store.tls { "https" } else { "http" };
        let host = store.endpoint.split(':').next().unwrap_or(&store.endpoint);
        let at = match self.options.project.services.contains_key(host) {
            true => Some(self.address(host, 1).await?),
            false => None,
        };
        Ok((format!("{scheme}://{}", store.endpoint), at))
    }
}

/// The product joins its prefix and the key by a slash.
fn folder(prefix: &str) -> String {
    if prefix.is_empty() { String::new() } else { format!("{}/", prefix.trim_end_matches('/')) }
}
