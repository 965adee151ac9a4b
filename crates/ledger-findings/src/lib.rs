//! What became of acknowledged writes, as data: what a record keeps and reports show.
//!
//! A [`Verification`] has the [`WriteFinding`]s of one look at everything, a [`WriteMatrix`] who wrote and who read, [`WriteTotals`] how
//! much was written, a [`LedgerSummary`] all of it as a run's record keeps it. [`causes`] says in a sentence what failures share, the earliest first. Nothing here asks a server.

mod cause;
mod finding;
mod matrix;
mod sides;
mod summary;
mod totals;
mod verification;

pub use cause::{SharedCause, Suspect, by_cause, causes};
pub use finding::{AnnouncedRefusal, ReadThrough, UnreadRows, Way, WriteFinding, Wrong};
pub use matrix::{CellCount, CellPlace, NotApplicable, UnmeasuredCell, WriteCell, WriteMatrix};
pub use sides::ReleasePair;
pub use summary::{CrossedStage, LedgerSummary};
pub use totals::{ENOUGH, RefusedWrites, StageCoverage, TallyLine, WriteTally, WriteTotals, calls_to_see};
pub use verification::Verification;
