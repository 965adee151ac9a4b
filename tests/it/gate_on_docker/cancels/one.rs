//! One cancel: what it leaves, and when.

use std::fmt;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use upgrade_gate::event::{Event, EventKind};
use upgrade_gate::record::Record;
use upgrade_gate::report::EventLog;

use super::super::call::{built_in, clean_up, gone};
use super::super::images::{BEHIND, CORRUPT, Images, RELEASE, STABLE};
use super::super::suite::BUSYBOX;
use super::moments::{EVIDENCE, HISTORY, MIGRATED, Moment, OVER, PLUGINS, SUITE};
use crate::gate::{Gate, send};
use crate::plugin_upgrade::old_and_new;
use crate::wait::until;

/// What is told of a run whose reports are missing or broken.
pub(super) const NO_REPORT: &str = "no whole report";
/// How long a run may take to come to any moment, on a machine that is busy with others.
const PATIENCE: Duration = Duration::from_secs(240);
/// How long a reaper may take.
const REAPED: Duration = Duration::from_secs(60);

/// What is done to a run, and when.
pub(super) struct Cancel {
    pub(super) moment: &'static Moment,
    pub(super) signal: &'static str,
    pub(super) reaper: bool,
}

/// What became of it.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) reported: Option<Duration>,
    pub(super) ended: Option<Duration>,
    pub(super) cleaned: Option<Duration>,
    pub(super) reaped: Option<Duration>,
    pub(super) left_at_exit: bool,
    pub(super) wrong: Vec<String>,
}

impl fmt::Display for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = if self.reaper { "" } else { " without a reaper" };
        write!(f, "{} when {}{who}", self.signal, self.moment.name)
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = [
            ("reported", self.reported),
            ("ended", self.ended),
            ("cleaned", self.cleaned),
            ("reaped", self.reaped),
        ];
        for (what, time) in times {
            if let Some(time) = time {
                write!(f, "{what} {time:.2?}, ")?;
            }
        }
        f.write_str(if self.wrong.is_empty() { "fine" } else { "WRONG: " })?;
        f.write_str(&self.wrong.join("; "))
    }
}

impl Cancel {
    pub(super) fn inject(&self, images: Images) -> Seen {
        let mut seen = Seen::default();
        let call = self.call(images);
        let mut child = call.start();
        let Some(run) = wait_for(self.moment, &call, &mut child) else {
            if child.try_wait().unwrap().is_none() {
                send(&child, "-KILL");
            }
            let _ = child.wait();
            let console = std::fs::read_to_string(call.folder().join("console")).unwrap_or_default();
            seen.wrong.push(format!("the moment never came: {console}"));
            return seen;
        };
        if child.try_wait().unwrap().is_none() {
            send(&child, self.signal);
        }
        let began = Instant::now();
        let hard = self.signal == "-KILL";
        if !hard {
            // The step summary is the last that is written, and before anything is removed.
            let all = || (!read(call.folder(), "step-summary").is_empty()).then_some(());
            if until(began + PATIENCE, all).is_some() {
                seen.reported = Some(began.elapsed());
            }
            seen.wrong.extend(self.wrong_report(&call));
        }
        let code = child.wait().unwrap().code();
        if !hard {
            seen.ended = Some(began.elapsed());
            seen.left_at_exit = !gone(&run).is_empty();
            let expected = if self.signal == "-INT" { 130 } else { 143 };
            if code != Some(expected) && self.moment.name != OVER {
                seen.wrong.push(format!("exit code {code:?}"));
            }
            seen.wrong.extend(self.wrong_report(&call));
        } else if EventLog::read(read(call.folder(), "events.jsonl").as_bytes()).is_err() {
            seen.wrong.push(format!("{NO_REPORT}: events.jsonl cannot be read"));
        }
        if hard && self.reaper {
            let reaped = until(began + REAPED, || gone(&run).is_empty().then_some(()));
            seen.reaped = reaped.map(|()| began.elapsed());
        } else {
            let cleaning = Instant::now();
            let cleanup = clean_up(&run);
            seen.cleaned = Some(cleaning.elapsed());
            if cleanup.code != Some(0) {
                seen.wrong.push(format!("the clean-up failed: {}", cleanup.output));
            }
        }
        let mut left = gone(&run);
        if hard && self.reaper && !left.is_empty() {
            // What the engine was still at turns up after the look that found nothing, and the reaper is there for longer than that.
            left = until(Instant::now() + REAPED, || gone(&run).is_empty().then(String::new)).unwrap_or(left);
        }
        if !left.is_empty() {
            seen.wrong.push(format!("left of {run}: {}", left.replace('\n', " ")));
        }
        seen
    }

