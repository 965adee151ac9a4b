//! One call of the binary, with a scrubbed environment and a report folder of its own.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use upgrade_gate::record::Record;

use super::images::Images;

/// A call before or after it ran.
pub(super) struct Call {
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    dir: TempDir,
    /// A line that holds this gets the process a signal; one after the other.
    signals: VecDeque<(String, &'static str)>,
    pub(super) output: String,
    pub(super) code: Option<i32>,
}

impl Call {
    /// `run` without any image input.
    pub(super) fn bare(stable: &str, release: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut call = Self {
            arguments: Vec::new(),
            variables: Vec::new(),
            signals: VecDeque::new(),
            output: String::new(),
            code: None,
            dir,
        };
        for (name, value) in [("--stable", stable), ("--release", release)] {
            if !value.is_empty() {
                call = call.arg(name, value);
            }
        }
        call
    }

    /// `run` on the stand-in's images.
    pub(super) fn roll(_images: Images, stable: &str, release: &str) -> Self {
        Self::bare(stable, release)
            .arg("--database-image", super::images::DATABASE)
            .arg("--store-image", super::images::STORE)
            .arg("--balancer-image", super::images::BALANCER)
            .arg("--timeout", "3m")
    }

    /// A flag; the last one of a name counts.
    pub(super) fn arg(mut self, name: &str, value: &str) -> Self {
        if let Some(at) = self.arguments.iter().position(|argument| argument == name) {
            self.arguments[at + 1] = value.into();
        } else {
            self.arguments.extend([name.into(), value.into()]);
        }
        self
    }

    /// Takes a flag and its value away again.
    pub(super) fn without(mut self, name: &str) -> Self {
        if let Some(at) = self.arguments.iter().position(|argument| argument == name) {
            self.arguments.drain(at..at + 2);
        }
        self
    }

    pub(super) fn nodes(self, count: usize) -> Self {
        self.arg("--nodes", &count.to_string())
    }

    pub(super) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Sends `signal` as soon as a line of the output holds `text`, after those that were asked for before.
    pub(super) fn signal_at(mut self, text: &str, signal: &'static str) -> Self {
        self.signals.push_back((text.into(), signal));
        self
    }

    pub(super) fn run(self) -> Self {
        self.call("run")
    }

    pub(super) fn demo(self) -> Self {
        self.call("demo")
    }

    pub(super) fn plan(self) -> Self {
        self.call("plan")
    }

    /// `run`, without waiting for it; what it prints goes to the file `console` beside the reports.
    pub(super) fn start(&self) -> Child {
        let console = File::create(self.dir.path().join("console")).unwrap();
        self.command("run").stdout(console.try_clone().unwrap()).stderr(console).spawn().unwrap()
    }

    fn command(&self, command: &str) -> Command {
        let mut gate = Command::new(env!("CARGO_BIN_EXE_upgrade-gate"));
        gate.arg(command)
            .args(&self.arguments)
            .args(["--report-dir", self.dir.path().to_str().unwrap()])
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH".to_owned(), path)))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        gate
    }

    fn call(mut self, command: &str) -> Self {
        let mut child = self.command(command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            self.output += &line;
            self.output.push('\n');
            if let Some((text, signal)) = self.signals.front()
                && line.contains(text.as_str())
            {
                send(&child, signal);
                self.signals.pop_front();
            }
        }
        let ended = child.wait_with_output().unwrap();
        self.output += &String::from_utf8_lossy(&ended.stderr);
        self.code = ended.status.code();
        self
    }

    pub(super) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn report(&self, name: &str) -> String {
        let path: PathBuf = self.dir.path().join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}\n{}", self.output))
    }

    pub(super) fn record(&self) -> Record {
        serde_json::from_str(&self.report("record.json")).unwrap()
    }

    pub(super) fn run_id(&self) -> String {
        self.record().header.unwrap().run_id
    }
}

/// Sends a process a signal, such as `-INT`.
pub(super) fn send(child: &Child, signal: &str) {
    assert!(Command::new("kill").arg(signal).arg(child.id().to_string()).status().unwrap().success());
}

/// What the engine still has of a run: nothing, if all is well.
pub(super) fn gone(run: &str) -> String {
    let label = format!("label=upgrade-gate.run={run}");
    let list = |arguments: &[&str]| docker(&[arguments, &["-q", "--filter", &label]].concat());
    list(&["ps", "-a"]) + &list(&["network", "ls"]) + &list(&["volume", "ls"])
}

/// What docker's own client says.
pub(super) fn docker(arguments: &[&str]) -> String {
    let ended = Command::new("docker").args(arguments).output().unwrap();
    assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).unwrap()
}
