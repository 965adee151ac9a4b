//! The console: what happens, while it happens, for people.
//!
//! Foreign text is put on one line and behind a prefix, and `##[` is broken up: on a runner, a log line that
//! begins with `::` or holds `##[` would be a command.

mod begin;
mod block;
mod end;
mod in_place;
mod live;
mod look;
mod progress;

use std::io::{self, Write};

use time::OffsetDateTime;

use super::explained;
use super::relay::Relay;
use super::sanitise::one_line;
use super::site_copy;
use super::watched::{self, users};
use super::words::{cut, duration, plural, red_parts, symbol, user_numbers};
use super::written;
use block::Block;
use live::Live;
pub use look::Look;
use run_record::event::{
    Breakage, CheckResult, Clustering, Event, EventKind, Outcome, Stage, UserEnd, UserSuite,
};
use run_record::record::history;
use run_record::record::{Record, together};
use run_record::verdict::Counts;

/// Longer live lines would wrap on a common terminal and could not be taken back.
const LIVE_WIDTH: usize = 78;
/// Foreign text in one line.
const TEXT: usize = 500;
/// Failures that the final block repeats.
const REPEATED: usize = 20;

/// Writes a run to `out`, event by event.
#[derive(Debug)]
pub struct Console<W: Write> {
    out: W,
    look: Look,
    group_open: bool,
    live: Live,
    block: Block,
    /// How many steps of the plan have begun, by its list.
    steps_begun: usize,
}

impl<W: Write> Console<W> {
    /// A console on `out`.
    pub fn new(out: W, look: Look) -> Self {
        let look = Look { terminal: look.terminal && !look.github, ..look };
        Self { out, look, group_open: false, live: Live::default(), block: Block::default(), steps_begun: 0 }
    }

