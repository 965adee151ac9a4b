//! One write on its way: what it is to do, and what an answer says that it did.

use mattermost_client::{ApiError, ApiErrorKind, Client, Reply};
use serde::Deserialize;
use serde_json::Value;

use crate::premises::Premises;
use crate::row::{Fingerprint, RowId};

/// One write that is to be made.
#[derive(Debug)]
pub(crate) struct WriteAct<'a> {
    /// Where, and as whom.
    pub(crate) premises: &'a Premises,
    /// The node that is asked, without an account.
    pub(crate) node: &'a Client,
    /// Its number among all writes.
    pub(crate) seq: u32,
    /// What it says, unlike any other write.
    pub(crate) text: String,
    /// The row that it changes, where it makes none.
    pub(crate) row: Option<RowId>,
    /// Whether a switch is turned on.
    pub(crate) on: bool,
}

impl WriteAct<'_> {
    /// Who writes, on the node.
    pub(crate) fn author(&self) -> Client {
        self.premises.author.client.at(self.node)
    }

    /// Who rules, on the node.
    pub(crate) fn admin(&self) -> Client {
        self.premises.admin.at(self.node)
    }

    /// The id of the row that it changes.
    pub(crate) fn row(&self) -> String {
        self.row.as_ref().map_or_else(String::new, ToString::to_string)
    }

    /// What tells its text from all others: the beginning, with the number.
    pub(crate) fn mark(&self) -> &str {
        // The blank ends the number: without it 12 would be found in 123.
        self.text.split_inclusive(' ').next().unwrap_or_default()
    }

    /// It is done, to the row that it was to change.
    pub(crate) fn changed(&self, reply: &Reply) -> Result<Done, ApiError> {
        let row = self.row.ok_or_else(|| shape(reply, "was about no row".into()))?;
        Ok(Done { row, version: reply.version() })
    }

    /// What a switch that it turned says.
    pub(crate) fn switched(&self) -> Fingerprint {
        if self.on { Fingerprint::of(ON) } else { Fingerprint::ABSENT }
    }
}

/// What a switch says that is on.
pub(crate) const ON: &str = "there";

/// A write that a server acknowledged.
#[derive(Debug)]
pub(crate) struct Done {
    /// The row.
    pub(crate) row: RowId,
    /// The version that answered; products do not tell it.
    pub(crate) version: Option<String>,
}

impl Done {
    /// It is done: the answer has the id of what was made.
    pub(crate) fn made(reply: &Reply) -> Result<Self, ApiError> {
        #[derive(Deserialize)]
        struct MadeThing {
            id: String,
        }
        let id = reply.json::<MadeThing>()?.id;
        let row = RowId::of(&id).ok_or_else(|| shape(reply, format!("has no id that can be one: {id}")))?;
        Ok(Self { row, version: reply.version() })
    }
}

/// An answer that is not what it should be.
pub(crate) fn shape(reply: &Reply, reason: String) -> ApiError {
    let kind = ApiErrorKind::Shape { reason, request_id: reply.request_id() };
    ApiError { node: reply.node.clone(), request: reply.request.clone(), kind }
}

/// The text at a key of an object, or "".
pub(crate) fn word<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
