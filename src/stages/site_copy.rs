//! The site's own data is put into the cluster before any node starts: its database, then a census of it, then its objects.
//!
//! What fails here is nobody's fault of the two versions that are compared; and no word of the data is in what is told.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

use super::blame::Blames as _;
use super::objects;
use super::session::RunSession;
use crate::clock::millis;
use crate::cluster::{Absent, Census, what_is_cut_off};
use crate::event::{Blame, Breakage, EventKind, SiteCopied};
use crate::plan::SiteCopy;
use crate::trouble::{OrBug as _, Trouble};

/// Restores, counts and stores.
///
/// # Errors
/// The [`Breakage`] of what did not get there.
pub(super) async fn restore(session: &mut RunSession<'_>) -> Result<(), Breakage> {
    let copy = session.plan.site_copy.as_ref().or_bug("plan", "a step restores what no input gave");
    let copy = copy.blames(Blame::Gate)?;
    match copied(session, copy).await {
        Ok(census) => session.census = Some(census),
        Err(trouble) => {
            let trouble = session.cluster.inside().explained(trouble).await;
            return Err(trouble).blames(Blame::Environment);
        }
    }
    Ok(())
}

async fn copied(session: &RunSession<'_>, copy: &SiteCopy) -> Result<Census, Trouble> {
    let database = session.cluster.database().map_err(not_ours)?;
    let deadline = Instant::now() + Duration::from_secs(session.plan.budgets.total_s);
    let began = Instant::now();
    database.restore(&copy.database, deadline).await?;
    let restored_ms = millis(began);
    let began = Instant::now();
    let census = database.census(now_ms(), deadline).await?;
    let counted_ms = millis(began);
    let began = Instant::now();
    let (stored, object_bytes) = match &copy.store {
        Some(store) => {
            let bucket = session.cluster.inside().bucket().await.map_err(not_ours)?;
            objects::put(&bucket, store, session.site_bucket).await?
        }
        None => (0, 0),
    };
    session.events.send(EventKind::SiteCopied(Box::new(SiteCopied {
        dump_bytes: copy.database.bytes,
        database_bytes: census.bytes,
        rows: census.rows.values().sum(),
        restored_ms,
        objects: stored,
        object_bytes,
        stored_ms: millis(began),
        counted_ms,
        cut_off: what_is_cut_off().into_iter().map(str::to_owned).collect(),
    })));
    Ok(census)
}

fn now_ms() -> i64 {
    i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

fn not_ours(absent: Absent) -> Trouble {
    Trouble::new("database", absent.to_string(), "Leave database-dump and store-dump out.")
}
