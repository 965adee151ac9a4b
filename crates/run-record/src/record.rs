//! The record: all events of a run, folded into what the reports need.
//!
//! It is the reports' only source. Stored as `record.json`, it renders every report again, byte for byte,
//! without the run, without Docker and without a clock.

pub mod history;
pub mod pace;
pub mod site_copy;

use std::collections::HashSet;

use availability::Observation;
use ledger_findings::LedgerSummary;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::event::{
    Breakage, CheckResult, Clustering, Event, EventKind, ImageIdentity, Phase, Picture, RunHeader,
    SiteCopied, Stage, UserSuite,
};

/// The layout of `record.json`; counts up when a reader of an older layout would misunderstand it.
pub const FORMAT: u32 = 1;

/// Everything a run left behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`FORMAT`] at the time of writing.
    pub format: u32,
    /// What the run was about; missing only when it ended before its plan was made.
    pub header: Option<RunHeader>,
    /// When the first event happened.
    #[serde(with = "time::serde::rfc3339::option")]
    pub started_at: Option<OffsetDateTime>,
    /// When the last event happened.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// What kind of cluster it was, once that was known.
    pub clustering: Option<Clustering>,
    /// Bring-up, replacements, teardown, in the order they began.
    pub phases: Vec<PhaseRecord>,
    /// The site's own data, where the run was on a copy of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_copy: Option<Box<SiteCopied>>,
    /// Images, in the order they were there.
    pub images: Vec<ImageRecord>,
    /// Nodes that became ready, each time they did.
    pub ready: Vec<ReadyRecord>,
    /// Nodes that were replaced, in order.
    pub replacements: Vec<Replacement>,
    /// Stages in the order they began, with the results of their checks.
    pub stages: Vec<StageRecord>,
    /// What checks kept for later stages, in the order in which it was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<KeptEntry>,
    /// What users would have felt meanwhile; gates before it was watched told nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watched: Option<Box<Observation>>,
    /// What was written meanwhile, and what became of it; gates before there was a ledger told nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Box<LedgerSummary>>,
    /// What the user's own test suite reported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_suites: Vec<UserSuite>,
    /// What pages looked like, in the order in which they were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<Picture>,
    /// What the reader should know and what does not change the verdict.
    pub warnings: Vec<String>,
    /// Why the run could not go on; the first one is the cause.
    pub breakages: Vec<Breakage>,
    /// Files beside the reports.
    pub evidence: Vec<Evidence>,
    /// The signal that asked the run to stop.
    pub interrupted: Option<String>,
    /// Whether the run came to its end, teardown included.
    pub finished: bool,
}

/// One thing that a check made in a stage and asks for in later ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptEntry {
    /// The stage that made it.
    pub stage: Stage,
    /// The check that keeps it.
    pub check: String,
    /// What it is: "a thread".
    pub entry: String,
}

/// One part of the run that is not a stage of checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseRecord {
    /// Which.
    pub phase: Phase,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// How long it took, in milliseconds; missing when it never ended.
    pub took_ms: Option<u64>,
}

/// One image of the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageRecord {
    /// Its reference.
    pub image: String,
    /// Whether it had to be pulled.
    pub pulled: bool,
    /// How long that took, in milliseconds.
    pub took_ms: u64,
    /// What it is: its digest and more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<ImageIdentity>,
}

/// One node that became ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyRecord {
    /// Its name.
    pub node: String,
    /// The version it reported.
    pub version: String,
    /// From its start to being ready, in milliseconds.
    pub took_ms: u64,
}

/// One node that was taken out, replaced and put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// Its name.
    pub node: String,
    /// The image it ran.
    pub from: String,
    /// The image it runs.
    pub to: String,
    /// The parts in order, with milliseconds.
    pub parts: Vec<(String, u64)>,
}

impl Replacement {
    /// All parts together, in milliseconds.
    #[must_use]
    pub fn took_ms(&self) -> u64 {
        together(self.parts.iter().map(|(_, ms)| *ms))
    }
}

