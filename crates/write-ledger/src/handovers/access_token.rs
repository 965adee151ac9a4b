//! A personal access token: made through one node, it opens another one, and is ended there.

use futures_util::future::BoxFuture;
use mattermost_client::{ApiError, Client};
use serde::Deserialize;
use serde_json::json;

use crate::act::word;
use crate::handover::{Begun, Handover, Unfinished};
use crate::kind::{Asking, PreparedWrite};
use crate::premises::Premises;

pub(super) struct PersonalAccessToken;

#[derive(Deserialize)]
struct NewToken {
    id: String,
    token: String,
}

async fn end(premises: &Premises, node: &Client, id: &str) -> Result<(), ApiError> {
    premises.admin.at(node).revoke_access_token(id).await
}

impl Handover for PersonalAccessToken {
    fn name(&self) -> &'static str {
        "access token"
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async move {
            let made = self.begin(premises, node, 0).await;
            if let Ok(begun) = &made {
                end(premises, node, &begun.id).await?;
            }
            PreparedWrite::by_attempt(made, Vec::new())
        })
    }

    fn begin<'a>(&'a self, premises: &'a Premises, node: &'a Client, number: u32) -> Asking<'a, Begun> {
        Box::pin(async move {
            let path = format!("/api/v4/users/{}/tokens", premises.author.id);
            let body = json!({ "description": format!("upgrade gate, ledger {number}") });
            let reply = premises.admin.at(node).post(&path, &body).await?;
            let NewToken { id, token } = reply.json()?;
            Ok(Begun { key: token, id, number, version: reply.version() })
        })
    }

    fn finish<'a>(
        &'a self,
        premises: &'a Premises,
        node: &'a Client,
        begun: &'a Begun,
    ) -> BoxFuture<'a, Result<Option<String>, Unfinished>> {
        Box::pin(async move {
            let reply = node.with_token(&begun.key).get("/api/v4/users/me").await?;
            let me = reply.json::<serde_json::Value>()?;
            let (expected, got) = (&premises.author.id, word(&me, "id"));
            if expected != got {
                let [expected, got] = [expected, got].map(|id| format!("the account {id}"));
                return Err(Unfinished::Differs { expected, got });
            }
            end(premises, node, &begun.id).await?;
            Ok(reply.version())
        })
    }
}
