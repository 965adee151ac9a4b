//! `baseline`: what was there on stable is there later: settings, roles, licence, what clients are told, and data.
//!
//! It notes on stable and compares in every later stage, on each node against the note, and in every stage the nodes of
//! one version with each other. The rules stand beside their data: `settings`, `roles`, `told`; what was announced between the
//! two versions is told as that. Posts are not taken from
//! the servers' own counts, because 11.x counts them once a day; the check's own posts are looked for, one by one.
//! It runs alone: nobody may change a setting while it reads, and its note holds what the other checks of stable made.

mod roles;
mod settings;
mod told;

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::channel;
use super::check::{Check, Stages};
use super::context::Context;
use super::explained::{applying, verdict};
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::{Place, Side};
use crate::announced::{Build, Ground};
use crate::mattermost::Config;
use crate::outcome::Stage;
use roles::Allowed;
use settings::Before;

pub(super) const CHECK: Check = Check {
    id: "baseline",
    title: "settings, roles, licence, client configuration and data of stable are there in every later stage",
    lines: &["E1"],
    stages: Stages::Each,
    alone: true,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

/// How many posts are left to be found again.
const POSTS: usize = 10;
/// How many names a fact shows.
const NAMES: usize = 12;

/// What stable was like.
#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    settings: Before,
    roles: Allowed,
    client: Config,
    licence: Config,
    counts: BTreeMap<String, i64>,
    posts: Vec<String>,
}

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut halted = Ok(());
    let mut configs: Vec<(&Place, Value)> = Vec::new();
    for place in cx.places {
        match cx.step(format!("read the configuration of {}", place.label()), config(cx, place)).await {
            Ok(config) => configs.push((place, config)),
            Err(halt) => halted = Err(halt),
        }
    }
    for side in [Side::Stable, Side::Release] {
        halted = halted.and(alike(cx, configs.iter().filter(|(place, _)| place.side == side)));
    }
    if cx.stage == Stage::Stable {
        let Some((place, config)) = configs.first() else { return halted };
        let noted = cx.step(format!("note what is on {}", place.label()), note(cx, place, config)).await?;
        cx.carry("noted", &noted);
        return halted;
    }
    let Some(noted) = cx.carried::<Noted>("noted") else {
        return cx.judge(
            "there is a note from stable",
            Err(Stop::NotMeasured("nothing was noted on stable".into())),
        );
    };
    for (place, config) in &configs {
        halted = halted.and(place_compared(cx, place, config, &noted).await);
    }
    halted.and(cx.step("no fewer users, teams and channels than on stable", counts_kept(cx, &noted)).await)
}

/// Without clustering a node holds what it read last; it is made to read again.
async fn config(cx: &Context<'_>, place: &Place) -> Result<Value, Stop> {
    if !cx.clustered() {
        cx.refresh(place).await?;
    }
    cx.home.admin.at(&place.anyone).config().await.expecting("the configuration")
}

/// Nodes of one version have one configuration.
fn alike<'a>(
    cx: &Context<'_>,
    mut configs: impl Iterator<Item = &'a (&'a Place, Value)>,
) -> Result<(), Halt> {
    let Some((first, model)) = configs.next() else { return Ok(()) };
    let mut halted = Ok(());
    for (place, config) in configs {
        let verdict = settings::unlike(model, config).map_or(Ok(()), |(path, wanted, got)| {
            let expected = format!("{path} {wanted}, as {} has it", first.name);
            Err(Stop::failed_at(&place.name, expected, got.to_string()))
        });
        let name = format!("{} has the configuration of {}", place.label(), first.label());
        halted = halted.and(cx.judge(name, verdict));
    }
    halted
}

async fn note(cx: &Context<'_>, place: &Place, config: &Value) -> Result<Noted, Stop> {
    let admin = cx.home.admin.at(&place.anyone);
    let alice = cx.home.alice.at(&place.anyone);
    let own = admin.config_without_defaults().await.expecting("the configuration without defaults")?;
    let environment = admin.config_environment().await.expecting("the settings that the environment sets")?;
    let channel = channel::of_check(cx).await?;
    let mut posts = Vec::new();
    for n in 1..=POSTS {
        let post = alice.create_post(&channel, &format!("number {n} to be found again"), &[]).await;
        posts.push(post.expecting("a new post")?.id);
    }
    Ok(Noted {
        settings: Before::of(config, &own, &environment),
        roles: roles::allowed(admin.roles().await.expecting("the roles")?),
        client: alice.client_config().await.expecting("the client configuration")?,
        licence: alice.client_license().await.expecting("the licence")?,
        counts: counts(cx, place).await?,
        posts,
    })
}

