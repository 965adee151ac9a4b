//! The images of a run that its compose file does not name.

use release_policy::policy::Needs;

/// What nodes run, and what comes beside them.
#[derive(Debug, Clone, Copy)]
pub struct Images<'a> {
    /// What the nodes begin with.
    pub stable: &'a str,
    /// What they are upgraded to.
    pub release: &'a str,
    /// What one of them runs before.
    pub history: &'a [String],
    /// What runs beside them: the user's own test suite, a browser.
    pub beside: &'a [&'a str],
    /// What the two releases need of the database.
    pub needs: &'a Needs,
}
