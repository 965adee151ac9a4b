//! Which run this is, as Mattermost's Test System IO asks: the `composite-identity` of its action `report-upload`.
//!
//! Source: mattermost/mattermost-test-system-io, .github/actions/test-system-io-report-upload (README.md, src/types.ts).

use serde::Serialize;

use super::context::{Context, Pull};

/// The identity of one report; all parts of a report have the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// `owner/name`.
    pub repository: String,
    /// The commit under test: the pull request's head, not the merge commit.
    pub commit_sha: String,
    /// The number of the workflow's run.
    pub gh_run_id: String,
    /// Its attempt, from 1.
    pub gh_run_attempt: String,
    /// Tells the reports of one run apart.
    pub name: String,
    /// The branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The pull request, where the event itself names it: a number that somebody claims is not handed on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gh_pr_number: Option<u64>,
}

impl Identity {
    /// The identity of a report called `name`; none where the run or its commit is not known.
    #[must_use]
    pub fn of(context: &Context, name: &str) -> Option<Self> {
        let (gh_run_id, gh_run_attempt) = context.run.clone()?;
        (!context.head_sha.is_empty()).then(|| Self {
            repository: format!("{}/{}", context.owner, context.repo),
            commit_sha: context.head_sha.clone(),
            gh_run_id,
            gh_run_attempt,
            name: name.to_owned(),
            branch: context.branch.clone(),
            gh_pr_number: match context.pull {
                Pull::Number(number) => Some(number),
                Pull::OfCommit(_) | Pull::Claimed { .. } | Pull::None(_) => None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Named;
    use serde_json::{Value, json};

    fn identity(variables: &[(&str, &str)], event: &Value) -> Option<String> {
        let base = [("GITHUB_REPOSITORY", "acme/chat"), ("GITHUB_SHA", "merge")];
        let variables = base.iter().chain(variables);
        let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let context = Context::read(&variables, Some(event), Named::default())?;
        Identity::of(&context, "upgrade-gate").map(|identity| serde_json::to_string(&identity).unwrap())
    }

    #[test]
    fn a_pull_request_is_known_by_its_head() {
        let event = json!({"pull_request": {"number": 7, "head": {"sha": "abc", "repo": {"full_name": "acme/chat"}}}});
        let variables = [
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_RUN_ATTEMPT", "2"),
            ("GITHUB_HEAD_REF", "feature"),
            ("GITHUB_REF_NAME", "7/merge"),
        ];
        let expected = r#"{"repository":"acme/chat","commit_sha":"abc","gh_run_id":"42","gh_run_attempt":"2","name":"upgrade-gate","branch":"feature","gh_pr_number":7}"#;
        assert_eq!(identity(&variables, &event).unwrap(), expected);
    }

    #[test]
    fn what_a_second_workflow_publishes_is_the_first_ones() {
        let run = json!({"id": 41, "run_attempt": 3, "head_sha": "abc", "head_branch": "feature", "pull_requests": [{"number": 7}]});
        let variables = [
            ("GITHUB_EVENT_NAME", "workflow_run"),
            ("GITHUB_RUN_ID", "42"),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_REF_NAME", "main"),
        ];
        let expected = r#"{"repository":"acme/chat","commit_sha":"abc","gh_run_id":"41","gh_run_attempt":"3","name":"upgrade-gate","branch":"feature"}"#;
        assert_eq!(identity(&variables, &json!({"workflow_run": run})).unwrap(), expected);
    }

    #[test]
    fn without_a_run_there_is_none() {
        assert_eq!(identity(&[("GITHUB_EVENT_NAME", "push")], &Value::Null), None);
        assert_eq!(identity(&[("GITHUB_RUN_ID", "42"), ("GITHUB_SHA", "")], &Value::Null), None);
    }
}
