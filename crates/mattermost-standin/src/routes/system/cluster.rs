//! Who is in the cluster.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use serde_json::Value;

use crate::db::tables::Tables;
use crate::node::answer::{Answer, ok};
use crate::node::core::NodeCore;
use crate::node::identity::Caller;
use crate::node::transaction::signed_in;

pub(crate) fn routes() -> Router<Arc<NodeCore>> {
    Router::new().route("/cluster/status", get(signed_in(status)))
}

fn status(node: &Arc<NodeCore>, tables: &mut Tables, caller: Caller) -> Answer {
    caller.must_be_admin("sysconsole_read_environment_high_availability")?;
    if !node.world.clustered() {
        return ok(&Value::Array(Vec::new()));
    }
    let cluster_status_row: Vec<Value> =
        node.world.bus.peers().iter().filter_map(|peer| peer.cluster_status_row(tables)).collect();
    ok(&cluster_status_row.into())
}
