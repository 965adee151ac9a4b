//! A terminal's console: a live block, above it only what is red, and at the end one screen.
//!
//! What is not shown here stands in the reports; `--verbose` has a line for everything, as a log has.

use std::io::{self, Write};

use super::super::case_table::in_short;
use super::super::causes::{RedCause, causes};
use super::super::explained;
use super::super::files::WrittenFile;
use super::super::first_cause::decisive;
use super::super::fit::Room;
use super::super::next_step;
use super::super::runs::RecordedRun;
use super::super::site_copy;
use super::super::watched;
use super::super::words::{duration, headline, numbers, plural, symbol, times};
use super::super::written;
use super::{BOLD, Console, GREEN, RED, TEXT, YELLOW};
use run_record::event::{CheckResult, Event, EventKind, RunHeader};
use run_record::record::Record;
use run_record::record::history;
use run_record::record::pace::paces;
use run_record::verdict::Counts;

/// Lines of one kind on the last screen.
const MOST: usize = 3;
/// Causes that are told on it.
const CAUSES: usize = 6;

impl<W: Write> Console<W> {
    /// Whether this console is a block that is redrawn, and no list of lines.
    pub(super) fn in_place(&self) -> bool {
        self.look.terminal && !self.look.verbose
    }

    /// Takes an event in; the block moves with the next tick.
    pub(super) fn event_in_place(&mut self, event: &Event, record: &Record) -> io::Result<()> {
        match &event.kind {
            EventKind::RunStarted(header) => {
                self.live.began = Some(event.at);
                self.begun(header)?;
            }
            EventKind::StepStarted { step } => {
                let words = self.text(step);
                self.live.step = self.step_number(record, step).map(|(number, all)| (number, all, words));
            }
            EventKind::PhaseStarted { phase } => {
                self.live.phase = Some((self.text(&phase.to_string()), event.at))
            }
            EventKind::PhaseFinished { .. } => {
                self.live.phase = None;
                self.live.container = None;
            }
            EventKind::ImageProgress { image, layers_done, layers, bytes } => {
                self.live.images.insert(image.clone(), (*layers_done, *layers, *bytes));
            }
            EventKind::ImageReady { image, .. } => {
                self.live.images.shift_remove(image);
            }
            EventKind::ContainerState { container, state } => {
                self.live.container = Some(format!("{} {}", self.text(container), self.text(state)));
            }
            EventKind::StageStarted { stage } => {
                let planned = Counts::of(record, Some(*stage)).planned;
                self.live.stage = Some((stage.to_string(), planned, 0, 0));
            }
            EventKind::StageFinished { .. } => self.live.stage = None,
            EventKind::CheckStarted { check, .. } => self.live.checks.push((check.clone(), event.at)),
            EventKind::CheckFinished(result) => {
                self.live.checks.retain(|(check, _)| *check != result.check);
                let counts = Counts::of(record, Some(result.stage));
                let red = counts.failed + counts.not_measured;
                if let Some((_, _, ended, known_red)) = &mut self.live.stage {
                    (*ended, *known_red) = (counts.run, red);
                }
                if result.outcome.is_red() {
                    self.clear_block()?;
                    self.red_line(record, result)?;
                }
            }
            EventKind::Watching { requests_per_s, failed, worst_gap_ms } => {
                self.live.users = Some(watched::users(*requests_per_s, *failed, *worst_gap_ms));
            }
            EventKind::Watched(_) => self.live.users = None,
            EventKind::RunBroken(broken) => {
                self.clear_block()?;
                self.broken(broken)?;
            }
            EventKind::Interrupted { signal } => {
                self.clear_block()?;
                let line =
                    format!("! {}: partial reports first, then everything is removed", self.text(signal));
                self.coloured(YELLOW, &line)?;
            }
            // The last screen has what is to be known of these.
            EventKind::PlanSettled { .. }
            | EventKind::NodeReady { .. }
            | EventKind::NodeReplaced { .. }
            | EventKind::ClusterKnown { .. }
            | EventKind::CheckAskedAgain(_)
            | EventKind::Kept { .. }
            | EventKind::SiteCopied(_)
            | EventKind::Written(_)
            | EventKind::SuiteReported { .. }
            | EventKind::Pictured(_)
            | EventKind::EvidenceSaved { .. }
            | EventKind::Warning { .. }
            | EventKind::RunFinished => {}
        }
        Ok(())
    }

    fn begun(&mut self, header: &RunHeader) -> io::Result<()> {
        let line = format!(
            "upgrade-gate {}, run {}: {} → {}, {}, {}",
            header.gate_version,
            header.run_id,
            header.stable.given,
            header.release.given,
            plural(header.nodes, "node"),
            header.provider
        );
        let line = self.text(&line);
        self.coloured(BOLD, &line)?;
        self.out.flush()
    }

    /// One red check on one line: the last screen has the rest.
    fn red_line(&mut self, record: &Record, result: &CheckResult) -> io::Result<()> {
        let why = result.outcome.why().unwrap_or_default();
        let word = history::word(record, result);
        let line = format!("{} {} {}  {word}: {why}", symbol(&result.outcome), result.stage, result.check);
        let line = self.fitting(&line);
        self.coloured(if matches!(word, "not measured") { YELLOW } else { RED }, &line)
    }

