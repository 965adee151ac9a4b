//! `sampled`: rows of the site's own, picked by age and kind, answer in every stage and on every node as they did on stable.
//!
//! The database names them, by the run's own seed: the oldest, the newest, one of each kind, and some between. The gate's admin asks for
//! each by its id; products are asked through their own API (`sampled_products`). What two nodes of stable said alike must come again: the same status, the same fields, the same values. A failure
//! names the row by its id and the field; no value of it is in any report.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use reqwest::Method;

use super::compare::{Sight, differences};
use super::doing::OF_A_BROWSER;
use super::looking::{ANY, bytes};
use super::sampled_answer::{Answer, counted};
use super::sampled_products;
use crate::checks::prelude::*;
use crate::cluster::PickedRow;

pub(in crate::checks) const CHECK: Check = Check::new(
    "sampled",
    "old users, teams, channels, posts, files, boards and runs of your site answer as they did on stable",
    &["E1"],
    |cx| Box::pin(run(cx)),
)
.also_in(NEWER_SCHEMA)
.needs(&[Need::Plugin("focalboard"), Need::Plugin("playbooks")])
.of_a_copy();

/// What stable said of the rows that were picked.
const ANSWERS: Entry<Vec<Answer>> = Entry::new("answers for rows of your site");

/// Requests that are under way at the same time on a node.
const AT_ONCE: usize = 8;
/// Rows that are named in a failure; all of them are counted.
const NAMED: usize = 5;
/// Letters of an id of the product's.
const ID: usize = 26;

/// The routes that show a row of a table, by its id.
const ROUTES: [(&str, &[&str]); 9] = [
    ("users", &["/api/v4/users/"]),
    ("teams", &["/api/v4/teams/"]),
    ("channels", &["/api/v4/channels/"]),
    ("posts", &["/api/v4/posts/", "/api/v4/posts/{}/thread"]),
    ("fileinfo", &["/api/v4/files/{}/info", "/api/v4/files/"]),
    ("focalboard_boards", &["/plugins/focalboard/api/v2/boards/"]),
    ("focalboard_blocks", &["/plugins/focalboard/api/v2/cards/"]),
    ("ir_playbook", &["/plugins/playbooks/api/v0/playbooks/"]),
    ("ir_incident", &["/plugins/playbooks/api/v0/runs/"]),
];

async fn run(cx: &Context<'_>) {
    let Some((database, restored)) = cx.restored else {
        return cx.not_applicable("rows of your site are picked", "no database-dump was given");
    };
    if ANSWERS.is_wanted(cx) {
        // One seed for a run, whoever asks.
        let seed = cx.home.usernames[1].clone();
        let picking = async {
            let picked = database.sample(restored.before, &seed).await;
            picked.map_err(|trouble| StepError::NotMeasured(trouble.to_string()))
        };
        let Ok(picked) = cx.step("the database picks rows of your site", picking).await else { return };
        let picked = sampled_products::those_that_answer(cx, picked).await;
        sampled_products::join(cx, &picked).await;
        cx.fact("rows that are asked for", counted(&picked));
        let (first, last) = match cx.places {
            [] => return,
            [first, .., last] => (first, last),
            [only] => (only, only),
        };
        let paths = paths(&picked);
        let asked =
            async { Ok::<_, StepError>((answers(first, &paths).await?, answers(last, &paths).await?)) };
        let Ok((before, again)) = cx.step("stable says what they are", asked).await else { return };
        let all = paths.into_iter().zip(before.into_iter().zip(again));
        let all = all.map(|((table, id, path), (sight, again))| {
            let moved = differences(&sight, &again, &BTreeSet::new());
            let volatile = moved.into_iter().map(|one| one.path.unwrap_or_default()).collect();
            Answer { table, id, path, sight, volatile }
        });
        ANSWERS.keep(cx, &sampled_products::shown(cx, all.collect()));
    }
    let known = if cx.stage == Stage::Stable { ANSWERS.kept(cx) } else { ANSWERS.old(cx) };
    let Some(known) = known else { return };
    let paths: Vec<_> =
        known.iter().map(|one| (one.table.clone(), one.id.clone(), one.path.clone())).collect();
    for place in cx.places {
        let name = format!("{place} answers for them");
        let Ok(now) = cx.step(name, answers(place, &paths)).await else { continue };
        for (table, _) in ROUTES {
            let of_table = known.iter().zip(&now).filter(|(one, _)| one.table == table);
            let of_table: Vec<(&Answer, &Sight)> = of_table.collect();
            if !of_table.is_empty() {
                cx.judge(format!("{place}: {table} as on stable"), alike(place, table, &of_table));
            }
        }
    }
}

