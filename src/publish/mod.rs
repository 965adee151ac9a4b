//! What leaves this process: words, and what a run or its stored record comes to, on GitHub, in a bucket, in the report folder.
//!
//! ```text
//! output ──► voice ──► standard output     the one door: it knows every secret before the first word
//! notes  ──► outputs, step summary, annotations, the pull request's comment
//! upload ──► a bucket of the user's
//! ```
//! Nothing here changes a verdict: what cannot be published is a note. Nothing here may know how a run went on; it gets the
//! record and the verdict.

mod identity;
mod job;
mod notes;
mod output;
mod outside_http;
mod ownership;
pub(crate) mod report_folder;
mod upload;
mod voice;

pub(crate) use job::{event, job, remembered_pull_request};
pub(crate) use notes::{Notes, files, matrix, names, publish};
pub(crate) use output::{finish, print, print_problems};
pub(crate) use ownership::hand_over;
pub(crate) use upload::Destination;
pub(crate) use voice::{Outlet, broke_at, voice};
