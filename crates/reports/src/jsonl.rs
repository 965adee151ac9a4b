//! `events.jsonl`: every event as it happens, one JSON object a line.

use std::io::{self, BufRead, Write};

use run_record::event::Event;

/// Writes events as lines, each one flushed: after a hard kill all but the last line are whole.
#[derive(Debug)]
pub struct EventLog<W: Write> {
    out: W,
}

impl<W: Write> EventLog<W> {
    /// A log into `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// Adds one event.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        self.out.flush()
    }
}

impl EventLog<Vec<u8>> {
    /// Reads the events of a log back.
    ///
    /// # Errors
    /// A sentence with the number of the first line that is no event. A last line without its end is what a
    /// kill leaves behind; it is left out, not an error.
    pub fn read(mut lines: impl BufRead) -> Result<Vec<Event>, String> {
        let mut events = Vec::new();
        let mut line = String::new();
        for number in 1.. {
            line.clear();
            lines.read_line(&mut line).map_err(|error| format!("cannot read line {number}: {error}"))?;
            if line.is_empty() {
                break;
            }
            match serde_json::from_str(&line) {
                Ok(event) => events.push(event),
                Err(_) if !line.ends_with('\n') || line.trim().is_empty() => {}
                Err(error) => return Err(format!("line {number} is no event: {error}")),
            }
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use run_record::event::EventKind;

    fn log() -> (Vec<Event>, String) {
        let at = time::macros::datetime!(2024-06-14 09:30:00.25 UTC);
        let kinds = [EventKind::Warning { text: "two\nlines".into() }, EventKind::RunFinished];
        let events: Vec<_> = kinds.into_iter().map(|kind| Event { at, kind }).collect();
        let mut out = Vec::new();
        let mut log = EventLog::new(&mut out);
        for event in &events {
            log.write(event).unwrap();
        }
        (events, String::from_utf8(out).unwrap())
    }

    #[test]
    fn one_event_is_one_line() {
        insta::assert_snapshot!(log().1, @r#"
        {"at":"2024-06-14T09:30:00.25Z","kind":{"event":"warning","text":"two\nlines"}}
        {"at":"2024-06-14T09:30:00.25Z","kind":{"event":"run-finished"}}
        "#);
    }

    #[test]
    fn a_line_cut_off_by_a_kill_is_left_out() {
        let (events, text) = log();
        assert_eq!(EventLog::read(text.as_bytes()).unwrap(), events);
        assert_eq!(EventLog::read(&text.as_bytes()[..text.len() - 5]).unwrap(), events[..1]);
    }

    #[test]
    fn a_broken_line_in_the_middle_is_an_error() {
        let error = EventLog::read("{\"at\":1}\n{}\n".as_bytes()).unwrap_err();
        assert!(error.starts_with("line 1 is no event"), "{error}");
    }
}
