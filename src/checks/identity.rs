//! `identity`: every node is the version and the build that it should be, by each place that says so.

use std::collections::BTreeMap;

use super::check::{Check, Stages};
use super::context::Context;
use super::outcome::{Expect as _, Halt, Stop};
use super::scene::{Place, Side};
use crate::mattermost::{Edition, Limits, VersionFacts};
use crate::outcome::Failure;
use crate::versions::Version;

pub(super) const CHECK: Check = Check {
    id: "identity",
    title: "each node, by its own address, reports the planned version, its image's and stable's edition, one build hash per version",
    lines: &["S1.2a", "S2.0"],
    stages: Stages::Each,
    alone: false,
    needs: &[],
    environment: &[],
    run: |cx| Box::pin(run(cx)),
};

async fn run(cx: &Context<'_>) -> Result<(), Halt> {
    let mut facts: Vec<(&Place, VersionFacts)> = Vec::new();
    let mut halted = Ok(());
    for place in cx.places {
        match cx.step(format!("{} reports its version", place.name), of_node(cx, place)).await {
            Ok(told) => {
                cx.fact(
                    place.name.clone(),
                    format!("{} build {} hash {}", told.version, told.build_number, told.build_hash),
                );
                facts.push((place, told));
            }
            Err(halt) => halted = Err(halt),
        }
    }
    for side in [Side::Stable, Side::Release] {
        let of_side: Vec<_> = facts.iter().filter(|(place, _)| place.side == side).collect();
        if of_side.len() > 1 {
            let name = format!("all nodes on {} are one build", word(side));
            halted = halted.and(cx.judge(name, one_build(&of_side)));
        }
    }
    for (place, told) in &facts {
        halted = halted.and(as_labelled(cx, place, told));
    }
    halted = halted.and(cx.judge("all nodes serve one installation", one_installation(&facts)));
    for place in cx.places {
        let name = format!("{} is the edition that it should be", place.label());
        halted = halted.and(cx.step(name, of_edition(cx, place)).await);
    }
    halted.and(compare_with_stable(cx, &facts))
}

/// Which edition a node is and what that limits; later it must be stable's or more, and hide no message that stable showed.
async fn of_edition(cx: &Context<'_>, place: &Place) -> Result<(), Stop> {
    let admin = cx.home.admin.at(&place.anyone);
    let edition = admin.edition().await.expecting("the client configuration and licence")?;
    let limits = admin.limits().await.expecting("the limits of the edition")?;
    let words = limits.map_or_else(String::new, |limits| format!(": {limits}"));
    cx.fact(format!("{} edition", place.name), format!("{edition}{words}"));
    let limits = limits.unwrap_or_default();
    // Of several nodes on stable the first is the model for the others, too.
    let Some((before, was)) = cx.carried::<(Edition, Limits)>("edition") else {
        cx.carry("edition", &(edition, limits));
        return Ok(());
    };
    if before.is_lost_with(&edition) || (place.side == Side::Stable && before != edition) {
        return Err(Stop::failed_at(&place.name, before.to_string(), edition.to_string()));
    }
    if limits.hidden_before > was.hidden_before {
        let got = format!("{edition} hides messages older than {} ms since 1970", limits.hidden_before);
        return Err(Stop::failed_at(&place.name, "no message hidden that stable showed", got));
    }
    Ok(())
}

fn word(side: Side) -> &'static str {
    match side {
        Side::Stable => "stable",
        Side::Release => "release",
    }
}

/// A failure that shows the version which the node tells now, and not the one it had when it took its place.
fn differs(place: &Place, told: &VersionFacts, expected: String, got: String) -> Stop {
    let (node, version) = (Some(place.name.clone()), Some(told.version.clone()));
    Stop::Failed(Failure { expected, got, node, version, ..Failure::default() })
}

