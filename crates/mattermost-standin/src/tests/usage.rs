//! What nodes are played to use, and how its faults show.

use std::time::Duration;

use super::client::Site;
use super::faults::NEW;

/// Whether the node of the release uses more and more; nothing where the fault is about something else.
pub(super) fn seen(fault: &str, site: &Site) -> Option<bool> {
    let core = &site.nodes[NEW].running.core;
    let (now, later) = (core.usage(core.began), core.usage(core.began + Duration::from_secs(60)));
    let grows = [
        now.memory_bytes.abs_diff(later.memory_bytes) > 1 << 30,
        now.heap_bytes.abs_diff(later.heap_bytes) > 1 << 30,
        now.goroutines.abs_diff(later.goroutines) > 1000,
    ];
    let wanted = match fault {
        "memory-leak" => [true, true, false],
        "plugin-memory-leak" => [true, false, false],
        "goroutine-leak" => [false, false, true],
        _ => return None,
    };
    Some(grows == wanted)
}
