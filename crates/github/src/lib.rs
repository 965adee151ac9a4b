//! At home on GitHub: where we run, what the runner is told, and the comment on the pull request; and by which names
//! Mattermost's own pipelines know a run there: [`Identity`], [`status_context`].
//!
//! [`Context`] reads a map of variables and the event; the environment itself is read elsewhere. Workflow
//! commands go to a given writer, file commands to the files the runner named. Nothing here can change a
//! verdict: whatever GitHub answers, the worst that comes of it is a [`Notice`] with its cause and its fix.

mod annotations;
mod api;
mod commands;
mod comment;
mod context;
mod head;
mod identity;
mod marker;
mod notice;
mod outputs;
#[cfg(test)]
mod scripted;
mod status;

pub use annotations::annotations;
pub use commands::{
    ANNOTATIONS_PER_KIND, Annotation, Level, add_mask, annotate, append_summary, end_group, escape_data,
    escape_property, group, set_output, set_state,
};
pub use comment::{Patience, Published, publish};
pub use context::{Context, Named, Pull};
pub use head::Head;
pub use identity::Identity;
pub use marker::marker;
pub use notice::Notice;
pub use outputs::{OUTPUTS, outputs};
pub use status::status_context;

#[cfg(test)]
mod tests;
