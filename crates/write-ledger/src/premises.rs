//! Where the ledger writes and as whom: accounts that it is given, channels and teams that it makes for itself.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use mattermost_client::{ApiError, Client, Post};
use sinks::HttpSink;

use crate::foreseen::ForeseenRefusal;
use crate::row::RowId;

/// One account on these servers.
#[derive(Debug, Clone)]
pub struct LedgerAccount {
    /// A client with its token, at any node.
    pub client: Client,
    /// Its id.
    pub id: String,
}

/// What a ledger has to be told.
#[derive(Debug, Clone)]
pub struct LedgerSetup {
    /// A system admin, who adds people to places and empties caches.
    pub admin: Client,
    /// Who writes. Best an account of its own: its websockets get an event for nearly every write.
    pub author: LedgerAccount,
    /// Who is added to places and taken out, and whose nickname changes: nothing else may change that account.
    pub other: LedgerAccount,
    /// A team that both are in.
    pub team_id: String,
    /// Makes names unique on these servers; at most fourteen lower-case letters, digits and hyphens.
    pub nonce: String,
    /// Whether caches and events cross nodes.
    pub clustered: bool,
    /// How long something may take to cross from one node to another.
    pub patience: Duration,
    /// Whether Boards runs on the servers; else why not.
    pub boards: Result<(), String>,
    /// Whether Playbooks runs on the servers; else why not.
    pub playbooks: Result<(), String>,
    /// Where servers may call a program, for dialogs; else why they may not.
    pub dialogs: Result<Arc<HttpSink>, String>,
    /// What the two versions refuse each other as was announced.
    pub foreseen: Vec<ForeseenRefusal>,
}

/// How many rows of each kind writes share.
const SHARED: usize = 10;

/// How many channels besides the one of the posts.
const SIDE_CHANNELS: usize = 8;

/// The end of what writes say: letters beyond ASCII must come back as well.
const BEYOND: &str = ", für später ✓";

/// Where the ledger writes.
#[derive(Debug)]
pub(crate) struct Premises {
    pub(crate) admin: Client,
    pub(crate) author: LedgerAccount,
    pub(crate) other: LedgerAccount,
    pub(crate) nonce: String,
    pub(crate) team: String,
    pub(crate) clustered: bool,
    pub(crate) patience: Duration,
    pub(crate) boards: Result<(), String>,
    pub(crate) playbooks: Result<(), String>,
    pub(crate) dialogs: Result<Arc<HttpSink>, String>,
    /// The channel of the posts.
    pub(crate) channel: String,
    /// Channels whose headers and members change.
    pub(crate) side: Vec<RowId>,
    /// Posts that are answered.
    pub(crate) roots: Vec<RowId>,
    /// Posts below which drafts lie: no answer is sent there, which would be the end of a draft.
    pub(crate) drafted: Vec<RowId>,
    /// Posts that get reactions. Not those that are pinned: the product writes whole rows, and one would undo the other.
    pub(crate) reacted: Vec<RowId>,
    /// Posts that are pinned.
    pub(crate) pinned: Vec<RowId>,
    /// The board, once there is one.
    pub(crate) board: String,
    /// A channel of two pages, and its posts from the newest on.
    pub(crate) pages: (String, Vec<String>),
}

impl Premises {
    /// Makes the channels and the first posts, through one node.
    pub(crate) async fn found(setup: LedgerSetup, node: &Client) -> Result<Self, ApiError> {
        let author = setup.author.client.at(node);
        let name = |what: &str| format!("ledger-{}-{what}", setup.nonce);
        let channel = author.create_channel(&setup.team_id, &name("posts"), "O").await?.id;
        let mut side = Vec::new();
        for n in 0..SIDE_CHANNELS {
            let made = author.create_channel(&setup.team_id, &name(&format!("side{n}")), "O").await?;
            side.extend(RowId::of(&made.id));
        }
        let mut premises = Self {
            admin: setup.admin,
            author: setup.author,
            other: setup.other,
            nonce: setup.nonce,
            team: setup.team_id,
            clustered: setup.clustered,
            patience: setup.patience,
            boards: setup.boards,
            playbooks: setup.playbooks,
            dialogs: setup.dialogs,
            channel,
            side,
            roots: Vec::new(),
            drafted: Vec::new(),
            reacted: Vec::new(),
            pinned: Vec::new(),
            board: String::new(),
            pages: Default::default(),
        };
        premises.roots = premises.posts(&author, "answered").await?;
        premises.drafted = premises.posts(&author, "answered later").await?;
        premises.reacted = premises.posts(&author, "reacted to").await?;
        premises.pinned = premises.posts(&author, "pinned").await?;
        Ok(premises)
    }

    async fn posts(&self, author: &Client, what: &str) -> Result<Vec<RowId>, ApiError> {
        let made = (0..SHARED).map(|n| async move {
            let text = format!("a post of the ledger to be {what} ({n})");
            author.create_post(&self.channel, &text, &[]).await
        });
        let made = join_all(made).await.into_iter().collect::<Result<Vec<Post>, ApiError>>()?;
        Ok(made.iter().filter_map(|post| RowId::of(&post.id)).collect())
    }

    /// A name of something of the ledger's.
    pub(crate) fn name(&self, what: &str) -> String {
        format!("ledger-{}-{what}", self.nonce)
    }

    /// What a write says: its number tells it from all others.
    pub(crate) fn text(&self, kind: &str, seq: u32) -> String {
        format!("ledger-{}-{seq} {kind}{BEYOND}", self.nonce)
    }

    /// The number and the kind of the write that said this, if it was one of this ledger.
    pub(crate) fn write_of<'t>(&self, text: &'t str) -> Option<(u32, &'t str)> {
        let rest = text.strip_prefix("ledger-")?.strip_prefix(self.nonce.as_str())?.strip_prefix('-')?;
        let (seq, rest) = rest.split_once(' ')?;
        Some((seq.parse().ok()?, rest.strip_suffix(BEYOND)?))
    }
}
