//! A fork's code beside this repository's token and secrets: refused, and refused where it cannot be told.

use super::case::Case;

/// Events that do not say whose the head is.
const NO_EVENT: &[&str] = &[
    "",
    "{",
    "{}",
    "[]",
    "null",
    "7",
    "\"x\"",
    "{\"pull_request\": null}",
    "{\"pull_request\": 7}",
    "{\"pull_request\": {}}",
    "{\"pull_request\": {\"head\": null}}",
    "{\"pull_request\": {\"head\": {}}}",
    "{\"pull_request\": {\"head\": {\"repo\": null}}}",
    "{\"pull_request\": {\"head\": {\"repo\": {}}}}",
    "{\"pull_request\": {\"head\": {\"repo\": {\"full_name\": null}}}}",
    "{\"pull_request\": {\"head\": {\"repo\": {\"full_name\": 7}}}}",
    "{\"pull_request\": {\"head\": {\"repo\": {\"full_name\": \"\"}}}}",
    "{\"pull_request\": {\"head\": {\"repo\": {\"full_name\": \"eve/chat\"}}}}",
    "{\"pull_request\": {\"head\": {\"repo\": {\"full_name\": \"acme/chat2\"}}}}",
    "{\"pull_request\": {\"head\": {\"repo\": {\"full_name\": [\"acme/chat\"]}}}}",
    "{\"pull_request\": [{\"head\": {\"repo\": {\"full_name\": \"acme/chat\"}}}]}",
    "\u{0}",
];
const OURS: &str =
    "{\"pull_request\": {\"number\": 7, \"head\": {\"repo\": {\"full_name\": \"acme/chat\"}}}}";

fn on_github(event: &str) -> Case {
    Case::inputs("run", &[("stable", "11.5.1")])
        .variable("GITHUB_ACTIONS", "true")
        .variable("GITHUB_EVENT_NAME", event)
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for event in NO_EVENT {
        let case = on_github("pull_request_target").variable("GITHUB_REPOSITORY", "acme/chat");
        cases.push(case.variable("GITHUB_EVENT_PATH", "event.json").file("event.json", event));
    }
    for path in ["", "nope.json", "folder", "/dev/null", "/proc/self/mem"] {
        let case = on_github("pull_request_target").variable("GITHUB_REPOSITORY", "acme/chat");
        cases.push(case.variable("GITHUB_EVENT_PATH", path).file("folder/x", OURS));
    }
    for repository in ["", "acme", "/", "acme/", "/chat", "eve/chat", "acme/chat/x"] {
        let case = on_github("pull_request_target").variable("GITHUB_REPOSITORY", repository);
        cases.push(case.variable("GITHUB_EVENT_PATH", "event.json").file("event.json", OURS));
    }
    cases.push(on_github("pull_request_target"));
    for mut case in std::mem::take(&mut cases) {
        case.name = format!("under pull_request_target: {:?} {:?}", case.variables, case.files);
        case.says = vec!["allow-unsafe-fork".into()];
        cases.push(case);
    }
    cases
}
