//! HTTP endpoints that answer as they are told.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpListener;

/// HTTP endpoints that answer as they are told.
#[derive(Debug)]
pub struct HttpSink {
    address: SocketAddr,
}

impl HttpSink {
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
