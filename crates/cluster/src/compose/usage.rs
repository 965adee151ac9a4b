//! What the servers use, as their engine and they themselves tell.

use std::net::SocketAddr;

use super::ComposeCluster;
use crate::profile::{PORT, Profile};
use crate::usage::ServerUsage;
use basics::trouble::{OfPart as _, Trouble};

impl ComposeCluster {
    /// What a node's server uses just now.
    pub(crate) async fn usage(&self, name: &str) -> Result<ServerUsage, Trouble> {
        let node = self.node(name)?;
        let running = self.running()?;
        let state = running.state(&node.service, node.number).await.part(name)?;
        let told = async {
            match running.address_in(&state, &node.service, node.number) {
                Ok(address) => Profile::of(SocketAddr::new(address, PORT)).await,
                Err(_) => Profile::default(),
            }
        };
        let (usage, profile) = tokio::join!(running.usage(&node.service, node.number), told);
        Ok(ServerUsage {
            container: state.id,
            started_at: state.started_at,
            memory_bytes: usage.unwrap_or_default().memory_bytes.filter(|bytes| *bytes > 0),
            heap_bytes: profile.heap_bytes,
            goroutines: profile.goroutines,
        })
    }
}
