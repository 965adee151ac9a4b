//! The first lines of a run: what it is about, and what became of that when the images were asked.

use std::io::{self, Write};

use super::Console;
use crate::words::plural;
use run_record::event::RunHeader;
use run_record::record::Record;

impl<W: Write> Console<W> {
    pub(super) fn run_started(&mut self, header: &RunHeader) -> io::Result<()> {
        let top = format!("upgrade-gate {}, run {}", header.gate_version, header.run_id);
        let top = self.text(&top);
        self.coloured(super::BOLD, &top)?;
        for (word, release) in [("stable ", &header.stable), ("release", &header.release)] {
            let line = format!("  {word}  {} ({})", self.text(&release.given), self.text(&release.image));
            self.line(&line)?;
        }
        let nodes = plural(header.nodes, "node");
        let line = format!("{nodes} ({}), {}, because {}", header.provider, header.mode, header.mode_reason);
        let line = format!("  {}", self.text(&line));
        self.line(&line)?;
        let checks: usize = header.planned.iter().map(|(_, checks)| checks.len()).sum();
        let stages = plural(header.planned.len(), "stage");
        self.line(&format!("  {} in {stages}", plural(checks, "check")))?;
        for (check, why) in &header.left_out {
            let line = format!("  left out: {} ({})", self.text(check), self.text(why));
            self.line(&line)?;
        }
        Ok(())
    }

    /// The plan by the versions that the images told.
    pub(super) fn plan_settled(&mut self, record: &Record, stable: &str, release: &str) -> io::Result<()> {
        let Some(header) = &record.header else { return Ok(()) };
        let line =
            format!("by their images {stable} → {release}: {}, because {}", header.mode, header.mode_reason);
        let line = format!("  {}; {}", self.text(&line), plural(header.planned.len(), "stage"));
        self.line(&line)?;
        self.steps_by_now(record)
    }
}
