//! One websocket that is held: read, and opened again whenever it breaks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use availability::{Harm, Stretch, Through};
use basics::clock::millis;
use basics::unpoisoned::lock;
use basics::wait;
use mattermost_client::{ApiErrorKind, Connections, Frame, Socket};
use tokio::time::{Instant, timeout};

use super::desk::{Desk, Desks};
use crate::places::WatchedPlace;
use crate::tally::{RouteNumber, Tally};

/// How soon it is tried again. The web app waits 3 s and up to 2 s more at random before its first try, and as long between tries
/// (`websocket_client.tsx`): what it would have felt is this time and up to five seconds more. Measured is when it *could* have come
/// back.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// How long a connection that was opened to go on is listened to for a greeting, which would say that it does not.
const GREETING: Duration = Duration::from_secs(2);

/// How often an open websocket that tells nothing is thought about.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// From when on an open websocket that tells nothing is taken for dead, as a machine that vanished leaves it.
const DEAD_AFTER_MS: u64 = 10_000;

/// Where what is seen goes.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    pub(crate) began: Instant,
    pub(crate) tally: Arc<Mutex<Tally>>,
    pub(crate) route: RouteNumber,
}

/// What is known of the connection that is to go on.
#[derive(Debug, Default)]
struct HeldConnection {
    id: String,
    version: Option<String>,
}

/// Holds a websocket for ever.
pub(crate) async fn hold(
    place: Arc<WatchedPlace>,
    through: Through,
    channel: String,
    desks: Arc<Desks>,
    book: Book,
) {
    let desk = desks.add(through);
    let line = Lifeline { place, channel, desks, desk, book };
    let mut connection = HeldConnection::default();
    let mut broken: Option<(u64, Harm)> = None;
    loop {
        let (mut socket, greeting, failed) = line.open(&connection).await;
        let opened = line.opened(&mut connection, &socket, greeting, broken.is_some());
        if let Some((at_ms, harm)) = broken {
            line.gap(at_ms, opened.at_ms, harm, failed, opened.versions);
        }
        let harm = line.listen(&mut socket).await;
        broken = Some((millis(line.book.began), harm));
        let mut state = lock(&line.desk.state);
        state.away_since = broken;
        state.breaks += 1;
        state.delivery.broke();
    }
}

struct Lifeline {
    place: Arc<WatchedPlace>,
    channel: String,
    desks: Arc<Desks>,
    desk: Arc<Desk>,
    book: Book,
}

/// When it was open, and the versions before and since.
struct Opened {
    at_ms: u64,
    versions: (Option<String>, Option<String>),
}

/// The first event of a connection, and when the connection was there.
struct Greeting {
    connected_ms: u64,
    first: Option<Frame>,
}

impl Lifeline {
    /// Opens it, however long that takes; gives how many tries failed before.
    async fn open(&self, before: &HeldConnection) -> (Socket, Greeting, u64) {
        let next = lock(&self.desk.state).continuity.next();
        let failed = Mutex::new(0);
        let (socket, greeting) = wait::as_long_as_it_takes(AGAIN_AFTER, || async {
            let opened = self.attempt(before, next).await;
            *lock(&failed) += u64::from(opened.is_none());
            opened
        })
        .await;
        let failed = *lock(&failed);
        (socket, greeting, failed)
    }

    async fn attempt(&self, before: &HeldConnection, next: i64) -> Option<(Socket, Greeting)> {
        // A node that was replaced may have another address by now.
        let client = self.place.client(Connections::New);
        let mut socket = Socket::resume(&client, &before.id, next).await.ok()?;
        let connected_ms = millis(self.book.began);
        let first = match timeout(GREETING, socket.next()).await {
            Ok(frame) => Some(frame.ok()?),
            // A connection that goes on is not greeted, and there may be nothing to tell. A new one is.
            Err(_) if before.id.is_empty() => return None,
            Err(_) => None,
        };
        Some((socket, Greeting { connected_ms, first }))
    }

    /// Reads the greeting: whether it goes on or begins anew.
    fn opened(
        &self,
        connection: &mut HeldConnection,
        socket: &Socket,
        greeting: Greeting,
        again: bool,
    ) -> Opened {
        let hello = greeting.first.as_ref().filter(|frame| frame.event == "hello");
        let word = |key: &str| hello.and_then(|hello| hello.data.get(key)?.as_str()).map(str::to_owned);
        let id = word("connection_id").unwrap_or_else(|| socket.connection_id.clone());
        let goes_on = again && id == connection.id;
        let at_ms = if hello.is_some() { millis(self.book.began) } else { greeting.connected_ms };
        let before = connection.version.clone();
        if let Some(version) = word("server_version") {
            connection.version = Some(version.splitn(4, '.').take(3).collect::<Vec<_>>().join("."));
        }
        connection.id = id;
        if hello.is_some() {
            self.desks.greeted(&self.desk, word("server_hostname").as_deref());
        }
        {
            let mut state = lock(&self.desk.state);
            if !goes_on {
                state.continuity.begin();
            }
            state.resumed += u64::from(goes_on);
            state.begun_anew += u64::from(again && !goes_on);
            state.away_since = None;
            state.delivery.opened(at_ms);
        }
        if let Some(first) = &greeting.first {
            self.heard(first);
        }
        Opened { at_ms, versions: (before, connection.version.clone()) }
    }

    /// Listens until it breaks, and says how.
    async fn listen(&self, socket: &mut Socket) -> Harm {
        loop {
            match timeout(LOOK_EVERY, socket.next()).await {
                Ok(Ok(frame)) => self.heard(&frame),
                Ok(Err(error)) => {
                    return match error.kind {
                        ApiErrorKind::Status { status, .. } => Harm::Status(status),
                        _ => Harm::Reset,
                    };
                }
                Err(_) => {}
            }
            let silent_ms = lock(&self.desk.state).delivery.look(millis(self.book.began));
            if silent_ms.is_some_and(|silent| silent > DEAD_AFTER_MS) {
                return Harm::Silent;
            }
        }
    }

    fn heard(&self, frame: &Frame) {
        // Answers to actions have no name and no number.
        if frame.event.is_empty() {
            return;
        }
        let ours = || frame.post().filter(|post| post["channel_id"] == *self.channel);
        let post = if frame.event == "posted" { ours() } else { None };
        let silence = {
            let mut state = lock(&self.desk.state);
            state.events += 1;
            state.continuity.take(frame.seq);
            let id = post.as_ref().and_then(|post| post["id"].as_str());
            id.and_then(|id| state.delivery.heard_of(id, millis(self.book.began)))
        };
        if let Some(silence) = silence {
            lock(&self.book.tally).note_gap(self.book.route, silence);
        }
    }

    fn gap(
        &self,
        from_ms: u64,
        to_ms: u64,
        harm: Harm,
        failed: u64,
        (before, after): (Option<String>, Option<String>),
    ) {
        let mut stretch = Stretch::begin(from_ms, before);
        stretch.count(harm);
        (stretch.length_ms, stretch.version_after, stretch.open) =
            (to_ms.saturating_sub(from_ms), after, false);
        // The break itself, and the tries to open it again.
        (stretch.sent, stretch.failed) = (failed + 2, failed + 1);
        let mut state = lock(&self.desk.state);
        state.longest_gap_ms = state.longest_gap_ms.max(stretch.length_ms);
        drop(state);
        lock(&self.book.tally).note_gap(self.book.route, stretch);
    }
}
