//! All kinds of writes: a file for each, and their one list.
//!
//! Seven are posts and what people do with posts, and one list of the channel shows all of these. The rest are read from a list of
//! their own. Where servers do not have a kind, it says so when it is prepared, and nothing is written of it.

mod board_card;
mod channel_header;
mod channel_membership;
mod custom_status;
mod delete;
mod draft;
mod edit;
mod file;
mod pin;
mod playbook_item;
mod post;
mod preference;
mod reaction;
mod sidebar_category;
mod team_membership;
mod thread_reply;
mod user_patch;

use crate::kind::WriteKind;

/// The kinds, in the order of reports.
pub(crate) const KINDS: [&dyn WriteKind; 17] = [
    &post::PostKind,
    &edit::Edit,
    &delete::Delete,
    &reaction::ReactionKind,
    &thread_reply::ThreadReply,
    &pin::PinKind,
    &file::FileKind,
    &preference::Preference,
    &draft::DraftKind,
    &channel_membership::ChannelMembership,
    &team_membership::TeamMembership,
    &channel_header::ChannelHeader,
    &user_patch::UserPatch,
    &custom_status::CustomStatus,
    &sidebar_category::SidebarCategoryKind,
    &board_card::BoardCard,
    &playbook_item::PlaybookItem,
];

/// The place of a kind in the list.
pub(crate) fn index_of(name: &str) -> Option<usize> {
    KINDS.iter().position(|kind| kind.name() == name)
}
