//! What Mattermost announced: differences between two releases that are meant, as data with their sources.
//!
//! A check that compares with stable finds a difference, and asks here before it calls it a loss: [`Applying`] knows the
//! changes that lie between the two versions of the run and apply to its installation. A difference that one of them
//! explains is told as *announced*; the same key with any other value is as red as before. There is one file per release
//! line beside this one, embedded and read once; docs/announced.md lists them, and each has a fault in the catalogue that
//! plays it and another that plays it gone wrong.
//!
//! An entry goes in with a source that anybody can open, and as narrow as the source allows: what it explains is not
//! measured any more.

mod applying;
mod catalogue;
mod change;

pub use applying::{Applying, Ground};
pub use catalogue::catalogue;
pub use change::{Build, Change, Condition, Kind, Rule};
