//! What the servers use is measured through the whole run, beside whatever it does, for the check `growth`.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use futures_util::future::{join_all, pending};
use tokio::time::{MissedTickBehavior, interval};

use crate::checks::Lives;
use crate::cluster::{Absent, Cluster};
use crate::unpoisoned::lock;

/// Does a run's work, and measures meanwhile.
pub(super) async fn meanwhile<T>(
    cluster: &Cluster,
    nodes: &[String],
    lives: &Arc<Mutex<Lives>>,
    work: impl Future<Output = T>,
) -> T {
    tokio::select! {
        biased;
        done = work => done,
        never = Box::pin(measure(cluster, nodes, lives)) => match never {},
    }
}

/// Measures for as long as anybody can tell. A node that is down just now is one that tells nothing.
async fn measure(cluster: &Cluster, nodes: &[String], lives: &Arc<Mutex<Lives>>) -> Infallible {
    let measured = cluster.nodes();
    let mut ticks = interval(cluster.measured_every());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let asked = join_all(nodes.iter().map(|node| measured.usage(node)));
        for (node, told) in nodes.iter().zip(asked.await) {
            match told {
                Ok(usage) => lock(lives).take(node, &usage),
                Err(Absent::NotApplicable(_)) => return pending().await,
                Err(Absent::NotMeasured(_)) => {}
            }
        }
    }
}
