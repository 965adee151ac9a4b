//! What the gate serves to the servers: a mail server and one of push notifications that keep what they get, and HTTP endpoints
//! that answer as they are told and note what they were asked.
//!
//! They live as long as the run, on an address that the nodes reach: the cluster knows which (see
//! `Cluster::gate_address`). The ports are the system's choice, so runs never
//! collide. Nothing here knows Mattermost; what a mail or a request means is the check's business.

mod http;
mod mail;
mod push;

use std::net::IpAddr;
use std::sync::Arc;

pub use http::{CannedAnswer, HttpSink, Request};
pub use mail::{Mail, MailSink};
pub use push::{Push, PushSink};

/// Everything that the gate serves, on one address.
#[derive(Debug)]
pub struct Sinks {
    /// Takes mail by SMTP.
    pub mail: MailSink,
    /// Takes push notifications.
    pub push: PushSink,
    /// Takes HTTP requests.
    pub http: Arc<HttpSink>,
}

impl Sinks {
    /// Serves on an address of this host that the nodes reach.
    ///
    /// # Errors
    /// When nothing can listen there.
    pub async fn start(address: IpAddr) -> std::io::Result<Self> {
        let (mail, push) = (MailSink::start(address).await?, PushSink::start(address).await?);
        Ok(Self { mail, push, http: Arc::new(HttpSink::start(address).await?) })
    }
}
