//! The one seam between what is verified and where it runs.
//!
//! A [`Cluster`] can be prepared (everything but the nodes), and its nodes can be started at an image, drained,
//! stopped, replaced and put back; it tells addresses and logs, and goes down without a trace. It knows nothing of
//! checks, stages and blame: what goes wrong is an [`Error`] that names the part.
//!
//! Providers: *compose* builds it on a Docker engine, *stand-in* in this process, *attached* visits one that is there
//! already. They are plain variants of one enum: a reader finds what happens by following a match.

mod attached;
mod command;
mod compose;
mod denied;
mod error;
pub mod evidence;
mod guest;
mod haproxy;
mod image;
mod images;
mod last_words;
mod precautions;
mod project;
mod ready;
mod reload;
mod seam;
mod standin;
pub mod unreached;

pub use attached::{AttachedCluster, AttachedOptions, SiteAdmin};
pub use command::{Exit, Leftovers, run_command};
pub use compose::{ComposeCluster, ComposeOptions};
pub use error::Error;
pub use guest::{Guest, GuestEnd};
pub use image::{ImageFacts, Packaged};
pub use images::Images;
pub use last_words::LastWords;
pub use project::{
    FileStore, Foreseen, MOST_NODES, Refusal, Roles, Said, Site, StoreRole, default_files, is_node,
    off_by_profile,
};
pub use ready::ready;
pub use seam::Cluster;
pub use standin::{StandInCluster, StandInOptions};