    /// Shows one event, which the record has taken in already.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn event(&mut self, event: &Event, record: &Record) -> io::Result<()> {
        if self.in_place() {
            return self.event_in_place(event, record);
        }
        self.clear_live()?;
        match &event.kind {
            EventKind::RunStarted(header) => self.run_started(header)?,
            EventKind::PlanSettled { stable, release, .. } => self.plan_settled(record, stable, release)?,
            EventKind::StepStarted { step } => self.step_started(record, step)?,
            EventKind::PhaseStarted { phase } => {
                let name = self.text(&phase.to_string());
                self.live.phase = Some((name.clone(), event.at));
                self.open(&name)?;
            }
            EventKind::PhaseFinished { phase, took_ms } => {
                self.live.phase = None;
                self.live.container = None;
                let line = format!("  {} took {}", self.text(&phase.to_string()), duration(*took_ms));
                self.faint(&line)?;
                self.close()?;
            }
            EventKind::ImageProgress { image, layers_done, layers, bytes } => {
                self.live.images.insert(image.clone(), (*layers_done, *layers, *bytes));
            }
            EventKind::ImageReady { image, pulled, took_ms, identity } => {
                self.live.images.shift_remove(image);
                let how =
                    if *pulled { format!("pulled in {}", duration(*took_ms)) } else { "is there".into() };
                let what = identity.as_ref().map(|identity| format!(" ({})", self.text(identity.short())));
                let line = format!("  image {} {how}{}", self.text(image), what.unwrap_or_default());
                self.line(&line)?;
            }
            EventKind::ContainerState { container, state } => {
                self.live.container = Some(format!("{} {}", self.text(container), self.text(state)));
            }
            EventKind::NodeReady { node, version, took_ms } => {
                let (node, version) = (self.text(node), self.text(version));
                self.line(&format!("  {node} is ready with {version} after {}", duration(*took_ms)))?;
            }
            EventKind::NodeReplaced { node, from, to, parts } => {
                let took = duration(together(parts.iter().map(|(_, ms)| *ms)));
                let parts: Vec<String> =
                    parts.iter().map(|(part, ms)| format!("{part} {}", duration(*ms))).collect();
                let line = format!("  {node}: {from} → {to} in {took} ({})", parts.join(", "));
                let line = format!("  {}", self.text(&line));
                self.line(&line)?;
            }
            EventKind::ClusterKnown { clustering } => {
                let why = match clustering {
                    Clustering::Clustered => String::new(),
                    Clustering::SharedDatabase { reason } => format!(": {}", self.text(reason)),
                };
                self.line(&format!("  cluster: {}{why}", clustering.label()))?;
            }
            EventKind::StageStarted { stage } => {
                let planned = Counts::of(record, Some(*stage)).planned;
                self.open(&format!("stage {stage}: {}", plural(planned, "check")))?;
            }
            EventKind::StageFinished { stage, took_ms } => self.stage_finished(record, *stage, *took_ms)?,
            EventKind::CheckStarted { check, .. } => self.live.checks.push((check.clone(), event.at)),
            EventKind::CheckFinished(result) => {
                self.live.checks.retain(|(check, _)| *check != result.check);
                self.check(record, result)?;
            }
            EventKind::CheckAskedAgain(result) => {
                let line = format!("  {}", self.text(&explained::asked_again(result)));
                self.coloured(YELLOW, &line)?;
            }
            // What is kept is asked for later, and told by the steps that ask; a picture is a file, and that is told.
            EventKind::Kept { .. } | EventKind::Pictured(_) => {}
            EventKind::SiteCopied(copied) => {
                let line = format!("  {}", self.text(&site_copy::restored(copied)));
                self.line(&line)?;
            }
            EventKind::Watching { requests_per_s, failed, worst_gap_ms } => {
                self.live.users = Some(users(*requests_per_s, *failed, *worst_gap_ms));
            }
            EventKind::Watched(seen) => {
                self.live.users = None;
                for line in watched::lines(seen) {
                    let line = format!("  {}", self.text(&line));
                    self.line(&line)?;
                }
            }
            EventKind::Written(ledger) => {
                for line in written::lines(ledger) {
                    let line = format!("  {}", self.text(&line));
                    self.line(&line)?;
                }
            }
            EventKind::SuiteReported { suites } => self.user_suites(suites)?,
            EventKind::EvidenceSaved { path, about } => {
                let line = format!("  evidence: {} ({})", self.text(path), self.text(about));
                self.faint(&line)?;
            }
            EventKind::Warning { text } => {
                let line = format!("  ! {}", self.text(text));
                self.coloured(YELLOW, &line)?;
            }
            EventKind::RunBroken(broken) => self.broken(broken)?,
            EventKind::Interrupted { signal } => {
                self.close()?;
                let line =
                    format!("! {}: partial reports first, then everything is removed", self.text(signal));
                self.coloured(YELLOW, &line)?;
            }
            EventKind::RunFinished => self.close()?,
        }
        self.draw_live(event.at)?;
        self.out.flush()
    }

    /// Draws the live line or block again, so that its seconds go on while nothing happens.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn tick(&mut self, now: OffsetDateTime) -> io::Result<()> {
        if self.in_place() {
            let lines = self.live.lines(now, self.look.width);
            let lines = lines.iter().map(|line| self.look.of_its_characters(line).into_owned()).collect();
            self.block.draw(&mut self.out, lines)?;
            return self.out.flush();
        }
        self.clear_live()?;
        self.draw_live(now)?;
        self.out.flush()
    }

    fn stage_finished(&mut self, record: &Record, stage: Stage, took_ms: u64) -> io::Result<()> {
        let counts = Counts::of(record, Some(stage));
        let red = counts.failed + counts.not_measured;
        let line = format!(
            "  {stage}: {} passed, {red} red, {} in all, {}",
            counts.passed,
            counts.run,
            duration(took_ms)
        );
        self.faint(&line)?;
        self.close()
    }

    fn check(&mut self, record: &Record, result: &CheckResult) -> io::Result<()> {
        let colour = match result.outcome {
            Outcome::Passed => GREEN,
            Outcome::Failed(_) => RED,
            Outcome::NotApplicable { .. } | Outcome::Announced { .. } => FAINT,
            Outcome::NotMeasured { .. } | Outcome::Waived { .. } | Outcome::Unsteady { .. } => YELLOW,
        };
        let why = match &result.outcome {
            Outcome::NotApplicable { reason } => format!("  not applicable: {}", self.text(reason)),
            Outcome::Failed(_) | Outcome::NotMeasured { .. } => {
                format!("  {} ({})", history::word(record, result), self.text(&result.title))
            }
            Outcome::Announced { .. } | Outcome::Waived { .. } | Outcome::Unsteady { .. } => {
                format!("  {}", result.outcome.word())
            }
            Outcome::Passed => String::new(),
        };
        let mark = self.paint(colour, &symbol(&result.outcome).to_string());
        let check = self.text(&result.check);
        self.line(&format!("  {mark} {} {check}  {}{why}", result.stage, duration(result.took_ms)))?;
        for (step, outcome) in red_parts(result) {
            if let Some(step) = step {
                let line = format!("      step      {}", self.text(step));
                self.line(&line)?;
            }
            match outcome {
                Outcome::Failed(found) => {
                    let from =
                        [("node", &found.node), ("version", &found.version), ("request", &found.request_id)];
                    let mut lines = vec![("expected", found.expected.as_str()), ("got", found.got.as_str())];
                    lines.extend(from.iter().filter_map(|(word, value)| Some((*word, value.as_deref()?))));
                    for (word, value) in lines {
                        let line = format!("      {word:<9} {}", self.text(value));
                        self.line(&line)?;
                    }
                }
                Outcome::NotMeasured { reason } => {
                    let line = format!("      because   {}", self.text(reason));
                    self.line(&line)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn user_suites(&mut self, suites: &[UserSuite]) -> io::Result<()> {
        self.line(&format!("  your suite: {}", user_numbers(suites)))?;
        let tests = suites.iter().flat_map(|suite| &suite.tests);
        let failed = tests.filter(|test| matches!(test.end, UserEnd::Failed { .. }));
        for test in failed.take(REPEATED) {
            let line = format!("    ✗ {}", self.text(&test.label()));
            self.coloured(RED, &line)?;
        }
        Ok(())
    }

    fn broken(&mut self, Breakage { trouble: broken, .. }: &Breakage) -> io::Result<()> {
        // Outside of any group: nobody should have to unfold the reason of a broken run.
        self.close()?;
        let line = format!("✗ {}: {}", self.text(&broken.part), self.text(&broken.message));
        self.coloured(RED, &line)?;
        let line = format!("  what to do: {}", self.text(&broken.remedy));
        self.line(&line)?;
        if !broken.log_tail.is_empty() {
            let line = format!("  from its log ({}):", self.text(&broken.part));
            self.line(&line)?;
        }
        let tail: Vec<String> =
            broken.log_tail.iter().map(|log| self.paint(FAINT, &format!("  | {}", self.text(log)))).collect();
        if self.look.github && !tail.is_empty() {
            let mut relay = Relay::start(&mut self.out)?;
            return tail.iter().try_for_each(|line| writeln!(relay, "{line}"));
        }
        tail.iter().try_for_each(|line| self.line(line))
    }

    /// Begins a group on GitHub and a titled block elsewhere.
    fn open(&mut self, title: &str) -> io::Result<()> {
        self.close()?;
        if self.look.github {
            self.group_open = true;
            // The one character of a command's data that one_line() leaves.
            return writeln!(self.out, "::group::{}", title.replace('%', "%25"));
        }
        self.coloured(BOLD, title)
    }

    fn close(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.group_open) {
            writeln!(self.out, "::endgroup::")?;
        }
        Ok(())
    }

    /// Foreign text on one line, harmless for terminals and runners.
    fn text(&self, raw: &str) -> String {
        let line = cut(&one_line(raw), TEXT);
        if self.look.github { line.replace("##[", "## [") } else { line }
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        let line = self.look.of_its_characters(line);
        writeln!(self.out, "{line}")
    }

    fn faint(&mut self, line: &str) -> io::Result<()> {
        self.coloured(FAINT, line)
    }

    fn coloured(&mut self, colour: &str, line: &str) -> io::Result<()> {
        let line = self.paint(colour, line);
        self.line(&line)
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.look.colour { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn clear_block(&mut self) -> io::Result<()> {
        self.block.clear(&mut self.out)
    }

    fn clear_live(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.live.shown) {
            write!(self.out, "\r\u{1b}[2K")?;
        }
        Ok(())
    }

    fn draw_live(&mut self, now: OffsetDateTime) -> io::Result<()> {
        if !self.look.terminal {
            return Ok(());
        }
        let Some(line) = self.live.line(now) else { return Ok(()) };
        self.live.shown = true;
        write!(self.out, "{}", cut(&format!("  … {}", one_line(&line)), LIVE_WIDTH))
    }
}

const BOLD: &str = "1";
const FAINT: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";

#[cfg(test)]
mod terminal_tests;
#[cfg(test)]
mod tests;
