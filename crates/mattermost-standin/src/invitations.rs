//! Invitations that wait to be redeemed, and personal access tokens: what opens a door later.

use super::ids;
use super::rows::Team;

/// An invitation that was mailed, by its token.
#[derive(Debug, Clone)]
pub(super) struct Invitation {
    pub(super) team_id: String,
    pub(super) email: String,
    /// The channels of a guest; everybody else gets into the team's own.
    pub(super) guest_channels: Option<Vec<String>>,
}

/// A personal access token.
#[derive(Debug, Clone)]
pub(super) struct AccessToken {
    pub(super) id: String,
    pub(super) token: String,
    pub(super) user_id: String,
    pub(super) description: String,
    pub(super) create_at: i64,
}

/// A token as long as the product's: 64 characters.
pub(super) fn new_token() -> String {
    let mut token: String = (0..3).map(|_| ids::new_id()).collect();
    token.truncate(64);
    token
}

/// The HTML of an invitation: the link as the product writes it, with what HTML and URLs want escaped.
pub(super) fn letter(site: &str, from: &str, team: &Team, email: &str, token: &str) -> String {
    let facts = format!(
        "{{\"display_name\":\"{}\",\"email\":\"{email}\",\"name\":\"{}\"}}",
        team.display_name, team.name
    );
    let facts = in_query(&facts).replace('+', "&#43;");
    format!(
        "<!doctype html>\n<html>\n<body>\n<p>{from} asks you into {} – come in.</p>\n\
         <a href=\"{site}/signup_user_complete/?d={facts}&amp;md=email&amp;sbr=fa&amp;t={token}\" \
         style=\"display: inline-block\">Join now</a>\n</body>\n</html>\n",
        team.display_name
    )
}

/// A value as it stands in a query.
fn in_query(value: &str) -> String {
    let escaped = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        b'_' | b'.' | b'-' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(escaped).collect()
}
