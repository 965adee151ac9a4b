//! The GitHub job that we are part of: its event, its pull request, and what a report folder remembers of it.

use std::path::Path;

use serde_json::Value;

use super::output::print;
use crate::github::{Named, Pull, WorkflowContext};
use crate::inputs::{Publishing, Surroundings};
use crate::limited::{self, Links};

/// What a report folder remembers of the pull request, for a second workflow that may write where this one may not.
pub(crate) const CONTEXT_FILE: &str = "context.json";
/// A longer one is not ours.
const CONTEXT_LIMIT: u64 = 4_096;
/// GitHub cuts the payload of an event at 25 MB.
const EVENT_LIMIT: u64 = 32 << 20;

/// The pull request that the report folder `dir` names: foreign, and a number at most.
pub(crate) fn remembered_pull_request(dir: &Path) -> Option<u64> {
    let text = limited::read(&dir.join(CONTEXT_FILE), Links::Refused, CONTEXT_LIMIT).ok()?;
    serde_json::from_slice::<Value>(&text).ok()?["pull_request"].as_u64()
}

pub(super) fn remember_pull_request(publishing: &Publishing, report_dir: &Path, surroundings: &Surroundings) {
    if let Some(Pull::Number(number)) = job(publishing, None, surroundings).map(|job| job.pull) {
        let text = serde_json::json!({ "pull_request": number }).to_string();
        if let Err(error) = std::fs::write(report_dir.join(CONTEXT_FILE), text + "\n") {
            print(&format!(
                "note: a second workflow can't find the pull request: {CONTEXT_FILE} can't be written: {error}"
            ));
        }
    }
}

/// The GitHub job that we are part of, if any.
pub(crate) fn job(
    publishing: &Publishing,
    stored: Option<u64>,
    surroundings: &Surroundings,
) -> Option<WorkflowContext> {
    let event = event(surroundings).ok();
    let named = Named { given: publishing.pull_request, stored };
    WorkflowContext::read(&surroundings.github, event.as_ref(), named)
}

/// The event that started the workflow.
///
/// # Errors
/// A sentence that says why it cannot be read.
pub(crate) fn event(surroundings: &Surroundings) -> Result<Value, String> {
    let path = surroundings.github.get("GITHUB_EVENT_PATH").ok_or("GITHUB_EVENT_PATH is not set")?;
    let unread = |why: String| format!("the event in the file of GITHUB_EVENT_PATH cannot be read: {why}");
    let bytes = limited::read(Path::new(path), Links::Followed, EVENT_LIMIT);
    let bytes = bytes.map_err(|error| unread(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| unread(format!("it is no JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::{Inputs, Problems};

    fn surroundings(event: &str, body: &Value, dir: &Path) -> Surroundings {
        let path = dir.join("event.json");
        std::fs::write(&path, body.to_string()).unwrap();
        let variables = [
            ("GITHUB_REPOSITORY", "acme/chat"),
            ("GITHUB_EVENT_NAME", event),
            ("GITHUB_EVENT_PATH", path.to_str().unwrap()),
        ];
        let github = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Surroundings { github, ..Surroundings::default() }
    }

    fn of_fork() -> Value {
        serde_json::json!({"pull_request": {"number": 7, "head": {"sha": "abc", "repo": {"full_name": "eve/chat"}}}})
    }

    #[test]
    fn the_report_folder_remembers_the_pull_request() {
        let dir = tempfile::tempdir().unwrap();
        let publishing = Inputs::defaults().publishing.judge(&mut Problems::default());
        let surroundings = surroundings("pull_request", &of_fork(), dir.path());
        remember_pull_request(&publishing, dir.path(), &surroundings);
        assert_eq!(remembered_pull_request(dir.path()), Some(7));
        for foreign in [
            "{\"pull_request\": \"7\"}",
            "7",
            &format!("{{\"pull_request\": 7, \"x\": \"{}\"}}", "x".repeat(5_000)),
        ] {
            std::fs::write(dir.path().join(CONTEXT_FILE), foreign).unwrap();
            assert_eq!(remembered_pull_request(dir.path()), None);
        }
    }

    #[test]
    fn what_lies_elsewhere_is_not_remembered() {
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = dir.path().join("elsewhere.json");
        std::fs::write(&elsewhere, "{\"pull_request\": 7}").unwrap();
        std::os::unix::fs::symlink(&elsewhere, dir.path().join(CONTEXT_FILE)).unwrap();
        assert_eq!(remembered_pull_request(dir.path()), None);
    }
}