/// The sum of durations: a record may be somebody else's, so it stops at the most that there is.
pub fn together(durations: impl IntoIterator<Item = u64>) -> u64 {
    durations.into_iter().fold(0, u64::saturating_add)
}

/// One stage and its checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageRecord {
    /// Which.
    pub stage: Stage,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// How long its checks took together, in milliseconds; missing when it never ended.
    pub took_ms: Option<u64>,
    /// Checks that began and never ended.
    pub running: Vec<String>,
    /// Results in the order the checks ended.
    pub results: Vec<CheckResult>,
}

/// One file of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// File, relative to the report folder.
    pub path: String,
    /// What it is evidence of.
    pub about: String,
}

impl Default for Record {
    fn default() -> Self {
        Self {
            format: FORMAT,
            header: None,
            started_at: None,
            ended_at: None,
            clustering: None,
            phases: Vec::new(),
            site_copy: None,
            images: Vec::new(),
            ready: Vec::new(),
            replacements: Vec::new(),
            stages: Vec::new(),
            kept: Vec::new(),
            watched: None,
            written: None,
            user_suites: Vec::new(),
            pictures: Vec::new(),
            warnings: Vec::new(),
            breakages: Vec::new(),
            evidence: Vec::new(),
            interrupted: None,
            finished: false,
        }
    }
}

