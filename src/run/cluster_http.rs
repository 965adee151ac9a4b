//! The HTTP stack for the cluster: through no proxy, trusting what the input `ca-bundle` names beside the machine's authorities.

use std::time::Duration;

use crate::inputs::{authorities, authorities_pem};
use crate::mattermost::Http;

/// How long one request may take, with its answer.
const LIMIT: Duration = Duration::from_secs(60);

/// What the input `ca-bundle` names, as PEM: read once for all that the run talks to.
///
/// # Errors
/// Why it cannot be read by now; it could when it was judged.
pub(crate) fn trusted(ca_bundle: &str) -> anyhow::Result<String> {
    authorities_pem(ca_bundle).map_err(wrong)
}

/// A stack for one run, which trusts these authorities as well.
///
/// # Errors
/// Why TLS cannot be set up.
pub(crate) fn http(trusted: &str) -> anyhow::Result<Http> {
    Http::trusting(LIMIT, &authorities(trusted).map_err(wrong)?)
}

fn wrong(told: String) -> anyhow::Error {
    anyhow::anyhow!("the input ca-bundle {told}")
}
