//! What an upgrade costs on a site's own data.

use super::{Record, together};
use crate::event::Phase;

/// The time that an upgrade took on a copy of a site, as far as the run got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteUpgrade {
    /// From what.
    pub stable: String,
    /// To what.
    pub release: String,
    /// All nodes together, without the checks between them, in milliseconds.
    pub took_ms: u64,
    /// The first start of the release, which migrates the database, until it answered; in milliseconds.
    pub migrated_ms: u64,
}

impl Record {
    /// What the upgrade took on the site's data; nothing where the run was on none, or no node came to the release.
    #[must_use]
    pub fn site_upgrade(&self) -> Option<SiteUpgrade> {
        self.site_copy.as_ref()?;
        let header = self.header.as_ref()?;
        let (stable, release) = (header.stable.given.clone(), header.release.given.clone());
        let job =
            self.phases.iter().find(|phase| phase.phase == Phase::Migrate).and_then(|phase| phase.took_ms);
        let forward: Vec<_> = self
            .replacements
            .iter()
            .filter(|one| one.to == header.release.image && one.from != one.to)
            .collect();
        let stopped = self.phases.iter().find(|phase| phase.phase == Phase::StopStart);
        let (took_ms, first) = match (forward.first(), stopped.and_then(|phase| phase.took_ms)) {
            (Some(first), None) => {
                let part = |wanted: &str| {
                    first.parts.iter().filter(|(name, _)| name == wanted).map(|(_, ms)| *ms).sum::<u64>()
                };
                // A node that went back and forward again counts once.
                let mut seen = std::collections::BTreeSet::new();
                let once = forward.iter().filter(|one| seen.insert(one.node.as_str()));
                (together(once.map(|one| one.took_ms())), part("start") + part("ready"))
            }
            (_, Some(took_ms)) => (took_ms, took_ms),
            (None, None) => return None,
        };
        Some(SiteUpgrade {
            stable,
            release,
            took_ms: together([took_ms, job.unwrap_or(0)]),
            migrated_ms: job.unwrap_or(first),
        })
    }
}
