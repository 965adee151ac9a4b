//! What is known of a run: what can happen in it, what came of it, and one word for that.
//!
//! ```text
//! outcome ──► event ──► record ──► verdict
//! (of one     (what     (events    (one word,
//!  check)      happens)  folded)    one exit code)
//! ```
//! Everything that happens in a run is an [`Event`](event::Event); reports know only the [`Record`](record::Record) that events
//! fold into. `case` has the lines of MM-T5392 that checks stand for, and `lock` the images of a run for another run. Nothing here
//! knows how a run is made or shown.

pub mod case;
pub mod event;
pub mod lock;
pub mod outcome;
pub mod record;
pub mod samples;
pub mod verdict;