    /// A small run that comes to this moment.
    fn call(&self, images: Images) -> Gate {
        let release = if self.moment.name == EVIDENCE { CORRUPT } else { RELEASE };
        let mut call = built_in(images, STABLE, release)
            .nodes(2)
            .arg("--only", "startup,teams,files,availability,ledger,matrix");
        if HISTORY.contains(&self.moment.name) {
            call = call.arg("--history", BEHIND);
        }
        if self.moment.name == MIGRATED {
            call = call.arg("--migrate", "job");
        }
        if self.moment.name == PLUGINS {
            let plugins = old_and_new(call.folder());
            call = call.arg("--only", "startup,plugins.upgraded").arg("--plugins", &plugins);
        }
        if self.moment.name == SUITE {
            call = call.arg("--only", "startup,suite");
            call = call.arg("--suite-image", BUSYBOX).arg("--suite-command", "sleep 300");
        }
        let files = [("GITHUB_OUTPUT", "output"), ("GITHUB_STEP_SUMMARY", "step-summary")];
        for (variable, name) in files {
            let path = call.folder().join(name).to_str().unwrap().to_owned();
            call = call.env(variable, &path);
        }
        call.env("GITHUB_ACTIONS", "true")
            .env("GITHUB_EVENT_NAME", "push")
            .env("GITHUB_REPOSITORY", "owner/repository")
            .arg("--reaper", if self.reaper { "auto" } else { "never" })
    }

    /// What is wrong with the reports of an interrupted run.
    fn wrong_report(&self, call: &Gate) -> Option<String> {
        let record: Record = match serde_json::from_str(&read(call.folder(), "record.json")) {
            Ok(record) => record,
            Err(error) => return Some(format!("{NO_REPORT}: record.json: {error}")),
        };
        let junit = read(call.folder(), "junit.xml");
        let mut reader = quick_xml::Reader::from_str(&junit);
        let well_formed = loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break true,
                Ok(_) => {}
                Err(_) => break false,
            }
        };
        let signal = format!("SIG{}", self.signal.trim_start_matches('-'));
        let told = record.interrupted.as_deref() == Some(signal.as_str()) || self.moment.name == OVER;
        let summaries = ["summary.md", "comment.md", "step-summary", "output"];
        let empty = summaries.into_iter().find(|name| read(call.folder(), name).trim().is_empty());
        if self.moment.is_watched() && (record.watched.is_none() || record.written.is_none()) {
            return Some(format!("{NO_REPORT}: record.json has not what was watched or written until then"));
        }
        match (junit.is_empty() || !well_formed, told, empty) {
            (true, ..) => Some(format!("{NO_REPORT}: junit.xml is not well-formed")),
            (_, false, _) => Some(format!("{NO_REPORT}: record.json does not say that {signal} came")),
            (.., Some(name)) => Some(format!("{NO_REPORT}: {name} is empty")),
            _ => None,
        }
    }
}

/// The run's id, as soon as it has come to the moment; nothing if it ends before.
fn wait_for(moment: &Moment, call: &Gate, child: &mut Child) -> Option<String> {
    let (mut run, mut lines, mut come) = (None, 0, false);
    until(Instant::now() + PATIENCE, || {
        let over = child.try_wait().unwrap().is_some();
        let text = read(call.folder(), "events.jsonl");
        // The last line may be half written.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for line in whole.lines().skip(lines) {
            lines += 1;
            let event: Event = serde_json::from_str(line).unwrap();
            if let EventKind::RunStarted(header) = &event.kind {
                run = Some(header.run_id.clone());
            }
            come |= (moment.is_it)(&event.kind);
        }
        (come || over).then(|| run.take().filter(|_| come))
    })
    .flatten()
}

fn read(dir: &Path, name: &str) -> String {
    std::fs::read_to_string(dir.join(name)).unwrap_or_default()
}
