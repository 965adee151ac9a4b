//! TLS into the cluster: whom it trusts, and why a connection does not come about.
//!
//! Trusted are the machine's authorities (those of `SSL_CERT_FILE`, if that is set) and those of the input `ca-bundle`: one
//! configuration for requests and websockets, so that no certificate is good for one and bad for the other.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::{Arc, LazyLock};

use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, ClientConfig, RootCertStore};

/// The authorities of the machine; reading some hundred files takes a while, so it is done once.
static MACHINE: LazyLock<Vec<CertificateDer<'static>>> =
    LazyLock::new(|| rustls_native_certs::load_native_certs().certs);

/// Whether the machine has authorities. Without any it trusts nobody, which few clusters ask for: most talk plain HTTP inside.
#[must_use]
pub fn machine_has_authorities() -> bool {
    !MACHINE.is_empty()
}

/// A configuration that trusts the machine's authorities and `own`.
///
/// # Errors
/// When one of `own` is no authority.
pub fn configuration(own: &[CertificateDer<'static>]) -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    // Some machine's bundle holds a certificate that is no good; the others are no worse for it.
    roots.add_parsable_certificates(MACHINE.iter().cloned());
    for certificate in own {
        roots.add(certificate.clone())?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Why a TLS connection did not come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsFailure {
    /// Nobody here knows who signed the certificate.
    Authority,
    /// The certificate is an authority's, as `openssl req -x509` makes one.
    SelfSigned,
    /// The certificate is for other names: the one that was asked for, and those that it has where they are known.
    Name(Option<(String, Vec<String>)>),
    /// It has expired, or is not valid yet.
    Date,
    /// Something else is wrong with it.
    Certificate(String),
    /// The other side ended the handshake: with this alert.
    Alert(String),
    /// The other side speaks no TLS.
    Plain,
}

impl TlsFailure {
    /// What TLS has to do with an error, at whatever depth.
    #[must_use]
    pub fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        find(error).and_then(Self::read)
    }

    fn read(error: &rustls::Error) -> Option<Self> {
        Some(match error {
            rustls::Error::InvalidCertificate(wrong) => match wrong {
                CertificateError::UnknownIssuer => Self::Authority,
                CertificateError::NotValidForName => Self::Name(None),
                CertificateError::NotValidForNameContext { expected, presented } => Self::Name(Some((
                    expected.to_str().into_owned(),
                    presented.iter().map(|name| bare(name)).collect(),
                ))),
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. } => Self::Date,
                other if other.to_string().contains("CaUsedAsEndEntity") => Self::SelfSigned,
                other => Self::Certificate(other.to_string()),
            },
            rustls::Error::AlertReceived(alert) => Self::Alert(format!("{alert:?}")),
            rustls::Error::InvalidMessage(_) => Self::Plain,
            _ => return None,
        })
    }

    /// Whether waiting is of no use: a certificate does not get better, a server that starts may still learn to answer.
    #[must_use]
    pub fn stays(&self) -> bool {
        !matches!(self, Self::Alert(_) | Self::Plain)
    }

    /// What to do, as a clause; `address` is where the name that was asked for is written.
    #[must_use]
    pub fn remedy(&self, address: &str) -> String {
        match self {
            Self::Authority => "give the certificate of that authority by the input ca-bundle".into(),
            Self::SelfSigned => {
                "make it with basicConstraints=CA:FALSE and give it by the input ca-bundle, or have one signed by an authority".into()
            }
            Self::Name(_) => format!("write {address} with a name that the certificate has"),
            Self::Date => "renew it, or set the clocks of both sides right".into(),
            Self::Certificate(_) => "look at the certificate".into(),
            Self::Alert(_) => {
                format!("see in its log why; {address} must have a name that it serves, and the gate has no certificate of its own to show")
            }
            Self::Plain => format!("write {address} with http:// in place of https://, or with the port that speaks TLS"),
        }
    }
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authority => f.write_str("its certificate is of an authority that is not trusted here"),
            Self::SelfSigned => f.write_str("its certificate is an authority's own, signed by itself"),
            Self::Name(None) => f.write_str("its certificate is for another name"),
            Self::Name(Some((asked, has))) => {
                write!(
                    f,
                    "its certificate is not for {asked} but for {}",
                    if has.is_empty() { "no name".into() } else { has.join(", ") }
                )
            }
            Self::Date => f.write_str("its certificate has expired or is not valid yet"),
            Self::Certificate(why) => write!(f, "its certificate is refused: {why}"),
            Self::Alert(alert) => write!(f, "it ended the TLS handshake with {alert}"),
            Self::Plain => f.write_str("it does not speak TLS"),
        }
    }
}

/// The error of TLS in a chain. One inside of an input or output error is not its source, but its content.
fn find<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(tls);
    }
    let content = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    content.and_then(|content| find(content)).or_else(|| error.source().and_then(find))
}

/// `DnsName("chat.test")` → `chat.test`.
fn bare(name: &str) -> String {
    name.split('"').nth(1).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_tls_is_found_at_any_depth_and_told_with_its_remedy() {
        let wrong = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let deep = io::Error::other(io::Error::other(wrong));
        let found = TlsFailure::of(&deep).unwrap();
        assert_eq!(found, TlsFailure::Authority);
        assert!(found.stays() && found.remedy("x").ends_with("by the input ca-bundle"));
        assert_eq!(TlsFailure::of(&io::Error::other("no TLS at all")), None);
    }

    #[test]
    fn names_are_told_as_people_write_them() {
        let wrong = CertificateError::NotValidForNameContext {
            expected: "chat.test".try_into().unwrap(),
            presented: vec!["DnsName(\"other.test\")".into()],
        };
        let told = TlsFailure::of(&rustls::Error::InvalidCertificate(wrong)).unwrap();
        assert_eq!(told.to_string(), "its certificate is not for chat.test but for other.test");
        assert_eq!(
            told.remedy("upgrade-gate.url"),
            "write upgrade-gate.url with a name that the certificate has"
        );
    }
}
