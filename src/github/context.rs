//! Where we run on GitHub: repository, event, pull request, addresses, files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

/// What a job on a GitHub runner knows about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The repository's owner.
    pub owner: String,
    /// The repository's name.
    pub repo: String,
    /// The event that started the workflow, such as `pull_request`.
    pub event: String,
    /// Which pull request this is about.
    pub pull: Pull,
    /// The other repository that the pull request's head is in, if it is a fork's: its token can only read.
    pub fork: Option<String>,
    /// Whether Dependabot started this: its token can only read as well.
    pub dependabot: bool,
    /// The commit under test: the pull request's head, not the merge commit that `GITHUB_SHA` is then.
    pub head_sha: String,
    /// Base of the REST API, without a slash at its end: `https://api.github.com`, or GHES' `/api/v3`.
    pub api_url: String,
    /// Base of the pages.
    pub server_url: String,
    /// The page of this run.
    pub run_url: String,
    /// Workflow and job: tells comments of different gates apart.
    pub id: String,
    /// `GITHUB_OUTPUT`.
    pub output_file: Option<PathBuf>,
    /// `GITHUB_STEP_SUMMARY`.
    pub summary_file: Option<PathBuf>,
}

/// The pull request that a run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pull {
    /// The event names it.
    Number(u64),
    /// Only the API knows: the pull requests of this commit.
    OfCommit(String),
    /// There is none, for the stated reason.
    None(String),
}

impl Context {
    /// The context that these variables and this event describe; nothing when this is no GitHub runner.
    ///
    /// The event may be missing (a local run, an old runner): then there is no pull request.
    #[must_use]
    pub fn read(variables: &BTreeMap<String, String>, event: Option<&Value>) -> Option<Self> {
        let get =
            |name: &str| variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let repository = get("GITHUB_REPOSITORY")?;
        let (owner, repo) = repository.split_once('/')?;
        let name = get("GITHUB_EVENT_NAME").unwrap_or_default();
        let event = event.unwrap_or(&Value::Null);
        let sha = get("GITHUB_SHA").unwrap_or_default();
        let head = &event["pull_request"]["head"];

        let url = |name: &str, default: &str| get(name).unwrap_or(default).trim_end_matches('/').to_owned();
        let server_url = url("GITHUB_SERVER_URL", "https://github.com");
        let run_url = get("GITHUB_RUN_ID")
            .map(|run| format!("{server_url}/{repository}/actions/runs/{run}"))
            .unwrap_or_else(|| format!("{server_url}/{repository}/actions"));
        let id = [get("GITHUB_WORKFLOW"), get("GITHUB_JOB")];
        Some(Self {
            owner: owner.to_owned(),
            repo: repo.to_owned(),
            event: name.to_owned(),
            pull: pull(name, event, sha),
            fork: fork(event, repository),
            dependabot: get("GITHUB_ACTOR") == Some("dependabot[bot]"),
            head_sha: head["sha"].as_str().unwrap_or(sha).to_owned(),
            api_url: url("GITHUB_API_URL", "https://api.github.com"),
            server_url,
            run_url,
            id: id.into_iter().flatten().collect::<Vec<_>>().join("/"),
            output_file: get("GITHUB_OUTPUT").map(PathBuf::from),
            summary_file: get("GITHUB_STEP_SUMMARY").map(PathBuf::from),
        })
    }

    /// Whether the event brings secrets and a writing token together with a fork's code: running that code
    /// beside a mounted Docker socket would hand both over.
    #[must_use]
    pub fn is_unsafe_target(&self) -> bool {
        self.event == "pull_request_target" && self.fork.is_some()
    }
}

/// The other repository of a fork's head. A deleted fork has no repository left and counts as one.
fn fork(event: &Value, repository: &str) -> Option<String> {
    let head = event.get("pull_request")?.get("head")?;
    let name = head["repo"]["full_name"].as_str().unwrap_or("a deleted fork");
    (!name.eq_ignore_ascii_case(repository)).then(|| name.to_owned())
}

fn pull(name: &str, event: &Value, sha: &str) -> Pull {
    let none = |why: &str| Pull::None(why.to_owned());
    match name {
        "pull_request" | "pull_request_target" | "pull_request_review" | "pull_request_review_comment" => {
            let number = event["pull_request"]["number"].as_u64().or_else(|| event["number"].as_u64());
            number.map_or_else(|| none("the event file does not name the pull request"), Pull::Number)
        }
        "issue_comment" if event["issue"]["pull_request"].is_object() => event["issue"]["number"]
            .as_u64()
            .map_or_else(|| none("the event file does not name the pull request"), Pull::Number),
        "issue_comment" => none("the comment is on an issue, not on a pull request"),
        "merge_group" => event["merge_group"]["head_ref"]
            .as_str()
            .and_then(queued)
            .map_or_else(|| none("the merge queue's branch does not name a pull request"), Pull::Number),
        "push" if event["deleted"] == Value::Bool(true) => none("the push deleted its branch"),
        "push" if !sha.is_empty() => Pull::OfCommit(sha.to_owned()),
        // An artifact of a fork's run is untrusted, so only what GitHub itself says counts here.
        "workflow_run" => event["workflow_run"]["pull_requests"][0]["number"].as_u64().map_or_else(
            || none("the workflow run names no pull request (for forks it never does)"),
            Pull::Number,
        ),
        "" => none("the event is not known"),
        other => Pull::None(format!("the event {other} is not about a pull request")),
    }
}

