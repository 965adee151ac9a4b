//! The input `ca-bundle` → the certificates of authorities to trust beside the usual ones, in the cluster and outside of it.

use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};

use super::problems::Problems;
use crate::limited::{self, Links};
use crate::shown::Shown;

/// The authorities that all the world trusts have a quarter of a megabyte together.
const MOST: u64 = 16 << 20;
/// How an inline certificate begins.
const PEM: &str = "-----BEGIN ";

/// The text of what the input names: itself, or the file's.
///
/// # Errors
/// Why it cannot be read.
pub(crate) fn authorities_pem(ca_bundle: &str) -> Result<String, String> {
    if ca_bundle.is_empty() || ca_bundle.contains(PEM) {
        return Ok(ca_bundle.to_owned());
    }
    limited::read_text(Path::new(ca_bundle), Links::Followed, MOST)
        .map_err(|error| format!("cannot be read: {error}"))
}

/// The certificates that the input names; none where it is empty.
///
/// # Errors
/// Why it cannot be read, or what TLS could not make of it.
pub(crate) fn authorities(ca_bundle: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let pem = authorities_pem(ca_bundle)?;
    let mut certificates = Vec::new();
    for der in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let der = der.map_err(|error| format!("is no PEM: {}", of(&error)))?;
        let usable = RootCertStore::empty().add(der.clone());
        usable.map_err(|error| format!("holds what cannot be used as an authority: {error}"))?;
        certificates.push(der);
    }
    if certificates.is_empty() && !ca_bundle.is_empty() {
        return Err("holds no certificate".into());
    }
    Ok(certificates)
}

/// What is wrong with a PEM, without its words: who gives a key by mistake does not want to read it again.
fn of(error: &pem::Error) -> &'static str {
    match error {
        pem::Error::MissingSectionEnd { .. } => "a part of it has no end",
        pem::Error::IllegalSectionStart { .. } => "the line that begins a part of it is broken",
        pem::Error::Base64Decode(_) => "a part of it is no base64",
        _ => "it cannot be read",
    }
}

/// Adds what is wrong with it.
pub(super) fn judge(ca_bundle: &str, problems: &mut Problems) {
    if let Err(wrong) = authorities(ca_bundle) {
        let remedy = "Write one or more certificates as PEM, or the path of a file that holds them.";
        let shown = if ca_bundle.contains(PEM) { PEM } else { ca_bundle.lines().next().unwrap_or_default() };
        problems.add("ca-bundle", Shown::plain(shown), wrong, remedy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_told() {
        let wrong = |given: &str| {
            let mut problems = Problems::default();
            judge(given, &mut problems);
            problems.to_string()
        };
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(wrong(empty).contains("cannot be used as an authority"), "{}", wrong(empty));
        assert!(wrong("/no/such.pem").contains("cannot be read"));
        assert!(wrong("/dev/zero").contains("it is a device, not a file"));
        assert!(wrong(here).contains("holds no certificate"));
        for inline in [
            "-----BEGIN CERTIFICATE-----\nx\n",
            "-----BEGIN PRIVATE KEY----- hunter2",
            "-----BEGIN hunter2\nx",
        ] {
            assert!(wrong(inline).contains("ca-bundle: \"-----BEGIN\" "), "{}", wrong(inline));
            assert!(!wrong(inline).contains("hunter2"), "{}", wrong(inline));
        }
    }
}
