//! Connections of a store: HTTP/1.1 in, `s3s` out, with a switch that refuses everything.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::service::S3Service;
use s3s::{Body, S3Error, S3ErrorCode};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Whether a store refuses requests, for tests of what then happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Refusal {
    /// It serves.
    #[default]
    None = 0,
    /// It answers 503 `ServiceUnavailable` to everything.
    Unavailable = 1,
    /// It answers 403 `AccessDenied` to everything, as after a change of keys.
    Denied = 2,
}

impl From<u8> for Refusal {
    fn from(number: u8) -> Self {
        match number {
            1 => Self::Unavailable,
            2 => Self::Denied,
            _ => Self::None,
        }
    }
}

/// What every connection needs: the protocol, and the switch before it.
#[derive(Clone)]
pub(super) struct StoreFront {
    service: S3Service,
    refusal: Arc<AtomicU8>,
}

impl StoreFront {
    pub(super) fn new(service: S3Service) -> Self {
        Self { service, refusal: Arc::new(AtomicU8::new(Refusal::None as u8)) }
    }

    pub(super) fn refuse(&self, refusal: Refusal) {
        self.refusal.store(refusal as u8, Ordering::Relaxed);
    }

    pub(super) fn refusal(&self) -> Refusal {
        Refusal::from(self.refusal.load(Ordering::Relaxed))
    }
}

/// A store that is being served; dropping it stops it.
#[derive(Debug)]
pub struct StoreServer {
    address: SocketAddr,
    accepting: JoinHandle<()>,
    cancel: DropGuard,
}

impl StoreServer {
    pub(super) fn start(front: StoreFront, listener: TcpListener) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let cancel = CancellationToken::new();
        let accepting = tokio::spawn(accept(front, listener, cancel.clone()));
        Ok(Self { address, accepting, cancel: cancel.drop_guard() })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening, lets requests that run end, and closes all connections.
    pub async fn stop(self) {
        drop(self.cancel);
        // A panic of the accepting task is shown by tokio; there is nothing left to stop then.
        let _ = self.accepting.await;
    }
}

async fn accept(front: StoreFront, listener: TcpListener, cancel: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = cancel.cancelled() => break,
            Some(_) = connections.join_next() => {}
            // Out of file descriptors is the one lasting error, and it passes when connections end.
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(serve(front.clone(), stream, cancel.clone()));
            } else {
                tokio::task::yield_now().await;
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn serve(front: StoreFront, stream: TcpStream, cancel: CancellationToken) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| answer(&front, request));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // A connection that breaks is the client's affair: real servers abort half of their reads.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = cancel.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn answer(front: &StoreFront, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let refused = match front.refusal() {
        Refusal::None => None,
        Refusal::Unavailable => {
            Some((S3ErrorCode::ServiceUnavailable, "this store was told to be unavailable"))
        }
        Refusal::Denied => Some((S3ErrorCode::AccessDenied, "this store was told to deny access")),
    };
    let error = match refused {
        Some((code, message)) => S3Error::with_message(code, message),
        None => match front.service.call(request.map(Body::from)).await {
            Ok(response) => return Ok(response),
            Err(error) => S3Error::with_source(S3ErrorCode::InternalError, error.into()),
        },
    };
    Ok(error.to_http_response().unwrap_or_default())
}
