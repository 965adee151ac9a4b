//! A connection of a node: what it carries stands still or is cut while the node is out, websockets included.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, BufReader, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::fault::OutageKind;
use crate::node::core::NodeCore;

/// A stream that can end without a word: the other side sees a reset.
pub(crate) trait Abrupt {
    /// Makes its end one.
    fn reset_on_close(&self);
}

impl Abrupt for TcpStream {
    fn reset_on_close(&self) {
        // A connection that is gone already needs no reset.
        let _ = self.set_zero_linger();
    }
}

impl Abrupt for BufReader<TcpStream> {
    fn reset_on_close(&self) {
        self.get_ref().reset_on_close();
    }
}

/// A connection of a node.
pub(crate) struct Line<S: Abrupt> {
    stream: S,
    node: Arc<NodeCore>,
    outage: watch::Receiver<Option<OutageKind>>,
    /// Ends when an outage begins or ends: whoever waits on this connection is woken then.
    change: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl<S: Abrupt> Line<S> {
    pub(crate) fn new(node: Arc<NodeCore>, stream: S) -> Self {
        let outage = node.outages.follow();
        let change = change_of(outage.clone());
        Self { stream, node, outage, change }
    }

    /// Ready while the node serves, and an error where connections are cut.
    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let now = *self.outage.borrow_and_update();
            if self.change.as_mut().poll(cx).is_ready() {
                self.change = change_of(self.outage.clone());
                continue;
            }
            return match now {
                Some(OutageKind::Hang) => Poll::Pending,
                Some(kind) if kind.cuts() => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
                _ => Poll::Ready(Ok(())),
            };
        }
    }
}

/// The sender is the node's own, which lives as long as its lines: there is no other end than a change.
fn change_of(mut outage: watch::Receiver<Option<OutageKind>>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let _ = outage.changed().await;
    })
}

impl<S: Abrupt> Drop for Line<S> {
    fn drop(&mut self) {
        if self.node.outages.now().is_some_and(OutageKind::cuts) {
            self.stream.reset_on_close();
        }
    }
}

impl<S: AsyncRead + Abrupt + Unpin> AsyncRead for Line<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_open(cx))?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Abrupt + Unpin> AsyncWrite for Line<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_open(cx))?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_open(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_open(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
