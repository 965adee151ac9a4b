//! Sees an input that does not end, which the loop itself cannot.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// An input that takes longer, on a machine with much else to do, hangs.
const HANGS: Duration = Duration::from_secs(60);

/// A watchdog beside a fuzzing loop.
pub(super) struct Watchdog {
    /// The file with what is being read.
    current: PathBuf,
    running: Arc<Mutex<Input>>,
}

/// Since when an input is being read, if one is.
type Input = Option<(Instant, Vec<u8>)>;

/// As long as this is there, an input is being read.
pub(super) struct RunningTarget<'w>(&'w Watchdog);

impl Watchdog {
    /// Starts it.
    pub(super) fn start(name: &str) -> Self {
        let running: Arc<Mutex<Input>> = Arc::default();
        let current = super::findings::folder().join(format!("{name}-current"));
        let (seen, name) = (Arc::downgrade(&running), name.to_owned());
        std::thread::spawn(move || {
            // It goes with its loop.
            while let Some(running) = seen.upgrade() {
                let hangs =
                    running.lock().unwrap().as_ref().filter(|(since, _)| since.elapsed() > HANGS).cloned();
                if let Some((_, input)) = hangs {
                    let kept = super::findings::kept(&name, &input);
                    say(&format!(
                        "{name} does not end (kept in {})\n{}",
                        kept.display(),
                        super::findings::shown(&input)
                    ));
                    std::process::exit(1);
                }
                drop(running);
                std::thread::sleep(Duration::from_millis(500));
            }
        });
        Self { current, running }
    }

    pub(super) fn begin(&self, input: &[u8]) -> RunningTarget<'_> {
        // A process that aborts, as for want of memory, tells nobody what it was reading.
        let _ = std::fs::write(&self.current, input);
        *self.running.lock().unwrap() = Some((Instant::now(), input.to_vec()));
        RunningTarget(self)
    }
}

impl Drop for RunningTarget<'_> {
    fn drop(&mut self) {
        *self.0.running.lock().unwrap() = None;
    }
}

/// The time that this thread has had of a processor; other work on the machine does not count.
pub(super) fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|number| number.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// Says something that cargo does not capture: figures of the fuzz minutes.
pub(super) fn say(text: &str) {
    #[expect(clippy::disallowed_methods, reason = "a test's own figures, of no run of the gate")]
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "{text}");
}