/// Table, id and path of all that is asked.
fn paths(picked: &[PickedRow]) -> Vec<(String, String, String)> {
    let routes =
        |table: &str| ROUTES.iter().find(|(of, _)| *of == table).map_or(&[][..], |(_, routes)| routes);
    let of_row = |PickedRow { table, id, .. }: &PickedRow| {
        let path = |route: &&str| {
            if route.contains("{}") { route.replace("{}", id) } else { format!("{route}{id}") }
        };
        let row = (table.clone(), id.clone());
        routes(table)
            .iter()
            .map(path)
            .map(move |path| (row.0.clone(), row.1.clone(), path))
            .collect::<Vec<_>>()
    };
    picked.iter().flat_map(of_row).collect()
}

/// What the admin is told on a node, in the order of the paths.
///
/// # Errors
/// The first request that got no answer.
async fn answers(place: &Place, paths: &[(String, String, String)]) -> Result<Vec<Sight>, StepError> {
    let mut all = Vec::new();
    for some in paths.chunks(AT_ONCE) {
        all.extend(try_join_all(some.iter().map(|(_, _, path)| answer(place, path))).await?);
    }
    Ok(all)
}

async fn answer(place: &Place, path: &str) -> Result<Sight, StepError> {
    let reply = place.admin().send_bytes(Method::GET, path, &[OF_A_BROWSER], Vec::new(), ANY).await;
    // The path has an id in it, and nothing else of the site.
    let reply = reply.expecting("an answer for a row of your site")?;
    if reply.status >= 300 {
        return Ok(Sight::Refused(reply.status, String::new()));
    }
    let whole = serde_json::from_slice(&reply.body).unwrap_or_else(|_| bytes(&reply.body));
    Ok(Sight::Seen(reply.status, whole))
}

fn alike(place: &Place, table: &str, all: &[(&Answer, &Sight)]) -> Result<(), StepError> {
    let mut wrong: Vec<String> = Vec::new();
    let mut safety = false;
    for (before, now) in all {
        // Where two nodes of stable had not even one status, nothing is promised.
        if before.volatile.contains("") {
            continue;
        }
        if let Some(first) = differences(&before.sight, now, &before.volatile).first() {
            safety |= first.safety;
            let what = match &first.path {
                Some(path) => format!("the field {}", own_names(path)),
                None => format!("{} and not {}", first.is, first.was),
            };
            let route = before.path.replace(&before.id, "…");
            wrong.push(format!("{} by {route}: {what}", before.id));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let more = wrong.len().saturating_sub(NAMED);
    let told = wrong.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    let more = if more == 0 { String::new() } else { format!("; {more} more") };
    let expected = format!("{table} of your site as stable said");
    let failed =
        place.failed(expected, format!("{} of {} answers differ: {told}{more}", wrong.len(), all.len()));
    Err(if safety { failed.of_safety() } else { failed })
}

/// A path of fields as far as the product named them: below `props`, and where a key is no name of a field and no id, it is the site's.
fn own_names(path: &str) -> String {
    const OF_USERS: [&str; 4] = ["props", "notify_props", "timezone", "properties"];
    let mut told = String::new();
    for part in path.split('/').skip(1) {
        let is_field = part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            || sampled_products::FIELDS.contains(&part);
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        let is_id =
            part.len() == ID && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !(is_field || is_number || is_id) {
            return format!("{told}/…");
        }
        told.push('/');
        told.push_str(part);
        if OF_USERS.contains(&part) {
            return format!("{told}/…");
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_products_own_are_told() {
        assert_eq!(own_names("/message"), "/message");
        assert_eq!(own_names("/props/planted/x"), "/props/…");
        assert_eq!(own_names("/cardProperties/0/options"), "/cardProperties/0/options");
        assert_eq!(own_names("/properties/planted"), "/properties/…");
        assert_eq!(own_names("/metadata/images/https:~1~1planted/height"), "/metadata/images/…");
        let id = "7j6fr8cm6jywzbbnthsk333g5h";
        assert_eq!(own_names(&format!("/posts/{id}/type")), format!("/posts/{id}/type"));
    }

    #[test]
    fn each_row_is_asked_for_by_all_its_routes() {
        let row = |table: &str, id: &str| PickedRow { table: table.into(), id: id.into(), of: None };
        let picked = [row("posts", "a"), row("users", "b")];
        let asked: Vec<String> = paths(&picked).into_iter().map(|(.., path)| path).collect();
        assert_eq!(asked, ["/api/v4/posts/a", "/api/v4/posts/a/thread", "/api/v4/users/b"]);
        assert_eq!(counted(&picked), "1 posts, 1 users");
    }
}
