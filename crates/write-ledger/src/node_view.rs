//! What one node shows of everything that is in the book, and a closer look at what is odd there.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use basics::unpoisoned::lock;
use basics::wait;
use ledger_findings::{ReadThrough, UnreadRows};
use mattermost_client::{ApiError, ApiErrorKind, Client};
use tokio::sync::OnceCell;

use crate::kinds::KINDS;
use crate::premises::Premises;
use crate::reading::{BulkReading, Sighting, Sightings};
use crate::row::{Fingerprint, RowId};
use crate::shelf::{Expectation, WrittenRow};

/// A list that did not come is asked for once more, after this.
const SECOND_TRY: Duration = Duration::from_millis(300);

/// A row, with its kind by place.
pub(crate) type Spot = (usize, RowId);

/// What a node shows of a row; nothing where it is not there.
pub(crate) type ShownRow = Option<Sighting>;

/// A row that does not say what it should, or of which it is not known what it should say.
#[derive(Debug)]
pub(crate) struct OddRow {
    /// What was seen.
    pub(crate) shown: ShownRow,
    /// The number of the write that was the last one of the row when it was looked at.
    pub(crate) seq: Option<u32>,
    /// Whether the row itself was looked at: lists move while somebody writes.
    pub(crate) closely: bool,
}

/// What it says.
pub(crate) fn says(shown: &ShownRow) -> Fingerprint {
    shown.as_ref().map_or(Fingerprint::ABSENT, |sighting| sighting.says)
}

/// What is in the book of one kind.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// Rows that are known.
    pub(crate) rows: Vec<(RowId, Expectation)>,
    /// Rows whose making was not answered.
    pub(crate) open: Vec<WrittenRow>,
}

/// What one node shows.
#[derive(Debug)]
pub(crate) struct NodeView {
    /// The node, without an account.
    pub(crate) node: Client,
    /// The version that answered.
    pub(crate) version: String,
    /// What is odd.
    pub(crate) odd: HashMap<Spot, OddRow>,
    /// By kind: rows and the numbers of the writes that made them.
    pub(crate) marked: Vec<Vec<(u32, RowId)>>,
    /// What could not be read, by kind.
    pub(crate) unread: HashMap<usize, ApiError>,
}

impl NodeView {
    /// Reads everything, by lists.
    pub(crate) async fn of(premises: &Premises, node: &Client, book: &[Expected]) -> Self {
        let (sheet, version) = (OnceCell::new(), Mutex::new(None));
        let (mut odd, mut unread) = (HashMap::new(), HashMap::new());
        let mut marked = vec![Vec::new(); KINDS.len()];
        for (place, expected) in book.iter().enumerate() {
            if expected.rows.is_empty() && expected.open.is_empty() {
                continue;
            }
            let wanted: Vec<RowId> = expected.rows.iter().map(|(row, _)| *row).collect();
            let reading = BulkReading {
                premises,
                node,
                wanted: &wanted,
                closely: false,
                sheet: &sheet,
                version: &version,
            };
            let mut seen = match read(place, &reading).await {
                Ok(seen) => seen,
                Err(error) => {
                    unread.insert(place, error);
                    continue;
                }
            };
            marked[place] = std::mem::take(&mut seen.marked);
            for (row, expectation) in &expected.rows {
                let shown = seen.rows.remove(row);
                let sure = expectation.maybes.is_empty() && expectation.allows(says(&shown));
                if !sure {
                    let seq = expectation.row.map(|row| row.seq);
                    odd.insert((place, *row), OddRow { shown, seq, closely: false });
                }
            }
        }
        let version = lock(&version).clone().unwrap_or_default();
        Self { node: node.clone(), version, odd, marked, unread }
    }

    /// Who this is.
    pub(crate) fn through(&self) -> ReadThrough {
        ReadThrough { node: self.node.node().to_owned(), version: self.version.clone() }
    }

    /// What could not be read, as it is told.
    pub(crate) fn told_unread(&self) -> impl Iterator<Item = UnreadRows> {
        self.unread.iter().map(|(place, error)| unread(*place, self.through(), error))
    }
}

/// Rows that could not be read, as it is told.
pub(crate) fn unread(kind: usize, reader: ReadThrough, error: &ApiError) -> UnreadRows {
    UnreadRows { kind: KINDS[kind].name().to_owned(), reader, status: error.status(), got: error.got() }
}

/// Reads these rows one by one, with their words. A kind that cannot be read is left out, and its error is kept.
pub(crate) async fn read_closely(
    premises: &Premises,
    node: &Client,
    spots: impl IntoIterator<Item = Spot>,
    version: &Mutex<Option<String>>,
) -> (HashMap<Spot, ShownRow>, HashMap<usize, ApiError>) {
    let mut by_kind: HashMap<usize, Vec<RowId>> = HashMap::new();
    spots.into_iter().for_each(|(kind, row)| by_kind.entry(kind).or_default().push(row));
    let (mut shown, mut unread) = (HashMap::new(), HashMap::new());
    for (kind, wanted) in by_kind {
        let sheet = OnceCell::new();
        let reading = BulkReading { premises, node, wanted: &wanted, closely: true, sheet: &sheet, version };
        match KINDS[kind].read(&reading).await {
            Ok(mut seen) => {
                shown.extend(wanted.iter().map(|row| ((kind, *row), seen.rows.remove(row))));
            }
            Err(error) => drop(unread.insert(kind, error)),
        }
    }
    (shown, unread)
}

/// Reads rows of a kind; a node that says nothing or fails is asked once more.
async fn read(kind: usize, reading: &BulkReading<'_>) -> Result<Sightings, ApiError> {
    let passing = |error: &ApiError| match &error.kind {
        ApiErrorKind::NoAnswer(_) => true,
        ApiErrorKind::Status { status, .. } => *status >= 500,
        ApiErrorKind::Tls(_) | ApiErrorKind::Shape { .. } => false,
    };
    let again = |error: &ApiError, tried| (tried == 1 && passing(error)).then_some(SECOND_TRY);
    wait::tries(|| KINDS[kind].read(reading), again).await
}
