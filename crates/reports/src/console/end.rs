//! The last lines: what failed, the verdict, the counts, where the reports are, the first cause.

use std::io::{self, Write};

use super::super::case_table::in_short;
use super::super::explained;
use super::super::files::WrittenFile;
use super::super::runs::{RecordedRun, Runs};
use super::super::site_copy;
use super::super::words::{duration, headline, matrix_headline, numbers, times};
use super::in_place::again;
use super::{Console, GREEN, RED, REPEATED, YELLOW};
use run_record::event::CheckResult;
use run_record::record::Record;
use run_record::record::history::History;
use run_record::record::pace::paces;
use run_record::verdict::Verdict;

impl<W: Write> Console<W> {
    /// The last block: what failed, the verdict, the counts, where the reports are, the first cause.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn finish(&mut self, runs: &Runs, files: &[WrittenFile]) -> io::Result<()> {
        if let (true, Some(run)) = (self.in_place(), runs.alone()) {
            self.clear_block()?;
            self.screen(run, files)?;
            return self.out.flush();
        }
        self.clear_live()?;
        self.close()?;
        match runs.alone() {
            Some(run) => self.run(run)?,
            None => self.matrix(runs)?,
        }
        for file in files {
            match &file.result {
                Ok(path) => {
                    let line = format!("  report: {}", self.text(&path.display().to_string()));
                    self.line(&line)?;
                }
                Err(error) => {
                    let line = format!("  ! {}", self.text(error));
                    self.coloured(YELLOW, &line)?;
                }
            }
        }
        self.line(&format!("  exit code {}", runs.verdict().exit_code))?;
        self.out.flush()
    }

    fn run(&mut self, run: &RecordedRun) -> io::Result<()> {
        let (record, verdict) = (&run.record, &run.verdict);
        self.line("")?;
        let mut red: Vec<&CheckResult> = record.results().filter(|result| result.outcome.is_red()).collect();
        red.sort_by_key(|result| {
            History::of(record, result).map_or((true, None), |known| (false, Some(known)))
        });
        for result in red.iter().take(REPEATED) {
            self.check(record, result)?;
        }
        if red.len() > REPEATED {
            self.line(&format!("  … and {} more, in junit.xml", red.len() - REPEATED))?;
        }
        for line in explained::in_lines(record) {
            let line = format!("  {}", self.text(&line));
            self.coloured(YELLOW, &line)?;
        }
        let word = verdict.word.for_people().to_uppercase();
        let top = format!("{word}: {}", self.text(&headline(record, verdict)));
        self.coloured(if verdict.passed() { GREEN } else { RED }, &top)?;
        self.line(&format!("  {} in {}", numbers(verdict), duration(record.took_ms())))?;
        if let Some(clustering) = &record.clustering {
            self.line(&format!("  cluster: {}", clustering.label()))?;
        }
        self.line(&format!("  {}", in_short(record).join("; ")))?;
        for line in site_copy::lines(record) {
            let line = format!("  {}", self.text(&line));
            self.line(&line)?;
        }
        for pace in paces(record).into_iter().filter(|pace| pace.is_slower()) {
            let (stable, release) = (duration(pace.stable_ms), duration(pace.release_ms));
            let line = format!("  slower: {} took {stable} on stable, {release} on release", pace.check);
            let line = format!("{} ({})", self.text(&line).trim_end(), times(pace));
            self.line(&format!("  {line}"))?;
        }
        self.first_cause(record, verdict)
    }

    /// The verdict's first reason, and the call that does it again.
    pub(super) fn first_cause(&mut self, record: &Record, verdict: &Verdict) -> io::Result<()> {
        let Some(first) = verdict.reasons.first() else { return Ok(()) };
        let line = format!("  first cause: {}", self.text(first));
        self.line(&line)?;
        let Some(call) = again(record, first) else { return Ok(()) };
        let line = format!("  again: {}", self.text(&call));
        self.line(&line)
    }

    /// A line for each run; what went wrong in them is in the reports.
    fn matrix(&mut self, runs: &Runs) -> io::Result<()> {
        // A matrix has no colours: it is read in the log of a job.
        self.look.colour = false;
        let word = runs.verdict().word.for_people().to_uppercase();
        self.line(&format!("{word}: {}", matrix_headline(runs.all())))?;
        for run in runs.all() {
            let line = format!("  upgrade {}: {}", self.text(&run.name), run.verdict.word.for_people());
            self.line(&line)?;
            if let Some(first) = run.verdict.reasons.first() {
                let line = format!("    first cause: {}", self.text(first));
                self.line(&line)?;
            }
        }
        Ok(())
    }
}
