//! A call of the gate, and everything that came of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::secrets::Planted;
use crate::gate::{Ended, Gate};

/// Nobody listens there.
pub(super) const CLOSED: &str = "127.0.0.1:9";

/// A call in a folder of its own, with nothing of an environment but what is given.
pub(super) struct Call {
    pub(super) planted: Planted,
    gate: Gate,
    given: BTreeSet<PathBuf>,
}

impl Call {
    /// A call with a secret in each secret input and each variable that the gate reads, and no engine.
    pub(super) fn of(arguments: &[&str]) -> Self {
        let mut call =
            Self { planted: Planted::default(), gate: Gate::of(arguments), given: BTreeSet::new() };
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
        self.gate = names.fold(self.gate, |gate, name| gate.without_env(&name));
        self
    }

    /// The same without an upload, which takes its time to fail.
    pub(super) fn without_upload(self) -> Self {
        self.without(&["report-bucket", "report-endpoint", "report-access-key", "report-secret-key"])
    }

    /// The same in a job of GitHub's, whose API does not answer.
    pub(super) fn on_github(self) -> Self {
        let files = [
            ("GITHUB_OUTPUT", "outputs"),
            ("GITHUB_STEP_SUMMARY", "step-summary"),
            ("GITHUB_STATE", "state"),
        ];
        let mut call = self;
        for (name, file) in files {
            let path = call.gate.folder().join(file);
            call = call.variable(name, path.to_str().unwrap());
        }
        let more = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_REPOSITORY", "acme/chat"),
            ("GITHUB_EVENT_NAME", "push"),
            ("GITHUB_SHA", "0123456789"),
            ("GITHUB_JOB", "gate"),
        ];
        call.gate = call.gate.envs(&more);
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

    /// With more words.
    pub(super) fn with_words(mut self, words: &[String]) -> Self {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.gate = self.gate.args(&words);
        self
    }

    pub(super) fn variable(mut self, name: &str, value: &str) -> Self {
        self.gate = self.gate.env(name, value);
        self
    }

    pub(super) fn input(mut self, name: &str, value: &str) -> Self {
        self.gate = self.gate.input(name, value);
        self
    }

    pub(super) fn file(mut self, name: &str, text: &str) -> Self {
        self.gate = self.gate.file(name, text);
        self.given.insert(self.gate.folder().join(name));
        self
    }

    /// With a signal as soon as it prints this.
    pub(super) fn signal_at(mut self, text: &str, signal: &'static str) -> Self {
        self.gate = self.gate.signal_at(text, signal);
        self
    }

    /// Makes the call and judges it; its exit code and what it printed.
    pub(super) fn judged(self) -> (i32, String) {
        let ended = self.run();
        (ended.code.unwrap_or(-1), ended.output)
    }

    /// Makes the call and judges what came of it: no secret anywhere, but where a runner is told to mask it.
    pub(super) fn run(self) -> Ended {
        let words: Vec<_> = self.gate.command().get_args().map(ToOwned::to_owned).collect();
        let ended = self.gate.run();
        let said: Vec<&str> = ended.stdout.lines().filter(|line| !line.starts_with("::add-mask::")).collect();
        let mut left = vec![
            ("stdout".to_owned(), said.join("\n").into_bytes()),
            ("stderr".to_owned(), ended.stderr.clone().into_bytes()),
        ];
        collect(ended.folder(), &self.given, &mut left);
        for (place, bytes) in &left {
            let found = self.planted.found_in(bytes);
            assert!(
                found.is_empty(),
                "{words:?} leaves in {place} what was planted in {found:?}:\n{}",
                String::from_utf8_lossy(bytes)
            );
        }
        let known = [0, 1, 2, 3, 4, 130].map(Some);
        assert!(known.contains(&ended.code), "{words:?} ended with {:?}:\n{}", ended.code, ended.output);
        ended
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
