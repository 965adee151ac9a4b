//! Where requests go: the balancer, and nodes whose address may be another one after they were replaced.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::Result;
use mattermost_client::{Client, Connections};

/// A server with a name, and the two ways to connect to it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) name: Arc<str>,
    clients: RwLock<Clients>,
}

#[derive(Debug, Clone)]
struct Clients {
    kept: Client,
    new: Client,
}

impl Clients {
    fn of(client: &Client, timeout: Duration) -> Result<Self> {
        // The sampler's own time-out comes first: it counts from the intended instant.
        let patience = timeout + Duration::from_secs(1);
        Ok(Self {
            kept: client.apart(patience, Connections::Kept)?,
            new: client.apart(patience, Connections::New)?,
        })
    }
}

impl Place {
    pub(crate) fn new(name: &str, client: &Client, timeout: Duration) -> Result<Arc<Self>> {
        Ok(Arc::new(Self { name: name.into(), clients: RwLock::new(Clients::of(client, timeout)?) }))
    }

    /// It is asked elsewhere from now on.
    pub(crate) fn moved(&self, client: &Client, timeout: Duration) -> Result<()> {
        *self.clients.write().unwrap_or_else(PoisonError::into_inner) = Clients::of(client, timeout)?;
        Ok(())
    }

    /// The client for a request.
    pub(crate) fn client(&self, connections: Connections) -> Client {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        match connections {
            Connections::Kept => clients.kept.clone(),
            Connections::New => clients.new.clone(),
        }
    }
}
