//! What a reader is told when the comment could not be written: the cause, and what to do about it.

use std::fmt;

use super::api::CallFailure;
use super::context::Context;
use basics::shown::Shown;

/// Why something about GitHub did not work. It never changes the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What was the case, as a sentence.
    pub cause: String,
    /// What to do, as a sentence.
    pub fix: String,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no comment was written: {}. {}.", self.cause, self.fix)
    }
}

const TWO_WORKFLOWS: &str = "To comment all the same, upload the report folder here and publish it in a second workflow on workflow_run, whose token may write, with the input report-from";
const ELSEWHERE: &str = "The verdict stands; the same report is in the step summary and in comment.md";

impl Notice {
    pub(super) fn new(cause: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { cause: cause.into(), fix: fix.into() }
    }

    /// What this trouble means in this context.
    pub(super) fn of(trouble: &CallFailure, context: &Context) -> Self {
        match trouble {
            CallFailure::Status { message, .. } if trouble.is_rate_limit() => {
                Self::new(format!("GitHub limits this token's rate for now ({message})"), ELSEWHERE)
            }
            CallFailure::Status { status, message, .. } => Self::of_status(*status, message, context),
            CallFailure::TimedOut => {
                Self::new(format!("{} did not answer in time", Shown::plain(&context.api_url)), ELSEWHERE)
            }
            CallFailure::Unreachable(why) => Self::new(
                format!("{} could not be reached ({why})", Shown::plain(&context.api_url)),
                "Look at GITHUB_API_URL and the proxy variables; behind a private certificate authority, SSL_CERT_FILE must name its certificate",
            ),
            CallFailure::Unreadable(why) => Self::new(
                format!("{} gave an answer that is not GitHub's ({why})", Shown::plain(&context.api_url)),
                "Look at GITHUB_API_URL, and for a proxy that answers in GitHub's place",
            ),
            CallFailure::Unusable(why) => {
                Self::new(why.clone(), "Give the input github-token as ${{ github.token }}")
            }
        }
    }

    fn of_status(status: u16, message: &str, context: &Context) -> Self {
        match status {
            401 => Self::new(
                format!("GitHub does not accept the token ({message})"),
                "Give the input github-token as ${{ github.token }}, or a token that has not expired",
            ),
            403 if message.to_lowercase().contains("lock") => Self::new(
                format!("the pull request's conversation is locked ({message})"),
                "Unlock it, or read the report in the step summary",
            ),
            403 | 404 => Self::refused(status, message, context),
            422 => Self::new(
                format!("GitHub does not take the comment ({message})"),
                "This may be a bug of the gate: please report it with comment.md from the report folder",
            ),
            500.. => Self::new(format!("GitHub has trouble itself (status {status})"), ELSEWHERE),
            _ => Self::new(format!("GitHub answered with status {status} ({message})"), ELSEWHERE),
        }
    }

    /// 403 and 404 look the same for a fork and for missing permissions; the event tells them apart.
    fn refused(status: u16, message: &str, context: &Context) -> Self {
        if let Some(fork) = &context.fork
            && context.event != "pull_request_target"
        {
            return Self::new(
                format!(
                    "the pull request comes from a fork ({fork}), whose token may only read, and no permissions: setting changes that (status {status})"
                ),
                TWO_WORKFLOWS,
            );
        }
        if context.dependabot {
            return Self::new(
                format!("Dependabot started this run, and its token may only read (status {status})"),
                TWO_WORKFLOWS,
            );
        }
        Self::new(
            format!(
                "the token may not comment on {}/{} (status {status}: {message})",
                context.owner, context.repo
            ),
            "Give the job `permissions: pull-requests: write`; a token of your own needs access to this repository",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::context;

    fn told(status: u16, message: &str, context: &Context) -> String {
        let trouble =
            CallFailure::Status { status, message: message.into(), retry_after: None, exhausted: false };
        Notice::of(&trouble, context).to_string()
    }

    #[test]
    fn a_refusal_is_told_by_its_cause() {
        let own = context("http://api");
        let fork = Context { fork: Some("eve/chat".into()), ..own.clone() };
        let bot = Context { dependabot: true, ..own.clone() };
        let text = "Resource not accessible by integration";
        insta::assert_snapshot!(told(403, text, &own), @"no comment was written: the token may not comment on acme/chat (status 403: Resource not accessible by integration). Give the job `permissions: pull-requests: write`; a token of your own needs access to this repository.");
        assert!(told(403, text, &fork).contains("comes from a fork (eve/chat)"));
        assert!(told(404, text, &fork).contains("workflow_run"));
        assert!(told(403, text, &bot).contains("Dependabot"));
        // There the token may write, fork or not: the fork is not the cause.
        let target = Context { event: "pull_request_target".into(), ..fork };
        assert!(told(403, text, &target).contains("permissions: pull-requests: write"));
    }

    #[test]
    fn other_answers_have_their_own_words() {
        let own = context("http://api");
        for (status, message, word) in [
            (401, "Bad credentials", "does not accept the token"),
            (403, "Unable to create comment because issue is locked.", "locked"),
            (403, "You have exceeded a secondary rate limit", "limits this token's rate"),
            (429, "slow down", "limits this token's rate"),
            (422, "Body is too long", "does not take the comment"),
            (502, "Bad Gateway", "has trouble itself (status 502)"),
            (418, "teapot", "status 418"),
        ] {
            assert!(told(status, message, &own).contains(word), "{}", told(status, message, &own));
        }
    }
}
