//! `schema`: the database was migrated, completely, once, and every node agrees on it.

use super::explained;
use super::prelude::*;
use super::schema_change::{SCHEMA_CHANGE, SchemaChange};
use crate::announced::Ground;
use crate::mattermost::Migration;

/// The check's id: what the database did meanwhile is kept for it.
pub(crate) const SCHEMA: &str = "schema";

pub(super) const CHECK: Check = Check::new(
    SCHEMA,
    "every node reports one list of applied migrations, none lost, renamed or failed since stable",
    &["S1.2b"],
    |cx| Box::pin(run(cx)),
)
.also_in(NEWER_SCHEMA);

/// A migration: its number and its name.
type AppliedMigration = (i64, String);

/// The migrations of stable.
const APPLIED: Entry<Vec<AppliedMigration>> = Entry::new("a list of migrations");

async fn run(cx: &Context<'_>) {
    let before = APPLIED.old(cx);
    for (name, value) in SCHEMA_CHANGE.take(cx.carried, SCHEMA).iter().flat_map(SchemaChange::facts) {
        cx.fact(name, value);
    }
    let mut lists: Vec<(&Place, Vec<Migration>)> = Vec::new();
    for place in cx.places {
        let name = format!("{} lists the applied migrations", place.name);
        let Ok(list) = cx.step(name, listed(place, before.as_deref())).await else { return };
        lists.push((place, list));
    }
    let (first, list) = &lists[0];
    cx.fact("migrations", format!("{} applied, highest {}", list.len(), highest(list)));
    for (place, other) in &lists[1..] {
        let agrees =
            cx.step(format!("{} and {} agree", first.name, place.name), async { same(place, list, other) });
        if agrees.await.is_err() {
            return;
        }
    }
    APPLIED.keep(cx, &list.iter().map(|m| (m.version, m.name.clone())).collect());
    if let Some(before) = before {
        cx.fact("added since stable", list.len().saturating_sub(before.len()).to_string());
        cx.judge("no migration of stable is lost or renamed", kept(cx, first, &before, list));
    }
    cx.verify("no migration in the background failed", background(first)).await;
}

fn highest(list: &[Migration]) -> i64 {
    list.last().map_or(0, |migration| migration.version)
}

/// The migrations of one node, which must be what it tells clients.
async fn listed(place: &Place, before: Option<&[AppliedMigration]>) -> Result<Vec<Migration>, StepError> {
    let list = place.admin().schema().await.expecting("the list of applied migrations")?;
    let highest = highest(&list);
    // A server may read SchemaVersion once, at its start: in a mixed cluster an old node tells stable's.
    let of_stable = before.and_then(<[AppliedMigration]>::last).filter(|_| place.side == Side::Stable);
    let fits = |told: &str| {
        told == highest.to_string() || of_stable.is_some_and(|(version, _)| told == version.to_string())
    };
    let config = place.admin().client_config().await.expecting("the client configuration")?;
    if let Some(told) = config.get("SchemaVersion") {
        place.ensure(fits(told), format!("SchemaVersion {highest}, the list's highest"), told)?;
    }
    Ok(list)
}

fn same(place: &Place, list: &[Migration], other: &[Migration]) -> Result<(), StepError> {
    let lacking = list.iter().find(|migration| !other.contains(migration));
    let extra = other.iter().find(|migration| !list.contains(migration));
    match lacking.map(|m| ("without", m)).or(extra.map(|m| ("with", m))) {
        None => Ok(()),
        Some((how, m)) => {
            let got = format!("{} migrations, {how} {} {}", other.len(), m.version, m.name);
            Err(place.failed(format!("the same {} migrations", list.len()), got))
        }
    }
}

/// A migration is what its name says: a server may list it under another number, and has done so.
fn kept(
    cx: &Context<'_>,
    place: &Place,
    before: &[AppliedMigration],
    now: &[Migration],
) -> Result<(), StepError> {
    let MigrationsCompared { lost, renumbered } = compared(before, now);
    if !renumbered.is_empty() {
        let told: Vec<String> =
            renumbered.iter().map(|(name, was, is)| format!("{name} {was} → {is}")).collect();
        let fact = format!("{} of stable: {}", renumbered.len(), told.join(", "));
        cx.fact("migrations that are there under another number", fact);
    }
    if let Some((version, name)) = lost {
        let taken = now.iter().find(|migration| migration.version == version);
        let got = taken.map_or("no such migration".to_owned(), |m| format!("{} {}", m.version, m.name));
        return Err(
            place.failed(format!("migration {version} {name}, applied on stable, under any number"), got)
        );
    }
    let applying = explained::applying(cx, &Ground::default());
    let announced: Vec<_> =
        renumbered.iter().filter_map(|(name, was, is)| applying.migration(name, *was, *is)).collect();
    explained::told(&announced)
}

