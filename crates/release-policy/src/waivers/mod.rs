//! Waivers: failures that somebody answers for, with a reason and a last day.
//!
//! ```text
//! file ──► read (pure, every wrong entry at once) ──► Waivers ──► Ledger ──► outcome `waived`, or a sentence
//! ```
//! Whoever owns the upgrades of an installation says in a file which failures are known, so that one of them does not cost
//! a whole check (`skip`) or the trust in the gate. A waiver is narrow on purpose: it names the check, a part of the step's
//! or the failure's words, and a day on which it ends. What belongs to the safety class (data lost, bytes that are wrong, a
//! permission gained, a migration gone) cannot be waived. Nothing is silent: a waiver that ended, that has no effect, or that
//! matched nothing is told.

mod ledger;
mod read;
mod waiver;

pub use ledger::{Cover, Ledger};
pub use read::{MOST_BYTES, Wrong, read};
pub use waiver::{Waiver, Waivers};
