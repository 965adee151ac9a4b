//! How often what is asked, and how long is waited for it.

use std::time::Duration;

use availability::{Through, UserPath};

/// How often what is asked, and how long is waited for it. The default is what a drained roll is judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates {
    /// Between two pings of one kind, by any way: what an outage is measured by.
    pub ping: Duration,
    /// Between two requests of another path, as users come.
    pub path: Duration,
    /// Of the requests of those paths one in so many is sent while nothing is done to any node.
    pub path_at_rest: u64,
    /// Between two logins: one costs a server of 11.x 0.7 s of CPU.
    pub login: Duration,
    /// Between two pings of a node itself that each open a connection: the kept ones tell how long it was out.
    pub node_connect: Duration,
    /// Between two posts at a node itself: they tell what its websocket should hear where nothing crosses nodes.
    pub node_post: Duration,
    /// How long a request may take before it failed.
    pub timeout: Duration,
    /// How many requests of one route may be on their way. One more gives up the oldest, which failed then: so the end of an outage
    /// is still seen when it comes. More than a ping's rate times the time-out, so that it is reached only where files are few.
    pub in_flight: usize,
    /// From when on a right answer is late. A ping is late earlier, and a login later.
    pub late: Duration,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            ping: Duration::from_millis(50),
            path: Duration::from_millis(100),
            path_at_rest: 3,
            login: Duration::from_secs(2),
            node_connect: Duration::from_millis(200),
            node_post: Duration::from_secs(1),
            timeout: Duration::from_secs(10),
            in_flight: 256,
            late: Duration::from_secs(1),
        }
    }
}

/// The gate's own server answers within a millisecond: a tenth of a second is a hiccup of the machine.
const LATE_CONTROL: Duration = Duration::from_millis(100);

/// A ping answers within milliseconds, and is what a paused node is measured by: the last requests of a pause wait only this long.
const LATE_PING: Duration = Duration::from_millis(250);

/// A login is most of a second of CPU on an idle server.
const LATE_LOGIN: Duration = Duration::from_secs(5);

impl Rates {
    /// Between two requests on a route: a millisecond at least.
    #[must_use]
    pub fn period(&self, path: UserPath, through: &Through) -> Duration {
        let period = match path {
            UserPath::PingNew if matches!(through, Through::Node(_)) => self.node_connect,
            UserPath::PingNew | UserPath::PingKept => self.ping,
            UserPath::Login => self.login,
            UserPath::Post if matches!(through, Through::Node(_)) => self.node_post,
            _ => self.path,
        };
        period.max(Duration::from_millis(1))
    }

    /// One in so many requests on a route is sent while nothing moves: pings always are, and logins are few.
    #[must_use]
    pub fn one_in_at_rest(&self, path: UserPath, through: &Through) -> u64 {
        let is_asked_always = matches!(path, UserPath::PingNew | UserPath::PingKept | UserPath::Login);
        if is_asked_always || matches!(through, Through::Node(_)) { 1 } else { self.path_at_rest }
    }

    /// From when on a right answer is late on a route.
    #[must_use]
    pub fn late_on(&self, path: UserPath, through: &Through) -> Duration {
        match (path, through) {
            (_, Through::Control) => self.late.min(LATE_CONTROL),
            (UserPath::PingNew | UserPath::PingKept, _) => self.late.min(LATE_PING),
            (UserPath::Login, _) => self.late.max(LATE_LOGIN),
            _ => self.late,
        }
    }
}
