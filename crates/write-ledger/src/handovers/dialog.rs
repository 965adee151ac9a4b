//! A dialog: a command through one node gives its program a trigger, and through another one the program opens a dialog with
//! it and somebody fills it in.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use mattermost_client::{ApiError, Client};
use serde_json::{Value, json};
use sinks::{CannedAnswer, HttpSink, Request};
use tokio::time::Instant;

use crate::handover::{Begun, Handover, Unfinished};
use crate::kind::{Asking, PreparedWrite};
use crate::premises::Premises;

/// How long a server may take to call a program; real ones need milliseconds.
const CALLING: Duration = Duration::from_secs(5);

pub(super) struct Dialog;

fn endpoint(premises: &Premises) -> String {
    format!("/{}", premises.name("dialogs"))
}

/// The word of the command.
fn command(premises: &Premises) -> String {
    premises.name("dialogs")
}

/// The first call that is wanted, or that none came.
async fn called(
    premises: &Premises,
    program: &HttpSink,
    node: &Client,
    wanted: impl Fn(&Request) -> bool,
) -> Result<Request, ApiError> {
    let told = program.wait(&endpoint(premises), Instant::now() + CALLING, wanted).await;
    told.ok_or_else(|| ApiError::timed_out(node.node(), "the call of a program for dialogs"))
}

impl Handover for Dialog {
    fn name(&self) -> &'static str {
        "dialog"
    }

    fn prepare<'a>(&'a self, premises: &'a mut Premises, node: &'a Client) -> Asking<'a, PreparedWrite> {
        Box::pin(async move {
            let program = match &premises.dialogs {
                Ok(program) => Arc::clone(program),
                Err(reason) => return Ok(PreparedWrite::NotHere(reason.clone())),
            };
            let endpoint = endpoint(premises);
            program.serve(&endpoint, |request| {
                let submitted = request.json()["type"] == "dialog_submission";
                let quiet = json!({ "response_type": "ephemeral", "text": "" });
                CannedAnswer::json(if submitted { &Value::Null } else { &quiet })
            });
            let url = program.url(&endpoint);
            let admin = premises.admin.at(node);
            let made = admin.create_command(&premises.team, &command(premises), &url).await;
            PreparedWrite::by_attempt(made, Vec::new())
        })
    }

    fn begin<'a>(&'a self, premises: &'a Premises, node: &'a Client, number: u32) -> Asking<'a, Begun> {
        Box::pin(async move {
            let Ok(program) = &premises.dialogs else {
                return Err(ApiError::timed_out(node.node(), "a dialog without a program"));
            };
            let words = number.to_string();
            let said = format!("/{} {words}", command(premises));
            let body = json!({ "channel_id": premises.channel, "command": said });
            let author = premises.author.client.at(node);
            let reply = author.post("/api/v4/commands/execute", &body).await?;
            let ours = |request: &Request| request.field("text").as_deref() == Some(&words);
            let trigger =
                called(premises, program, node, ours).await?.field("trigger_id").unwrap_or_default();
            Ok(Begun { key: trigger, id: words, number, version: reply.version() })
        })
    }

    fn finish<'a>(
        &'a self,
        premises: &'a Premises,
        node: &'a Client,
        begun: &'a Begun,
    ) -> BoxFuture<'a, Result<Option<String>, Unfinished>> {
        Box::pin(async move {
            let Ok(program) = &premises.dialogs else { return Ok(None) };
            let (author, url) = (premises.author.client.at(node), program.url(&endpoint(premises)));
            let callback = premises.name(&begun.id);
            let elements =
                json!([{ "display_name": "Name", "name": "name", "type": "text", "optional": true }]);
            let dialog = json!({
                "callback_id": callback, "title": "Upgrade gate", "submit_label": "Send", "elements": elements,
            });
            let asked = json!({ "trigger_id": begun.key, "url": url, "dialog": dialog });
            let opened = author.post("/api/v4/actions/dialogs/open", &asked).await?;
            let filled = json!({
                "url": url, "callback_id": callback, "state": begun.id, "user_id": premises.author.id,
                "channel_id": premises.channel, "team_id": premises.team, "submission": { "name": "ledger" },
            });
            author.post("/api/v4/actions/dialogs/submit", &filled).await?;
            let ours = |request: &Request| request.json()["callback_id"] == callback;
            let told = called(premises, program, node, ours).await?.json();
            let got = told["submission"]["name"].as_str().unwrap_or_default();
            if got == "ledger" {
                return Ok(opened.version());
            }
            let [expected, got] = ["ledger", got].map(|name| format!("the name \"{name}\""));
            Err(Unfinished::Differs { expected, got })
        })
    }

    fn is_too_late(&self, error: &ApiError) -> bool {
        error.id() == "interactive_message.decode_trigger_id.expired"
    }
}
