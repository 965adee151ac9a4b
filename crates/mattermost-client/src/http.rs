//! The HTTP stack that all clients of a run share.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;

use super::address::Address;
use super::made::Made;
use basics::trust;

/// One connection pool for all addresses that are looked up, one more for each that is not; no proxy, no cookies, no redirects.
#[derive(Debug, Clone)]
pub struct Http {
    inner: reqwest::Client,
    tls: Arc<ClientConfig>,
    timeout: Duration,
    connections: Connections,
    made: Arc<Mutex<Made>>,
}

/// What becomes of a connection once its request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connections {
    /// It is kept for the next request, as browsers do it.
    Kept,
    /// It is closed: every request makes its own, as somebody who comes anew.
    New,
}

impl Http {
    /// A stack whose requests end after `timeout` and that trusts the authorities of the machine.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(timeout: Duration) -> anyhow::Result<Self> {
        Self::trusting(timeout, &[])
    }

    /// The same, which trusts these authorities as well.
    ///
    /// # Errors
    /// When TLS cannot be set up, or one of them is no authority.
    pub fn trusting(timeout: Duration, authorities: &[CertificateDer<'static>]) -> anyhow::Result<Self> {
        let tls = Arc::new(trust::configuration(authorities)?);
        let connections = Connections::Kept;
        let inner = builder(&tls, timeout, connections, &["h2", "http/1.1"]).build()?;
        Ok(Self { inner, tls, timeout, connections, made: Arc::default() })
    }

    /// The same stack for an address: one whose name is not looked up has a pool of its own.
    pub(super) fn for_address(&self, address: &Address) -> anyhow::Result<Self> {
        let Some((name, at)) = address.pinned() else { return Ok(self.clone()) };
        // HTTP/2 has no `Host`: what is sent there would be the URL without the port of users.
        let protocols: &[&str] =
            if address.requested().1.is_some() { &["http/1.1"] } else { &["h2", "http/1.1"] };
        let inner =
            builder(&self.tls, self.timeout, self.connections, protocols).resolve(&name, at).build()?;
        Ok(Self { inner, ..self.clone() })
    }

    /// The same stack with connections that nobody used before.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn anew(&self) -> anyhow::Result<Self> {
        self.apart(self.timeout, self.connections)
    }

    /// The same stack with connections of its own and another patience.
    pub(super) fn apart(&self, timeout: Duration, connections: Connections) -> anyhow::Result<Self> {
        let inner = builder(&self.tls, timeout, connections, &["h2", "http/1.1"]).build()?;
        Ok(Self { inner, timeout, connections, ..self.clone() })
    }

    /// What was made through it so far.
    #[must_use]
    pub fn made(&self) -> Made {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn note(&self, note: impl FnOnce(&mut Made)) {
        note(&mut self.made.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn inner(&self) -> &reqwest::Client {
        &self.inner
    }

    /// For connections that are no requests: websockets.
    pub(super) fn tls(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.tls)
    }
}

/// How long a connection may be idle and still be used again. Balancers close such ones after ten seconds and more, servers after
/// sixty (`ServiceSettings.IdleTimeout`): one that is closed while it is used again looks like a server that cuts it.
const IDLE: Duration = Duration::from_secs(5);

fn builder(
    tls: &ClientConfig,
    timeout: Duration,
    connections: Connections,
    protocols: &[&str],
) -> reqwest::ClientBuilder {
    let mut tls = tls.clone();
    tls.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let builder = match connections {
        Connections::Kept => reqwest::Client::builder(),
        Connections::New => reqwest::Client::builder().pool_max_idle_per_host(0),
    };
    builder
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .pool_idle_timeout(IDLE)
        .timeout(timeout)
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("mattermost-upgrade-gate/", env!("CARGO_PKG_VERSION")))
}
