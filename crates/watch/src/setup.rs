//! What is watched, and as whom.

use mattermost_client::Client;

use crate::rates::Rates;

/// What is watched, and as whom.
#[derive(Debug)]
pub struct Setup {
    /// The balancer, as an account that may make channels in the team and is used for nothing else: what it asks goes through caches of
    /// its session, and its websockets hear whatever it hears. Nothing where there is no balancer: then nodes are asked in turn.
    pub balancer: Option<Client>,
    /// The nodes by their names, as the same account. At least one.
    pub nodes: Vec<(String, Client)>,
    /// The id of a team of that account.
    pub team: String,
    /// The name of the channel that is made there: lower case, digits and hyphens.
    pub channel: String,
    /// An account that logs in, and that nothing else uses: its sessions end at once, and servers forget cached ones with them.
    pub login: Option<Login>,
    /// Whether events cross nodes.
    pub clustered: bool,
    /// How often what is asked.
    pub rates: Rates,
}

/// An account and its password.
#[derive(Clone)]
pub struct Login {
    /// Name or e-mail address.
    pub name: String,
    /// In the clear, as it is sent.
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("name", &self.name).finish_non_exhaustive()
    }
}
