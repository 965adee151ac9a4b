//! Evidence for a failure: every part's whole log, as files.

use std::path::Path;

use futures_util::future::join_all;

use super::seam::Cluster;
use crate::event::{EventKind, Events};

/// Writes the log of every part to `dir/evidence/<part>.log`, through `clean`, and says so by events.
///
/// What cannot be written is a warning: evidence never changes a verdict.
pub async fn collect(cluster: &Cluster, dir: &Path, clean: impl Fn(&str) -> String, events: &Events) {
    let folder = dir.join("evidence");
    if let Err(error) = tokio::fs::create_dir_all(&folder).await {
        events.warn(format!("no evidence is saved: creating {} failed: {error}", folder.display()));
        return;
    }
    let parts = cluster.parts();
    let logs = join_all(parts.iter().map(|part| cluster.log(part, None))).await;
    for (part, log) in parts.iter().zip(logs) {
        if log.is_empty() {
            continue;
        }
        let name = format!("evidence/{part}.log");
        match tokio::fs::write(dir.join(&name), clean(&log.join("\n"))).await {
            Ok(()) => events.send(EventKind::EvidenceSaved { path: name, about: format!("log of {part}") }),
            Err(error) => events.warn(format!("the log of {part} could not be saved: {error}")),
        }
    }
}
