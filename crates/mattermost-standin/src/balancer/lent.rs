//! The body of a request, lent to one attempt after the other for as long as none has read of it.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use basics::unpoisoned;
use http_body_util::combinators::BoxBody;
use hyper::body::{Bytes, Frame, SizeHint};

/// A body of any origin.
pub(super) type Body = BoxBody<Bytes, hyper::Error>;

/// Where a body is while nobody has it.
pub(super) struct LentHome {
    body: Arc<Mutex<Option<Body>>>,
}

/// A body on loan: whole, it comes back when it is dropped.
pub(super) struct Lent {
    body: Option<Body>,
    home: Arc<Mutex<Option<Body>>>,
    is_read: bool,
}

impl LentHome {
    pub(super) fn of(body: Body) -> Self {
        Self { body: Arc::new(Mutex::new(Some(body))) }
    }

    /// The body, unless somebody has it or has read of it.
    pub(super) fn lend(&self) -> Option<Lent> {
        let body = unpoisoned::lock(&self.body).take()?;
        Some(Lent { body: Some(body), home: Arc::clone(&self.body), is_read: false })
    }
}

impl hyper::body::Body for Lent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.is_read = true;
        self.body.as_mut().map_or(Poll::Ready(None), |body| Pin::new(body).poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !self.is_read {
            *unpoisoned::lock(&self.home) = self.body.take();
        }
    }
}
