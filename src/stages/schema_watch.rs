//! The database is looked at while the first server of the release migrates it: who waits for a lock, which migration comes when.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::session::RunSession;
use crate::checks::{SCHEMA, SCHEMA_CHANGE, SchemaChange, Side};

/// How often. Each look is a program that is started in the database's container.
const EVERY: Duration = Duration::from_millis(250);

/// Does work that brings up the first server of the release, and looks meanwhile. Of any other it just does it.
pub(super) async fn meanwhile<T>(session: &RunSession<'_>, side: Side, work: impl Future<Output = T>) -> T {
    if side == Side::Stable || session.is_migrated() {
        return work.await;
    }
    session.migrates();
    let mut seen = SchemaChange::default();
    let done = tokio::select! {
        biased;
        done = work => done,
        never = look(session, &mut seen) => match never {},
    };
    SCHEMA_CHANGE.set(&session.carried, SCHEMA, seen);
    done
}

/// Looks for as long as anybody can.
async fn look(session: &RunSession<'_>, seen: &mut SchemaChange) -> Infallible {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = Instant::now();
    loop {
        ticks.tick().await;
        match session.cluster.inside().look_at_database().await {
            Ok(one) => seen.take(&one, last.elapsed()),
            Err(why) => {
                seen.end(why);
                return std::future::pending().await;
            }
        }
        last = Instant::now();
    }
}
