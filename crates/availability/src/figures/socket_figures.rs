//! What was seen of one websocket.

use serde::{Deserialize, Serialize};

use crate::path::Through;

/// What was seen of one websocket. Its gaps stand among those of all routes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketFigures {
    /// Where it was held.
    pub through: Through,
    /// Events that it got.
    pub events: u64,
    /// How often it broke.
    pub breaks: u64,
    /// How often it went on where it had broken off: the same connection to the server.
    pub resumed: u64,
    /// How often it began anew, and a client would have had to fetch everything again.
    pub begun_anew: u64,
    /// Milliseconds from a break to the next greeting, at most.
    pub longest_gap_ms: u64,
    /// Numbers of events that never came, within one connection.
    pub missed: u64,
    /// Numbers that came twice.
    pub doubled: u64,
    /// Numbers that came after higher ones.
    pub reordered: u64,
    /// Acknowledged posts of the watch that it heard of.
    pub heard: u64,
    /// Acknowledged posts that it did not hear of within five seconds, although it was open and should have.
    pub unheard: u64,
    /// Posts that were acknowledged while it was not open.
    pub missed_while_away: u64,
    /// Of those, the ones that it was told of when it was open again.
    pub replayed: u64,
    /// Milliseconds from an acknowledgement to its event, at most.
    pub slowest_event_ms: u64,
}
