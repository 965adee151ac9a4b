//! `schema`: the database was migrated, completely, once, and every node agrees on it.

use super::check::{Check, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::{Place, Side};
use crate::mattermost::Migration;
use serde_json::Value;

pub(super) const CHECK: Check = Check {
    id: "schema",
    title: "every node reports one list of applied migrations, none lost, renamed or failed since stable",
    lines: &["S1.2b"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut lists: Vec<(&Place, Vec<Migration>)> = Vec::new();
    for place in cx.places {
        let admin = cx.home.admin.at(&place.anyone);
        let list = cx
            .step(format!("{} lists the applied migrations", place.name), async {
                let list = admin.schema().await.expecting("the list of applied migrations")?;
                let highest = list.last().map_or(0, |migration| migration.version);
                // A server may read SchemaVersion once, at its start: in a mixed cluster an old node tells stable's.
                let before: Option<i64> = cx.carried("highest").filter(|_| place.side == Side::Stable);
                let fits =
                    |told: &str| told == highest.to_string() || before.is_some_and(|b| told == b.to_string());
                let config = admin.client_config().await.expecting("the client configuration")?;
                match config.get("SchemaVersion") {
                    Some(told) if !fits(told) => {
                        let expected = format!("SchemaVersion {highest}, the list's highest");
                        Err(Stop::failed_at(&place.name, expected, told))
                    }
                    _ => Ok(list),
                }
            })
            .await?;
        lists.push((place, list));
    }
    let (first, list) = &lists[0];
    let highest = list.last().map_or(0, |migration| migration.version);
    cx.fact("migrations", format!("{} applied, highest {highest}", list.len()));
    for (place, other) in &lists[1..] {
        cx.judge(format!("{} and {} agree", first.name, place.name), same(place, list, other))?;
    }
    match cx.carried::<Vec<(i64, String)>>("list") {
        None => {
            let list: Vec<_> = list.iter().map(|m| (m.version, m.name.clone())).collect();
            cx.carry("list", &list);
            cx.carry("highest", &highest);
        }
        Some(before) => {
            cx.fact("added since stable", list.len().saturating_sub(before.len()).to_string());
            cx.judge("no migration of stable is lost or renamed", kept(first, &before, list))?;
        }
    }
    cx.step("no migration in the background failed", background(cx, first)).await
}

fn same(place: &Place, list: &[Migration], other: &[Migration]) -> Result<(), Stop> {
    let lacking = list.iter().find(|migration| !other.contains(migration));
    let extra = other.iter().find(|migration| !list.contains(migration));
    match lacking.map(|m| ("without", m)).or(extra.map(|m| ("with", m))) {
        None => Ok(()),
        Some((how, m)) => {
            let got = format!("{} migrations, {how} {} {}", other.len(), m.version, m.name);
            Err(Stop::failed_at(&place.name, format!("the same {} migrations", list.len()), got))
        }
    }
}

fn kept(place: &Place, before: &[(i64, String)], now: &[Migration]) -> Result<(), Stop> {
    for (version, name) in before {
        let found = now.iter().find(|migration| migration.version == *version);
        if found.is_none_or(|migration| migration.name != *name) {
            let got = found.map_or("no such migration".to_owned(), |m| format!("{} {}", m.version, m.name));
            return Err(Stop::failed_at(
                &place.name,
                format!("migration {version} {name}, applied on stable"),
                got,
            ));
        }
    }
    Ok(())
}

/// The data migrations that run as jobs: any may still be waiting, none may have ended in an error.
async fn background(cx: &Context<'_>, place: &Place) -> Result<(), Stop> {
    let admin = cx.home.admin.at(&place.anyone);
    let path = "/api/v4/jobs/type/migrations?page=0&per_page=60";
    let reply = admin.get(path).await.expecting("the list of migration jobs")?;
    let entries: Option<Vec<Value>> = reply.json().expecting("a list of jobs")?;
    let entries = entries.unwrap_or_default();
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    match entries.iter().find(|entry| word(entry, "status") == "error") {
        None => Ok(()),
        Some(bad) => {
            let key = bad["data"]["migration_key"].as_str().unwrap_or("unnamed").to_owned();
            Err(Stop::failed_at(&place.name, "no migration job with status error", format!("{key} failed")))
        }
    }
}
