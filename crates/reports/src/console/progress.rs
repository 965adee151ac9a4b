//! How far a run is in the list of its steps.

use std::io::{self, Write};

use super::Console;
use run_record::record::Record;

impl<W: Write> Console<W> {
    /// The step's number in the list that was shown, and its words.
    pub(super) fn step_started(&mut self, record: &Record, step: &str) -> io::Result<()> {
        let line = match self.step_number(record, step) {
            Some((number, all)) => format!("  step {number} of {all}: {}", self.text(step)),
            None => format!("  step: {}", self.text(step)),
        };
        self.faint(&line)
    }

    /// Its number in the list, and how many there are.
    pub(super) fn step_number(&mut self, record: &Record, step: &str) -> Option<(usize, usize)> {
        let steps = record.header.as_ref().map_or(&[][..], |header| &header.steps);
        // The same thing may be done twice: the next one of these words is meant. A broken run leaves steps out.
        let ahead = steps.iter().skip(self.steps_begun).position(|words| words == step)?;
        self.steps_begun += ahead + 1;
        Some((self.steps_begun, steps.len()))
    }

    /// The list, where it is another one than the plan that was shown had.
    pub(super) fn steps_by_now(&mut self, record: &Record) -> io::Result<()> {
        let Some(header) = &record.header else { return Ok(()) };
        let lines: Vec<String> = (1..)
            .zip(&header.steps)
            .map(|(number, step)| format!("  {number}. {}", self.text(step)))
            .collect();
        lines.iter().try_for_each(|line| self.line(line))
    }
}
