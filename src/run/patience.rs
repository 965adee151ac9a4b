//! How long the end of a run waits, and for what: it hangs on who waits for us.

use std::time::Duration;

/// How long the parts of a run's end may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Until what was sent is folded into the record; reports are written without the rest.
    pub(super) fold: Duration,
    /// Until the cluster is removed; what is left then is told.
    pub(super) teardown: Duration,
    /// Beyond that, for a removal that does not stop, and once more for a console that does not move; as long as they take where
    /// there is no limit.
    pub(super) grace: Option<Duration>,
}

/// The run came to its end by itself: whoever called us waits for as long as it takes.
pub(super) const AT_LEISURE: Patience =
    Patience { fold: Duration::from_secs(2), teardown: Duration::from_secs(60), grace: None };

/// A signal came, and a runner waits that sends SIGTERM 7.5 s after SIGINT and SIGKILL after 10 s: we leave before.
pub(super) const IN_A_HURRY: Patience = Patience {
    fold: Duration::from_millis(500),
    teardown: Duration::from_millis(5_500),
    grace: Some(Duration::from_millis(500)),
};
