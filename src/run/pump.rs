//! The receiving end of the event stream: secrets out, then console, `events.jsonl` and record, in one order.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::bugs;
use crate::event::{Event, EventKind};
use crate::publish::{Outlet, voice};
use crate::record::Record;
use crate::redact::Redactor;
use crate::report::{Console, EventLog, Look, redacted};
use crate::unpoisoned::lock;

/// How often the live line of a terminal moves.
const TICK: Duration = Duration::from_millis(200);

/// Folds and shows events until the stream ends.
#[derive(Debug)]
pub(crate) struct Pump {
    /// Of which a reader takes a copy while the next event waits for nobody.
    record: Arc<Mutex<Arc<Record>>>,
    folded: Arc<AtomicUsize>,
    task: JoinHandle<Option<Console<Outlet>>>,
}

impl Pump {
    /// Starts it; without a look nothing is shown. An `events.jsonl` that cannot be written costs the file, not the run.
    pub(crate) fn start(
        mut events: UnboundedReceiver<Event>,
        redactor: Arc<Redactor>,
        look: Option<Look>,
        dir: &Path,
    ) -> Self {
        let record = Arc::new(Mutex::new(Arc::new(Record::default())));
        let shared = Arc::clone(&record);
        let folded = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&folded);
        let mut log =
            File::create(dir.join("events.jsonl")).ok().map(|file| EventLog::new(BufWriter::new(file)));
        let task = tokio::spawn(async move {
            let mut console = look.map(|look| Console::new(voice().console(), look));
            let mut tick = tokio::time::interval(TICK);
            loop {
                let event = tokio::select! {
                    biased;
                    event = events.recv() => event,
                    _ = tick.tick() => {
                        bugs::caught_now(|| console.as_mut().map(|console| console.tick(OffsetDateTime::now_utc())));
                        continue;
                    }
                };
                let Some(event) = event else { return console };
                let at = event.at;
                // A bug in one of these costs what it was about to do, not the others.
                let event = bugs::caught_now(|| redacted(event, &redactor)).unwrap_or_else(|| unshowable(at));
                bugs::caught_now(|| Arc::make_mut(&mut lock(&shared)).fold(&event));
                // Not with the lock: the console may be stuck, and reports are not to wait for it.
                let so_far = Arc::clone(&lock(&shared));
                bugs::caught_now(|| console.as_mut().map(|console| console.event(&event, &so_far)));
                drop(so_far);
                if let Some(open) = &mut log
                    && open.write(&event).is_err()
                {
                    log = None;
                }
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { record, folded, task }
    }

    /// How many events it has folded.
    pub(crate) fn folded(&self) -> usize {
        self.folded.load(Ordering::SeqCst)
    }

    /// What is known so far.
    pub(crate) fn so_far(&self) -> Record {
        Record::clone(&lock(&self.record))
    }

    /// Waits for the end of the stream, at most until the deadline if there is one: the whole record, and the console
    /// for its last words, unless there is none, it is stuck or it broke.
    pub(crate) async fn finish(self, deadline: Option<Instant>) -> (Record, Option<Console<Outlet>>) {
        let console = match deadline {
            None => self.task.await.ok().flatten(),
            Some(deadline) => timeout_at(deadline, self.task).await.ok().and_then(Result::ok).flatten(),
        };
        (Record::clone(&lock(&self.record)), console)
    }
}

/// In the place of an event whose secrets could not be taken out.
fn unshowable(at: OffsetDateTime) -> Event {
    let text = "something happened that cannot be shown: the gate broke while it took the secrets out".into();
    Event { at, kind: EventKind::Warning { text } }
}