/// Client configuration, `X-Version-Id` and the websocket's hello must agree with each other and with the plan.
async fn of_node(cx: &Context<'_>, place: &Place) -> Result<VersionFacts, Stop> {
    let expected = if place.side == Side::Stable { cx.versions.0 } else { cx.versions.1 };
    let facts = place.anyone.version_facts().await.expecting("the client configuration")?;
    let wrong = |expected: String, got: String| Err(differs(place, &facts, expected, got));
    if !expected.admits(&facts.version) {
        return wrong(format!("version {expected}"), format!("version {}", facts.version));
    }
    if facts.build_hash.is_empty() {
        return wrong("a build hash".into(), "none".into());
    }
    let ping = place.anyone.ping().await.expecting("an answer to ping")?;
    let header = ping.version().unwrap_or_default();
    if header != facts.version {
        return wrong(format!("X-Version-Id of {}", facts.version), format!("\"{header}\""));
    }
    let socket = cx.socket(&cx.home.admin, place).await?;
    if !socket.server_version.starts_with(&format!("{}.", facts.version)) {
        let got = format!("server_version \"{}\"", socket.server_version);
        return wrong(format!("a websocket hello of {}", facts.version), got);
    }
    Ok(facts)
}

/// Version and commit against the labels of the node's image, where it has such.
fn as_labelled(cx: &Context<'_>, place: &Place, told: &VersionFacts) -> Result<(), Halt> {
    let name = format!("{} is what its image's labels say", place.name);
    let image = match cx.image(place.side) {
        Ok(image) => image,
        Err(absent) => return cx.judge(name, Err(absent.into())),
    };
    let version = image.version().filter(|version| !Version::read(version).admits(&told.version));
    let revision = image.revision().filter(|revision| *revision != told.build_hash);
    let verdict = match (version, revision) {
        (Some(version), _) => {
            Err(differs(place, told, format!("version {version}"), format!("version {}", told.version)))
        }
        (None, Some(commit)) => {
            Err(differs(place, told, format!("build hash {commit}"), told.build_hash.clone()))
        }
        (None, None) if image.version().is_none() && image.revision().is_none() => return Ok(()),
        (None, None) => Ok(()),
    };
    cx.judge(name, verdict)
}

fn one_build(of_side: &[&(&Place, VersionFacts)]) -> Result<(), Stop> {
    let build = |facts: &VersionFacts| {
        format!(
            "{} {} {} {}",
            facts.version, facts.build_number, facts.build_hash, facts.build_hash_enterprise
        )
    };
    let (first, rest) = of_side.split_first().ok_or_else(|| Stop::NotMeasured("no node answered".into()))?;
    match rest.iter().find(|(_, facts)| build(facts) != build(&first.1)) {
        None => Ok(()),
        Some((place, facts)) => {
            let expected = format!("the build of {}: {}", first.0.name, build(&first.1));
            Err(differs(place, facts, expected, build(facts)))
        }
    }
}

fn one_installation(facts: &[(&Place, VersionFacts)]) -> Result<(), Stop> {
    let mut ids: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (place, told) in facts {
        ids.entry(&told.diagnostic_id).or_default().push(&place.name);
    }
    match ids.len() {
        0 => Err(Stop::NotMeasured("no node answered".into())),
        1 => Ok(()),
        _ => Err(Stop::failed("one installation id on every node", format!("{ids:?}"))),
    }
}

/// On stable the build is noted; later an old node must still be that build, and a new one must not.
fn compare_with_stable(cx: &Context<'_>, facts: &[(&Place, VersionFacts)]) -> Result<(), Halt> {
    let Some((version, hash)) = cx.carried::<(String, String)>("build") else {
        if let Some((_, told)) = facts.iter().find(|(place, _)| place.side == Side::Stable) {
            cx.carry("build", &(&told.version, &told.build_hash));
        }
        return Ok(());
    };
    let mut halted = Ok(());
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
        halted = halted.and(cx.judge(name, verdict));
    }
    halted
}
