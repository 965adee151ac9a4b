//! Jobs: what the server does by itself, and what an admin has it do.
//!
//! Recorded from 11.6.0: a new job is pending, and whichever server looks next picks it up, some seconds later. Here it is done when
//! somebody asks again.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::routing::get;
use serde_json::{Value, json};

use crate::db::ids;
use crate::db::tables::Tables;
use crate::node::answer::{Answer, Refusal, created, ok, read, text};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

/// Types that an admin may start.
const TYPES: [&str; 4] = ["migrations", "plugins", "extract_content", "expiry_notify"];

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new()
        .route("/jobs", get(signed_in(list)).post(signed_in(start)))
        .route("/jobs/{id}", get(signed_in(one)))
        .route("/jobs/type/{type}", get(signed_in(of_type)))
}

fn start(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, body: Bytes) -> Answer {
    caller.must_be_admin("manage_jobs")?;
    let body = read(&body, "job")?;
    let kind = text(&body, "type");
    if !TYPES.contains(&kind) {
        return Err(Refusal::new(
            400,
            "api.job.unable_to_create_job.incorrect_job_type",
            "The job type of the job you are trying to create is invalid",
        ));
    }
    let job = json!({
        "id": ids::new_id(), "type": kind, "priority": 0, "create_at": node.world.tick(), "start_at": 0,
        "last_activity_at": 0, "status": "pending", "progress": 0, "data": body["data"],
    });
    tables.jobs.push(job.clone());
    created(&job)
}

/// The newest first.
fn list(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("read_jobs")?;
    let list: Vec<Value> = tables.jobs.iter_mut().rev().map(done).collect();
    ok(&list.into())
}

fn one(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.must_be_admin("read_jobs")?;
    let job = tables.jobs.iter_mut().find(|job| job["id"] == *id).map(done);
    job.map_or_else(
        || Err(Refusal::missing("app.job.get.app_error", "Unable to get the job.", "Job", &id)),
        |job| ok(&job),
    )
}

fn of_type(_node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller, Path(kind): Path<String>) -> Answer {
    caller.must_be_admin("read_jobs")?;
    let list: Vec<Value> =
        tables.jobs.iter_mut().rev().filter(|job| job["type"] == *kind).map(done).collect();
    ok(&list.into())
}

/// What was pending is done by now.
fn done(job: &mut Value) -> Value {
    if job["status"] == "pending" {
        (job["status"], job["progress"]) = ("success".into(), 100.into());
    }
    job.clone()
}
