//! A step that runs: the `docker run` that the runner waits for, and what it prints.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// No step of these tests takes longer: the time limit of a run, and its teardown.
const LIMIT: Duration = Duration::from_secs(720);

/// A step under way. Dropping it kills the client and removes its container.
pub(crate) struct Step {
    child: Child,
    container: String,
    said: Arc<Said>,
    readers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Said {
    lines: Mutex<Lines>,
    more: Condvar,
}

#[derive(Default)]
struct Lines {
    out: Vec<String>,
    err: String,
    ended: bool,
}

/// How a step ended, and what it printed.
pub(crate) struct Ended {
    /// The client's exit code, which is the container's.
    pub(crate) code: Option<i32>,
    /// The lines of standard output.
    pub(crate) out: Vec<String>,
    /// All of standard error.
    pub(crate) err: String,
}

impl Step {
    /// Starts the client; the container is called `container`.
    pub(super) fn start(mut docker: Command, container: String) -> Self {
        let mut child =
            docker.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Said::default());
        let (out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let of_out = Arc::clone(&said);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                of_out.lines.lock().unwrap().out.push(line.unwrap());
                of_out.more.notify_all();
            }
            of_out.lines.lock().unwrap().ended = true;
            of_out.more.notify_all();
        });
        let of_err = Arc::clone(&said);
        let other = std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).unwrap();
            of_err.lines.lock().unwrap().err = text;
        });
        Self { child, container, said, readers: vec![reader, other] }
    }

    /// The container's name.
    pub(crate) fn container(&self) -> &str {
        &self.container
    }

    /// Waits until a line of standard output holds `text`.
    pub(crate) fn wait_for(&self, text: &str) {
        let deadline = Instant::now() + LIMIT;
        let mut lines = self.said.lines.lock().unwrap();
        while !lines.out.iter().any(|line| line.contains(text)) {
            assert!(!lines.ended, "it never said \"{text}\":\n{}", lines.out.join("\n"));
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it did not say \"{text}\" in time:\n{}", lines.out.join("\n"));
            lines = self.said.more.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// Sends a signal (`INT`, `TERM`, `KILL`) to the client, as the runner does; it hands all but `KILL` on to our PID 1.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "no {name} could be sent");
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Ended {
        let deadline = Instant::now() + LIMIT;
        let mut lines = self.said.lines.lock().unwrap();
        while !lines.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it did not end in time:\n{}", lines.out.join("\n"));
            lines = self.said.more.wait_timeout(lines, left).unwrap().0;
        }
        drop(lines);
        let code = self.child.wait().unwrap().code();
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        let lines = std::mem::take(&mut *self.said.lines.lock().unwrap());
        Ended { code, out: lines.out, err: lines.err }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if self.readers.is_empty() {
            return;
        }
        // A test that failed half-way.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = Command::new("docker").args(["rm", "-f", "-v", &self.container]).output();
    }
}

impl Ended {
    /// Everything that was printed, for the message of a failed test.
    pub(crate) fn output(&self) -> String {
        format!("{}\n{}", self.out.join("\n"), self.err)
    }
}
