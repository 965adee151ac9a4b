//! A node that is out for a while: it begins at one instant, for all its connections, and ends by itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::fault::{Outage, OutageKind};
use crate::node::core::NodeCore;

impl NodeCore {
    /// Is out from now on, for so long; nothing while it is out already.
    pub(crate) fn go_out(self: &Arc<Self>, kind: OutageKind, length: Duration) {
        let from = Instant::now();
        let begins = self.outages.now.send_if_modified(|now| {
            let begins = now.is_none();
            *now = now.or(Some(kind));
            begins
        });
        if !begins {
            return;
        }
        let outage = Outage { node: self.name.clone(), kind, from, until: None };
        let place = self.faults.note_outage(outage);
        let node = Arc::clone(self);
        tokio::spawn(async move {
            tokio::select! {
                () = sleep_until(from + length) => {}
                () = node.killed.cancelled() => {}
            }
            node.outages.now.send_replace(None);
            // Whoever looks for the end of an outage must not find its port closed after it.
            let mut port = node.outages.port.subscribe();
            tokio::select! {
                _ = port.wait_for(|open| *open) => {}
                () = node.killed.cancelled() => {}
            }
            node.faults.note_end(place, Instant::now());
        });
    }
}
