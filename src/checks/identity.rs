//! `identity`: every node is the version and the build that it should be, by each place that says so.

use std::collections::BTreeMap;

use super::prelude::*;
use crate::mattermost::{Edition, Limits, VersionFacts};
use crate::outcome::Failure;
use crate::versions::Version;

pub(super) const CHECK: Check = Check::new(
    "identity",
    "each node, by its own address, reports the planned version, its image's and stable's edition, one build hash per version",
    &["S1.2a", "S2.0"],
    |cx| Box::pin(run(cx)),
)
.also_in(NEWER_SCHEMA);

/// The edition of stable and what it limits.
const EDITION: Entry<(Edition, Limits)> = Entry::new("the edition");
/// The build of stable: its version and its hash.
const BUILD: Entry<(String, String)> = Entry::new("a build");

async fn run(cx: &Context<'_>) {
    let mut facts: Vec<(&Place, VersionFacts)> = Vec::new();
    for place in cx.places {
        let reported = cx.step(format!("{} reports its version", place.name), of_node(cx, place)).await;
        if let Ok(told) = reported {
            let words = format!("{} build {} hash {}", told.version, told.build_number, told.build_hash);
            cx.fact(place.name.clone(), words);
            facts.push((place, told));
        }
    }
    for side in [Side::Stable, Side::Release] {
        let of_side: Vec<_> = facts.iter().filter(|(place, _)| place.side == side).collect();
        if of_side.len() > 1 {
            cx.judge(format!("all nodes on {} are one build", word(side)), one_build(&of_side));
        }
    }
    for (place, told) in &facts {
        if cx.image(place.side).is_ok_and(|image| image.version().or(image.revision()).is_none()) {
            continue;
        }
        let name = format!("{} is what its image's labels say", place.name);
        cx.judge(name, as_labelled(cx, place, told));
    }
    cx.judge("all nodes serve one installation", one_installation(&facts));
    cx.on_each_at_once(cx.places, "is the edition that it should be", |place| of_edition(cx, place)).await;
    compare_with_stable(cx, &facts);
}

/// Which edition a node is and what that limits; later it must be stable's or more, and hide no message that stable showed.
async fn of_edition(cx: &Context<'_>, place: &Place) -> Result<(), StepError> {
    let admin = place.admin();
    let edition = admin.edition().await.expecting("the client configuration and licence")?;
    let limits = admin.limits().await.expecting("the limits of the edition")?;
    let words = limits.map_or_else(String::new, |limits| format!(": {limits}"));
    cx.fact(format!("{} edition", place.name), format!("{edition}{words}"));
    let limits = limits.unwrap_or_default();
    // Of several nodes on stable the first is the model for the others, too.
    let Some((before, was)) = EDITION.kept(cx) else {
        EDITION.put(cx, (edition, limits));
        return Ok(());
    };
    let lost = before.is_lost_with(&edition) || (place.side == Side::Stable && before != edition);
    place.ensure(!lost, before.to_string(), edition.to_string())?;
    let got = format!("{edition} hides messages older than {} ms since 1970", limits.hidden_before);
    place.ensure(limits.hidden_before <= was.hidden_before, "no message hidden that stable showed", got)
}

fn word(side: Side) -> &'static str {
    match side {
        Side::Stable => "stable",
        Side::Release => "release",
    }
}

/// A failure that shows the version which the node tells now, and not the one it had when it took its place.
fn differs(place: &Place, told: &VersionFacts, expected: String, got: String) -> StepError {
    let (node, version) = (Some(place.name.clone()), Some(told.version.clone()));
    StepError::Failed(Failure { expected, got, node, version, ..Failure::default() })
}

