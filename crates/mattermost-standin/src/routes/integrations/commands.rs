//! Slash commands of integrations: made, run, answered at once or later.
//!
//! Simpler than the product: no commands of its own, no attachments, no second answer.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::integrations::{LateAnswer, SlashCommand};
use crate::db::posts::Post;
use crate::db::rows::Channel;
use crate::db::tables::Tables;
use crate::events::publish_post::{publish_post, whisper};
use crate::node::answer::{Answer, Refusal, created, done, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::{Caller, must_be_id};
use crate::node::transaction::{anyone, signed_in};
use crate::outside::call::{OutsideCall, OutsideReply};
use crate::routes::integrations::dialogs::new_trigger;

/// How often a command may answer later.
const LATE_ANSWERS: u32 = 5;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/commands", get(signed_in(list)).post(signed_in(create)))
        .route("/commands/execute", post(execute))
        .route("/commands/{command_id}", get(signed_in(one)).put(signed_in(change)).delete(signed_in(remove)))
}

/// Where commands answer later, outside the API.
pub(crate) fn outside() -> Router<Arc<NodeCore>> {
    Router::new().route("/hooks/commands/{late_id}", post(anyone(later)))
}

fn create(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    enabled(node)?;
    let body = read(&body, "command")?;
    caller.must_be_admin("manage_own_slash_commands")?;
    let now = node.world.tick();
    let command = SlashCommand {
        id: ids::new_id(),
        token: ids::new_id(),
        create_at: now,
        update_at: now,
        creator_id: caller.user_id,
        team_id: text(&body, "team_id").into(),
        auto_complete: body["auto_complete"] == true,
        auto_complete_desc: text(&body, "auto_complete_desc").into(),
        trigger: text(&body, "trigger").to_lowercase(),
        url: text(&body, "url").into(),
        display_name: text(&body, "display_name").into(),
    };
    let shown = command.json();
    tables.integrations.commands.insert(command.id.clone(), command);
    created(&shown)
}

fn enabled(node: &NodeCore) -> Result<(), Refusal> {
    if node.settings().on("ServiceSettings", "EnableCommands") {
        return Ok(());
    }
    let message = "Commands have been disabled by the system admin.";
    Err(Refusal::new(501, "api.command.disabled.app_error", message))
}

/// Those that people made, not those of the product.
fn list(
    _node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    caller.must_be_admin("manage_own_slash_commands")?;
    let wanted = query.get("team_id");
    let own = tables.integrations.commands.values();
    let own = own.filter(|command| wanted.is_none_or(|team| command.team_id == *team));
    let list: Vec<Value> = own.map(SlashCommand::json).collect();
    ok(&list.into())
}

fn missing() -> Refusal {
    Refusal::new(404, "store.sql_command.get.missing.app_error", "Command does not exist.")
}

fn one(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.must_be_admin("manage_own_slash_commands").map_err(|_| missing())?;
    ok(&tables.integrations.commands.get(&id).ok_or_else(missing)?.json())
}

fn change(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    caller.must_be_admin("manage_own_slash_commands")?;
    let (body, now) = (read(&body, "command")?, node.world.tick());
    let command = tables.integrations.commands.get_mut(&id).ok_or_else(missing)?;
    command.update_at = now;
    text(&body, "display_name").clone_into(&mut command.display_name);
    text(&body, "auto_complete_desc").clone_into(&mut command.auto_complete_desc);
    command.auto_complete = body["auto_complete"] == true;
    ok(&command.json())
}

fn remove(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    must_be_id(&id, "command_id")?;
    caller.must_be_admin("manage_own_slash_commands")?;
    tables.integrations.commands.shift_remove(&id);
    done()
}

/// A command that somebody runs: what is sent, and what may come of it.
struct Execution {
    command: SlashCommand,
    channel: Channel,
    form: String,
    /// What opens a dialog, as the caller knows it.
    dialog_id: String,
}

impl Execution {
    fn begin(node: &NodeCore, tables: &mut Tables, caller: &Caller, body: &Value) -> Result<Self, Refusal> {
        let said = text(body, "command");
        let channel = node.channel(tables, text(body, "channel_id"))?;
        caller.must_write(node, tables, &channel)?;
        let (word, rest) = said.split_once(' ').unwrap_or((said, ""));
        let trigger = word.trim_start_matches('/');
        let of_team =
            |command: &&SlashCommand| command.team_id == channel.team_id && command.trigger == trigger;
        let command = tables.integrations.commands.values().find(of_team).cloned().ok_or_else(|| {
            let message = format!(
                "Command with a trigger of '{trigger}' not found. To send a message beginning with \"/\", try adding an empty space at the beginning of the message."
            );
            Refusal::new(404, "api.command.execute_command.not_found.app_error", &message)
        })?;
        let (dialog_id, long) = new_trigger(node, &caller.user_id);
        let form = form(node, tables, caller, &channel, &command, rest, &long)?;
        Ok(Self { command, channel, form, dialog_id })
    }
}

