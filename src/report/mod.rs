//! Record → text: what a run looks like to people and to programs.
//!
//! [`Console`] follows the events live, [`EventLog`] keeps them; everything else is made from the
//! [`Record`] and its [`Verdict`] alone, so that a stored record renders every report again, byte for byte.
//! Text of others (server answers, log lines, names) is untrusted here: [`sanitise`] guards XML and the
//! console, `escape` guards Markdown, and [`redacted`] takes the secrets out of an event before any of
//! them sees it. JUnit and Playwright's JSON have the same suites and `cases`, each in its own form. Files are written one by one: one that fails does not take the others with it.
//! [`stored`] reads a record back; several of them, a matrix of [`Run`]s, become one report in `merged`.

mod bounds;
mod brief;
mod case_table;
mod cases;
mod console;
mod escape;
mod explained;
mod files;
mod fit;
mod json;
mod jsonl;
mod junit;
mod junit_facts;
mod junit_pass;
mod lock;
mod markdown;
mod merged;
mod merged_console;
mod names;
mod playwright;
mod properties;
mod redacted;
mod relay;
mod runs;
pub mod sanitise;
mod sections;
mod stored;
mod unique;
mod user_suites;
pub(crate) mod words;

pub use brief::{BRIEF_LIMIT, Brief, merged as merged_brief, of as brief};
pub use console::{Console, Look};
pub use files::{REPORTS, WrittenFile, write_all, write_merged};
pub use jsonl::EventLog;
pub use markdown::{COMMENT_LIMIT, SUMMARY_LIMIT};
pub use merged::{comment as merged_comment, summary as merged_summary};
pub use merged_console::console as merged_console;
pub use names::Names;
pub(crate) use properties::edition;
pub use redacted::redacted;
pub use relay::{Relay, random_token};
pub use runs::Run;
pub use stored::{stored, stored_in};
pub use {json::read as read_record, json::render as record_json};
pub use {junit::render as junit, junit::render_all as merged_junit};
pub use {markdown::comment, markdown::summary};
pub use {playwright::render as playwright, playwright::render_all as merged_playwright};

#[cfg(doc)]
use crate::{record::Record, verdict::Verdict};

#[cfg(test)]
mod tests;
