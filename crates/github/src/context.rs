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
    /// The number and the attempt of this run, or of the one that this is about.
    pub run: Option<(String, String)>,
    /// The branch, or the pull request's own one.
    pub branch: Option<String>,
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
    /// Somebody says this number for a commit that another workflow run tested: true only if that is the head of the
    /// pull request.
    Claimed {
        /// The pull request.
        number: u64,
        /// The commit.
        head_sha: String,
    },
    /// There is none, for the stated reason.
    None(String),
}

/// What else is said about the pull request than what the event says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named {
    /// By the workflow's author, in an input.
    pub given: Option<u64>,
    /// By the report folder that is published: perhaps a fork's, so nothing to rely on.
    pub stored: Option<u64>,
}

impl Context {
    /// The context that these variables and this event describe; nothing when this is no GitHub runner.
    ///
    /// The event may be missing (a local run, an old runner): then there is no pull request, unless one is named.
    #[must_use]
    pub fn read(variables: &BTreeMap<String, String>, event: Option<&Value>, named: Named) -> Option<Self> {
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
        // What a second workflow publishes was found by the first one.
        let tested = event["workflow_run"]["id"].as_u64().map(|run| run.to_string());
        let id = tested.as_deref().or(get("GITHUB_RUN_ID"));
        let page = id.map_or_else(String::new, |run| format!("/runs/{run}"));
        let run_url = format!("{server_url}/{repository}/actions{page}");
        let attempt = match tested {
            Some(_) => event["workflow_run"]["run_attempt"].as_u64().map(|attempt| attempt.to_string()),
            None => get("GITHUB_RUN_ATTEMPT").map(str::to_owned),
        };
        let run = id.map(|id| (id.to_owned(), attempt.unwrap_or_else(|| "1".into())));
        // Of a pull request GITHUB_REF_NAME is "7/merge"; of another workflow's run it is the default branch.
        let tested_branch = event["workflow_run"]["head_branch"].as_str();
        let branch = tested_branch.or(get("GITHUB_HEAD_REF")).or(get("GITHUB_REF_NAME"));
        let id = [get("GITHUB_WORKFLOW"), get("GITHUB_JOB")];
        Some(Self {
            owner: owner.to_owned(),
            repo: repo.to_owned(),
            event: name.to_owned(),
            pull: pull(name, event, sha, named),
            fork: fork(event, repository),
            dependabot: get("GITHUB_ACTOR") == Some("dependabot[bot]"),
            head_sha: [&head["sha"], &event["workflow_run"]["head_sha"]]
                .into_iter()
                .find_map(Value::as_str)
                .unwrap_or(sha)
                .to_owned(),
            api_url: url("GITHUB_API_URL", "https://api.github.com"),
            server_url,
            run_url,
            run,
            branch: branch.map(str::to_owned),
            id: id.into_iter().flatten().collect::<Vec<_>>().join("/"),
            output_file: get("GITHUB_OUTPUT").map(PathBuf::from),
            summary_file: get("GITHUB_STEP_SUMMARY").map(PathBuf::from),
        })
    }
}

/// The other repository of a fork's head. A deleted fork has no repository left and counts as one.
fn fork(event: &Value, repository: &str) -> Option<String> {
    let head = event.get("pull_request")?.get("head")?;
    let name = head["repo"]["full_name"].as_str().unwrap_or("a deleted fork");
    (!name.eq_ignore_ascii_case(repository)).then(|| name.to_owned())
}

fn pull(name: &str, event: &Value, sha: &str, named: Named) -> Pull {
    let none = |why: &str| Pull::None(why.to_owned());
    match (name, named.given) {
        ("workflow_run", given) => return of_run(&event["workflow_run"], Named { given, ..named }),
        (_, Some(given)) => return Pull::Number(given),
        _ => {}
    }
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
        "" => none("the event is not known"),
        other => Pull::None(format!("the event {other} is not about a pull request")),
    }
}

/// Whoever names the pull request of another workflow's run, its head must be what that run tested: artifacts of a fork's
/// run hold what the fork likes, and a pull request may have moved on meanwhile.
fn of_run(run: &Value, named: Named) -> Pull {
    let listed = run["pull_requests"][0]["number"].as_u64();
    let head_sha = run["head_sha"].as_str().filter(|sha| !sha.is_empty());
    match (named.given.or(listed).or(named.stored), head_sha) {
        (Some(number), Some(head_sha)) => Pull::Claimed { number, head_sha: head_sha.to_owned() },
        (None, _) => Pull::None(
            "the workflow run names no pull request (for forks it never does), and neither does the report folder".into(),
        ),
        (_, None) => Pull::None("the event file does not name the commit that the workflow run tested".into()),
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
        Context::read(&variables(event, &[]), Some(body), Named::default()).unwrap()
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
        ];
        for (event, body, pull) in table {
            assert_eq!(context(event, &body).pull, pull, "{event} {body}");
        }
    }

    #[test]
    fn who_names_a_pull_request_is_believed_only_where_nobody_else_could_have() {
        let pull = |event: &str, body: Value, given, stored| {
            Context::read(&variables(event, &[]), Some(&body), Named { given, stored }).unwrap().pull
        };
        assert_eq!(pull("workflow_dispatch", json!({}), Some(5), None), Pull::Number(5));
        assert_eq!(pull("push", json!({}), None, Some(5)), Pull::OfCommit("merge".into()));
        let run =
            |pulls: Value| json!({"workflow_run": {"head_sha": "abc", "id": 42, "pull_requests": pulls}});
        let claimed = |number| Pull::Claimed { number, head_sha: "abc".into() };
        assert_eq!(pull("workflow_run", run(json!([])), None, Some(6)), claimed(6));
        assert_eq!(pull("workflow_run", run(json!([{"number": 4}])), None, Some(6)), claimed(4));
        assert_eq!(pull("workflow_run", run(json!([])), Some(5), Some(6)), claimed(5));
        let unnamed = [json!({"workflow_run": {}}), json!({"workflow_run": {"head_sha": ""}})];
        let unnamed = unnamed.into_iter().map(|body| (body, Some(5)));
        for (body, given) in unnamed.chain([(run(json!([])), None)]) {
            assert!(matches!(pull("workflow_run", body, given, None), Pull::None(_)));
        }
        let second = context("workflow_run", &run(json!([])));
        assert_eq!(second.run_url, "https://github.com/acme/chat/actions/runs/42");
        assert_eq!(second.head_sha, "abc");
    }

    #[test]
    fn a_fork_is_told_by_the_heads_repository() {
        let head = |repo: Value| json!({"pull_request": {"number": 1, "head": {"sha": "abc", "repo": repo}}});
        let own = context("pull_request", &head(json!({"full_name": "Acme/chat"})));
        assert_eq!((own.fork, own.head_sha.as_str()), (None, "abc"));
        let fork = context("pull_request_target", &head(json!({"full_name": "eve/chat"})));
        assert_eq!(fork.fork.as_deref(), Some("eve/chat"));
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
        let context = Context::read(&variables("push", &more), None, Named::default()).unwrap();
        assert_eq!(context.api_url, "https://git.acme.com/api/v3");
        assert_eq!(context.run_url, "https://git.acme.com/acme/chat/actions/runs/42");
        assert_eq!(context.id, "Gate/roll");
        assert_eq!(context.output_file, None, "an empty variable counts as not given");
    }

    #[test]
    fn without_a_repository_this_is_no_runner() {
        assert_eq!(Context::read(&BTreeMap::new(), None, Named::default()), None);
    }
}
