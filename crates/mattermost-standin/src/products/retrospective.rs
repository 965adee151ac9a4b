//! Metrics of playbooks, and what runs say at their end: a retrospective with the values of these.
//!
//! Simpler than the product: who publishes one writes no message.

use serde_json::{Value, json};

use crate::db::ids;
use crate::db::tables::Tables;
use crate::node::answer::text;
use crate::node::identity::Caller;
use crate::products::request::ProductRequest;
use crate::products::run_access::{PlaybookAnswer, own_run, store};

/// The metrics of a new playbook.
pub(super) fn metrics(given: &Value, playbook: &str) -> Value {
    let metric = |metric: &Value| {
        json!({
            "id": ids::new_id(), "playbook_id": playbook, "title": text(metric, "title"),
            "description": text(metric, "description"), "type": text(metric, "type"), "target": metric["target"],
        })
    };
    given.as_array().into_iter().flatten().map(metric).collect()
}

/// Takes a retrospective; an answer without a word.
pub(super) fn update(
    tables: &mut Tables,
    request: &ProductRequest<'_>,
    caller: &Caller,
    id: &str,
    publish: bool,
) -> PlaybookAnswer {
    let mut run = own_run(tables, caller, id)?;
    let now = request.node.world.tick();
    let known = tables.products.playbooks.get(text(&run, "playbook_id"));
    let known = known.map(|playbook| playbook["metrics"].clone()).unwrap_or_default();
    let is_known = |value: &Value| {
        known.as_array().is_some_and(|all| all.iter().any(|one| one["id"] == value["metric_config_id"]))
    };
    let given = request.body["metrics"].as_array().cloned().unwrap_or_default();
    let given: Vec<Value> = given.into_iter().filter(is_known).collect();
    // Values that are not named stay.
    let mut values = run["metrics_data"].as_array().cloned().unwrap_or_default();
    values.retain(|old| !given.iter().any(|new| new["metric_config_id"] == old["metric_config_id"]));
    values.extend(given);
    run["metrics_data"] = values.into();
    run["retrospective"] = text(&request.body, "retrospective").into();
    if publish {
        run["retrospective_published_at"] = now.into();
        run["retrospective_was_canceled"] = false.into();
        let event = json!({
            "id": ids::new_id(), "playbook_run_id": id, "create_at": now, "delete_at": 0, "event_at": now,
            "event_type": "published_retrospective", "summary": "", "details": "", "post_id": "",
            "subject_user_id": caller.user_id, "creator_user_id": "",
        });
        if let Some(events) = run["timeline_events"].as_array_mut() {
            events.push(event);
        }
    }
    store(tables, request, run);
    Ok((200, "".into()))
}
