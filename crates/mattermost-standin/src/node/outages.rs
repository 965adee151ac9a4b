//! Whether a node is out: its connections and its port hear of it.

use tokio::sync::watch;

use crate::fault::OutageKind;

/// Whether a node is out, and how; its connections and its port follow.
pub(crate) struct Outages {
    pub(super) now: watch::Sender<Option<OutageKind>>,
    /// Whether the port is open, where the node has one.
    pub(super) port: watch::Sender<bool>,
}

impl Default for Outages {
    fn default() -> Self {
        Self { now: watch::Sender::new(None), port: watch::Sender::new(true) }
    }
}

impl Outages {
    /// How the node is out, if it is.
    pub(crate) fn now(&self) -> Option<OutageKind> {
        *self.now.borrow()
    }

    /// Hears of each beginning and end.
    pub(crate) fn follow(&self) -> watch::Receiver<Option<OutageKind>> {
        self.now.subscribe()
    }

    /// Says whether the port is open.
    pub(crate) fn port_is(&self, open: bool) {
        self.port.send_replace(open);
    }
}
