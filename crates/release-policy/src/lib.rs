//! What explains a difference between two releases, or forbids one, as data with sources.
//!
//! `announced` is what Mattermost said would change, `policy` what the vendor supports and what is known to fail, `waivers` the
//! failures that somebody at the user's answers for.

pub mod announced;
pub mod policy;
pub mod waivers;
