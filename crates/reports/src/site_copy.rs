//! What a run on a site's own data says of it, without a word of the data: how much it was, and what the upgrade took on it.

use super::words::{bytes, duration};
use availability::{Through, UserPath, downtimes, told};
use run_record::event::SiteCopied;
use run_record::record::Record;

/// A line of the upgrade, as far as the run got, one of the data, one of what was cut off; nothing where the run was on no copy.
pub(super) fn lines(record: &Record) -> Vec<String> {
    let Some(copied) = &record.site_copy else { return Vec::new() };
    let upgrade = upgrade(record);
    upgrade.into_iter().chain([restored(copied), cut_off(copied)]).collect()
}

/// What was restored, and how long that took.
pub(super) fn restored(copied: &SiteCopied) -> String {
    let database =
        copied.database_bytes.map_or(String::new(), |size| format!(", {} as a database", bytes(size)));
    let mut line = format!(
        "your data: a dump of {}{database} with {} rows, restored in {} and counted in {}",
        bytes(copied.dump_bytes),
        copied.rows,
        duration(copied.restored_ms),
        duration(copied.counted_ms)
    );
    if copied.objects > 0 {
        line.push_str(&format!(
            "; {} objects of {} together, stored in {}",
            copied.objects,
            bytes(copied.object_bytes),
            duration(copied.stored_ms)
        ));
    }
    line
}

fn cut_off(copied: &SiteCopied) -> String {
    format!("nothing left the run: its networks had no way out, and off was {}", copied.cut_off.join(", "))
}

fn upgrade(record: &Record) -> Option<String> {
    let upgrade = record.site_upgrade()?;
    let stall = record.watched.as_ref().map(|seen| {
        let down = downtimes(seen);
        let posts = down
            .iter()
            .find(|down| down.route.path == UserPath::Post && down.route.through == Through::Balancer);
        posts.map_or_else(
            || ", and messages could be sent all the while".to_owned(),
            |down| format!(", and for {} no message could be sent", told(down.total_ms)),
        )
    });
    Some(format!(
        "your upgrade from {} to {} on your data takes {}, of which {} pass until the first node has migrated and answers{}",
        upgrade.stable,
        upgrade.release,
        duration(upgrade.took_ms),
        duration(upgrade.migrated_ms),
        stall.unwrap_or_default()
    ))
}