async fn place_compared(cx: &Context<'_>, place: &Place, config: &Value, noted: &Noted) -> Result<(), Halt> {
    let label = place.label();
    let admin = cx.home.admin.at(&place.anyone);
    let alice = cx.home.alice.at(&place.anyone);
    let own = |what: &str| format!("{}: {what}", place.name);
    // Which changes may be meant depends on the licence; what cannot be read explains nothing, and is told below.
    let licence = alice.client_license().await;
    let applying = applying(cx, &ground(cx, noted, licence.as_ref().ok()));
    let compared = noted.settings.compare(config, &applying);
    fact(cx, own("settings that stable had and this version has not"), &compared.retired);
    fact(cx, own("flags and plugins' settings with another value"), &compared.moved);
    let name = format!("{label}: every setting of stable has its value");
    let mut halted = cx.judge(name, verdict(cx, place, &compared.wrong, &compared.announced));
    let roles = async {
        let now = roles::allowed(admin.roles().await.expecting("the roles")?);
        let compared = roles::lost(&noted.roles, &now, &applying);
        verdict(cx, place, &compared.wrong, &compared.announced)
    };
    halted = halted.and(cx.step(format!("{label}: no role may do less"), roles).await);
    let told = async {
        let now = alice.client_config().await.expecting("the client configuration")?;
        let compared = told::client(&noted.client, &now, &applying);
        fact(cx, own("told to clients on stable and no more"), &compared.retired);
        verdict(cx, place, &compared.wrong, &compared.announced)
    };
    halted = halted.and(cx.step(format!("{label}: clients are told what they were"), told).await);
    let licence = licence.expecting("the licence").and_then(|now| {
        let compared = told::licence(&noted.licence, &now, &applying);
        verdict(cx, place, &compared.wrong, &compared.announced)
    });
    halted = halted.and(cx.judge(format!("{label}: the licence says what it said"), licence));
    let found = cx.crossed(place, || posts_found(cx, place, noted));
    halted.and(cx.step(format!("{label}: each of stable's {POSTS} posts is found"), found).await)
}

/// What decides which announced changes apply: the build and the licence of stable, and the licence of now.
fn ground(cx: &Context<'_>, noted: &Noted, licence: Option<&Config>) -> Ground {
    let edition = noted.client.get("BuildEnterpriseReady").map(|ready| match ready.as_str() {
        "true" => Build::Enterprise,
        _ => Build::Team,
    });
    Ground {
        edition,
        licensed: noted.licence.get("IsLicensed").map(|is| is == "true"),
        sku: licence.and_then(|licence| licence.get("SkuShortName").cloned()),
        clustered: Some(cx.clustered()),
    }
}

/// By id: their order, and how they read, is for `posts`.
async fn posts_found(cx: &Context<'_>, place: &Place, noted: &Noted) -> Result<(), Stop> {
    let bob = cx.home.bob.at(&place.anyone);
    let found = join_all(noted.posts.iter().map(|id| bob.read_post(id))).await;
    let lost = found.iter().filter(|post| post.is_err()).count();
    match found.into_iter().find_map(Result::err) {
        None => Ok(()),
        Some(error) => {
            let expected = format!("{} posts of stable", noted.posts.len());
            let got = format!("{lost} less, the first with {}", error.got());
            Err(Stop::failed_at(&place.name, expected, got).of_safety())
        }
    }
}

async fn counts_kept(cx: &Context<'_>, noted: &Noted) -> Result<(), Stop> {
    for place in cx.places {
        let now = counts(cx, place).await?;
        for (what, &before) in &noted.counts {
            let now = now.get(what).copied().unwrap_or_default();
            if now < before {
                let expected = format!("at least the {before} {what} of stable");
                return Err(Stop::failed_at(&place.name, expected, now.to_string()).of_safety());
            }
        }
    }
    Ok(())
}

/// Only what no check makes fewer: deactivated users are counted, deleted channels are as well.
async fn counts(cx: &Context<'_>, place: &Place) -> Result<BTreeMap<String, i64>, Stop> {
    let told = cx.home.admin.at(&place.anyone).counts().await.expecting("the server's own counts")?;
    let sum = |names: &[&str]| {
        names.iter().filter_map(|&name| told.get(name)).fold(0_i64, |sum, count| sum.saturating_add(*count))
    };
    Ok(BTreeMap::from([
        ("users".into(), sum(&["unique_user_count", "inactive_user_count"])),
        ("teams".into(), sum(&["team_count"])),
        ("channels".into(), sum(&["channel_open_count", "channel_private_count"])),
    ]))
}

fn fact(cx: &Context<'_>, name: String, paths: &[String]) {
    let shown = paths.iter().take(NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
    match paths.len() {
        0 => {}
        all if all > NAMES => cx.fact(name, format!("{all}: {shown}, …")),
        _ => cx.fact(name, shown),
    }
}

#[cfg(test)]
mod tests;
