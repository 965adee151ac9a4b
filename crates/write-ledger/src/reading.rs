//! One look at the rows of a kind on one node, and what it saw.

use std::collections::HashMap;
use std::sync::Mutex;

use basics::unpoisoned::lock;
use mattermost_client::{ApiError, Client, Reply};
use tokio::sync::OnceCell;

use crate::post_sheet::PostSheet;
use crate::premises::Premises;
use crate::row::{Fingerprint, RowId};

/// What one node shows of one kind.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    /// The rows that are there.
    pub(crate) rows: HashMap<RowId, Sighting>,
    /// Rows by the number of the write that made them, where a row tells it: finds writes whose answer was lost, and doubles.
    pub(crate) marked: Vec<(u32, RowId)>,
}

/// What one node shows of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sighting {
    /// What it says.
    pub(crate) says: Fingerprint,
    /// The same in words, if it was read closely.
    pub(crate) text: Box<str>,
}

/// Rows of one kind that are looked for on one node.
#[derive(Debug)]
pub(crate) struct BulkReading<'a> {
    /// Where, and as whom.
    pub(crate) premises: &'a Premises,
    /// The node that is asked, without an account.
    pub(crate) node: &'a Client,
    /// The rows.
    pub(crate) wanted: &'a [RowId],
    /// Whether each is asked for by itself and its words are kept, instead of whole lists by their fingerprints.
    pub(crate) closely: bool,
    /// The posts, once they are read: one list for all kinds that are posts.
    pub(crate) sheet: &'a OnceCell<PostSheet>,
    /// The version that answered last.
    pub(crate) version: &'a Mutex<Option<String>>,
}

impl BulkReading<'_> {
    /// Who writes, on the node.
    pub(crate) fn author(&self) -> Client {
        self.premises.author.client.at(self.node)
    }

    /// Keeps the version that an answer tells.
    pub(crate) fn attested(&self, reply: Reply) -> Reply {
        if let Some(version) = reply.version() {
            *lock(self.version) = Some(version);
        }
        reply
    }

    /// Asks as the author.
    pub(crate) async fn get(&self, path: &str) -> Result<Reply, ApiError> {
        Ok(self.attested(self.author().get(path).await?))
    }

    /// A text as it is kept.
    pub(crate) fn sighting(&self, text: &str) -> Sighting {
        Sighting { says: Fingerprint::of(text), text: if self.closely { text.into() } else { "".into() } }
    }

    /// Rows and their words, of those that say something.
    pub(crate) fn sightings<'t>(&self, rows: impl IntoIterator<Item = (&'t str, &'t str)>) -> Sightings {
        let there = rows.into_iter().filter(|(_, text)| !text.is_empty());
        let rows = there.filter_map(|(id, text)| Some((RowId::of(id)?, self.sighting(text)))).collect();
        Sightings { rows, marked: Vec::new() }
    }
}
