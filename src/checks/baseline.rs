//! `baseline`: what was there on stable is there later: settings, roles, licence, what clients are told, and data.
//!
//! It notes on stable and compares in every later stage, on each node against the note, and in every stage the nodes of
//! one version with each other. The rules stand beside their data: `settings`, `roles`, `client_config`; what was announced between the
//! two versions is told as that. Posts are not taken from
//! the servers' own counts, because 11.x counts them once a day; the check's own posts are looked for, one by one.
//! It runs alone: nobody may change a setting while it reads, and its note holds what the other checks of stable made.

mod client_config;
mod roles;
mod settings;

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::channel;
use super::explained::{applying, verdict};
use super::prelude::*;
use crate::announced::{Build, Ground};
use crate::mattermost::Config;
use roles::Allowed;
use settings::StableSettings;

pub(super) const CHECK: Check = Check::new(
    "baseline",
    "settings, roles, licence, client configuration and data of stable are there in every later stage",
    &["E1"],
    |cx| Box::pin(run(cx)),
)
.alone();

/// How many posts are left to be found again.
const POSTS: usize = 10;
/// How many names a fact shows.
const NAMES: usize = 12;

/// What stable was like.
#[derive(Debug, Clone)]
struct StableNote {
    settings: StableSettings,
    roles: Allowed,
    client: Config,
    licence: Config,
    counts: BTreeMap<String, i64>,
    posts: Vec<String>,
}

/// What stable was like, for later stages.
const NOTE: Entry<StableNote> = Entry::new("a note").or_else("nothing was noted on stable");

async fn run(cx: &Context<'_>) {
    let mut configs: Vec<(&Place, Value)> = Vec::new();
    for place in cx.places {
        let read = cx.step(format!("read the configuration of {place}"), config(cx, place)).await;
        configs.extend(read.ok().map(|config| (place, config)));
    }
    for side in [Side::Stable, Side::Release] {
        same_configuration(cx, configs.iter().filter(|(place, _)| place.side == side));
    }
    if cx.stage == Stage::Stable {
        let Some((place, config)) = configs.first() else { return };
        if let Ok(note) = cx.step(format!("note what is on {place}"), note(cx, place, config)).await {
            NOTE.put(cx, note);
        }
        return;
    }
    let Some(note) = NOTE.old(cx) else { return };
    for (place, config) in &configs {
        place_compared(cx, place, config, &note).await;
    }
    cx.verify("no fewer users, teams and channels than on stable", counts_kept(cx, &note)).await;
}

/// Without clustering a node holds what it read last; it is made to read again.
async fn config(cx: &Context<'_>, place: &Place) -> Result<Value, StepError> {
    if !cx.clustered() {
        cx.refresh(place).await?;
    }
    place.admin().config().await.expecting("the configuration")
}

/// Nodes of one version have one configuration.
fn same_configuration<'a>(cx: &Context<'_>, mut configs: impl Iterator<Item = &'a (&'a Place, Value)>) {
    let Some((first, model)) = configs.next() else { return };
    for (place, config) in configs {
        let verdict = settings::unlike(model, config).map_or(Ok(()), |(path, wanted, got)| {
            let expected = format!("{path} {wanted}, as {} has it", first.name);
            Err(place.failed(expected, got.to_string()))
        });
        cx.judge(format!("{place} has the configuration of {first}"), verdict);
    }
}

async fn note(cx: &Context<'_>, place: &Place, config: &Value) -> Result<StableNote, StepError> {
    let (admin, alice) = (place.admin(), place.alice());
    let own = admin.config_without_defaults().await.expecting("the configuration without defaults")?;
    let environment = admin.config_environment().await.expecting("the settings that the environment sets")?;
    let channel = channel::of_check(cx).await?;
    let mut posts = Vec::new();
    for n in 1..=POSTS {
        let post = alice.create_post(&channel, &format!("number {n} to be found again"), &[]).await;
        posts.push(post.expecting("a new post")?.id);
    }
    Ok(StableNote {
        settings: StableSettings::of(config, &own, &environment),
        roles: roles::allowed(admin.roles().await.expecting("the roles")?),
        client: alice.client_config().await.expecting("the client configuration")?,
        licence: alice.client_license().await.expecting("the licence")?,
        counts: counts(place).await?,
        posts,
    })
}

async fn place_compared(cx: &Context<'_>, place: &Place, config: &Value, note: &StableNote) {
    let (admin, alice) = (place.admin(), place.alice());
    let own = |what: &str| format!("{}: {what}", place.name);
    // Which changes may be meant depends on the licence; what cannot be read explains nothing, and is told below.
    let licence = alice.client_license().await;
    let applying = applying(cx, &ground(cx, note, licence.as_ref().ok()));
    let compared = note.settings.compare(config, &applying);
    fact(cx, own("settings that stable had and this version has not"), &compared.retired);
    fact(cx, own("flags and plugins' settings with another value"), &compared.moved);
    let settings = verdict(cx, place, &compared.wrong, &compared.announced);
    cx.judge(format!("{place}: every setting of stable has its value"), settings);
    let roles = async {
        let now = roles::allowed(admin.roles().await.expecting("the roles")?);
        let compared = roles::lost(&note.roles, &now, &applying);
        verdict(cx, place, &compared.wrong, &compared.announced)
    };
    cx.verify(format!("{place}: no role may do less"), roles).await;
    let client = async {
        let now = alice.client_config().await.expecting("the client configuration")?;
        let compared = client_config::client(&note.client, &now, &applying);
        fact(cx, own("told to clients on stable and no more"), &compared.retired);
        verdict(cx, place, &compared.wrong, &compared.announced)
    };
    cx.verify(format!("{place}: clients are told what they were"), client).await;
    let licence = licence.expecting("the licence").and_then(|now| {
        let compared = client_config::licence(&note.licence, &now, &applying);
        verdict(cx, place, &compared.wrong, &compared.announced)
    });
    cx.judge(format!("{place}: the licence says what it said"), licence);
    let found = cx.until_replicated(place, || posts_found(place, note));
    cx.verify(format!("{place}: each of stable's {POSTS} posts is found"), found).await;
}

/// What decides which announced changes apply: the build and the licence of stable, and the licence of now.
fn ground(cx: &Context<'_>, noted: &StableNote, licence: Option<&Config>) -> Ground {
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
async fn posts_found(place: &Place, noted: &StableNote) -> Result<(), StepError> {
    let found = join_all(noted.posts.iter().map(|id| place.bob().read_post(id))).await;
    let lost = found.iter().filter(|post| post.is_err()).count();
    match found.into_iter().find_map(Result::err) {
        None => Ok(()),
        Some(error) => {
            let expected = format!("{} posts of stable", noted.posts.len());
            let got = format!("{lost} less, the first with {}", error.got());
            Err(place.failed(expected, got).of_safety())
        }
    }
}

async fn counts_kept(cx: &Context<'_>, noted: &StableNote) -> Result<(), StepError> {
    for place in cx.places {
        let now = counts(place).await?;
        for (what, &before) in &noted.counts {
            let now = now.get(what).copied().unwrap_or_default();
            if now < before {
                let expected = format!("at least the {before} {what} of stable");
                return Err(place.failed(expected, now.to_string()).of_safety());
            }
        }
    }
    Ok(())
}

/// Only what no check makes fewer: deactivated users are counted, deleted channels are as well.
async fn counts(place: &Place) -> Result<BTreeMap<String, i64>, StepError> {
    let told = place.admin().counts().await.expecting("the server's own counts")?;
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
