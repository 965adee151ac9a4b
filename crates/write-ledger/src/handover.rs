//! What one node begins and another one finishes: what a handover is, and how it can end.

use futures_util::future::BoxFuture;
use mattermost_client::{ApiError, Client};

use crate::kind::{Asking, PreparedWrite};
use crate::premises::Premises;

/// Something that one node begins and another one finishes.
pub(crate) trait Handover: Send + Sync {
    /// What reports call it.
    fn name(&self) -> &'static str;

    /// Makes what all of these share, or says why there can be none.
    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite>;

    /// Begins one through a node; `number` tells it from all others.
    fn begin<'a>(&'a self, premises: &'a Premises, node: &'a Client, number: u32) -> Asking<'a, Begun>;

    /// Finishes it through a node. Gives the version that served, where it said so.
    fn finish<'a>(
        &'a self,
        premises: &'a Premises,
        node: &'a Client,
        begun: &'a Begun,
    ) -> BoxFuture<'a, Result<Option<String>, Unfinished>>;

    /// Whether a refusal says that it came too late, and another one must be begun.
    fn is_too_late(&self, error: &ApiError) -> bool {
        let _ = error;
        false
    }
}

/// What was begun.
pub(crate) struct Begun {
    /// What the one who finishes it has to know: an id, a trigger, a token. It may be a secret.
    pub(crate) key: String,
    /// What may be told of it.
    pub(crate) id: String,
    /// Its number.
    pub(crate) number: u32,
    /// The version that served, where it said so.
    pub(crate) version: Option<String>,
}

/// Why something was not finished.
pub(crate) enum Unfinished {
    /// The node refused.
    Refused(ApiError),
    /// It came to something else.
    Differs {
        /// What should have come of it.
        expected: String,
        /// What did.
        got: String,
    },
}

impl From<ApiError> for Unfinished {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}
