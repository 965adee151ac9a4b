//! What servers log after the first node was replaced that they never logged before: pure functions on lines of logs.
//!
//! A [`LogSignature`] is a line without what makes it unlike the next one of its kind: level, message without ids and numbers, the
//! file that logged it, the plugin. [`compare`] counts signatures before the roll began, on all nodes, and after it, and tells
//! *panics*, *new* errors and those that come *far more often*. When the roll began is what the logs say: the first line of a
//! server of the release. A panic is a regression; an error that is new is a question, because a release may say in other words
//! what it always said.
//!
//! The format is Mattermost's JSON (`LogSettings.ConsoleJson`), with what the Go runtime prints when a process dies.

mod compare;
mod line;
mod signature;

pub use compare::{LogComparison, LogFinding, NodeLog, Unreadable, compare};
pub use signature::LogSignature;
