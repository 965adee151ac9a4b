//! A mail server that keeps what it gets.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpListener;

/// A mail server that keeps what it gets.
#[derive(Debug)]
pub struct MailSink {
    address: SocketAddr,
}

impl MailSink {
    /// Listens on a port of the system's choice.
    ///
    /// # Errors
    /// When nothing can listen on this address.
    pub async fn start(address: IpAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind((address, 0)).await?;
        Ok(Self { address: listener.local_addr()? })
    }

    /// Where it listens, as the servers reach it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
