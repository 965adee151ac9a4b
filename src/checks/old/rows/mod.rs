//! The table: a row for each kind of old entity, by what it belongs to.
//!
//! Routes and bodies are those of the server's own `api4` (11.6) and of the recorded exchanges.

mod channels;
mod files;
mod integrations;
mod messages;
mod own_channel;
mod personal;
mod products;
mod reading;

use super::kind::Kind;

pub(in crate::checks) use channels::*;
pub(in crate::checks) use files::*;
pub(in crate::checks) use integrations::*;
pub(in crate::checks) use messages::*;
pub(in crate::checks) use personal::*;
pub(in crate::checks) use products::*;
pub(in crate::checks) use reading::*;

/// All kinds, in the order of reports.
pub(super) const KINDS: &[Kind] = &[
    DRAFTS,
    SCHEDULED,
    SAVED,
    REMINDERS,
    ACKNOWLEDGEMENTS,
    PRIORITIES,
    REACTIONS,
    PINS,
    EDITS,
    ATTACHMENTS,
    PERMALINKS,
    THREADS,
    UNREADS,
    CATEGORIES,
    STATUSES,
    PRESENCES,
    PREFERENCES,
    NOTIFICATIONS,
    ATTRIBUTES,
    TOKENS,
    CHANNELS,
    ARCHIVED,
    BOOKMARKS,
    MUTES,
    MODERATORS,
    GROUPS,
    DIRECTS,
    TEAMS,
    CUSTOM_GROUPS,
    SCHEMES,
    EMOJIS,
    UPLOADS,
    FILES,
    LINKS,
    TEAM_ICONS,
    INCOMING,
    OUTGOING,
    COMMANDS,
    BOTS,
    OAUTH,
    BOARDS,
    BOARD_VIEWS,
    BOARD_LINKS,
    BOARD_FILES,
    PLAYBOOKS,
    RUNS,
    RETROSPECTIVES,
    CALLS,
    CALL_POSTS,
    PLUGIN_SETTINGS,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::checks::catalogue::CHECKS;
    use crate::checks::old::kind::{ActOrder, SeenPart};
    use crate::checks::old::words::names;

    const KNOWN: [&str; 11] = [
        "owner",
        "owner_name",
        "member",
        "member_name",
        "stranger",
        "admin",
        "team",
        "channel",
        "word",
        "later",
        "later_s",
    ];

    fn texts(order: ActOrder) -> Vec<&'static str> {
        match order {
            ActOrder::Json(_, path, body)
            | ActOrder::Bytes(path, body)
            | ActOrder::File(path, body)
            | ActOrder::BoardFile(path, body) => vec![path, body],
            ActOrder::Emoji(one)
            | ActOrder::Bot(one)
            | ActOrder::Team(one)
            | ActOrder::Picture(one)
            | ActOrder::Call(one)
            | ActOrder::PluginSetting(one) => vec![one],
        }
    }

    #[test]
    fn each_kind_is_a_check_and_the_other_way_round() {
        let rows: Vec<&str> = KINDS.iter().map(|kind| kind.id).collect();
        let checks = CHECKS.iter().map(|check| check.id).filter(|id| id.starts_with("old."));
        assert_eq!(rows, checks.collect::<Vec<_>>());
        assert!(rows.len() >= 30);
    }

    #[test]
    fn what_a_row_names_is_known_by_then() {
        for kind in KINDS {
            let mut known: BTreeSet<&str> = KNOWN.into();
            let acts = kind.made.iter().copied().flatten();
            for act in acts.chain(kind.changed).chain(kind.deleted) {
                for name in texts(act.order).into_iter().flat_map(names) {
                    assert!(known.contains(name), "{}: nothing is known as ${name}", kind.id);
                }
                known.extend(act.kept.map(|(name, _)| name));
            }
            for look in kind.looks {
                let part = match look.part {
                    SeenPart::Whole => vec![],
                    SeenPart::At(pointer) | SeenPart::From(pointer, _) => vec![pointer],
                    SeenPart::Item(list, _, text) => vec![list, text],
                };
                for name in part.into_iter().chain([look.path, look.body]).flat_map(names) {
                    assert!(known.contains(name), "{}: nothing is known as ${name}", kind.id);
                }
            }
            assert!(!kind.looks.is_empty(), "{} is never seen", kind.id);
        }
    }

    #[test]
    fn bodies_are_json() {
        for kind in KINDS {
            let acts = kind.made.iter().copied().flatten().chain(kind.changed).chain(kind.deleted);
            for act in acts {
                if let ActOrder::Json(_, path, body) = act.order
                    && !body.is_empty()
                {
                    let body = body.replace("$later_s", "1").replace("$later", "1");
                    let read: Result<serde_json::Value, _> = serde_json::from_str(&body);
                    assert!(read.is_ok(), "{} {path}: {read:?}", kind.id);
                }
            }
        }
    }
}
