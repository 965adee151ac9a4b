//! The way to a store: through the cluster's networks or through the world.

use aws_sdk_s3::config::SharedHttpClient;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};

/// How a store is reached.
#[derive(Debug, Clone, Default)]
pub enum Reach {
    /// Directly, whatever proxies the machine has: the cluster's own store.
    #[default]
    Cluster,
    /// Through the machine's proxies (`HTTPS_PROXY`, `NO_PROXY`), as everything outside of the cluster.
    World {
        /// Certificates to trust beside the usual ones, as PEM; empty for none. The client panics on what is none, so
        /// they must have been parsed before.
        certificates: String,
    },
}

impl Reach {
    /// The client for stores that are reached so, `is_plain` without TLS: then a machine without CA certificates will do.
    pub(super) fn client(self, is_plain: bool) -> SharedHttpClient {
        let rustls = Provider::Rustls(CryptoMode::Ring);
        let mut trusted = if is_plain { TrustStore::empty() } else { TrustStore::default() };
        let by_proxy = match self {
            Self::Cluster => false,
            Self::World { certificates } => {
                trusted.add_pem_certificate(certificates);
                true
            }
        };
        let context = TlsContext::builder().with_trust_store(trusted).build();
        Builder::new().build_with_connector_fn(move |settings, components| {
            let mut connector = Connector::builder();
            connector.set_connector_settings(settings.cloned());
            connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
            let proxies = if by_proxy { ProxyConfig::from_env() } else { ProxyConfig::disabled() };
            let connector = connector.proxy_config(proxies).tls_provider(rustls.clone());
            match &context {
                Ok(context) => connector.tls_context(context.clone()).build(),
                // It cannot be made today; the usual certificates would refuse such a store, and its error say so.
                Err(_) => connector.build(),
            }
        })
    }
}
