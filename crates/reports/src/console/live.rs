//! The one line of a terminal that tells what takes long just now.

use indexmap::IndexMap;
use time::OffsetDateTime;

use crate::words::bytes;

/// What goes on just now, for the live line.
#[derive(Debug, Default)]
pub(super) struct Live {
    pub(super) shown: bool,
    pub(super) phase: Option<(String, OffsetDateTime)>,
    pub(super) images: IndexMap<String, (usize, usize, u64)>,
    pub(super) checks: Vec<(String, OffsetDateTime)>,
    pub(super) container: Option<String>,
    /// How it goes for users.
    pub(super) users: Option<String>,
    /// When the run began.
    pub(super) began: Option<OffsetDateTime>,
    /// The step of the plan: its number, how many there are, its words.
    pub(super) step: Option<(usize, usize, String)>,
    /// The stage whose checks run: its name, how many are planned, have ended, are red.
    pub(super) stage: Option<(String, usize, usize, usize)>,
}

impl Live {
    /// What takes long just now, and how it goes for users meanwhile.
    pub(super) fn line(&self, now: OffsetDateTime) -> Option<String> {
        let line = self.longest(now)?;
        Some(self.users.as_ref().map_or(line.clone(), |users| format!("{users}; {line}")))
    }

    /// What takes long just now: pulls first, then checks, then the phase.
    fn longest(&self, now: OffsetDateTime) -> Option<String> {
        let since = |start: OffsetDateTime| format!("{} s", (now - start).whole_seconds().max(0));
        if !self.images.is_empty() {
            let pulls = self.images.iter().map(|(image, (done, layers, loaded))| {
                format!("pulling {image}: {done}/{layers} layers, {}", bytes(*loaded))
            });
            return Some(pulls.collect::<Vec<_>>().join("; "));
        }
        if let Some((_, start)) = self.checks.first() {
            let names: Vec<&str> = self.checks.iter().map(|(check, _)| check.as_str()).collect();
            return Some(format!("{} {}", names.join(", "), since(*start)));
        }
        let (phase, start) = self.phase.as_ref()?;
        let container = self.container.as_ref().map(|state| format!(": {state}")).unwrap_or_default();
        Some(format!("{phase} {}{container}", since(*start)))
    }
}