    /// Foreign text on one line that does not wrap.
    fn fitting(&self, raw: &str) -> String {
        let width = self.look.width.unwrap_or(TEXT).saturating_sub(3).clamp(20, TEXT);
        super::super::words::cut(&self.text(raw), width)
    }

    /// The last screen.
    pub(super) fn screen(&mut self, run: &RecordedRun, files: &[WrittenFile]) -> io::Result<()> {
        let (record, verdict) = (&run.record, &run.verdict);
        self.line("")?;
        self.causes(record)?;
        let explained = explained::in_lines(record);
        self.some(YELLOW, "", &explained, MOST)?;
        let warnings: Vec<String> = record.warnings.iter().map(|text| format!("! {text}")).collect();
        self.some(YELLOW, "", &warnings, MOST)?;
        let word = verdict.word.for_people().to_uppercase();
        let top = format!("{word}: {}", self.text(&headline(record, verdict)));
        self.coloured(if verdict.passed() { GREEN } else { RED }, &top)?;
        let cluster = record.clustering.as_ref().map(|clustering| format!(", {}", clustering.label()));
        let took = duration(record.took_ms());
        self.line(&format!("  {} in {took}{}", numbers(verdict), cluster.unwrap_or_default()))?;
        self.line(&format!("  {}", in_short(record).join("; ")))?;
        let seen = record.watched.as_ref().map(|seen| watched::lines(seen)).unwrap_or_default();
        let ledger = record.written.as_ref().map(|ledger| written::lines(ledger)).unwrap_or_default();
        let copied = site_copy::lines(record);
        for line in copied.iter().chain(&seen).chain(&ledger) {
            let line = format!("  {}", self.text(line));
            self.line(&line)?;
        }
        let slower: Vec<String> = paces(record)
            .into_iter()
            .filter(|pace| pace.is_slower())
            .map(|pace| {
                let (stable, release) = (duration(pace.stable_ms), duration(pace.release_ms));
                format!(
                    "slower: {} took {stable} on stable, {release} on release ({})",
                    pace.check,
                    times(pace)
                )
            })
            .collect();
        self.some("", "  ", &slower, MOST)?;
        self.first_cause(record, verdict)?;
        self.folder(files)?;
        self.line(&format!("  exit code {}", verdict.exit_code))
    }

    /// What is red, each cause once.
    fn causes(&mut self, record: &Record) -> io::Result<()> {
        let causes = causes(record);
        for cause in causes.iter().take(CAUSES) {
            let line = told(record, cause);
            let line = self.text(&line);
            self.coloured(RED, &line)?;
        }
        let more = causes.len().saturating_sub(CAUSES);
        if more > 0 {
            self.line(&format!("… and {}, in summary.md", plural(more, "more cause")))?;
        }
        Ok(())
    }

    /// The first few of these lines, and how many more there are.
    fn some(&mut self, colour: &str, indent: &str, lines: &[String], most: usize) -> io::Result<()> {
        for line in lines.iter().take(most) {
            let line = format!("{indent}{}", self.text(line));
            if colour.is_empty() { self.line(&line)? } else { self.coloured(colour, &line)? }
        }
        let more = lines.len().saturating_sub(most);
        if more > 0 {
            self.line(&format!("{indent}… and {more} more, in summary.md"))?;
        }
        Ok(())
    }

    /// The reports by their folder, and those that could not be written.
    fn folder(&mut self, files: &[WrittenFile]) -> io::Result<()> {
        let written = || files.iter().filter_map(|file| file.result.as_ref().ok());
        if let Some(folder) = written().find_map(|path| path.parent()) {
            let names: Vec<&str> =
                files.iter().filter(|file| file.result.is_ok()).map(|file| file.name).collect();
            let line = format!("reports: {} ({})", folder.display(), names.join(", "));
            let line = format!("  {}", self.text(&line));
            self.line(&line)?;
        }
        for error in files.iter().filter_map(|file| file.result.as_ref().err()) {
            let line = format!("  ! {}", self.text(error));
            self.coloured(YELLOW, &line)?;
        }
        Ok(())
    }
}

/// A cause in one line.
fn told(record: &Record, cause: &RedCause<'_>) -> String {
    let (step, outcome) = cause.parts.first().map_or((None, &cause.first.outcome), |part| *part);
    let step = step.map(|step| format!("{step}: ")).unwrap_or_default();
    let others: Vec<&str> = cause.others.iter().map(|other| other.check.as_str()).collect();
    let others =
        if others.is_empty() { String::new() } else { format!("; the same answer in {}", others.join(", ")) };
    let log = next_step::evidence(record, cause).map(|file| format!(" ({})", file.path)).unwrap_or_default();
    format!(
        "{} {} in {}, {}: {step}{}{log}{others}",
        symbol(outcome),
        cause.first.check,
        cause.stages(),
        cause.word,
        outcome.why().unwrap_or_default()
    )
}

/// The call that does it again, with the check that the verdict names first.
pub(super) fn again(record: &Record, reason: &str) -> Option<String> {
    let causes = causes(record);
    let first = decisive(&causes, reason).map(|index| causes[index].first.check.as_str());
    next_step::call(record, first, Room(300))
}
