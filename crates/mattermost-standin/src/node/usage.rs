//! What a node is played to use of its machine: as a server of 11.x at rest, and what a leak adds to it.

use tokio::time::Instant;

use crate::node::core::NodeCore;

/// One MiB.
const MIB: u64 = 1 << 20;
/// How long it takes until a server tidies up, in milliseconds.
const TIDIES_UP_EVERY: u64 = 300;

/// What a node is played to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlayedUsage {
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Bytes of its heap that were in use when it was last tidied up.
    pub heap_bytes: u64,
    /// What it has under way.
    pub goroutines: u64,
}

impl NodeCore {
    /// What it uses at an instant. A leak is quick: plays are short.
    pub(crate) fn usage(&self, at: Instant) -> PlayedUsage {
        let lived = at.saturating_duration_since(self.began).as_millis();
        let lived = u64::try_from(lived).unwrap_or(u64::MAX / MIB / 1000);
        let leaked = |behaviour: &str, a_second: u64| {
            if self.has(behaviour) { lived * a_second / 1000 } else { 0 }
        };
        let leak = leaked("memory-leak", 60 * MIB);
        let rubbish = lived % TIDIES_UP_EVERY * 2 * MIB / TIDIES_UP_EVERY;
        PlayedUsage {
            memory_bytes: 140 * MIB + rubbish + leak + leaked("plugin-memory-leak", 60 * MIB),
            heap_bytes: 74 * MIB + leak,
            goroutines: 120 + rubbish / MIB + leaked("goroutine-leak", 200),
        }
    }
}
