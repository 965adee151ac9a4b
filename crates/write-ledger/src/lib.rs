//! Every write that a server acknowledged, and what became of it on every node.
//!
//! A [`WriteLedger`] makes its own channels, posts and teams, and writes to them in the background: seventeen kinds, through every
//! node that is in traffic, at a pace that leaves the machine to others ([`WritePace`]). What was acknowledged is kept by id and
//! hash with the node and the version that said so; what was not answered is kept as well, because it may be there. `verify`
//! looks for all of it on every node: *lost*, *doubled*, *altered*, *resurrected* (what was taken away is there again), *unseen*
//! (there on another node, and not on this one). `cross` writes each kind through each node and reads it on every other at once,
//! and by websocket, so that the [`WriteMatrix`](ledger_findings::WriteMatrix) of who wrote and who read has no empty cell. What
//! failures share is said by [`causes`](ledger_findings::causes).
//!
//! Inside: `kinds/` has a file for each kind; `book` is the memory, `roster` says what is written next, `ledger` and `writing` do
//! it, with a `last_look` at what they overwrite; `node_view`, `judge` and `verify` look for all of it again. Posts of the
//! ledger's channel are read as lists (`post_list`). `cross` has what one node did not show once done again before it is believed (`again`).
//! `handovers/` has what is begun through one node and finished through another.
//!
//! It does not know what an upgrade is: stages are names, and versions are what answers say.

mod act;
mod answer;
mod book;
mod cross;
mod findings;
mod foreseen;
mod handover;
mod handovers;
mod judge;
mod kind;
mod kinds;
mod last_look;
mod last_looks;
mod ledger;
mod members;
mod node_view;
mod post_list;
mod post_sheet;
mod premises;
mod reading;
mod roster;
mod row;
mod shelf;
#[cfg(test)]
mod tests;
mod verify;
mod writing;

pub use foreseen::ForeseenRefusal;
pub use ledger::WriteLedger;
pub use premises::{LedgerAccount, LedgerSetup};
pub use verify::CROSSING;
pub use writing::{WritePace, Writing};
