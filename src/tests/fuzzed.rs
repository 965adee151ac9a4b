//! Parsers that every room may call: compose files, inputs, the event of GitHub's.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde_json::Value;

use crate::cluster::Roles;
use crate::compose::{self, MemorySource, Source};
use crate::day::Day;
use crate::github::{Head, Named, WorkflowContext};
use crate::inputs::Inputs;
use crate::plan;
use crate::versions::{Version, minors_apart};
use fuzz::Target;

const YAML: [&str; 36] = [
    "services:\n",
    "  a:\n    image: x\n",
    "    labels: {upgrade-gate.role: node}\n",
    "&a ",
    "*a",
    "<<: *a\n",
    "!reset ",
    "!override ",
    "? ",
    "- ",
    ": ",
    "[",
    "{",
    "]",
    "}",
    "|\n",
    ">\n",
    "${",
    "${A:-",
    "${A:?",
    "}",
    "$$",
    "deploy: {replicas: ",
    "1-65535:1-65535",
    "ports: [",
    "extends: ",
    "depends_on: ",
    "healthcheck: ",
    "5s",
    "1gb",
    "%YAML 1.2\n",
    "---\n",
    "!!binary ",
    "x-",
    "env_file: .env",
    "profiles: [",
];

/// Parses a text as the two files of a project, and the rest as its `env_file`: lines of `=====` are between them.
fn project(text: &str) {
    let mut texts = text.split("=====\n");
    let mut files: Vec<(PathBuf, String)> =
        vec![(PathBuf::from("/p/compose.yaml"), texts.next().unwrap_or_default().to_owned())];
    let (upper, env) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
    if !upper.trim().is_empty() {
        files.push((PathBuf::from("/p/upper.yaml"), upper.to_owned()));
    }
    let source = Source {
        files,
        base: PathBuf::from("/p"),
        variables: IndexMap::from([("A".to_owned(), "1".to_owned())]),
        profiles: vec!["*".into()],
        project_name: "p".into(),
    };
    let env = env.as_bytes().to_vec();
    let memory =
        [".env", "app.env", "second.env", "secret.txt"].map(|name| (Path::new("/p").join(name), env.clone()));
    if let Ok(parsed) = compose::parse(&source, &MemorySource(memory.into())) {
        let _ = Roles::read(&parsed.project);
    }
}

#[test]
fn fuzzed_compose() {
    let target = Target { name: "compose", more: &["fixtures/compose"], tokens: &YAML, part: b'\n' };
    target.texts(project);
}

#[test]
fn fuzzed_env() {
    let tokens = ["A=", "B=\"", "'", "$", "${A}", "${A:-", "#", " #", "export ", "\\n", "\\", "=", ": "];
    let target = Target { name: "env", more: &[], tokens: &tokens, part: b'\n' };
    target.texts(|text| {
        project(&format!("services: {{a: {{image: x, env_file: [.env]}}}}\n=====\n=====\n{text}"))
    });
}

#[test]
fn fuzzed_inputs() {
    let tokens = [
        "11.6.0", "-rc10", "release-", "..", "@sha256:", ":", "/", "posts", "S2.4", ",", "3", "rolling",
        "+x", "v", ".",
    ];
    let target = Target { name: "inputs", more: &[], tokens: &tokens, part: b'\n' };
    target.texts(|text| {
        let mut lines = text.lines().map(str::to_owned);
        let mut inputs = Inputs::defaults();
        for place in [
            &mut inputs.releases.stable,
            &mut inputs.releases.release,
            &mut inputs.releases.image,
            &mut inputs.cluster.nodes,
            &mut inputs.cluster.mode,
            &mut inputs.checks.only,
            &mut inputs.checks.skip,
            &mut inputs.run.timeout,
            &mut inputs.suite.suite_image,
            &mut inputs.suite.suite_timeout,
            &mut inputs.action_mode.pairs,
            &mut inputs.cluster.database_image,
        ] {
            *place = lines.next().unwrap_or_default();
        }
        let today = Day::try_from("2026-11-26".to_owned()).unwrap();
        let (stable, release) = (&inputs.releases.stable, &inputs.releases.release);
        let (from, to) = (Version::read(stable), Version::read(release));
        let _ = (minors_apart(&from, &to), from.is_older_than(&to), from.admits(release));
        let _ = plan::make(&inputs, None).map(|plan| plan::text(&plan));
        let _ = plan::pairs(&inputs, today).map(|pairs| plan::matrix(&pairs));
    });
}

#[test]
fn fuzzed_github_event() {
    let tokens = [
        "pull_request_target\n",
        "workflow_run\n",
        "issue_comment\n",
        "push\n",
        "\"pull_request\":",
        "\"head\":",
        "\"repo\":",
        "\"full_name\":",
        "\"acme/chat\"",
        "\"number\":",
        "\"head_repository\":",
        "\"head_sha\":",
        "\"issue\":",
    ];
    let target = Target { name: "context", more: &[], tokens: &tokens, part: b',' };
    target.texts(|text| {
        let (name, body) = text.split_once('\n').unwrap_or(("push", text));
        let event = serde_json::from_str::<Value>(body).map_err(|error| error.to_string());
        let variables =
            [("GITHUB_EVENT_NAME", name), ("GITHUB_REPOSITORY", "acme/chat"), ("GITHUB_SHA", "abc")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let _ =
            WorkflowContext::read(&variables, event.as_ref().ok(), Named { given: None, stored: Some(7) });
        let head = Head::read(&variables, event.as_ref().map_err(String::as_str));
        // Whatever else it says, a head that is not named as ours is not ours.
        let place = match name {
            "pull_request_target" => "/pull_request/head/repo/full_name",
            "workflow_run" => "/workflow_run/head_repository/full_name",
            _ => return,
        };
        let told = event.as_ref().ok().and_then(|event: &Value| event.pointer(place)?.as_str());
        let ours = told.is_some_and(|name| name.eq_ignore_ascii_case("acme/chat"));
        assert_eq!(head == Head::Safe, ours, "{head:?}");
    });
}
