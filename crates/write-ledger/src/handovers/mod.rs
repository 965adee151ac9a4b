//! What is begun through one node and finished through another: a dialog, an upload, a token, a way through a list.
//!
//! A user's next request goes to any node, so each of these is begun through each node and finished through each, in each stage.
//! Its cells are in the same matrix as those of writes: who began is the writer, who finishes the reader. What the two versions
//! refuse each other as the vendor announced ([`ForeseenRefusal`](crate::ForeseenRefusal)) is counted as that; within one version it is a finding.

mod access_token;
mod dialog;
mod page_of_posts;
mod pass;
mod upload_session;

use crate::handover::Handover;

/// All of them; a new one is a file here and a line in this list.
pub(crate) const HANDOVERS: [&dyn Handover; 4] = [
    &dialog::Dialog,
    &access_token::PersonalAccessToken,
    &upload_session::SharedUpload,
    &page_of_posts::PageOfPosts,
];
