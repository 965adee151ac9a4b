//! The one comment on the pull request: found again by marker *and* author, written only when it changed.
//!
//! A marker alone could be forged by anybody who comments. Two jobs that create at the same time see each
//! other's comment afterwards: the older one stays, the younger one goes, whoever looks last.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::api::{Api, CallFailure, Comment};
use super::context::{Context, Pull};
use super::marker::{body, carries, marker, same};
use super::notice::Notice;

/// The author of comments that a workflow's own token writes; that token may not ask who it is.
const BUILT_IN: &str = "github-actions[bot]";

/// How long publishing may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Everything together; a paid runner waits meanwhile.
    pub total: Duration,
    /// Before a call is repeated; grows with each try.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { total: Duration::from_secs(30), pause: Duration::from_secs(1) }
    }
}

/// What became of the comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// It is there as it should be.
    Written {
        /// Its page.
        url: String,
    },
    /// It was there already, word for word; nobody was notified.
    Unchanged {
        /// Its page.
        url: String,
    },
    /// It is not there.
    Skipped {
        /// Why, and what to do.
        notice: Notice,
    },
}

/// Writes the comment with this id (see [`marker`]) on the pull request of the context. `client` brings
/// time-outs, proxies and certificates. Whatever happens is told in the result, never as an error.
pub async fn publish(
    client: reqwest::Client,
    token: &SecretString,
    context: &Context,
    id: &str,
    markdown: &str,
    patience: Patience,
) -> Published {
    if token.expose_secret().trim().is_empty() {
        let fix = "Give the input github-token as ${{ github.token }} to have one";
        return Published::Skipped { notice: Notice::new("no token was given", fix) };
    }
    let marker = marker(id);
    let text = body(&marker, markdown, &context.run_url);
    let written = async {
        let api = Api::new(client, token, context, patience.pause)?;
        match pull_request(&api, context).await? {
            Ok(number) => Sticky { api, number, marker }.write(&text).await,
            Err(notice) => Ok(Published::Skipped { notice }),
        }
    };
    let result = tokio::time::timeout(patience.total, written).await.unwrap_or(Err(CallFailure::TimedOut));
    result.unwrap_or_else(|trouble| Published::Skipped { notice: Notice::of(&trouble, context) })
}

/// The pull request's number, or why there is none.
async fn pull_request(api: &Api, context: &Context) -> Result<Result<u64, Notice>, CallFailure> {
    let none = |why: String| Err(Notice::new(why, "There is nothing to do: the step summary has the report"));
    match &context.pull {
        Pull::Number(number) => Ok(Ok(*number)),
        Pull::None(why) => Ok(none(why.clone())),
        Pull::Claimed { number, head_sha } => Ok(match api.pull(*number).await {
            Ok(pull) if pull.head.sha.eq_ignore_ascii_case(head_sha) => Ok(*number),
            Ok(pull) => Err(Notice::new(
                format!(
                    "the pull request #{number} has the head {}, and the workflow run tested {head_sha}",
                    pull.head.sha
                ),
                "There is nothing to do if the pull request has moved on: its next run tests the new head",
            )),
            Err(CallFailure::Status { status: 404, .. }) => Err(Notice::new(
                format!(
                    "{}/{} has no pull request #{number} that this token may see",
                    context.owner, context.repo
                ),
                "Give the job `permissions: pull-requests: write`, and upload the report folder as the run left it",
            )),
            Err(trouble) => return Err(trouble),
        }),
        Pull::OfCommit(sha) => {
            let pulls = api.pulls_of(sha).await?;
            // A commit that was merged belongs to closed ones as well: an open one is what people look at.
            let open = pulls.iter().find(|pull| pull.state == "open");
            Ok(match open.or(pulls.first()) {
                Some(pull) => Ok(pull.number),
                None => none(format!("the commit {sha} belongs to no pull request")),
            })
        }
    }
}

struct Sticky {
    api: Api,
    number: u64,
    marker: String,
}

impl Sticky {
    async fn write(&self, text: &str) -> Result<Published, CallFailure> {
        let author = self.author().await?;
        match self.own(&author).await?.into_iter().next() {
            Some(known) if same(known.body.as_deref().unwrap_or_default(), text) => {
                Ok(Published::Unchanged { url: known.html_url })
            }
            Some(known) => {
                let updated = self.api.update(known.id, text).await?;
                Ok(Published::Written { url: updated.html_url })
            }
            None => self.create(&author, text).await,
        }
    }

    /// Who writes with this token.
    async fn author(&self) -> Result<String, CallFailure> {
        match self.api.login().await {
            Err(CallFailure::Status { status: 403 | 404, .. }) => Ok(BUILT_IN.to_owned()),
            other => other,
        }
    }

    /// Our comments, oldest first: with our marker and by us.
    async fn own(&self, author: &str) -> Result<Vec<Comment>, CallFailure> {
        let mut own = self.api.comments(self.number).await?;
        own.retain(|comment| {
            comment.is_by(author) && carries(comment.body.as_deref().unwrap_or_default(), &self.marker)
        });
        own.sort_by_key(|comment| comment.id);
        Ok(own)
    }

    async fn create(&self, author: &str, text: &str) -> Result<Published, CallFailure> {
        let created = match self.api.create(self.number, text).await {
            Ok(created) => created,
            // The answer was lost; the comment may be there all the same.
            Err(trouble) if trouble.is_passing() => {
                let found = self.own(author).await.ok().and_then(|own| own.into_iter().next());
                let found = found.filter(|own| same(own.body.as_deref().unwrap_or_default(), text));
                return found.map(|own| Published::Written { url: own.html_url }).ok_or(trouble);
            }
            Err(trouble) => return Err(trouble),
        };
        // It is written: trouble from here on leaves a duplicate at worst, which the next run removes.
        let url = created.html_url.clone();
        let kept = self.settle(&created, text).await.unwrap_or(url);
        Ok(Published::Written { url: kept })
    }

    /// Keeps the oldest of our comments, with our text, and deletes the younger ones. The author is the one
    /// that GitHub names now: an app's token is neither a user's nor the built-in one.
    async fn settle(&self, created: &Comment, text: &str) -> Result<String, CallFailure> {
        // Nobody's comments are ours to delete when GitHub does not say who we are.
        let Some(author) = &created.user else { return Ok(created.html_url.clone()) };
        let mut own = self.own(&author.login).await?.into_iter();
        let Some(mut oldest) = own.next() else { return Ok(created.html_url.clone()) };
        if oldest.id != created.id && !same(oldest.body.as_deref().unwrap_or_default(), text) {
            oldest = self.api.update(oldest.id, text).await?;
        }
        for younger in own {
            self.api.delete(younger.id).await?;
        }
        Ok(oldest.html_url)
    }
}

#[cfg(test)]
mod tests;
