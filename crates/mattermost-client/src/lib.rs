//! The product's API, as far as checks need it: REST by [`Client`], events by [`Socket`]. It knows no Docker.
//!
//! One client speaks to one address, a node's own or the balancer's, as one account or as nobody. Sessions live in the
//! database, so the same token serves every node: log in once, then [`Client::at`] takes the token elsewhere.
//!
//! Facts that shaped it (seen on real servers): no cookie store, because a cookie wins over the bearer token; every
//! answer's `X-Version-Id` and `X-Request-Id` are kept, because they prove which version answered; `format=old` is
//! always sent, because servers before 11 demand it; no request is retried here, because a retried POST may write twice.

mod address;
mod apps;
mod boards;
mod browser;
mod calls;
mod channels;
mod client;
mod cloud;
mod cookies;
mod edition;
mod error;
mod files;
mod http;
mod integrations;
mod invites;
mod made;
mod pages;
mod playbooks;
mod plugins;
mod posts;
mod refusals;
mod settings;
mod shapes;
mod socket;
mod system;
mod teams;
mod users;

pub use address::{Address, judge_address};
pub use apps::AppAnswer;
pub use boards::{Board, BoardOption, BoardProperty, Card};
pub use browser::BrowserLogin;
pub use calls::{Call, CallSession, CallsChannel};
pub use channels::FIRST_CHANNEL;
pub use client::{Client, Reply};
pub use cookies::{CSRF_COOKIE, SetCookie, TOKEN_COOKIE, USER_COOKIE, origin_of};
pub use edition::{Edition, Limits};
pub use error::{ApiError, ApiErrorKind};
pub use http::{Connections, Http};
pub use integrations::{Bot, CommandAnswer, DialogAnswer, Integration};
pub use made::Made;
pub use pages::PostPage;
pub use playbooks::{Checklist, ChecklistItem, PlaybookRun};
pub use plugins::{Installed, Manifest};
pub use settings::Role;
pub use shapes::{
    AccessToken, Channel, Config, Emoji, FileInfo, InviteError, Invited, Login, Member, Migration, PeerInfo,
    PluginStatus, Post, Team, Upload, User, VersionFacts,
};
pub use socket::{Frame, Socket};
pub use users::address_of;
