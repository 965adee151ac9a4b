//! The control: a server in the gate's own process that does nothing but answer. What it does late, the machine or the gate did.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::http::header;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// A server that answers every request like a ping. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Control {
    address: SocketAddr,
    serving: AbortHandle,
}

impl Control {
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("the watch could not listen on 127.0.0.1 to compare the cluster with itself")?;
        let address = listener.local_addr().context("a listener has no address")?;
        let pong = || async { ([(header::CONTENT_TYPE, "application/json")], r#"{"status":"OK"}"#) };
        let router = Router::new().fallback(pong);
        let serving = tokio::spawn(async move { axum::serve(listener, router).await }).abort_handle();
        Ok(Self { address, serving })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
