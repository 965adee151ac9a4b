//! The database is migrated by the release's image beside the nodes, which serve on at stable.

use std::time::Duration;

use availability::Deed;
use tokio::time::Instant;

use super::blame::Blames as _;
use super::schema_watch;
use super::session::RunSession;
use crate::checks::Side;
use crate::event::Breakage;

/// What the watch is told of instead of a node: none is touched.
const SCHEMA: &str = "the schema";

/// Migrates, with what `like` has.
///
/// # Errors
/// The release's [`Breakage`]: it cannot migrate this database.
pub(super) async fn beside(session: &RunSession<'_>, like: &str) -> Result<(), Breakage> {
    let deadline = Instant::now() + Duration::from_secs(session.plan.budgets.ready_s);
    let image = &session.release_of(Side::Release).image;
    session.doing(SCHEMA, Deed::Migrate);
    let nodes = session.cluster.nodes();
    let migrating = nodes.migrate(like, image, deadline);
    let migrated = schema_watch::meanwhile(session, Side::Release, migrating).await;
    session.doing(SCHEMA, Deed::Done);
    migrated.blames(Side::Release)
}
