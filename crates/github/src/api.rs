//! The few calls of GitHub's REST API that we need, through octocrab on our own HTTP client.
//!
//! octocrab's retries are off: they repeat every method at once, so a comment could be made twice. Here only
//! what may be repeated is repeated, with pauses, and a server that names a short wait gets it.

use std::time::Duration;

use octocrab::service::middleware::retry::RetryConfig;
use octocrab::{FromResponse, Octocrab, Page};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::context::Context;
use basics::shown::Shown;
use basics::wait;

/// Tries of a call that may be repeated.
const TRIES: u32 = 3;
/// A longer wait than this is not worth a paid runner's time.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Pages of 100 comments; nobody finds anything in a longer thread.
const PAGES: u32 = 100;

/// A comment, as far as we look at it. octocrab's own model fails on comments whose author is gone.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Comment {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) user: Option<User>,
    pub(super) html_url: String,
}

impl Comment {
    pub(super) fn is_by(&self, login: &str) -> bool {
        self.user.as_ref().is_some_and(|user| user.login.eq_ignore_ascii_case(login))
    }
}

/// An account.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct User {
    pub(super) login: String,
}

/// A pull request, as far as we look at it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PullRequest {
    pub(super) number: u64,
    pub(super) state: String,
    pub(super) head: Head,
}

/// Where a pull request comes from.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Head {
    pub(super) sha: String,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CallFailure {
    /// The server said no.
    Status {
        status: u16,
        message: String,
        /// `Retry-After`, in seconds.
        retry_after: Option<u64>,
        /// `X-RateLimit-Remaining: 0`.
        exhausted: bool,
    },
    /// No answer in time.
    TimedOut,
    /// No connection; with the innermost reason.
    Unreachable(String),
    /// An answer that is not GitHub's.
    Unreadable(String),
    /// The token or the address cannot be used at all.
    Unusable(String),
}

impl CallFailure {
    /// Whether the server may have done it all the same, or may do it the next time.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status >= 500,
            Self::TimedOut | Self::Unreachable(_) => true,
            Self::Unreadable(_) | Self::Unusable(_) => false,
        }
    }

    /// Whether it is a rate limit; a secondary one may come as a 403 that only its text tells.
    pub(super) fn is_rate_limit(&self) -> bool {
        match self {
            Self::Status { status: 429, .. } => true,
            Self::Status { status: 403, message, retry_after, exhausted } => {
                retry_after.is_some() || *exhausted || message.to_lowercase().contains("rate limit")
            }
            _ => false,
        }
    }

    /// Where a wait is named and short, how long it is. A limited call was not carried out.
    fn named_wait(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after: Some(seconds), .. } if self.is_rate_limit() => {
                Some(Duration::from_secs(*seconds)).filter(|wait| *wait <= LONGEST_WAIT)
            }
            _ => None,
        }
    }
}

impl From<octocrab::Error> for CallFailure {
    fn from(error: octocrab::Error) -> Self {
        match error {
            octocrab::Error::GitHub { source, .. } => {
                let header = |name: &str| source.headers.as_ref()?.get(name)?.to_str().ok();
                let mut message = source.message.clone();
                for more in source.errors.iter().flatten() {
                    message
                        .push_str(&format!(" ({})", more["message"].as_str().unwrap_or(&more.to_string())));
                }
                Self::Status {
                    status: source.status_code.as_u16(),
                    message,
                    retry_after: header("retry-after").and_then(|seconds| seconds.trim().parse().ok()),
                    exhausted: header("x-ratelimit-remaining") == Some("0"),
                }
            }
            octocrab::Error::Json { source, .. } => Self::Unreadable(source.to_string()),
            octocrab::Error::Serde { source, .. } => Self::Unreadable(source.to_string()),
            other => {
                let mut innermost: &dyn std::error::Error = &other;
                while let Some(source) = innermost.source() {
                    let timed_out =
                        source.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout);
                    if timed_out {
                        return Self::TimedOut;
                    }
                    innermost = source;
                }
                Self::Unreachable(innermost.to_string())
            }
        }
    }
}

/// The API of one repository.
#[derive(Debug, Clone)]
pub(super) struct Api {
    crab: Octocrab,
    repository: String,
    pause: Duration,
}

