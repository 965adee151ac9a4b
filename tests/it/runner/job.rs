//! One job whose one step uses the action: the very `docker run` that a runner issues for it, main step and post step.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use super::command_files::pairs;
use super::place::{Act, Place, Runner};
use super::step::{Ended, Step};
use super::token;
use crate::gate_on_docker::images::{self, images};

/// The image that `image:` of action.yml stands for here.
const IMAGE: &str = "upgrade-gate-test/gate:1";
/// Inputs as a JSON object, among them the images of real servers; see CONTRIBUTING.md.
const REAL: &str = "UPGRADE_GATE_REAL_INPUTS";
/// An image with a shell, in which act's jobs would run.
const SHELL: &str = "upgrade-gate-test/busybox:1";

/// A job before, between and after its steps.
pub(crate) struct Job {
    place: Box<dyn Place>,
    /// The label of the runner.
    label: String,
    image: String,
    action: Value,
    with: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
    event: String,
    files: BTreeMap<String, String>,
    state: BTreeMap<String, String>,
    /// The id of the run, once its main step has ended.
    pub(crate) run: String,
    /// What the main step wrote to `GITHUB_OUTPUT`.
    pub(crate) outputs: BTreeMap<String, String>,
    /// What it wrote to `GITHUB_STEP_SUMMARY`.
    pub(crate) summary: String,
}

impl Job {
    /// On a runner; nothing where no engine answers.
    pub(crate) fn plain() -> Option<Self> {
        images().map(|_| Self::at(Box::new(Runner::new(false))))
    }

    /// On a runner, in a job with `services:`.
    pub(crate) fn with_services() -> Option<Self> {
        images().map(|_| Self::at(Box::new(Runner::new(true))))
    }

    /// On a runner, with the inputs that somebody has chosen, and the action's image if they named one; nothing where
    /// nobody has.
    pub(crate) fn real() -> Option<Self> {
        let Ok(chosen) = std::env::var(REAL) else {
            eprintln!("skipped: {REAL} has no inputs with images of real servers");
            return None;
        };
        let inputs: BTreeMap<String, String> = serde_json::from_str(&chosen).unwrap();
        let mut job = inputs.iter().fold(Self::plain()?, |job, (name, value)| job.input(name, value));
        if let Ok(image) = std::env::var("UPGRADE_GATE_ACTION_IMAGE") {
            job.image = image;
        }
        Some(job)
    }

    /// With act.
    pub(crate) fn act() -> Option<Self> {
        let _made = images()?;
        let shell = crate::docker_engine::engine();
        tokio::runtime::Runtime::new().unwrap().block_on(shell)?;
        Some(Self::at(Box::new(Act::new(SHELL))))
    }

    fn at(place: Box<dyn Place>) -> Self {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/action.yml")).unwrap();
        let job = Self {
            place,
            label: token()[..6].to_owned(),
            image: IMAGE.into(),
            action: yaml_serde::from_str(&text).unwrap(),
            with: BTreeMap::new(),
            variables: BTreeMap::new(),
            event: "{}".into(),
            files: BTreeMap::new(),
            state: BTreeMap::new(),
            run: String::new(),
            outputs: BTreeMap::new(),
            summary: String::new(),
        };
        job.input("stable", images::STABLE)
            .input("release", images::RELEASE)
            .input("database-image", images::DATABASE)
            .input("store-image", images::STORE)
            .input("balancer-image", images::BALANCER)
            .input("timeout", "10m")
    }

    /// A line of the step's `with:`.
    pub(crate) fn input(mut self, name: &str, value: &str) -> Self {
        assert!(self.action["inputs"][name].is_object(), "action.yml has no input {name}");
        self.with.insert(name.into(), value.into());
        self
    }

    /// A line of the job's `env:`.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// The event, its file's content.
    pub(crate) fn event(mut self, name: &str, body: &Value) -> Self {
        self.event = body.to_string();
        self.variable("GITHUB_EVENT_NAME", name)
    }

    /// Starts the main step.
    pub(crate) fn main(&mut self) -> Step {
        self.start("entrypoint")
    }

    /// Waits for the main step, and reads what it wrote for the runner.
    pub(crate) fn end(&mut self, main: Step) -> Ended {
        let ended = main.wait();
        let read = |name: &str| self.place.read(&self.files[name]).unwrap_or_default();
        self.outputs = pairs(&read("GITHUB_OUTPUT"));
        self.state = pairs(&read("GITHUB_STATE"));
        self.summary = read("GITHUB_STEP_SUMMARY");
        let named =
            ended.out.iter().find_map(|line| line.strip_prefix("upgrade-gate ")?.split_once(", run "));
        self.run = named.map(|(_, run)| run.to_owned()).unwrap_or_default();
        ended
    }

