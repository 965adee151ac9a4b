//! Leftovers of earlier runs that were killed before they could tidy up.

use time::OffsetDateTime;
use tokio::time::Instant;

use super::down::{Guests, Removed, find, remove};
use super::engine::Engine;
use super::error::Error;
use super::labels::{LABEL_EXPIRES, LABEL_OWNER, LABEL_RUN, is_expired};

/// Removes containers, networks and volumes that carry all three labels of ours and expired before `now`.
/// Never anything else: not by name, not by age. What cannot be removed is told in [`Removed::left`].
///
/// # Errors
/// When the engine does not answer the list calls.
pub async fn sweep_expired(
    engine: &Engine,
    now: OffsetDateTime,
    deadline: Instant,
) -> Result<Removed, Error> {
    let mut found = find(engine, &[LABEL_RUN, LABEL_OWNER, LABEL_EXPIRES].map(str::to_owned)).await?;
    found.retain(|labels| is_expired(labels, now));
    let mut removed = Removed::default();
    let failures = remove(engine, &found, Guests::Respect, deadline, &mut removed).await;
    removed.left = failures.iter().map(Error::sentence).collect();
    removed.sort();
    Ok(removed)
}