impl Api {
    /// Must be called inside a tokio runtime.
    pub(super) fn new(
        client: reqwest::Client,
        token: &SecretString,
        context: &Context,
        pause: Duration,
    ) -> Result<Self, CallFailure> {
        let token = token.expose_secret().trim();
        // octocrab puts the token into a header unchecked, and panics when it does not fit.
        if !token.chars().all(|c| c.is_ascii_graphic()) {
            return Err(CallFailure::Unusable("the token holds characters that no token has".into()));
        }
        let crab = Octocrab::builder()
            .base_uri(context.api_url.as_str())
            .map_err(|_| {
                CallFailure::Unusable(format!(
                    "the API's address \"{}\" is no URL",
                    Shown::plain(&context.api_url)
                ))
            })?
            .personal_token(token.to_owned())
            .add_retry_config(RetryConfig::None)
            .build_with_reqwest(client)
            .map_err(|error| CallFailure::Unusable(error.to_string()))?;
        Ok(Self { crab, repository: format!("/repos/{}/{}", context.owner, context.repo), pause })
    }

    /// The login behind the token. A workflow's own token may not ask.
    pub(super) async fn login(&self) -> Result<String, CallFailure> {
        self.get("/user").await.map(|user: User| user.login)
    }

    /// The pull requests that a commit belongs to.
    pub(super) async fn pulls_of(&self, sha: &str) -> Result<Vec<PullRequest>, CallFailure> {
        self.get(&format!("{}/commits/{sha}/pulls?per_page=100", self.repository)).await
    }

    /// A pull request.
    pub(super) async fn pull(&self, number: u64) -> Result<PullRequest, CallFailure> {
        self.get(&format!("{}/pulls/{number}", self.repository)).await
    }

    /// All comments of a pull request, oldest first.
    pub(super) async fn comments(&self, number: u64) -> Result<Vec<Comment>, CallFailure> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let route = format!("{}/issues/{number}/comments?per_page=100&page={page}", self.repository);
            let answer: Page<Comment> = self.get(&route).await?;
            all.extend(answer.items);
            // The link only says that there is more: following it could lead the token to another host.
            if answer.next.is_none() {
                break;
            }
        }
        Ok(all)
    }

    /// Makes a comment. Never repeated, except where the server refused it for its rate.
    pub(super) async fn create(&self, number: u64, body: &str) -> Result<Comment, CallFailure> {
        let route = format!("{}/issues/{number}/comments", self.repository);
        let text = json!({ "body": body });
        self.attempt(false, || self.crab.post(&route, Some(&text))).await
    }

    /// Replaces a comment's text.
    pub(super) async fn update(&self, id: u64, body: &str) -> Result<Comment, CallFailure> {
        let route = format!("{}/issues/comments/{id}", self.repository);
        let text = json!({ "body": body });
        self.attempt(true, || self.crab.patch(&route, Some(&text))).await
    }

    /// Removes a comment; one that is gone already is fine.
    pub(super) async fn delete(&self, id: u64) -> Result<(), CallFailure> {
        let route = format!("{}/issues/comments/{id}", self.repository);
        let call = || async {
            let answer = self.crab._delete(route.as_str(), None::<&Value>).await?;
            octocrab::map_github_error(answer).await.map(drop)
        };
        match self.attempt(true, call).await {
            Err(CallFailure::Status { status: 404, .. }) => Ok(()),
            other => other,
        }
    }

    async fn get<R: FromResponse>(&self, route: &str) -> Result<R, CallFailure> {
        self.attempt(true, || self.crab.get(route, None::<&()>)).await
    }

    async fn attempt<R, F>(&self, repeatable: bool, call: impl Fn() -> F) -> Result<R, CallFailure>
    where
        F: Future<Output = octocrab::Result<R>>,
    {
        let again = |trouble: &CallFailure, tried: u32| {
            let pause = match trouble.named_wait() {
                Some(wait) => wait,
                None if repeatable && trouble.is_passing() => self.pause * tried,
                None => return None,
            };
            (tried < TRIES).then_some(pause)
        };
        wait::tries(async || call().await.map_err(CallFailure::from), again).await
    }
}
