//! Whose head a workflow is about, where that could be a fork's and would stand beside a writing token and secrets.
//!
//! An event in which GitHub itself holds both back from forks is safe, and so is one that only people with write access can
//! cause. Of the others, the event must say that the head is this repository's: not to know is not to trust.

use std::collections::BTreeMap;

use serde_json::Value;

/// Whose head it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// This repository's, or one that gets neither a writing token nor secrets.
    Safe,
    /// That of another repository, named, with this one's token and secrets beside it.
    Fork(String),
    /// Nobody can tell, for the stated reason.
    Unknown(String),
}

/// Events of pull requests whose token can only read, and without secrets, where the head is a fork's:
/// docs.github.com, "Events that trigger workflows", on pull requests of forks.
const HELD_BACK: [&str; 3] = ["pull_request", "pull_request_review", "pull_request_review_comment"];

/// Events that run a branch or tag of this repository: somebody with write access pushed it, queued it or started the
/// workflow, or the event has no head at all.
const OWN: [&str; 26] = [
    "branch_protection_rule",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "image_version",
    "issues",
    "label",
    "merge_group",
    "milestone",
    "page_build",
    "project",
    "project_card",
    "project_column",
    "public",
    "push",
    "registry_package",
    "release",
    "repository_dispatch",
    "schedule",
    "watch",
    "workflow_dispatch",
];

/// Events about a commit that may be a fork's, and that do not say whose it is.
const NOT_SAID: [&str; 3] = ["check_run", "check_suite", "status"];

impl Head {
    /// The head that these variables of a runner and the event's file speak of; `event` may be the reason why that cannot
    /// be read.
    #[must_use]
    pub fn read(variables: &BTreeMap<String, String>, event: Result<&Value, &str>) -> Self {
        let get = |name: &str| variables.get(name).map_or("", String::as_str);
        let name = get("GITHUB_EVENT_NAME");
        let unknown = |why: String| Self::Unknown(why);
        if HELD_BACK.contains(&name) || OWN.contains(&name) {
            return Self::Safe;
        }
        if NOT_SAID.contains(&name) {
            return unknown(format!("the event {name} does not say which repository its commit is from"));
        }
        if !["pull_request_target", "workflow_run", "issue_comment"].contains(&name) {
            return unknown(match name {
                "" => "GITHUB_EVENT_NAME does not name the event".into(),
                _ => format!("{name:?} is no event that this gate knows"),
            });
        }
        let event = match event {
            Ok(event) if event.is_object() => event,
            Ok(_) => return unknown("the file of GITHUB_EVENT_PATH holds no event".into()),
            Err(why) => return unknown(why.to_owned()),
        };
        let head = match name {
            "pull_request_target" => &event["pull_request"]["head"]["repo"],
            "workflow_run" => &event["workflow_run"]["head_repository"],
            _ => return commented(&event["issue"]),
        };
        let repository = get("GITHUB_REPOSITORY");
        if !is_repository(repository) {
            return unknown(format!("GITHUB_REPOSITORY names no repository, it is {repository:?}"));
        }
        match head["full_name"].as_str() {
            Some(head) if head.eq_ignore_ascii_case(repository) => Self::Safe,
            Some(head) if is_repository(head) => Self::Fork(head.to_owned()),
            Some(head) => unknown(format!("the event names {head:?} as the head's repository")),
            None => unknown("the event names no repository of the head, as where a fork was deleted".into()),
        }
    }
}

/// A comment on a pull request runs with everything, whoever wrote it, and does not say whose head it is on.
fn commented(issue: &Value) -> Head {
    match (issue.is_object(), issue.get("pull_request")) {
        (true, None | Some(Value::Null)) => Head::Safe,
        (true, Some(_)) => Head::Unknown(
            "a comment's event does not say which repository the pull request's head is in".into(),
        ),
        (false, _) => Head::Unknown("the event does not say what was commented on".into()),
    }
}

/// `owner/name`, of the characters that GitHub allows.
fn is_repository(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    text.split_once('/').is_some_and(|(owner, name)| plain(owner) && plain(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SAFE: &str = "safe";
    const FORK: &str = "fork";
    const UNKNOWN: &str = "unknown";

    fn word(event: &str, repository: &str, body: Result<&Value, &str>) -> &'static str {
        let variables = [("GITHUB_EVENT_NAME", event), ("GITHUB_REPOSITORY", repository)];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        match Head::read(&variables, body) {
            Head::Safe => SAFE,
            Head::Fork(_) => FORK,
            Head::Unknown(_) => UNKNOWN,
        }
    }

    /// Each state of the event's file, and what `pull_request_target` and `workflow_run` make of it.
    fn states() -> Vec<(Result<Value, &'static str>, &'static str)> {
        let both = |repo: &Value| {
            Ok(json!({
                "pull_request": {"number": 1, "head": {"sha": "a", "repo": repo}},
                "workflow_run": {"id": 1, "head_sha": "a", "head_repository": repo},
                "issue": {"number": 1, "pull_request": {}},
            }))
        };
        vec![
            (both(&json!({"full_name": "acme/chat"})), SAFE),
            (both(&json!({"full_name": "Acme/Chat"})), SAFE),
            (both(&json!({"full_name": "eve/chat"})), FORK),
            (both(&json!({"full_name": "acme/chat/"})), UNKNOWN),
            (both(&json!({"full_name": ""})), UNKNOWN),
            (both(&json!({"full_name": ["acme/chat"]})), UNKNOWN),
            (both(&json!("acme/chat")), UNKNOWN),
            (both(&Value::Null), UNKNOWN),
            (Ok(json!({"pull_request": null, "workflow_run": 1, "issue": []})), UNKNOWN),
            (Ok(json!({})), UNKNOWN),
            (Ok(json!([])), UNKNOWN),
            (Ok(Value::Null), UNKNOWN),
            (Ok(json!("acme/chat")), UNKNOWN),
            (Err("GITHUB_EVENT_PATH is not set"), UNKNOWN),
        ]
    }

    #[test]
    fn only_a_head_that_is_known_to_be_ours_runs() {
        for (body, expected) in states() {
            let body = body.as_ref().map_err(|why| *why);
            for event in ["pull_request_target", "workflow_run"] {
                assert_eq!(word(event, "acme/chat", body), expected, "{event} {body:?}");
                for odd in ["", "acme", "/", "acme/", "/chat", "acme/chat/x", "acme chat/x", "acme/ch\u{e4}t"]
                {
                    assert_eq!(word(event, odd, body), UNKNOWN, "{event} in {odd:?}: {body:?}");
                }
            }
            assert_eq!(word("issue_comment", "acme/chat", body), UNKNOWN, "{body:?}");
            for event in HELD_BACK.iter().chain(&OWN) {
                assert_eq!(
                    word(event, "acme/chat", body),
                    SAFE,
                    "{event}: it brings no fork and no secrets together"
                );
            }
            for event in NOT_SAID {
                assert_eq!(word(event, "acme/chat", body), UNKNOWN, "{event}");
            }
            for odd in ["", "Pull_Request", "pull_request ", "pull_request_target\n", "PUSH", "pushed", "*"] {
                assert_eq!(word(odd, "acme/chat", body), UNKNOWN, "{odd:?}");
            }
        }
    }

    #[test]
    fn a_comment_on_an_issue_is_about_no_head() {
        for issue in [json!({"number": 1}), json!({"number": 1, "pull_request": null})] {
            assert_eq!(word("issue_comment", "acme/chat", Ok(&json!({"issue": issue}))), SAFE);
        }
    }
}
