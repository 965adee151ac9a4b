//! What of `sampled` is the products': boards, cards, playbooks and runs of a site, asked for through their own API.
//!
//! Where stable does not run the product nobody can be asked. A board is for its members, and a system admin may become one of any: the
//! gate's joins those that were picked, and those of picked cards.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::Sight;
use super::sampled_answer::{Answer, counted};
use crate::checks::prelude::*;
use crate::cluster::PickedRow;
use crate::mattermost::ApiError;

/// How the tables of a product begin, and the product's plugin.
const OWNERS: [(&str, &str); 2] = [("focalboard_", "focalboard"), ("ir_", "playbooks")];

/// The table whose rows have members.
const WITH_MEMBERS: &str = "focalboard_boards";

/// Names of fields of the products' own that have capitals: a report may tell them.
pub(super) const FIELDS: [&str; 14] = [
    "teamId",
    "channelId",
    "createdBy",
    "modifiedBy",
    "minimumRole",
    "showDescription",
    "isTemplate",
    "templateVersion",
    "cardProperties",
    "createAt",
    "updateAt",
    "deleteAt",
    "boardId",
    "contentOrder",
];

/// Leaves out the rows of products that stable does not run, and says how many those are.
pub(super) async fn those_that_answer(cx: &Context<'_>, mut picked: Vec<PickedRow>) -> Vec<PickedRow> {
    for (prefix, plugin) in OWNERS {
        let is_of = |row: &PickedRow| row.table.starts_with(prefix);
        let count = counted(picked.iter().filter(|row| is_of(row)));
        if count.is_empty() {
            continue;
        }
        if let Err(error) = runs_everywhere(cx, plugin).await {
            cx.judge(format!("{count} of your site are asked for"), Err(error));
            picked.retain(|row| !is_of(row));
        }
    }
    picked
}

async fn runs_everywhere(cx: &Context<'_>, plugin: &str) -> Result<(), StepError> {
    let no = |place: &Place, how: &str| {
        Err(StepError::NotApplicable(format!(
            "the plugin {plugin} {how} on {place}, and none but it shows them"
        )))
    };
    for place in cx.places {
        let installed = match place.admin().plugins().await {
            Err(error) if error.id() == "app.plugin.disabled.app_error" => {
                return no(place, "is switched off");
            }
            lists => lists.expecting("the list of plugins")?,
        };
        match installed.find(plugin) {
            Some((_, true)) => {}
            Some((_, false)) => return no(place, "does not run"),
            None => return no(place, "is not installed"),
        }
    }
    Ok(())
}

/// Makes the admin a member of what was picked.
pub(super) async fn join(cx: &Context<'_>, picked: &[PickedRow]) {
    let boards = picked.iter().filter(|row| row.table == WITH_MEMBERS).map(|row| row.id.as_str());
    let boards: BTreeSet<&str> = boards.chain(picked.iter().filter_map(|row| row.of.as_deref())).collect();
    let mut refused: Vec<ApiError> = Vec::new();
    for board in &boards {
        refused.extend(cx.actor().admin().join_board_as_admin(board).await.err());
    }
    if let Some(first) = refused.first() {
        // Its path has an id in it, its words are the product's; what is behind that board is shown to nobody.
        let why = first.status().map_or("no answer".into(), |status| format!("status {status}"));
        cx.fact("boards that an admin may not join", format!("{} of {}: {why}", refused.len(), boards.len()));
    }
}

/// Leaves out a product's table of which stable shows the admin nothing: that it is refused later as well says nothing.
pub(super) fn shown(cx: &Context<'_>, mut answers: Vec<Answer>) -> Vec<Answer> {
    let mut tables: BTreeMap<String, (usize, Option<u16>)> = BTreeMap::new();
    for answer in &answers {
        if OWNERS.iter().any(|(prefix, _)| answer.table.starts_with(prefix)) {
            let (count, refused) = tables.entry(answer.table.clone()).or_insert((0, Some(0)));
            *count += 1;
            *refused = match answer.sight {
                Sight::Refused(status, _) => refused.map(|_| status),
                _ => None,
            };
        }
    }
    for (table, (count, refused)) in tables {
        if let Some(status) = refused {
            let reason = format!("stable shows the gate's admin none of {count}: status {status}");
            cx.not_applicable(format!("{table} as on stable"), reason);
            answers.retain(|answer| answer.table != table);
        }
    }
    answers
}
