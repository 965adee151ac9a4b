//! What the suite is told: where the servers are, and the admin's account.

use std::net::SocketAddr;

use secrecy::ExposeSecret as _;

use crate::stages::session::RunSession;

/// The suite's environment variables; docs/suite.md has the same list.
pub(super) fn environment(
    session: &RunSession<'_>,
    url: &str,
    address: Option<SocketAddr>,
    results: &str,
) -> Result<Vec<(String, String)>, String> {
    let home = session.home.as_ref().ok_or("the gate's accounts could not be made")?;
    let nodes: Vec<String> = session.places.iter().map(|place| place.client.address().by_number()).collect();
    let variables = [
        ("UPGRADE_GATE_URL", url.to_owned()),
        ("UPGRADE_GATE_NODE_URLS", nodes.join(",")),
        ("UPGRADE_GATE_ADMIN_USER", home.usernames[0].clone()),
        ("UPGRADE_GATE_ADMIN_PASSWORD", home.admin_password.expose_secret().to_owned()),
        ("UPGRADE_GATE_RESULTS", results.to_owned()),
        ("UPGRADE_GATE_STABLE", session.plan.stable.version.to_string()),
        ("UPGRADE_GATE_RELEASE", session.plan.release.version.to_string()),
    ];
    let address = address.map(|address| ("UPGRADE_GATE_ADDRESS", address.to_string()));
    Ok(variables.into_iter().chain(address).map(|(name, value)| (name.to_owned(), value)).collect())
}