/// The number in `refs/heads/gh-readonly-queue/main/pr-123-<sha>`. Only the last part counts: the branch
/// before it may be called anything.
fn queued(head_ref: &str) -> Option<u64> {
    let last = head_ref.rsplit('/').next()?;
    last.strip_prefix("pr-")?.split('-').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn variables(event: &str, more: &[(&str, &str)]) -> BTreeMap<String, String> {
        let base =
            [("GITHUB_REPOSITORY", "acme/chat"), ("GITHUB_EVENT_NAME", event), ("GITHUB_SHA", "merge")];
        base.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn context(event: &str, body: &Value) -> Context {
        Context::read(&variables(event, &[]), Some(body)).unwrap()
    }

    #[test]
    fn the_pull_request_is_found_for_each_event() {
        let none = |why: &str| Pull::None(why.to_owned());
        let table = [
            ("pull_request", json!({"pull_request": {"number": 7}}), Pull::Number(7)),
            ("pull_request", json!({"number": 8}), Pull::Number(8)),
            ("pull_request", json!({}), none("the event file does not name the pull request")),
            ("issue_comment", json!({"issue": {"number": 9, "pull_request": {}}}), Pull::Number(9)),
            (
                "issue_comment",
                json!({"issue": {"number": 9}}),
                none("the comment is on an issue, not on a pull request"),
            ),
            (
                "merge_group",
                json!({"merge_group": {"head_ref": "refs/heads/gh-readonly-queue/pr-5-x/y/pr-123-abc"}}),
                Pull::Number(123),
            ),
            (
                "merge_group",
                json!({"merge_group": {"head_ref": "refs/heads/pr-5-x/y"}}),
                none("the merge queue's branch does not name a pull request"),
            ),
            ("push", json!({}), Pull::OfCommit("merge".into())),
            ("push", json!({"deleted": true}), none("the push deleted its branch")),
            ("workflow_dispatch", json!({}), none("the event workflow_dispatch is not about a pull request")),
            ("workflow_run", json!({"workflow_run": {"pull_requests": [{"number": 4}]}}), Pull::Number(4)),
            (
                "workflow_run",
                json!({"workflow_run": {"pull_requests": []}}),
                none("the workflow run names no pull request (for forks it never does)"),
            ),
        ];
        for (event, body, pull) in table {
            assert_eq!(context(event, &body).pull, pull, "{event} {body}");
        }
    }

    #[test]
    fn a_fork_is_told_by_the_heads_repository() {
        let head = |repo: Value| json!({"pull_request": {"number": 1, "head": {"sha": "abc", "repo": repo}}});
        let own = context("pull_request", &head(json!({"full_name": "Acme/chat"})));
        assert_eq!((own.fork, own.head_sha.as_str()), (None, "abc"));
        let fork = context("pull_request_target", &head(json!({"full_name": "eve/chat"})));
        assert_eq!(fork.fork.as_deref(), Some("eve/chat"));
        assert!(fork.is_unsafe_target());
        assert_eq!(context("pull_request", &head(Value::Null)).fork.as_deref(), Some("a deleted fork"));
    }

    #[test]
    fn enterprise_addresses_are_taken_over() {
        let more = [
            ("GITHUB_API_URL", "https://git.acme.com/api/v3/"),
            ("GITHUB_SERVER_URL", "https://git.acme.com"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_WORKFLOW", "Gate"),
            ("GITHUB_JOB", "roll"),
            ("GITHUB_OUTPUT", ""),
        ];
        let context = Context::read(&variables("push", &more), None).unwrap();
        assert_eq!(context.api_url, "https://git.acme.com/api/v3");
        assert_eq!(context.run_url, "https://git.acme.com/acme/chat/actions/runs/42");
        assert_eq!(context.id, "Gate/roll");
        assert_eq!(context.output_file, None, "an empty variable counts as not given");
    }

    #[test]
    fn without_a_repository_this_is_no_runner() {
        assert_eq!(Context::read(&BTreeMap::new(), None), None);
    }
}
