//! What reports call a part of the run: a phase, or a stage of checks. Several steps may stand in one.

use tokio::time::Instant;

use crate::checks::Side;
use crate::clock::millis;
use crate::event::{EventKind, Events, Phase, Stage};
use crate::plan::PlanStep;

#[derive(Debug, Clone, PartialEq)]
enum ReportFrame {
    Phase(Phase),
    Stage(Stage),
}

/// The frame that is open, if one is.
#[derive(Debug)]
pub(super) struct Frames<'a> {
    events: &'a Events,
    open: Option<(ReportFrame, Instant)>,
}

impl<'a> Frames<'a> {
    pub(super) fn new(events: &'a Events) -> Self {
        Self { events, open: None }
    }

    /// Closes what is open and opens what the step begins; many steps go on with what is open.
    pub(super) fn enter(&mut self, step: &PlanStep) {
        let opened = opened_by(step);
        // The checks of a stage go on with what was done for it before them.
        if let Some(frame) = opened.filter(|frame| self.open.as_ref().is_none_or(|(open, _)| open != frame)) {
            self.close();
            self.events.send(match frame.clone() {
                ReportFrame::Phase(phase) => EventKind::PhaseStarted { phase },
                ReportFrame::Stage(stage) => EventKind::StageStarted { stage },
            });
            self.open = Some((frame, Instant::now()));
        }
    }

    /// The last step ended.
    pub(super) fn end(mut self) {
        self.close();
    }

    /// The step that runs cannot go on: a phase ends with it, a stage was never finished.
    pub(super) fn broken(mut self) {
        if matches!(self.open, Some((ReportFrame::Phase(_), _))) {
            self.close();
        }
    }

    fn close(&mut self) {
        let Some((frame, began)) = self.open.take() else { return };
        let took_ms = millis(began);
        self.events.send(match frame {
            ReportFrame::Phase(phase) => EventKind::PhaseFinished { phase, took_ms },
            ReportFrame::Stage(stage) => EventKind::StageFinished { stage, took_ms },
        });
    }
}

/// What begins with a step; nothing where it goes on with what the step before it began.
fn opened_by(step: &PlanStep) -> Option<ReportFrame> {
    match step {
        // A version before stable is left for the next one: that is still the bring-up.
        PlanStep::Prepare { .. } | PlanStep::Find { .. } | PlanStep::Leave { .. } => {
            Some(ReportFrame::Phase(Phase::BringUp))
        }
        PlanStep::Replace { node, side: Side::Release, .. } => {
            Some(ReportFrame::Phase(Phase::Replace(node.clone())))
        }
        PlanStep::Replace { node, side: Side::Stable, .. } => {
            Some(ReportFrame::Phase(Phase::Rollback(node.clone())))
        }
        PlanStep::Migrate { .. } => Some(ReportFrame::Phase(Phase::Migrate)),
        PlanStep::StopAll { .. } => Some(ReportFrame::Phase(Phase::StopStart)),
        PlanStep::UpgradePlugins { stage, .. } | PlanStep::Check { stage, .. } => {
            Some(ReportFrame::Stage(*stage))
        }
        PlanStep::Start { .. }
        | PlanStep::Restore { .. }
        | PlanStep::Visit { .. }
        | PlanStep::MakeAccounts
        | PlanStep::InstallPlugins { .. }
        | PlanStep::Connect { .. }
        | PlanStep::Restart { .. }
        | PlanStep::Control { .. }
        | PlanStep::Watch { .. }
        | PlanStep::Write { .. }
        | PlanStep::Cross { .. }
        | PlanStep::Verify { .. }
        | PlanStep::Judge { .. }
        | PlanStep::Skip { .. }
        | PlanStep::Suite { .. }
        | PlanStep::Report
        | PlanStep::TearDown
        | PlanStep::Keep
        | PlanStep::CleanUp => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(mut receiver: tokio::sync::mpsc::UnboundedReceiver<crate::event::Event>) -> Vec<String> {
        let mut seen = Vec::new();
        while let Ok(event) = receiver.try_recv() {
            seen.push(match event.kind {
                EventKind::PhaseStarted { phase } => format!("( {phase}"),
                EventKind::PhaseFinished { phase, .. } => format!("{phase} )"),
                EventKind::StageStarted { stage } => format!("( {stage}"),
                EventKind::StageFinished { stage, .. } => format!("{stage} )"),
                other => panic!("{other:?}"),
            });
        }
        seen
    }

    fn check(stage: Stage) -> PlanStep {
        PlanStep::Check { stage, checks: Vec::new() }
    }

    fn replace(node: &str) -> PlanStep {
        PlanStep::Replace { node: node.into(), side: Side::Release, parts: Vec::new() }
    }

    #[test]
    fn parts_do_not_overlap_and_hold_several_steps() {
        let (events, receiver) = Events::stream();
        let mut frames = Frames::new(&events);
        let restart =
            PlanStep::Restart { stage: Stage::Stable, check: "flags".into(), environment: Vec::new() };
        let prepare = PlanStep::Prepare { parts: Vec::new() };
        for step in [&prepare, &PlanStep::MakeAccounts, &check(Stage::Stable), &restart, &replace("a")] {
            frames.enter(step);
        }
        frames.end();
        let expected = [
            "( bring up on stable",
            "bring up on stable )",
            "( stable",
            "stable )",
            "( replace a",
            "replace a )",
        ];
        assert_eq!(seen(receiver), expected);
    }

    #[test]
    fn a_broken_phase_ends_and_a_broken_stage_was_never_finished() {
        for (step, expected) in
            [(replace("a"), &["( replace a", "replace a )"][..]), (check(Stage::Release), &["( release"])]
        {
            let (events, receiver) = Events::stream();
            let mut frames = Frames::new(&events);
            frames.enter(&step);
            frames.broken();
            assert_eq!(seen(receiver), expected);
        }
    }
}
