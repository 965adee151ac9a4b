//! An S3 store of ours: enough of S3 to serve real Mattermost servers and the stand-in's nodes.
//!
//! `s3s` speaks the protocol (routes, XML, signatures, also of chunked uploads); what is ours is the state behind
//! it. A request goes through these files:
//!
//! ```text
//! server ──► (s3s) ──► protocol ──► bucket_calls, object_calls, upload_calls ──► backend ──► content
//! connections          which        S3 inputs and outputs                        the rules   the bytes
//! ```
//! Objects live in memory. Buckets come into being only by CreateBucket or at the start.

mod backend;
mod bucket_calls;
mod content;
mod listing;
mod object;
mod object_calls;
mod protocol;
mod receive;
mod server;
mod upload_calls;

use std::fmt;
use std::io;
use std::sync::Arc;

use s3s::auth::{SecretKey, SimpleAuth};
use s3s::service::S3ServiceBuilder;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use backend::Backend;
pub use content::Content;
pub use object::{Attributes, Object};
pub use server::{Refusal, StoreServer};

use server::Front;

/// What a store is to be.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The one access key that it accepts.
    pub access_key: String,
    /// Its secret.
    pub secret_key: SecretString,
    /// The region that buckets say they are in, such as `us-east-1`.
    pub region: String,
    /// Buckets that are there from the start.
    pub buckets: Vec<String>,
}

/// An S3 store; cheap to clone, all clones are the same store.
#[derive(Clone)]
pub struct Store {
    backend: Arc<Backend>,
    front: Front,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("refusal", &self.refusal()).finish_non_exhaustive()
    }
}

impl Store {
    /// A store that serves nobody yet.
    #[must_use]
    pub fn new(options: StoreOptions) -> Self {
        let backend = Arc::new(Backend::new(options.region));
        for bucket in &options.buckets {
            backend.create_bucket(bucket);
        }
        let mut builder = S3ServiceBuilder::new(protocol::Protocol(backend.clone()));
        let secret = SecretKey::from(options.secret_key.expose_secret());
        builder.set_auth(SimpleAuth::from_single(options.access_key, secret));
        Self { backend, front: Front::new(builder.build()) }
    }

    /// Its state, without the protocol: for who lives in this process.
    #[must_use]
    pub fn backend(&self) -> &Arc<Backend> {
        &self.backend
    }

    /// Makes it refuse all requests from now on, or serve again.
    pub fn refuse(&self, refusal: Refusal) {
        self.front.refuse(refusal);
    }

    /// Whether and how it refuses requests.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        self.front.refusal()
    }

    /// Serves it in the background, until the server is stopped or dropped.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn serve(&self, listener: TcpListener) -> io::Result<StoreServer> {
        StoreServer::start(self.front.clone(), listener)
    }
}

/// Serves a store until it is cancelled: the whole of `upgrade-gate standin store`.
///
/// # Errors
/// When the listener has no address.
pub async fn run(options: StoreOptions, listener: TcpListener, cancel: CancellationToken) -> io::Result<()> {
    let server = Store::new(options).serve(listener)?;
    cancel.cancelled().await;
    server.stop().await;
    Ok(())
}
