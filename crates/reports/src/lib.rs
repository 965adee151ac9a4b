//! Record → text: what a run looks like to people and to programs.
//!
//! [`Console`] follows the events live, [`EventLog`] keeps them; everything else is made from the
//! [`Record`] and its [`Verdict`] alone, so that a stored record renders every report again, byte for byte.
//! Text of others (server answers, log lines, names) is untrusted here: [`sanitise`] guards XML and the
//! console, `escape` guards Markdown, and [`redacted`] takes the secrets out of an event before any of
//! them sees it. JUnit and Playwright's JSON have the same suites and `cases`, each in its own form. Files are written one by
//! one: one that fails does not take the others with it.
//! [`stored`] reads a record back. Every report is of [`Runs`]: the runs of a matrix with their names, or one run, which is a matrix
//! of one and has no use for its name. What is written into the report folder is one list, [`REPORTS`]; each of its reports has
//! a folder here, with a `REPORT` that says its name, its type and how it is made.

mod brief;
mod case_table;
mod cases;
mod catalogue;
mod causes;
mod compared;
mod console;
mod escape;
mod explained;
mod files;
mod first_cause;
mod fit;
mod json;
mod jsonl;
mod junit;
mod kind;
mod lock;
mod markdown;
mod names;
mod next_step;
mod page;
mod playwright;
mod properties;
mod redacted;
mod relay;
mod runs;
pub mod sanitise;
mod site_copy;
mod unique;
mod watched;
pub mod words;
mod written;

pub use brief::{BRIEF_LIMIT, Brief, of as brief};
pub use catalogue::{PAGE, REPORTS, TIMELINE};
pub use compared::compared;
pub use console::{Console, Look};
pub use files::{WrittenFile, write_all};
pub use json::stored::{judged, stored, stored_in};
pub use jsonl::EventLog;
pub use junit::render as junit;
pub use kind::Report;
pub use markdown::{
    COMMENT_LIMIT, ReportsLink, SUMMARY_LIMIT, comment, comment_linked, summary, summary_linked,
};
pub use names::Names;
pub use page::{PAGE_LIMIT, page};
pub use playwright::render as playwright;
pub use properties::edition;
pub use redacted::redacted;
pub use relay::{Relay, random_token};
pub use runs::{RecordedRun, Runs};
pub use {json::read as read_record, json::render as record_json};

#[cfg(doc)]
use run_record::record::Record;
#[cfg(doc)]
use run_record::verdict::Verdict;
