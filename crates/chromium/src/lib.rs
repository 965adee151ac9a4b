//! A headless Chromium, driven by the DevTools protocol: what a page shows, what its console says, and a picture of it.
//!
//! ```text
//! Program (program.rs)  a path that answers --version as Chromium does, on this machine or in an image (in_image.rs)
//!    ▼ start
//! Chromium (browser.rs) one that runs: a process of this machine with a profile of its own (process.rs), or whatever whoever started it
//!    │                  elsewhere holds of it; both are gone when it is closed or dropped
//!    ▼ look
//! SeenPage (look.rs)    one page, from its address to the moment when nothing is loaded any more
//!    ▲ events (ear.rs), by a pair of pipes (connection.rs)
//! PageError             an error of the page, as a text that is the same wherever and whenever it is said (page_error.rs)
//! ```
//! Nothing here knows Mattermost. A browser that does not do what it is told is [`NoAnswer`], with its last words: whoever asked has
//! not measured then.
//!
//! Source: chromedevtools.github.io/devtools-protocol, the domains Target, Page, Runtime, Log, Network, Storage and Emulation.

mod arguments;
mod browser;
mod connection;
mod ear;
mod in_image;
mod look;
mod page_error;
mod process;
mod program;

pub use arguments::SiteReach;
pub use browser::{Chromium, Cookie};
pub use connection::BrowserPipes;
pub use look::{PageOrder, SeenPage};
pub use page_error::PageError;
pub use program::Program;

/// The browser did not do what it was told: nothing is known of the page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(String);

impl NoAnswer {
    /// For this reason, as a clause.
    pub fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}
