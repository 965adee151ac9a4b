//! Where requests go: the balancer, and nodes whose address may be another one after they were replaced.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Result;
use basics::unpoisoned::lock;
use mattermost_client::{Client, Connections};

/// A server with a name, and the two ways to connect to it.
#[derive(Debug)]
pub(crate) struct WatchedPlace {
    pub(crate) name: Arc<str>,
    clients: Mutex<Clients>,
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

impl WatchedPlace {
    pub(crate) fn new(name: &str, client: &Client, timeout: Duration) -> Result<Arc<Self>> {
        Ok(Arc::new(Self { name: name.into(), clients: Mutex::new(Clients::of(client, timeout)?) }))
    }

    /// It is asked elsewhere from now on.
    pub(crate) fn moved(&self, client: &Client, timeout: Duration) -> Result<()> {
        let clients = Clients::of(client, timeout)?;
        *lock(&self.clients) = clients;
        Ok(())
    }

    /// The client for a request.
    pub(crate) fn client(&self, connections: Connections) -> Client {
        let clients = lock(&self.clients);
        match connections {
            Connections::Kept => clients.kept.clone(),
            Connections::New => clients.new.clone(),
        }
    }
}