/// Client configuration, `X-Version-Id` and the websocket's hello must agree with each other and with the plan.
async fn of_node(cx: &Context<'_>, place: &Place) -> Result<VersionFacts, StepError> {
    let expected = if place.side == Side::Stable { cx.versions.0 } else { cx.versions.1 };
    let facts = place.client.version_facts().await.expecting("the client configuration")?;
    let wrong = |expected: String, got: String| Err(differs(place, &facts, expected, got));
    if !expected.admits(&facts.version) {
        return wrong(format!("version {expected}"), format!("version {}", facts.version));
    }
    if facts.build_hash.is_empty() {
        return wrong("a build hash".into(), "none".into());
    }
    let ping = place.client.ping().await.expecting("an answer to ping")?;
    let header = ping.version().unwrap_or_default();
    if header != facts.version {
        return wrong(format!("X-Version-Id of {}", facts.version), format!("\"{header}\""));
    }
    let socket = cx.socket(place.admin()).await?;
    if !socket.server_version.starts_with(&format!("{}.", facts.version)) {
        let got = format!("server_version \"{}\"", socket.server_version);
        return wrong(format!("a websocket hello of {}", facts.version), got);
    }
    Ok(facts)
}

/// Version and commit against the labels of the node's image, where it has such.
fn as_labelled(cx: &Context<'_>, place: &Place, told: &VersionFacts) -> Result<(), StepError> {
    let image = cx.image(place.side)?;
    if let Some(version) = image.version().filter(|version| !Version::read(version).admits(&told.version)) {
        return Err(differs(place, told, format!("version {version}"), format!("version {}", told.version)));
    }
    if let Some(commit) = image.revision().filter(|revision| *revision != told.build_hash) {
        return Err(differs(place, told, format!("build hash {commit}"), told.build_hash.clone()));
    }
    Ok(())
}

fn one_build(of_side: &[&(&Place, VersionFacts)]) -> Result<(), StepError> {
    let build = |facts: &VersionFacts| {
        format!(
            "{} {} {} {}",
            facts.version, facts.build_number, facts.build_hash, facts.build_hash_enterprise
        )
    };
    let (first, rest) =
        of_side.split_first().ok_or_else(|| StepError::NotMeasured("no node answered".into()))?;
    match rest.iter().find(|(_, facts)| build(facts) != build(&first.1)) {
        None => Ok(()),
        Some((place, facts)) => {
            let expected = format!("the build of {}: {}", first.0.name, build(&first.1));
            Err(differs(place, facts, expected, build(facts)))
        }
    }
}

fn one_installation(facts: &[(&Place, VersionFacts)]) -> Result<(), StepError> {
    let mut ids: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (place, told) in facts {
        ids.entry(&told.diagnostic_id).or_default().push(&place.name);
    }
    match ids.len() {
        0 => Err(StepError::NotMeasured("no node answered".into())),
        1 => Ok(()),
        _ => Err(StepError::failed("one installation id on every node", format!("{ids:?}"))),
    }
}

/// On stable the build is noted; later an old node must still be that build, and a new one must not.
fn compare_with_stable(cx: &Context<'_>, facts: &[(&Place, VersionFacts)]) {
    let Some((version, hash)) = BUILD.kept(cx) else {
        if let Some((_, told)) = facts.iter().find(|(place, _)| place.side == Side::Stable) {
            BUILD.put(cx, (told.version.clone(), told.build_hash.clone()));
        }
        return;
    };
    for (place, told) in facts {
        let same = told.version == version && told.build_hash == hash;
        let verdict = match place.side {
            Side::Stable if !same => {
                let got = format!("{} {}", told.version, told.build_hash);
                Err(differs(place, told, format!("still {version} {hash}"), got))
            }
            // Two versions cannot be built from one commit: one of the two says what it is not.
            Side::Release
                if told.build_hash == hash && (told.version != version || cx.versions.0 != cx.versions.1) =>
            {
                let expected = format!("another build than stable's {version} {hash}");
                Err(differs(place, told, expected, format!("{} {hash}", told.version)))
            }
            _ => Ok(()),
        };
        let name = match place.side {
            Side::Stable => format!("{} is still the stable build", place.name),
            Side::Release => format!("{} is no longer the stable build", place.name),
        };
        cx.judge(name, verdict);
    }
}
