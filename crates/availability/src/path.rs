//! What users do, and the ways by which it is watched.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that users do all day, asked again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserPath {
    /// `GET /api/v4/system/ping`, each time on a connection of its own.
    PingNew,
    /// The ping on a connection that was there before.
    PingKept,
    /// `GET /api/v4/users/me`: whether the session holds.
    Session,
    /// `POST /api/v4/posts`.
    Post,
    /// `GET /api/v4/channels/{id}/posts`: the newest few.
    ReadPosts,
    /// `POST /api/v4/teams/{id}/posts/search`.
    Search,
    /// `POST /api/v4/files`: a small one.
    Upload,
    /// `GET /api/v4/files/{id}`: its bytes are compared.
    Download,
    /// `GET /`: the page of the web app.
    Page,
    /// `POST /api/v4/users/login`.
    Login,
    /// A websocket that is held; it is not asked, it breaks or falls silent.
    Socket,
}

impl UserPath {
    /// Those that are asked, in the order of reports.
    pub const ASKED: [Self; 10] = [
        Self::PingNew,
        Self::PingKept,
        Self::Session,
        Self::Post,
        Self::ReadPosts,
        Self::Search,
        Self::Upload,
        Self::Download,
        Self::Page,
        Self::Login,
    ];
}

impl fmt::Display for UserPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PingNew => "ping on a new connection",
            Self::PingKept => "ping on a kept connection",
            Self::Session => "session",
            Self::Post => "post",
            Self::ReadPosts => "read posts",
            Self::Search => "search",
            Self::Upload => "upload",
            Self::Download => "download",
            Self::Page => "the web app's page",
            Self::Login => "login",
            Self::Socket => "websocket",
        })
    }
}

/// By which way a path is watched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Through {
    /// As users come.
    Balancer,
    /// Where no balancer is: request by request at the next node.
    EachInTurn,
    /// At one node.
    Node(String),
    /// At a server in the gate's own process: what is slow there is the machine, or the gate.
    Control,
}

impl fmt::Display for Through {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Balancer => f.write_str("through the balancer"),
            Self::EachInTurn => f.write_str("at each node in turn"),
            Self::Node(name) => write!(f, "at {name}"),
            Self::Control => f.write_str("at the gate's own server"),
        }
    }
}

/// A path by one way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Route {
    /// What is done.
    pub path: UserPath,
    /// Where.
    pub through: Through,
}

impl Route {
    /// Whether users come by it: a node is asked directly only to measure it.
    #[must_use]
    pub fn is_of_users(&self) -> bool {
        matches!(self.through, Through::Balancer | Through::EachInTurn)
    }

    /// The node, where it leads to one.
    #[must_use]
    pub fn node(&self) -> Option<&str> {
        match &self.through {
            Through::Node(name) => Some(name),
            Through::Balancer | Through::EachInTurn | Through::Control => None,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.through)
    }
}