/// How a list compares with stable's.
#[derive(Debug, PartialEq, Eq)]
struct MigrationsCompared {
    /// The first one that is under no number any more.
    lost: Option<(i64, String)>,
    /// Those under another number: name, before, since.
    renumbered: Vec<(String, i64, i64)>,
}

/// Each row of stable has one of its own now: of two with one name, one alone is a loss.
fn compared(before: &[AppliedMigration], now: &[Migration]) -> MigrationsCompared {
    let mut open: Vec<&Migration> = now.iter().collect();
    let mut take = |fits: &dyn Fn(&Migration) -> bool| {
        open.iter().position(|migration| fits(migration)).map(|index| open.remove(index).version)
    };
    // Those that stayed first: what moved must not take a place that is another's.
    let moved: Vec<&AppliedMigration> = before
        .iter()
        .filter(|(version, name)| take(&|row| row.version == *version && row.name == *name).is_none())
        .collect();
    let mut compared = MigrationsCompared { lost: None, renumbered: Vec::new() };
    for (version, name) in moved {
        match take(&|row| row.name == *name) {
            Some(since) => compared.renumbered.push((name.clone(), *version, since)),
            None => {
                compared.lost.get_or_insert_with(|| (*version, name.clone()));
            }
        }
    }
    compared
}

/// The data migrations that run as jobs: any may still be waiting, none may have ended in an error.
async fn background(place: &Place) -> Result<(), StepError> {
    let path = "/api/v4/jobs/type/migrations?page=0&per_page=60";
    let reply = place.admin().get(path).await.expecting("the list of migration jobs")?;
    let entries: Option<Vec<Value>> = reply.json().expecting("a list of jobs")?;
    let entries = entries.unwrap_or_default();
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    match entries.iter().find(|entry| word(entry, "status") == "error") {
        None => Ok(()),
        Some(bad) => {
            let key = bad["data"]["migration_key"].as_str().unwrap_or("unnamed").to_owned();
            Err(place.failed("no migration job with status error", format!("{key} failed")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: &[(i64, &str)]) -> Vec<(i64, String)> {
        rows.iter().map(|(version, name)| (*version, (*name).to_owned())).collect()
    }

    fn of(before: &[(i64, &str)], now: &[(i64, &str)]) -> MigrationsCompared {
        let now = list(now).into_iter().map(|(version, name)| Migration { version, name });
        compared(&list(before), &now.collect::<Vec<_>>())
    }

    #[test]
    fn a_migration_is_kept_by_its_name_under_any_number() {
        let stable = [(141, "a"), (142, "add_schemeid_to_roles")];
        let release = [(141, "a"), (142, "create_content_flagging_tables"), (156, "add_schemeid_to_roles")];
        let renumbered = vec![("add_schemeid_to_roles".to_owned(), 142, 156)];
        assert_eq!(of(&stable, &release), MigrationsCompared { lost: None, renumbered });
        assert_eq!(of(&stable, &stable), MigrationsCompared { lost: None, renumbered: Vec::new() });
    }

    #[test]
    fn a_name_that_is_gone_is_lost_even_where_its_number_is_taken() {
        let lost = of(&[(1, "a"), (2, "b")], &[(1, "a"), (2, "b_anew")]).lost;
        assert_eq!(lost, Some((2, "b".into())));
    }

    #[test]
    fn of_two_with_one_name_each_must_be_there() {
        let twice = [(1, "a"), (2, "a"), (3, "b")];
        assert_eq!(of(&twice, &[(2, "a"), (3, "b")]).lost, Some((1, "a".into())));
        let moved = of(&twice, &[(2, "a"), (3, "b"), (7, "a")]);
        assert_eq!(moved, MigrationsCompared { lost: None, renumbered: vec![("a".into(), 1, 7)] });
    }
}
