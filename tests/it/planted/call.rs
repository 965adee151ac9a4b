//! A call of the gate, and everything that came of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::secrets::Planted;

/// Nobody listens there.
pub(super) const CLOSED: &str = "127.0.0.1:9";

/// A call in a folder of its own, with nothing of an environment but what is given.
pub(super) struct Call {
    pub(super) planted: Planted,
    pub(super) dir: TempDir,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    given: BTreeSet<PathBuf>,
}

impl Call {
    /// A call with a secret in each secret input and each variable that the gate reads, and no engine.
    pub(super) fn of(arguments: &[&str]) -> Self {
        let mut call = Self {
            planted: Planted::default(),
            dir: tempfile::tempdir().unwrap(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            variables: Vec::new(),
            given: BTreeSet::new(),
        };
        let odd = ["INPUT_LICENSE", "INPUT_REGISTRY-PASSWORD", "INPUT_REPORT-SECRET-KEY"];
        let plain = [
            "INPUT_GITHUB-TOKEN",
            "INPUT_REPORT-ACCESS-KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "GITHUB_TOKEN",
            "ACTIONS_RUNTIME_TOKEN",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        ];
        for name in odd {
            let secret = call.planted.plant_odd(name);
            call = call.variable(name, &secret);
        }
        for name in plain {
            let secret = call.planted.plant(name);
            call = call.variable(name, &secret);
        }
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            // Whose proxy it is, is no secret.
            let password = call.planted.plant(name);
            call = call.variable(name, &format!("http://proxy-user:{password}@{CLOSED}"));
        }
        let login = call.login("DOCKER_HOST");
        call.variable("DOCKER_HOST", &format!("tcp://{login}@{CLOSED}"))
            .input("registry-username", "robot")
            .input("report-bucket", "reports")
            .input("report-endpoint", &format!("http://{CLOSED}"))
    }

    /// The same without the inputs of these names.
    pub(super) fn without(mut self, inputs: &[&str]) -> Self {
        let names = inputs.iter().map(|input| format!("INPUT_{}", input.to_uppercase()));
        let names: Vec<String> = names.collect();
        self.variables.retain(|(known, _)| !names.contains(known));
        self
    }

    /// The same without an upload, which takes its time to fail.
    pub(super) fn without_upload(self) -> Self {
        self.without(&["report-bucket", "report-endpoint", "report-access-key", "report-secret-key"])
    }

    /// The same in a job of GitHub's, whose API does not answer.
    pub(super) fn on_github(self) -> Self {
        let file = |name: &str| self.dir.path().join(name).to_str().unwrap().to_owned();
        let files = [
            ("GITHUB_OUTPUT", "outputs"),
            ("GITHUB_STEP_SUMMARY", "step-summary"),
            ("GITHUB_STATE", "state"),
        ];
        let mut variables: Vec<(String, String)> =
            files.iter().map(|(name, path)| ((*name).to_owned(), file(path))).collect();
        let more = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_REPOSITORY", "acme/chat"),
            ("GITHUB_EVENT_NAME", "push"),
            ("GITHUB_SHA", "0123456789"),
            ("GITHUB_JOB", "gate"),
        ];
        variables.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let mut call = self;
        call.variables.extend(variables);
        let login = call.login("GITHUB_API_URL");
        let query = call.planted.plant("GITHUB_API_URL's query");
        call.variable("GITHUB_API_URL", &format!("http://{login}@{CLOSED}/api?token={query}"))
    }

    /// A user and a password of an address.
    pub(super) fn login(&mut self, place: &str) -> String {
        let user = self.planted.plant(&format!("{place}'s user"));
        let password = self.planted.plant(&format!("{place}'s password"));
        format!("{user}:{password}")
    }

    /// An address with a secret in each part that may hold one.
    pub(super) fn address(&mut self, place: &str) -> String {
        let login = self.login(place);
        let query = self.planted.plant(&format!("{place}'s query"));
        let fragment = self.planted.plant(&format!("{place}'s fragment"));
        format!("https://{login}@{CLOSED}/x?token={query}#{fragment}")
    }

    /// With these words in place of those that it had.
    pub(super) fn with_words(mut self, words: Vec<String>) -> Self {
        self.arguments = words;
        self
    }

    pub(super) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn input(self, name: &str, value: &str) -> Self {
        self.variable(&format!("INPUT_{}", name.to_uppercase()), value)
    }

    pub(super) fn file(mut self, name: &str, text: &str) -> Self {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        self.given.insert(path);
        self
    }

    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_upgrade-gate"));
        command
            .args(&self.arguments)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Makes the call and judges it; its exit code and its standard output.
    pub(super) fn judged(self) -> (i32, String) {
        let ended = self.command().output().unwrap();
        self.judge(ended)
    }

    /// Judges what came of it: no secret anywhere, but where a runner is told to mask it.
    pub(super) fn judge(self, ended: std::process::Output) -> (i32, String) {
        let output = String::from_utf8_lossy(&ended.stdout).into_owned();
        let said: String =
            output.lines().filter(|line| !line.starts_with("::add-mask::")).collect::<Vec<_>>().join("\n");
        let mut left =
            vec![("stdout".to_owned(), said.into_bytes()), ("stderr".to_owned(), ended.stderr.clone())];
        collect(self.dir.path(), &self.given, &mut left);
        for (place, bytes) in &left {
            let found = self.planted.found_in(bytes);
            assert!(
                found.is_empty(),
                "{:?} leaves in {place} what was planted in {found:?}:\n{}",
                self.arguments,
                String::from_utf8_lossy(bytes)
            );
        }
        let code = ended.status.code().unwrap_or(-1);
        let words = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(
            [0, 1, 2, 3, 4, 130].contains(&code),
            "{:?} ended with {code}:\n{output}{words}",
            self.arguments
        );
        (code, output + &words)
    }
}

/// Every file that was not given, with its name: a name leaves as well.
fn collect(dir: &Path, given: &BTreeSet<PathBuf>, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if given.contains(&path) {
            continue;
        }
        found.push(("the name of a file".to_owned(), entry.file_name().into_encoded_bytes()));
        if path.is_dir() {
            collect(&path, given, found);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}
