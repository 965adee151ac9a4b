//! The HTTP stack for the cluster: through no proxy, trusting what the input `ca-bundle` names beside the machine's authorities.

use std::time::Duration;

use crate::mattermost::Http;
use crate::plan::authorities;

/// How long one request may take, with its answer.
const LIMIT: Duration = Duration::from_secs(60);

/// A stack for one run.
///
/// # Errors
/// Why TLS cannot be set up.
pub(super) fn http(ca_bundle: &str) -> anyhow::Result<Http> {
    let authorities =
        authorities(ca_bundle).map_err(|wrong| anyhow::anyhow!("the input ca-bundle {wrong}"))?;
    Http::trusting(LIMIT, &authorities)
}
