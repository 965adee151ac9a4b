//! What a kind of write is: how one is made, what it leaves, and how that is read again, in bulk and closely.

use futures_util::future::BoxFuture;
use mattermost_client::{ApiError, Client};

use crate::act::{Done, WriteAct};
use crate::premises::Premises;
use crate::reading::{BulkReading, Sightings};
use crate::row::{Fingerprint, RowId};

/// Something that is asked of a server.
pub(crate) type Asking<'a, T> = BoxFuture<'a, Result<T, ApiError>>;

/// One kind of write. A new one is a file in `kinds/` and a line in its list.
pub(crate) trait WriteKind: Send + Sync {
    /// What reports call it.
    fn name(&self) -> &'static str;

    /// How many of about a hundred writes are of this kind: many of the cheap ones, few of the dear ones.
    fn share(&self) -> u32;

    /// Which rows its writes touch.
    fn touches(&self) -> Touches;

    /// The websocket events one of which tells the author of such a write; none where nobody is told for sure.
    fn events(&self) -> &'static [&'static str] {
        &[]
    }

    /// What is in that event and in no other: what the row says now, or the row itself.
    fn told_by(&self, act: &WriteAct<'_>, row: RowId) -> String {
        match self.touches() {
            Touches::Words => act.mark().to_owned(),
            _ => row.to_string(),
        }
    }

    /// Makes the rows that its writes share, or says why there can be none.
    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite> {
        let _ = (premises, node);
        Box::pin(async { Ok(PreparedWrite::Ready(Vec::new())) })
    }

    /// Makes one write.
    fn write<'a>(&'a self, act: &'a WriteAct<'a>) -> Asking<'a, Done>;

    /// What the row says after a write: a text, or nothing once it is gone.
    fn leaves(&self, act: &WriteAct<'_>) -> Fingerprint {
        Fingerprint::of(&act.text)
    }

    /// Reads the rows that are looked for; a row that is not there is left out.
    fn read<'a>(&'a self, reading: &'a BulkReading<'a>) -> Asking<'a, Sightings>;
}

/// Which rows the writes of a kind touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touches {
    /// Each makes one.
    New,
    /// Each changes one that a write of the kind of this name made; it is of this kind from then on.
    RowOf(&'static str),
    /// They share a few and overwrite what these say: only the last word of each counts.
    Words,
    /// They share a few that are there or not, and each turns one over.
    Switches,
}

/// Whether a kind can be written.
#[derive(Debug)]
pub(crate) enum PreparedWrite {
    /// With these rows to share.
    Ready(Vec<RowId>),
    /// These servers do not have it, for this reason.
    NotHere(String),
}

impl PreparedWrite {
    /// What a first attempt of a kind says about it: servers without the route or with the feature switched off have no such writes.
    pub(crate) fn by_attempt<T>(attempt: Result<T, ApiError>, rows: Vec<RowId>) -> Result<Self, ApiError> {
        match attempt {
            Ok(_) => Ok(Self::Ready(rows)),
            Err(error) => Self::absence(&error).map(Self::NotHere).ok_or(error),
        }
    }

    /// What a product's refusal says about a kind that is written in it: an edition, a licence or a setting may forbid it on every
    /// version, and then there are no such writes. A product that breaks is another matter.
    pub(crate) fn by_product<T>(attempt: Result<T, ApiError>) -> Result<Result<T, Self>, ApiError> {
        match attempt {
            Ok(made) => Ok(Ok(made)),
            Err(error) if error.status().is_some_and(|status| status < 500 || status == 501) => {
                Ok(Err(Self::NotHere(format!("these servers refuse it: {error}"))))
            }
            Err(error) => Err(error),
        }
    }

    fn absence(error: &ApiError) -> Option<String> {
        let unknown = error.id() == "api.context.404.app_error";
        (unknown || error.status() == Some(501)).then(|| format!("these servers do not have it: {error}"))
    }
}
