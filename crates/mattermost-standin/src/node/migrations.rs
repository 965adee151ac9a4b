//! Faults that touch the list of applied migrations; only the node that migrates can have them.

use crate::db::tables::Tables;
use crate::fault::{AskingNode, Faults};
use crate::release::StandInRelease;

/// What dot releases of one line brought under numbers that the main line had given away: name, number there, number in
/// the main line.
const RENUMBERED: [(&str, u32, u32); 3] = [
    ("add_schemeid_to_roles", 142, 156),
    ("backfill_roles_schemeid", 143, 157),
    ("add_roles_schemeid_index", 144, 158),
];

/// Whether the database has a schema that is newer than this release's own.
pub(crate) fn is_newer(tables: &Tables, release: &StandInRelease) -> bool {
    let own = release.schema.iter().map(|(number, _)| *number).max();
    tables.schema.keys().next_back().copied() > own && own.is_some()
}

/// Does to the list what the faults of this node say.
pub(crate) fn touch(tables: &mut Tables, release: &StandInRelease, faults: &Faults, who: AskingNode<'_>) {
    let rows = &mut tables.schema;
    if faults.has("migrations-of-a-dot-release", who) {
        rows.extend(RENUMBERED.map(|(name, there, _)| (there, name.to_owned())));
    }
    if faults.has("migrations-renumbered", who) {
        for (name, there, here) in RENUMBERED {
            let own = release.schema.iter().find(|(number, _)| *number == there);
            rows.insert(
                there,
                own.map_or_else(|| "create_content_flagging_tables".into(), |(_, own)| own.clone()),
            );
            rows.insert(here, name.to_owned());
        }
    }
    let highest = rows.keys().next_back().copied().unwrap_or_default();
    if faults.has("migration-moved", who)
        && let Some(name) = rows.insert(highest / 2, "create_something_else".into())
    {
        rows.insert(highest + 1, name);
    }
    if faults.has("migration-renamed", who)
        && let Some(name) = rows.get_mut(&(highest / 2))
    {
        name.push_str("_anew");
    }
}
