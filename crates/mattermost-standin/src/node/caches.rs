//! What a node remembers instead of asking the database, and forgets only when told.
//!
//! The list is measured: sessions, accounts by id, channels by id, who is in a channel, reactions, and whether a
//! channel's page of posts changed; emojis, which not even an order to forget all touches. Everything else is read from the database each time.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::db::integrations::IncomingHook;
use crate::db::posts::{Emoji, Reaction};
use crate::db::rows::{Channel, Session, User};
use crate::events::bus::Outdated;

/// The memory of one node.
#[derive(Default)]
pub(crate) struct Caches {
    inner: Mutex<Memory>,
}

/// What is remembered.
#[derive(Default, Clone)]
pub(crate) struct Memory {
    /// By token.
    pub(crate) sessions: HashMap<String, Session>,
    /// Tokens that were logged out here; asked only when a fault keeps them in the database.
    pub(crate) revoked: HashSet<String>,
    pub(crate) users: HashMap<String, User>,
    pub(crate) channels: HashMap<String, Channel>,
    /// Channel and user, only those who are in.
    pub(crate) members: HashSet<(String, String)>,
    pub(crate) reactions: HashMap<String, Vec<Reaction>>,
    /// By id; found by name as well.
    pub(crate) emojis: HashMap<String, Emoji>,
    /// Incoming webhooks that somebody posted through here.
    pub(crate) hooks: HashMap<String, IncomingHook>,
    /// The last change in a channel, as its page's `Etag` says.
    pub(crate) page_times: HashMap<String, i64>,
}

impl Caches {
    /// A second memory of the same things.
    pub(crate) fn copy(&self) -> Self {
        Self { inner: Mutex::new(self.locked().clone()) }
    }

    pub(crate) fn locked(&self) -> MutexGuard<'_, Memory> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn drop_outdated(&self, what: &Outdated) {
        let mut memory = self.locked();
        match what {
            Outdated::All => {
                let (revoked, emojis) =
                    (std::mem::take(&mut memory.revoked), std::mem::take(&mut memory.emojis));
                *memory = Memory { revoked, emojis, ..Memory::default() };
            }
            Outdated::Sessions(user) => memory.sessions.retain(|_, session| session.user_id != *user),
            Outdated::User(user) => {
                memory.users.remove(user);
            }
            Outdated::Channel(channel) => {
                memory.channels.remove(channel);
            }
            Outdated::Emoji(id) => {
                memory.emojis.remove(id);
            }
            Outdated::Members(channel) => memory.members.retain(|(place, _)| place != channel),
            Outdated::Post { post, channel } => {
                memory.reactions.remove(post);
                memory.page_times.remove(channel);
            }
            Outdated::Hook(hook) => {
                memory.hooks.remove(hook);
            }
            Outdated::Config | Outdated::Plugin(_) => {}
        }
    }
}
