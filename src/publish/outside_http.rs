//! The HTTP client for the world outside of the cluster. Through the machine's proxies, which what talks to the cluster
//! never uses, and with certificates of the user's own beside those of `SSL_CERT_FILE` or the image.

use std::time::Duration;

use reqwest::Certificate;

use crate::inputs::authorities;

/// A client that trusts what the input `ca-bundle` names.
///
/// # Errors
/// Why TLS cannot be set up.
pub(crate) fn client(ca_bundle: &str, limit: Duration) -> Result<reqwest::Client, String> {
    let certificates = authorities(ca_bundle)?.into_iter().map(|der| Certificate::from_der(&der));
    let certificates = certificates.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    let client = reqwest::Client::builder().timeout(limit).tls_certs_merge(certificates).build();
    client.map_err(|error| format!("TLS can't be set up: {error}; look at SSL_CERT_FILE"))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::sync::Arc;

    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ServerConfig, ServerConnection, Stream};

    use super::*;

    pub(crate) const AUTHORITY: &str =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls/authority.pem");

    /// A server whose certificate is of a private authority, and to which everything is fine; its address.
    pub(crate) fn server() -> String {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls");
        let certificate = CertificateDer::from_pem_file(format!("{folder}/server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(format!("{folder}/server.key")).unwrap();
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key);
        let config = Arc::new(config.unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("https://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for tcp in listener.incoming() {
                let (mut tcp, mut tls) = (tcp.unwrap(), ServerConnection::new(Arc::clone(&config)).unwrap());
                let mut stream = Stream::new(&mut tls, &mut tcp);
                // A client that does not trust us ends the handshake.
                if stream.read(&mut [0; 4096]).is_ok() {
                    let _ = stream
                        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi");
                }
            }
        });
        address
    }

    #[tokio::test]
    async fn a_private_authority_is_trusted_when_it_is_given_as_text_or_path() {
        let address = server();
        let get = async |ca_bundle: &str| {
            let client = client(ca_bundle, Duration::from_secs(10)).unwrap();
            client.get(&address).send().await
        };
        assert!(get("").await.is_err());
        for given in [AUTHORITY, &std::fs::read_to_string(AUTHORITY).unwrap()] {
            assert!(get(given).await.unwrap().status().is_success());
        }
    }
}
