//! Versions that names do not tell (`master`, a digest): asked of the images before the plan is final.

use super::blame::Blames as _;
use crate::cluster::Cluster;
use crate::event::{Blame, Breakage, EventKind, Events};
use crate::plan::{Plan, PlanStep, Release, known_to_fail};
use crate::trouble::Trouble;
use crate::versions::Version;

/// The plan by the versions that its images tell; nothing where their names told them.
///
/// # Errors
/// Where the images cannot be had, or their versions are no pair that may be upgraded so.
pub(super) async fn settled(
    plan: &Plan,
    cluster: &Cluster,
    events: &Events,
) -> Result<Option<Plan>, Breakage> {
    let mut asked: Vec<&str> = plan.to_ask().into_iter().map(|(_, release)| release.image.as_str()).collect();
    asked.dedup();
    if asked.is_empty() {
        return Ok(None);
    }
    let answers = cluster.inside().versions(&asked).await.blames(Blame::Environment)?;
    let mut known: Vec<(&str, Version)> = Vec::new();
    for (image, answer) in asked.into_iter().zip(answers) {
        match answer {
            Ok(version) => known.push((image, version)),
            Err(why) => events.warn(format!(
                "Image {image} does not tell its version: {why}. How far the upgrade goes is not known then; its tag can say it, as in mm:11.7.0."
            )),
        }
    }
    if known.is_empty() {
        plan.rollback_decided().map_err(refused)?;
        return Ok(None);
    }
    let version = |release: &Release| {
        let told = known.iter().find(|(image, _)| *image == release.image);
        told.map_or_else(|| release.version.clone(), |(_, version)| version.clone())
    };
    let settled = plan.settled(version(&plan.stable), version(&plan.release)).map_err(refused)?;
    for known in known_to_fail(&settled.stable.version, &settled.release.version) {
        events.warn(known);
    }
    events.send(EventKind::PlanSettled {
        stable: settled.stable.version.to_string(),
        release: settled.release.version.to_string(),
        mode: settled.mode.to_string(),
        mode_reason: settled.mode_reason.clone(),
        planned: settled.stages.iter().map(|stage| (stage.stage, stage.checks.clone())).collect(),
        steps: settled.steps.iter().map(PlanStep::words).collect(),
    });
    Ok(Some(settled))
}

/// Nothing was learned about the release: the two images are no upgrade that may be made.
fn refused((wrong, remedy): (String, String)) -> Breakage {
    let message = format!("by what the images say, {wrong}");
    Breakage { blame: Blame::Environment, trouble: Trouble::new("images", message, remedy) }
}
