//! The way to a store: through the cluster's networks or through the world.

use std::net::IpAddr;

use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns};

use basics::trust;

/// How a store is reached.
#[derive(Debug, Clone)]
pub enum Reach {
    /// Directly, whatever proxies the machine has: the cluster's own store.
    Cluster {
        /// Certificates to trust beside the usual ones, as [`Reach::World`] has them.
        certificates: String,
        /// Where the store is, whatever its name means to this machine's resolver.
        at: Option<IpAddr>,
    },
    /// Through the machine's proxies (`HTTPS_PROXY`, `NO_PROXY`), as everything outside of the cluster.
    World {
        /// Certificates to trust beside the usual ones, as PEM; empty for none. The client panics on what is none, so
        /// they must have been parsed before.
        certificates: String,
    },
}

impl Default for Reach {
    fn default() -> Self {
        Self::Cluster { certificates: String::new(), at: None }
    }
}

impl Reach {
    /// The client for stores that are reached so, `is_plain` without TLS: then a machine without CA certificates will do.
    pub(super) fn client(self, is_plain: bool) -> SharedHttpClient {
        let rustls = Provider::Rustls(CryptoMode::Ring);
        let by_machine = !is_plain && trust::machine_has_authorities();
        let mut trusted = if by_machine { TrustStore::default() } else { TrustStore::empty() };
        let (certificates, at, by_proxy) = match self {
            Self::Cluster { certificates, at } => (certificates, at, false),
            Self::World { certificates } => (certificates, None, true),
        };
        trusted.add_pem_certificate(certificates);
        let context = TlsContext::builder().with_trust_store(trusted).build();
        Builder::new().build_with_connector_fn(move |settings, components| {
            let mut connector = Connector::builder();
            connector.set_connector_settings(settings.cloned());
            connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
            let proxies = if by_proxy { ProxyConfig::from_env() } else { ProxyConfig::disabled() };
            let mut connector = connector.proxy_config(proxies).tls_provider(rustls.clone());
            // It can be made today; without it the usual certificates would refuse such a store, and its error say so.
            if let Ok(context) = &context {
                connector = connector.tls_context(context.clone());
            }
            match at {
                Some(address) => connector.build_with_resolver(StoreResolver(address)),
                None => connector.build(),
            }
        })
    }
}

/// A resolver that knows one address: the store's.
#[derive(Debug, Clone, Copy)]
struct StoreResolver(IpAddr);

impl ResolveDns for StoreResolver {
    fn resolve_dns<'a>(&'a self, _name: &'a str) -> DnsFuture<'a> {
        DnsFuture::ready(Ok(vec![self.0]))
    }
}