    /// Runs the post step to its end.
    pub(crate) fn post(&mut self) -> Ended {
        self.start("post-entrypoint").wait()
    }

    fn start(&mut self, entrypoint: &str) -> Step {
        let is_post = entrypoint == "post-entrypoint";
        self.files = self.place.command_files().into_iter().collect();
        let mut variables = self.contexts();
        variables.extend(self.place.variables());
        variables.extend(self.files.clone());
        variables.insert("GITHUB_EVENT_PATH".into(), self.place.event(&self.event));
        variables.extend(self.inputs(is_post && !self.place.is_whole()));
        if is_post && self.place.is_whole() {
            variables.extend(self.state.iter().map(|(name, value)| (format!("STATE_{name}"), value.clone())));
        }
        variables.extend(self.variables.clone());

        let container = format!("{}_{}", self.image.replace([':', '/', '-'], ""), &token()[..6]);
        let mut docker = Command::new("docker");
        docker.args(["run", "--name", &container, "--rm"]);
        if self.place.is_whole() {
            docker.args(["--label", &self.label]);
        }
        docker.args(self.place.options());
        for name in variables.keys() {
            docker.args(["-e", name]);
        }
        docker.args(["-e", "GITHUB_ACTIONS=true", "-e", "CI=true"]);
        if let Some(path) = self.action["runs"][entrypoint].as_str() {
            docker.args(["--entrypoint", path]);
        }
        docker.arg(&self.image);
        // Values go through the client's own environment, so that no other program sees them.
        docker.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path))).envs(&variables);
        Step::start(docker, container)
    }

    /// `INPUT_…`: every input of action.yml has one, an empty one if need be; act's post step gets only what was given.
    fn inputs(&self, given_only: bool) -> BTreeMap<String, String> {
        let declared = self.action["inputs"].as_object().unwrap();
        let value = |(name, input): (&String, &Value)| {
            let given = self.with.get(name).cloned();
            let default = || (!given_only).then(|| input["default"].as_str().unwrap_or_default().to_owned());
            Some((format!("INPUT_{}", name.to_uppercase()), given.or_else(default)?))
        };
        declared.iter().filter_map(value).collect()
    }

    fn contexts(&self) -> BTreeMap<String, String> {
        [
            ("GITHUB_REPOSITORY", "acme/chat"),
            ("GITHUB_REPOSITORY_OWNER", "acme"),
            ("GITHUB_EVENT_NAME", "workflow_dispatch"),
            ("GITHUB_SHA", "0123456789012345678901234567890123456789"),
            ("GITHUB_REF", "refs/heads/main"),
            ("GITHUB_WORKFLOW", "Gate"),
            ("GITHUB_JOB", "roll"),
            ("GITHUB_ACTION", "__self"),
            ("GITHUB_ACTOR", "octocat"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_API_URL", "https://api.github.com"),
            ("RUNNER_OS", "Linux"),
            ("RUNNER_ARCH", "X64"),
            ("RUNNER_NAME", self.label.as_str()),
            ("RUNNER_ENVIRONMENT", "self-hosted"),
            ("ACTIONS_RUNTIME_TOKEN", "runtime-token-that-nobody-may-see"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// A report.
    pub(crate) fn report(&self, name: &str) -> String {
        let path = format!("upgrade-gate-report/{name}");
        self.place.read(&path).unwrap_or_else(|| panic!("there is no {path}"))
    }

    /// This machine's address for the step.
    pub(crate) fn machine(&self) -> String {
        self.place.machine()
    }

    /// Who owns the reports, each once, and who should.
    pub(crate) fn owners(&self) -> (Vec<u32>, u32) {
        (self.place.owners("upgrade-gate-report"), self.place.owner())
    }

    /// What the engine has with the runner's label, which the runner itself would remove before its next job.
    pub(crate) fn labelled(&self) -> Vec<String> {
        on_engine(&self.label)
    }

    /// What the engine still has of the job: its run's objects, and whatever else has the runner's label.
    pub(crate) fn left(&self) -> Vec<String> {
        assert!(!self.run.is_empty(), "the run is not known yet");
        let mut left = on_engine(&format!("upgrade-gate.run={}", self.run));
        left.extend(self.labelled());
        left
    }
}

/// The ids of containers, networks and volumes with a label.
fn on_engine(label: &str) -> Vec<String> {
    let filter = format!("label={label}");
    let mut found = Vec::new();
    for list in [["ps", "-a"], ["network", "ls"], ["volume", "ls"]] {
        let mut docker = Command::new("docker");
        let listed = docker.args(list).args(["-q", "--filter", &filter]).output().unwrap();
        assert!(listed.status.success(), "{list:?}");
        found.extend(String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned));
    }
    found
}