async fn execute(State(node): State<Arc<NodeCore>>, caller: Caller, body: Bytes) -> Answer {
    enabled(&node)?;
    let body = read(&body, "command_args")?;
    let Execution { command, channel, form, dialog_id } =
        node.transact(|tables| Execution::begin(&node, tables, &caller, &body))?;
    let trigger = &command.trigger;
    let call = OutsideCall {
        method: Method::POST,
        url: &command.url,
        content_type: "application/x-www-form-urlencoded",
        token: &command.token,
        body: form,
    };
    let failed = |why: String| {
        let message = format!("Command with a trigger of '{trigger}' failed.");
        Refusal::new(500, "api.command.execute_command.failed.app_error", &message).detail(why)
    };
    let reply = call.send(&node).await.map_err(failed)?;
    if reply.status != 200 {
        let message = format!("Command with a trigger of '{trigger}' returned response {}.", reply.status);
        return Err(Refusal::new(500, "api.command.execute_command.failed_resp.app_error", &message));
    }
    let answer = read_answer(&reply).map_err(failed)?;
    let (kind, words) = (text(&answer, "response_type"), text(&answer, "text"));
    if !node.has("command-answer-ignored") {
        node.transact(|tables| respond(&node, tables, &caller.user_id, &channel.id, kind, words))?;
    }
    ok(&json!({
        "response_type": kind, "text": words, "username": "", "channel_id": "", "icon_url": "", "type": "",
        "props": null, "goto_location": "", "trigger_id": dialog_id, "skip_slack_parsing": false,
        "attachments": null, "extra_responses": null,
    }))
}

/// JSON as it is, and plain text as an answer without a type.
fn read_answer(reply: &OutsideReply) -> Result<Value, String> {
    if reply.is_json {
        return serde_json::from_slice(&reply.body).map_err(|error| format!("parsing error at {error}"));
    }
    Ok(json!({"response_type": "", "text": String::from_utf8_lossy(&reply.body)}))
}

fn form(
    node: &NodeCore,
    tables: &mut Tables,
    caller: &Caller,
    channel: &Channel,
    command: &SlashCommand,
    rest: &str,
    trigger: &str,
) -> Result<String, Refusal> {
    let late = ids::new_id();
    let answer = LateAnswer { user_id: caller.user_id.clone(), channel_id: channel.id.clone(), taken: 0 };
    let user = node.user(tables, &caller.user_id)?.username;
    tables.integrations.late.insert(late.clone(), answer);
    let team = tables.teams.get(&channel.team_id).map(|team| team.name.clone()).unwrap_or_default();
    let site = node.settings().text("ServiceSettings", "SiteURL").to_owned();
    let broken = |_| Refusal::new(500, "api.command.execute_command.failed.app_error", "No form.");
    let mut form = reqwest::Url::parse("http://form/").map_err(broken)?;
    form.query_pairs_mut().extend_pairs([
        ("channel_id", channel.id.as_str()),
        ("channel_name", &channel.name),
        ("command", &format!("/{}", command.trigger)),
        ("response_url", &format!("{site}/hooks/commands/{late}")),
        ("root_id", ""),
        ("team_domain", &team),
        ("team_id", &channel.team_id),
        ("text", rest),
        ("token", &command.token),
        ("trigger_id", trigger),
        ("user_id", &caller.user_id),
        ("user_name", &user),
    ]);
    Ok(form.query().unwrap_or_default().to_owned())
}

/// What a command says becomes a post of whoever ran it, or a whisper to them.
fn respond(
    node: &NodeCore,
    tables: &mut Tables,
    user: &str,
    channel: &str,
    kind: &str,
    words: &str,
) -> Result<(), Refusal> {
    if words.is_empty() {
        return Ok(());
    }
    if kind != "in_channel" {
        whisper(node, tables, user, channel, words);
        return Ok(());
    }
    let mut post = Post::new(ids::new_id(), node.world.tick(), user, channel, words, "");
    post.props = json!({"from_webhook": "true", "override_icon_url": ""});
    let sender = node.user(tables, user)?.username;
    publish_post(node, tables, post, &format!("@{sender}"));
    Ok(())
}

fn later(
    node: &Arc<NodeCore>,
    tables: &mut Tables,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let refuse = |status: u16, detail: String| {
        let message = format!("Failed to handle command webhook {id}.");
        Refusal::new(status, "web.command_webhook.general.app_error", &message).detail(detail)
    };
    let body = read(&body, "command_response").map_err(|_| refuse(400, "Unable to parse.".into()))?;
    let missing = format!(
        "HandleCommandWebhook: Unable to find the webhook., resource \"CommandWebhook\" not found, id: {id}"
    );
    let late = tables.integrations.late.get_mut(&id).ok_or_else(|| refuse(404, missing))?;
    if late.taken >= LATE_ANSWERS {
        return Err(refuse(400, "HandleCommandWebhook: Invalid webhook.".into()));
    }
    late.taken += 1;
    let late = late.clone();
    respond(
        node,
        tables,
        &late.user_id,
        &late.channel_id,
        text(&body, "response_type"),
        text(&body, "text"),
    )?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "text/plain")], "ok").into_response())
}
