//! The port of a node: open while it serves, closed and open again in outages, and always its own.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket};

use crate::fault::OutageKind;
use crate::node::core::NodeCore;
use crate::node::serve;

/// The most connections that wait to be taken.
const WAITING: u32 = 1024;

/// A port that nobody else is given, whether it is open or not.
pub(crate) struct Port {
    pub(crate) address: SocketAddr,
    /// Bound and never listening, so that the kernel gives the port to nobody while it is closed.
    _holder: TcpSocket,
}

impl Port {
    /// Takes the port of an address; any free one for 0.
    pub(crate) fn take(address: SocketAddr) -> io::Result<Self> {
        let holder = bound(address)?;
        Ok(Self { address: holder.local_addr()?, _holder: holder })
    }

    /// Opens it.
    pub(crate) fn open(&self) -> io::Result<TcpListener> {
        bound(self.address)?.listen(WAITING)
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Takes connections until the node stops, except while it is out.
pub(crate) async fn serve(core: Arc<NodeCore>, router: Router, port: Port, listener: TcpListener) {
    let mut listener = Some(listener);
    let mut outage = core.outages.follow();
    loop {
        let now = *outage.borrow_and_update();
        if now == Some(OutageKind::Refused) {
            listener = None;
            core.outages.port_is(false);
        } else if listener.is_none() {
            match port.open() {
                Ok(open) => {
                    listener = Some(open);
                    core.outages.port_is(true);
                }
                Err(error) => {
                    core.log.info(
                        &format!("cannot listen again: {error}"),
                        "app/server.go:745",
                        serde_json::Value::Null,
                    );
                    return;
                }
            }
        }
        let taking = listener.as_ref().filter(|_| now != Some(OutageKind::Hang));
        tokio::select! {
            stream = next(taking) => {
                core.tasks.spawn(serve::serve_stream(Arc::clone(&core), router.clone(), stream));
            }
            _ = outage.changed() => {}
            () = core.stopping.cancelled() => return,
            () = core.killed.cancelled() => return,
        }
    }
}

/// The next connection; never, while there is no port to take it from.
async fn next(listener: Option<&TcpListener>) -> tokio::net::TcpStream {
    let Some(listener) = listener else { return std::future::pending().await };
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            return stream;
        }
        // Out of file descriptors is the one lasting error, and it passes when connections end.
        tokio::task::yield_now().await;
    }
}