impl Record {
    /// The record of these events.
    #[must_use]
    pub fn of<'e>(events: impl IntoIterator<Item = &'e Event>) -> Self {
        let mut record = Self::default();
        for event in events {
            record.fold(event);
        }
        record
    }

    /// Takes in one more event.
    pub fn fold(&mut self, event: &Event) {
        let at = event.at;
        self.started_at.get_or_insert(at);
        self.ended_at = Some(at);
        match &event.kind {
            EventKind::RunStarted(header) => self.header = Some(header.clone()),
            EventKind::PlanSettled { mode, mode_reason, planned, steps, .. } => {
                if let Some(header) = &mut self.header {
                    header.mode.clone_from(mode);
                    header.mode_reason.clone_from(mode_reason);
                    header.planned.clone_from(planned);
                    header.steps.clone_from(steps);
                }
            }
            EventKind::PhaseStarted { phase } => {
                self.phases.push(PhaseRecord { phase: phase.clone(), started_at: at, took_ms: None });
            }
            EventKind::PhaseFinished { phase, took_ms } => self.finish_phase(phase, *took_ms, at),
            // Progress is for whoever watches; what came of it is told by other events.
            EventKind::StepStarted { .. }
            | EventKind::ImageProgress { .. }
            | EventKind::ContainerState { .. }
            | EventKind::Watching { .. } => {}
            EventKind::SiteCopied(copied) => self.site_copy = Some(copied.clone()),
            EventKind::Watched(seen) => self.watched = Some(seen.clone()),
            EventKind::Written(ledger) => self.written = Some(ledger.clone()),
            EventKind::ImageReady { image, pulled, took_ms, identity } => self.images.push(ImageRecord {
                image: image.clone(),
                pulled: *pulled,
                took_ms: *took_ms,
                identity: identity.clone(),
            }),
            EventKind::NodeReady { node, version, took_ms } => self.ready.push(ReadyRecord {
                node: node.clone(),
                version: version.clone(),
                took_ms: *took_ms,
            }),
            EventKind::NodeReplaced { node, from, to, parts } => self.replacements.push(Replacement {
                node: node.clone(),
                from: from.clone(),
                to: to.clone(),
                parts: parts.clone(),
            }),
            EventKind::ClusterKnown { clustering } => self.clustering = Some(clustering.clone()),
            EventKind::StageStarted { stage } => {
                self.stage(*stage, at);
            }
            EventKind::StageFinished { stage, took_ms } => self.stage(*stage, at).took_ms = Some(*took_ms),
            EventKind::CheckStarted { stage, check } => self.stage(*stage, at).running.push(check.clone()),
            EventKind::CheckFinished(result) => {
                let stage = self.stage(result.stage, at);
                if let Some(index) = stage.running.iter().position(|check| *check == result.check) {
                    stage.running.remove(index);
                }
                stage.results.push(result.clone());
            }
            EventKind::CheckAskedAgain(result) => {
                let results = &mut self.stage(result.stage, at).results;
                match results.iter_mut().rev().find(|first| first.check == result.check) {
                    Some(first) => *first = result.clone(),
                    None => results.push(result.clone()),
                }
            }
            EventKind::Kept { stage, check, entry } => {
                self.kept.push(KeptEntry { stage: *stage, check: check.clone(), entry: entry.clone() });
            }
            EventKind::SuiteReported { suites } => self.user_suites.extend(suites.iter().cloned()),
            EventKind::Pictured(picture) => self.pictures.push(Picture::clone(picture)),
            EventKind::EvidenceSaved { path, about } => {
                self.evidence.push(Evidence { path: path.clone(), about: about.clone() });
            }
            EventKind::Warning { text } => self.warnings.push(text.clone()),
            EventKind::RunBroken(breakage) => self.breakages.push(breakage.clone()),
            // The second signal only hurries the teardown; the first one decided.
            EventKind::Interrupted { signal } => {
                self.interrupted.get_or_insert_with(|| signal.clone());
            }
            EventKind::RunFinished => self.finished = true,
        }
    }

    /// All results, stage by stage.
    pub fn results(&self) -> impl Iterator<Item = &CheckResult> {
        self.stages.iter().flat_map(|stage| &stage.results)
    }

    /// All planned checks, stage by stage.
    pub fn planned(&self) -> impl Iterator<Item = (Stage, &str)> {
        let planned = self.header.iter().flat_map(|header| &header.planned);
        planned.flat_map(|(stage, checks)| checks.iter().map(move |check| (*stage, check.as_str())))
    }

    /// Planned checks that left no result, stage by stage.
    pub fn never_ran(&self) -> impl Iterator<Item = (Stage, &str)> {
        let ran: HashSet<(Stage, &str)> =
            self.results().map(|result| (result.stage, result.check.as_str())).collect();
        self.planned().filter(move |planned| !ran.contains(planned))
    }

    /// The stages of the plan, then those that began without being planned.
    #[must_use]
    pub fn stages_in_order(&self) -> Vec<Stage> {
        let planned = self.header.iter().flat_map(|header| header.planned.iter().map(|(stage, _)| *stage));
        let mut stages = Vec::new();
        for stage in planned.chain(self.stages.iter().map(|stage| stage.stage)) {
            if !stages.contains(&stage) {
                stages.push(stage);
            }
        }
        stages
    }

    /// From the first event to the last, in milliseconds.
    #[must_use]
    pub fn took_ms(&self) -> u64 {
        match (self.started_at, self.ended_at) {
            (Some(start), Some(end)) => (end - start).whole_milliseconds().try_into().unwrap_or(0),
            _ => 0,
        }
    }

    fn finish_phase(&mut self, phase: &Phase, took_ms: u64, at: OffsetDateTime) {
        let open =
            self.phases.iter_mut().rev().find(|known| known.phase == *phase && known.took_ms.is_none());
        match open {
            Some(known) => known.took_ms = Some(took_ms),
            None => {
                self.phases.push(PhaseRecord { phase: phase.clone(), started_at: at, took_ms: Some(took_ms) })
            }
        }
    }

    /// The record of a stage, made when an event speaks of it first.
    fn stage(&mut self, stage: Stage, at: OffsetDateTime) -> &mut StageRecord {
        let index = self.stages.iter().position(|known| known.stage == stage).unwrap_or_else(|| {
            self.stages.push(StageRecord {
                stage,
                started_at: at,
                took_ms: None,
                running: Vec::new(),
                results: Vec::new(),
            });
            self.stages.len() - 1
        });
        &mut self.stages[index]
    }
}

#[cfg(test)]
mod tests;
