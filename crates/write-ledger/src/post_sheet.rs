//! The posts of the ledger's channel as one node shows them, with what matters of each.

use std::collections::HashMap;

use serde::Deserialize;

use crate::premises::Premises;
use crate::row::{Fingerprint, RowId};

/// The emoji of all reactions.
pub(crate) const EMOJI: &str = "smile";

/// Posts by id.
#[derive(Debug, Default)]
pub(crate) struct PostSheet {
    posts: HashMap<RowId, PostSeen>,
    /// Number of the write that made it, its kind, and the post.
    marked: Vec<(u32, Fingerprint, RowId)>,
}

/// What matters of a post.
#[derive(Debug)]
pub(crate) struct PostSeen {
    /// What it says.
    pub(crate) message: Fingerprint,
    /// The same in words, if they are wanted.
    pub(crate) text: Box<str>,
    /// The post that it answers.
    pub(crate) root: Option<RowId>,
    /// Its first file.
    pub(crate) file: Option<RowId>,
    /// Whether it is pinned.
    pub(crate) pinned: bool,
    /// Whether the author reacted to it.
    pub(crate) reacted: bool,
}

/// A post as lists have it.
#[derive(Deserialize)]
pub(crate) struct PostRow {
    pub(crate) id: String,
    message: String,
    #[serde(default)]
    delete_at: i64,
    #[serde(default)]
    is_pinned: bool,
    #[serde(default)]
    root_id: String,
    #[serde(default)]
    file_ids: Option<Vec<String>>,
    #[serde(default)]
    metadata: Option<PostMetadata>,
}

#[derive(Deserialize)]
struct PostMetadata {
    #[serde(default)]
    reactions: Option<Vec<ReactionRow>>,
}

#[derive(Deserialize)]
struct ReactionRow {
    user_id: String,
    emoji_name: String,
}

impl PostSheet {
    /// Takes a post in, unless it is deleted; its words only if they are wanted.
    pub(crate) fn add(&mut self, premises: &Premises, post: PostRow, closely: bool) {
        let Some(id) = RowId::of(&post.id).filter(|_| post.delete_at == 0) else { return };
        if let Some((seq, kind)) = premises.write_of(&post.message) {
            self.marked.push((seq, Fingerprint::of(kind), id));
        }
        let reactions = post.metadata.and_then(|metadata| metadata.reactions).unwrap_or_default();
        let own = |one: &ReactionRow| one.user_id == premises.author.id && one.emoji_name == EMOJI;
        let seen = PostSeen {
            message: Fingerprint::of(&post.message),
            root: RowId::of(&post.root_id),
            file: post.file_ids.and_then(|files| RowId::of(files.first()?)),
            pinned: post.is_pinned,
            reacted: reactions.iter().any(own),
            text: if closely { post.message.into() } else { "".into() },
        };
        self.posts.insert(id, seen);
    }

    /// These posts, as far as they are there.
    pub(crate) fn of<'s>(&'s self, wanted: &'s [RowId]) -> impl Iterator<Item = (RowId, &'s PostSeen)> {
        wanted.iter().filter_map(|id| Some((*id, self.posts.get(id)?)))
    }

    /// Posts that a write of this kind made, with the number of that write.
    pub(crate) fn marked(&self, kind: &str) -> Vec<(u32, RowId)> {
        let kind = Fingerprint::of(kind);
        self.marked.iter().filter(|(_, of, _)| *of == kind).map(|(seq, _, id)| (*seq, *id)).collect()
    }
}
