//! A server that is there and is not reached, because it is asked at another address than it answers to.

use std::fmt::Display;

use basics::trouble::Trouble;
use basics::trust::TlsFailure;
use mattermost_client::ApiError;

/// Where a compose file says by what address a service is asked.
pub const LABEL: &str = "the label upgrade-gate.url";
/// Where that is said of an attached cluster.
pub const INPUTS: &str = "the address in node-urls or balancer-url";

/// The error of a part whose certificate is not trusted; `address` is where its name is written.
#[must_use]
pub fn untrusted(part: &str, failure: &TlsFailure, address: &str) -> Trouble {
    Trouble::new(
        part,
        format!("no TLS connection to it comes about: {failure}"),
        sentence(&failure.remedy(address)),
    )
}

/// What was set up to speak TLS with a part; it fails for what the input `ca-bundle` holds.
///
/// # Errors
/// Why it cannot be set up.
pub fn with_tls<T>(part: &str, set_up: Result<T, impl Display>) -> Result<T, Trouble> {
    set_up.map_err(|error| {
        Trouble::new(part, format!("TLS to it can't be set up: {error}"), "Look at the input ca-bundle.")
    })
}

/// What to do about an answer to a ping that no server gives at its own address; nothing where it could be one.
#[must_use]
pub fn remedy(error: &ApiError, address: &str) -> Option<String> {
    if let Some(failure) = error.tls() {
        return Some(sentence(&failure.remedy(address)));
    }
    let why = match error.status()? {
        300..=399 => "It sends whoever asks there elsewhere",
        // Who asks TLS by plain HTTP, a name that is not served, a path that nothing is at.
        400 | 403 | 404 | 421 => "It may answer to another name or path, or by TLS alone",
        _ => return None,
    };
    Some(format!("{why}: write {address} as users have it."))
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mattermost_client::ApiErrorKind;

    fn answer(status: u16) -> ApiError {
        let kind = ApiErrorKind::Status {
            status,
            id: String::new(),
            message: String::new(),
            request_id: None,
            version: None,
        };
        ApiError { node: "lb".into(), request: "GET /api/v4/system/ping".into(), kind }
    }

    #[test]
    fn answers_of_another_address_come_with_what_to_write() {
        for status in [301, 302, 400, 403, 404, 421] {
            let told = remedy(&answer(status), LABEL).unwrap();
            assert!(told.ends_with("write the label upgrade-gate.url as users have it."), "{status}: {told}");
        }
        assert_eq!(remedy(&answer(500), LABEL), None);
        let error = untrusted("lb", &TlsFailure::Authority, LABEL);
        assert_eq!(error.remedy, "Give the certificate of that authority by the input ca-bundle.");
    }
}
