//! What a node remembers instead of asking the database, and forgets only when told.
//!
//! The list is measured: sessions, accounts by id, channels by id, who is in a channel, reactions, and whether a
//! channel's page of posts changed; emojis, which not even an order to forget all touches. Everything else is read from the database each time.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::bus::Stale;
use super::integrations::IncomingHook;
use super::messages::{Emoji, Reaction};
use super::rows::{Channel, Session, User};

/// The memory of one node.
#[derive(Default)]
pub(super) struct Caches {
    inner: Mutex<Memory>,
}

/// What is remembered.
#[derive(Default)]
pub(super) struct Memory {
    /// By token.
    pub(super) sessions: HashMap<String, Session>,
    /// Tokens that were logged out here; asked only when a fault keeps them in the database.
    pub(super) revoked: HashSet<String>,
    pub(super) users: HashMap<String, User>,
    pub(super) channels: HashMap<String, Channel>,
    /// Channel and user, only those who are in.
    pub(super) members: HashSet<(String, String)>,
    pub(super) reactions: HashMap<String, Vec<Reaction>>,
    /// By id; found by name as well.
    pub(super) emojis: HashMap<String, Emoji>,
    /// Incoming webhooks that somebody posted through here.
    pub(super) hooks: HashMap<String, IncomingHook>,
    /// The last change in a channel, as its page's `Etag` says.
    pub(super) page_times: HashMap<String, i64>,
}

impl Caches {
    pub(super) fn locked(&self) -> MutexGuard<'_, Memory> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn forget(&self, stale: &Stale) {
        let mut memory = self.locked();
        match stale {
            Stale::All => {
                let (revoked, emojis) =
                    (std::mem::take(&mut memory.revoked), std::mem::take(&mut memory.emojis));
                *memory = Memory { revoked, emojis, ..Memory::default() };
            }
            Stale::Sessions(user) => memory.sessions.retain(|_, session| session.user_id != *user),
            Stale::User(user) => {
                memory.users.remove(user);
            }
            Stale::Channel(channel) => {
                memory.channels.remove(channel);
            }
            Stale::Emoji(id) => {
                memory.emojis.remove(id);
            }
            Stale::Members(channel) => memory.members.retain(|(place, _)| place != channel),
            Stale::Post { post, channel } => {
                memory.reactions.remove(post);
                memory.page_times.remove(channel);
            }
            Stale::Hook(hook) => {
                memory.hooks.remove(hook);
            }
            Stale::Config | Stale::Plugin(_) => {}
        }
    }
}
