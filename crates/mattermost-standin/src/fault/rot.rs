//! Rot: rows that are damaged behind everybody's back, when a node comes up. No request fails and nobody is told.

use serde::{Deserialize, Serialize};

/// What of the data rots, as a ledger of writes counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Written {
    /// What people wrote, but for answers in threads.
    Posts,
    /// Answers in threads.
    Replies,
    /// Later texts of posts.
    Edits,
    /// That a post is pinned.
    Pins,
    /// Reactions to posts.
    Reactions,
    /// Files of posts.
    Files,
    /// What somebody began to write.
    Drafts,
    /// Settings of one user.
    Preferences,
    /// Who is in a team.
    TeamMembers,
    /// Who is in a channel.
    ChannelMembers,
    /// The header of a channel.
    ChannelHeaders,
    /// What users say about themselves.
    Profiles,
    /// What users say they are doing.
    CustomStatuses,
    /// Groups of channels that users made in their sidebar.
    SidebarCategories,
    /// Cards of boards.
    Cards,
    /// Items of the checklists of runs.
    ChecklistItems,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decay {
    /// It is gone, or as it was before it was written.
    Lose,
    /// It is there a second time, under another id.
    Double,
    /// It says something else.
    Alter,
    /// It was deleted, and is there again.
    Resurrect,
}

/// Rot as a rule asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rot {
    /// What rots.
    pub of: Written,
    /// How.
    pub how: Decay,
    /// One row in so many, the oldest first; 1 means each.
    #[serde(default = "each")]
    pub every: usize,
}

fn each() -> usize {
    1
}
