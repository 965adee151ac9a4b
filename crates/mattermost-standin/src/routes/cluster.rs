//! Who is in the cluster.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde_json::Value;

use crate::answer::{Answer, ok};
use crate::core::NodeCore;
use crate::identity::Caller;

pub(super) fn routes() -> Router<Arc<NodeCore>> {
    Router::new().route("/cluster/status", get(status))
}

async fn status(State(node): State<Arc<NodeCore>>, caller: Caller) -> Answer {
    caller.must_be_admin("sysconsole_read_environment_high_availability")?;
    if !node.world.clustered() {
        return ok(&Value::Array(Vec::new()));
    }
    let census: Vec<Value> = node.world.bus.peers().iter().filter_map(|peer| peer.census()).collect();
    ok(&census.into())
}
