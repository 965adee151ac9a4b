//! The gate's binary as a test calls it: in a folder of its own, with nothing of the environment but `PATH`. What a developer or
//! a runner has in `INPUT_*`, `GITHUB_*`, `RUNNER_*`, `DOCKER_*` or `UPGRADE_GATE_*` does not get there.
//!
//! `Gate::demo().fault("any-password").env("GITHUB_ACTIONS", "true").run()` gives the exit code, what was printed, and what is
//! in the report folder.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use upgrade_gate::record::Record;
use upgrade_gate::report::REPORTS;

/// The stand-in's binary is the gate's.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_upgrade-gate");

/// A call before it is made.
pub(crate) struct Gate {
    program: PathBuf,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    own: TempDir,
    within: Option<PathBuf>,
    /// A line that holds this gets the process a signal; one after the other.
    signals: VecDeque<(String, &'static str)>,
}

impl Gate {
    /// A call with these words.
    pub(crate) fn of(words: &[&str]) -> Self {
        Self {
            program: BINARY.into(),
            arguments: words.iter().map(|&word| word.to_owned()).collect(),
            variables: Vec::new(),
            own: tempfile::tempdir().unwrap(),
            within: None,
            signals: VecDeque::new(),
        }
    }

    /// An upgrade on the stand-in.
    pub(crate) fn demo() -> Self {
        Self::of(&["demo"])
    }

    /// A program in the binary's place, such as a link to it that has another name.
    pub(crate) fn program(mut self, path: &Path) -> Self {
        self.program = path.to_owned();
        self
    }

    /// The release has this fault of the catalogue.
    pub(crate) fn fault(self, id: &str) -> Self {
        self.arg("--fault", id)
    }

    /// A flag and its value; the last one of a name counts.
    pub(crate) fn arg(mut self, name: &str, value: &str) -> Self {
        match self.arguments.iter().position(|argument| argument == name) {
            Some(at) => self.arguments[at + 1] = value.into(),
            None => self.arguments.extend([name.into(), value.into()]),
        }
        self
    }

    /// More words.
    pub(crate) fn args(mut self, words: &[&str]) -> Self {
        self.arguments.extend(words.iter().map(|&word| word.to_owned()));
        self
    }

    /// Takes a flag and its value away again.
    pub(crate) fn without(mut self, name: &str) -> Self {
        if let Some(at) = self.arguments.iter().position(|argument| argument == name) {
            self.arguments.drain(at..at + 2);
        }
        self
    }

    pub(crate) fn nodes(self, count: usize) -> Self {
        self.arg("--nodes", &count.to_string())
    }

    /// A variable of the environment; the last one of a name counts.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.into(), value.into()));
        self
    }

    pub(crate) fn envs(self, variables: &[(&str, &str)]) -> Self {
        variables.iter().fold(self, |gate, (name, value)| gate.env(name, value))
    }

    /// Takes a variable away again.
    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    /// An input of the Action.
    pub(crate) fn input(self, name: &str, value: &str) -> Self {
        self.env(&format!("INPUT_{}", name.to_uppercase()), value)
    }

    /// Called in a folder of the test's, not in its own.
    pub(crate) fn within(mut self, dir: &Path) -> Self {
        self.within = Some(dir.to_owned());
        self
    }

    /// A file in the folder where it is called.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.folder().join(name), text).unwrap();
        self
    }

    /// Sends `signal`, such as `-INT`, as soon as a line of its standard output holds `text`, after those that were asked for
    /// before.
    pub(crate) fn signal_at(mut self, text: &str, signal: &'static str) -> Self {
        self.signals.push_back((text.into(), signal));
        self
    }

    /// Where it is called.
    pub(crate) fn folder(&self) -> &Path {
        self.within.as_deref().unwrap_or(self.own.path())
    }

    /// Where its reports go.
    pub(crate) fn reports(&self) -> PathBuf {
        let flag = self.arguments.iter().position(|argument| argument == "--report-dir");
        let given = flag.and_then(|at| self.arguments.get(at + 1));
        self.folder().join(given.map_or("upgrade-gate-report", String::as_str))
    }

    /// For what a test does with the process itself.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder())
            .stdin(Stdio::null());
        command
    }

    /// Starts it and does not wait for it; what it prints goes to the file `console` in its folder.
    pub(crate) fn start(&self) -> Child {
        let console = File::create(self.folder().join("console")).unwrap();
        self.command().stdout(console.try_clone().unwrap()).stderr(console).spawn().unwrap()
    }

    /// Makes the call.
    pub(crate) fn run(mut self) -> Ended {
        let mut child = self.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut errors = child.stderr.take().unwrap();
        // Beside it: a full pipe would hold the process.
        let errors = std::thread::spawn(move || {
            let mut all = Vec::new();
            errors.read_to_end(&mut all).map(|_| String::from_utf8_lossy(&all).into_owned())
        });
        let (mut stdout, mut line) = (String::new(), Vec::new());
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        while lines.read_until(b'\n', &mut line).unwrap() > 0 {
            let text = String::from_utf8_lossy(&line).into_owned();
            if let Some((awaited, signal)) = self.signals.front()
                && text.contains(awaited.as_str())
            {
                send(&child, signal);
                self.signals.pop_front();
            }
            stdout += &text;
            line.clear();
        }
        let code = child.wait().unwrap().code();
        let stderr = errors.join().unwrap().unwrap();
        Ended { code, output: format!("{stdout}{stderr}"), stdout, stderr, gate: self }
    }

    /// Makes the call while the test's own runtime goes on.
    pub(crate) async fn run_beside(self) -> Ended {
        tokio::task::spawn_blocking(|| self.run()).await.unwrap()
    }
}

/// What came of a call.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// All that was printed.
    pub(crate) output: String,
    gate: Gate,
}

impl Ended {
    /// Where it was called.
    pub(crate) fn folder(&self) -> &Path {
        self.gate.folder()
    }

    /// Where its reports are.
    pub(crate) fn reports(&self) -> PathBuf {
        self.gate.reports()
    }

    /// A file of the report folder.
    pub(crate) fn report(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.reports().join(name));
        text.unwrap_or_else(|error| panic!("{name}: {error}\n{}", self.output))
    }

    pub(crate) fn record(&self) -> Record {
        serde_json::from_str(&self.report("record.json")).unwrap()
    }

    pub(crate) fn run_id(&self) -> String {
        self.record().header.unwrap().run_id
    }
}

/// Sends a process a signal, such as `-INT`.
pub(crate) fn send(child: &Child, signal: &str) {
    assert!(Command::new("kill").arg(signal).arg(child.id().to_string()).status().unwrap().success());
}

#[test]
fn a_demo_leaves_every_report() {
    let ended = Gate::demo().nodes(1).arg("--only", "startup").run();
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    for name in REPORTS.iter().map(|report| report.name).chain(["events.jsonl"]) {
        assert!(!ended.report(name).is_empty(), "{name} is empty");
    }
}

#[test]
fn a_fault_of_the_catalogue_fails_a_demo_and_is_in_its_reports() {
    let ended = Gate::demo().nodes(1).arg("--only", "startup,files").fault("file-not-in-bucket").run();
    assert_eq!(ended.code, Some(1), "{}", ended.output);
    let record = ended.record();
    let red: Vec<_> = record.results().filter(|result| result.outcome.is_red()).collect();
    assert!(!red.is_empty() && red.iter().all(|result| result.check == "files"), "{}", ended.output);
    assert!(ended.report("junit.xml").contains("<failure"), "{}", ended.output);
}
