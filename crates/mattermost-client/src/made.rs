//! What the gate made on servers and what outlives it there: to be put away where the servers are not the gate's own.

/// Ids, in the order they were made.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// The token of the admin who can put all of it away, where that is somebody else's account.
    pub admin: Option<String>,
    /// Accounts of people.
    pub users: Vec<String>,
    /// Accounts of bots.
    pub bots: Vec<String>,
    /// Teams.
    pub teams: Vec<String>,
    /// Custom emojis.
    pub emojis: Vec<String>,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = self.users.len() + self.bots.len() + self.teams.len() + self.emojis.len();
        f.debug_struct("Made").field("count", &count).finish_non_exhaustive()
    }
}
