//! Which steps a run takes, in which order: a list for each kind of upgrade.
//!
//! Each list is written out as it runs. Another kind of run (versions before stable) is another list of the same steps. A way back
//! is in the list of a roll, where the plan has the stage `rollback`.

use std::path::Path;

use super::part::Part;
use super::steps::PlanStep;
use super::types::{AttachedPlan, Bundle, Mode, Plan, StagePlan};
use crate::checks::catalogue::{self, CHECKS};
use crate::checks::{AVAILABILITY, Need, PLUGIN_UPGRADE, PRODUCTS, Side, WRITE_LEDGER, WRITE_MATRIX};
use crate::inputs::SuitePlan;
use crate::limited::bytes;
use crate::outcome::Stage;
use crate::shown::Shown;

/// What is told of a check that wants restarts, where nobody can restart nodes so.
const NO_RESTARTS: &str = "attached: the gate cannot restart its nodes with another environment";

/// The steps of a plan whose other parts are there.
pub(super) fn steps(plan: &Plan) -> Vec<PlanStep> {
    match (&plan.attached, plan.mode) {
        (Some(attached), _) => attached_roll(plan, attached),
        (None, Mode::Rolling) => rolling(plan),
        (None, Mode::StopStart) => stop_start(plan),
    }
}

/// A cluster that the gate builds, replaced node by node.
fn rolling(plan: &Plan) -> Vec<PlanStep> {
    let mut steps = bring_up(plan);
    steps.extend(roll(plan, &built_parts(plan, Side::Release), &built_parts(plan, Side::Stable)));
    let end = if plan.keep { PlanStep::Keep } else { PlanStep::TearDown };
    steps.extend([PlanStep::Report, end]);
    steps
}

/// A cluster that the gate builds: all nodes stop, the first one migrates the database, the others follow.
fn stop_start(plan: &Plan) -> Vec<PlanStep> {
    let mut steps = bring_up(plan);
    for stage in plan.stages.iter().filter(|stage| !matches!(stage.stage, Stage::History(_))) {
        if stage.stage == Stage::Release {
            steps.push(PlanStep::StopAll { nodes: plan.order.clone(), parts: out_of_traffic(plan) });
            let (first, others) = plan.order.split_at(plan.order.len().min(1));
            steps.extend([first, others].into_iter().filter_map(|nodes| start(plan, nodes, Side::Release)));
        }
        steps.extend(checks_of(plan, stage));
    }
    let end = if plan.keep { PlanStep::Keep } else { PlanStep::TearDown };
    steps.extend([PlanStep::Report, end]);
    steps
}

/// A cluster that is there already, replaced node by node by a command of the user's.
fn attached_roll(plan: &Plan, attached: &AttachedPlan) -> Vec<PlanStep> {
    let mut steps = vec![
        PlanStep::Find { nodes: plan.order.clone(), side: Side::Stable },
        PlanStep::MakeAccounts,
        PlanStep::Connect { balancer: true, licensed: false, mail: false },
    ];
    let (drain, undrain) = (attached.drain.is_some(), attached.undrain.is_some());
    let parts = [
        (drain, Part::DrainCommand),
        (true, Part::ReplaceCommand),
        (true, Part::Ready),
        (true, Part::Sanity),
        (undrain, Part::UndrainCommand),
    ];
    // Nobody could put stable back: see `rollback_policy`.
    steps.extend(roll(plan, &given(parts), &[]));
    steps.extend([PlanStep::Report, PlanStep::CleanUp]);
    steps
}

/// The first node alone, because it migrates the empty database; accounts and plugins before the others start: a node
/// without clustering installs what the file store has only when it starts.
fn bring_up(plan: &Plan) -> Vec<PlanStep> {
    let (first, others) = plan.order.split_at(plan.order.len().min(1));
    let mut steps = vec![PlanStep::Prepare { parts: before_the_nodes(plan) }];
    steps.extend(restore(plan));
    steps.extend(history(plan, first));
    steps.extend(start(plan, first, Side::Stable));
    if plan.history.is_empty() {
        steps.push(PlanStep::MakeAccounts);
    }
    let (products, own) = (products(plan), plan.plugins.iter().map(|own| own.id.clone()).collect::<Vec<_>>());
    if !products.is_empty() || !own.is_empty() {
        steps.push(PlanStep::InstallPlugins { products, own });
    }
    steps.extend(start(plan, others, Side::Stable));
    let balancer = plan.built.as_ref().is_none_or(|built| built.balancer.is_some());
    steps.push(PlanStep::Connect { balancer, licensed: plan.licensed, mail: true });
    steps
}

/// The site's own data, before any node makes a database of its own.
fn restore(plan: &Plan) -> Option<PlanStep> {
    let copy = plan.site_copy.as_ref()?;
    let shown = |path: &Path| Shown::plain(&path.display().to_string()).to_string();
    let named = |path: &Path, size: u64| format!("{} ({})", shown(path), bytes(size));
    Some(PlanStep::Restore {
        database: named(&copy.database.path, copy.database.bytes),
        objects: copy.store.as_ref().map(|store| match store.bytes {
            Some(size) => named(&store.path, size),
            None => shown(&store.path),
        }),
    })
}

/// The versions before stable, by one node alone; the accounts are as old as the database.
fn history(plan: &Plan, node: &[String]) -> Vec<PlanStep> {
    let Some(node) = node.first() else { return Vec::new() };
    let mut steps = Vec::new();
    for (n, release) in (1..).zip(&plan.history) {
        let stage = Stage::History(n);
        steps.push(PlanStep::Visit { node: node.clone(), stage, version: release.given.clone() });
        if n == 1 {
            steps.push(PlanStep::MakeAccounts);
        }
        let planned = plan.stages.iter().find(|planned| planned.stage == stage);
        steps.extend(planned.into_iter().flat_map(|planned| checks_of(plan, planned)));
        steps.push(PlanStep::Leave { node: node.clone() });
    }
    steps
}

/// The checks of each stage, and before each but the first one the next node's replacement. Before `rollback` all nodes that
/// were replaced go back; where the roll goes on after it, they go forward again.
fn roll(plan: &Plan, forward: &[Part], back: &[Part]) -> Vec<PlanStep> {
    let replace = |node: &String, side, parts: &[Part]| PlanStep::Replace {
        node: node.clone(),
        side,
        parts: parts.to_vec(),
    };
    let mut steps = Vec::new();
    let mut replaced = 0;
    for (index, stage) in plan.stages.iter().enumerate() {
        match stage.stage {
            // What was before stable is part of the bring-up.
            Stage::History(_) => continue,
            Stage::Stable => {}
            Stage::Migrated => {
                let like = plan.order.first().cloned().unwrap_or_default();
                steps.push(PlanStep::Migrate { like, nodes: plan.order.len() });
            }
            Stage::Rollback => {
                steps.extend(plan.order[..replaced].iter().map(|node| replace(node, Side::Stable, back)));
            }
            Stage::Mixed(_) | Stage::Release => {
                steps.extend(plan.order.get(replaced).map(|node| replace(node, Side::Release, forward)));
                replaced += 1;
            }
        }
        steps.extend(checks_of(plan, stage));
        if stage.stage == Stage::Rollback && index + 1 < plan.stages.len() {
            steps.extend(plan.order[..replaced].iter().map(|node| replace(node, Side::Release, forward)));
        }
    }
    steps
}

/// The checks of a stage; those that want the nodes restarted and the user's suite come after the others, one by one.
fn checks_of(plan: &Plan, stage: &StagePlan) -> Vec<PlanStep> {
    let environment =
        |id: &String| catalogue::find(id).map(|check| check.environment).filter(|all| !all.is_empty());
    let is_suite = |id: &String| plan.suite.is_some() && id == SuitePlan::CHECK;
    let (restarting, others): (Vec<&String>, Vec<&String>) =
        stage.checks.iter().partition(|id| environment(id).is_some());
    let (own, others): (Vec<&String>, Vec<&String>) = others.into_iter().partition(|id| is_suite(id));
    let upgrades = upgrades(plan);
    let (upgraded, others): (Vec<&String>, Vec<&String>) =
        others.into_iter().partition(|id| *id == PLUGIN_UPGRADE && !upgrades.is_empty());
    let (watched, others): (Vec<&String>, Vec<&String>) =
        others.into_iter().partition(|id| *id == AVAILABILITY);
    let (written, others): (Vec<&String>, Vec<&String>) =
        others.into_iter().partition(|id| [WRITE_LEDGER, WRITE_MATRIX].contains(&id.as_str()));
    let stage = stage.stage;
    let mut steps = Vec::new();
    // Before all others: they are to find what the new ones do.
    steps.extend(upgraded.into_iter().map(|check| PlanStep::UpgradePlugins {
        stage,
        check: check.clone(),
        plugins: upgrades.clone(),
    }));
    steps.push(PlanStep::Check { stage, checks: others.into_iter().cloned().collect() });
    if stage == Stage::Stable && plan.has_check(AVAILABILITY) {
        let built = plan.built.as_ref().is_none_or(|built| built.balancer.is_some());
        steps.push(PlanStep::Watch { balancer: plan.attached.is_some() || built });
    }
    if plan.has_check(WRITE_LEDGER) && is_written(plan, stage) {
        steps.push(PlanStep::Write { stage });
    }
    if plan.has_check(WRITE_MATRIX) && is_written(plan, stage) {
        steps.push(PlanStep::Cross { stage });
    }
    if plan.control && stage == Stage::Stable && plan.mode == Mode::Rolling && restarting.is_empty() {
        steps.push(PlanStep::Control { nodes: plan.order.clone(), parts: built_parts(plan, Side::Stable) });
    }
    if plan.attached.is_none() {
        steps.extend(restarting.into_iter().map(|id| {
            let all = environment(id).into_iter().flatten();
            let environment = all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            PlanStep::Restart { stage, check: id.clone(), environment }
        }));
    } else if !restarting.is_empty() {
        let checks = restarting.into_iter().cloned().collect();
        steps.push(PlanStep::Skip { stage, checks, reason: NO_RESTARTS.into() });
    }
    let drained = is_drained(plan);
    steps.extend(watched.into_iter().map(|check| PlanStep::Judge { stage, check: check.clone(), drained }));
    // Last, and watched by nobody: looking for everything is a load of its own.
    if !written.is_empty() {
        steps.push(PlanStep::Verify { stage, checks: written.into_iter().cloned().collect() });
    }
    let suite = plan.suite.as_ref().filter(|_| !own.is_empty());
    steps.extend(suite.map(|suite| PlanStep::Suite {
        stage,
        check: SuitePlan::CHECK.into(),
        image: suite.image.clone(),
        timeout_s: suite.timeout_s,
    }));
    steps
}

/// `acme.tool 1.2.3 → 1.3.0`.
fn upgrades(plan: &Plan) -> Vec<String> {
    let next = |own: &Bundle| Some(format!("{} {} → {}", own.id, own.version, own.next.as_ref()?.version));
    plan.plugins.iter().filter_map(next).collect()
}

/// Whether the ledger is open in a stage: after the release's checks it was looked for, and is closed.
fn is_written(plan: &Plan, stage: Stage) -> bool {
    if matches!(stage, Stage::History(_)) {
        return false;
    }
    let after_release = plan.stages.iter().skip_while(|planned| planned.stage != Stage::Release).skip(1);
    after_release.into_iter().all(|planned| planned.stage != stage)
}

fn start(plan: &Plan, nodes: &[String], side: Side) -> Option<PlanStep> {
    let parts = || into_traffic(plan, side);
    (!nodes.is_empty()).then(|| PlanStep::Start { nodes: nodes.to_vec(), side, parts: parts() })
}

fn built_parts(plan: &Plan, side: Side) -> Vec<Part> {
    [out_of_traffic(plan), into_traffic(plan, side)].concat()
}

fn out_of_traffic(plan: &Plan) -> Vec<Part> {
    given([(can_spare(plan), Part::Drain), (true, Part::Stop)])
}

fn into_traffic(plan: &Plan, side: Side) -> Vec<Part> {
    let image = match side {
        Side::Stable => Part::StableImage,
        Side::Release => Part::ReleaseImage,
    };
    given([(true, image), (true, Part::Ready), (true, Part::Sanity), (can_spare(plan), Part::Undrain)])
}

/// Whether the balancer can be told to spare a node; that of the stand-in can.
fn can_spare(plan: &Plan) -> bool {
    plan.built.as_ref().is_none_or(|built| built.drained)
}

/// Whether users are led past a node before it goes.
fn is_drained(plan: &Plan) -> bool {
    let spared = match &plan.attached {
        Some(attached) => attached.drain.is_some(),
        None => can_spare(plan) && plan.built.as_ref().is_none_or(|built| built.balancer.is_some()),
    };
    plan.mode == Mode::Rolling && plan.order.len() > 1 && spared
}

fn given<const N: usize>(parts: [(bool, Part); N]) -> Vec<Part> {
    parts.into_iter().filter(|(is_done, _)| *is_done).map(|(_, part)| part).collect()
}

/// What comes up before the nodes: what the file has, or what the stand-in plays.
fn before_the_nodes(plan: &Plan) -> Vec<String> {
    let all = ["networks", "images"].map(str::to_owned).into_iter();
    match &plan.built {
        Some(built) => all.chain(built.others.iter().cloned()).collect(),
        None => all.chain(["database", "store", "balancer"].map(str::to_owned)).collect(),
    }
}

/// The products that planned checks need, unless the user brings them.
fn products(plan: &Plan) -> Vec<String> {
    let needs: Vec<&Need> =
        CHECKS.iter().filter(|check| plan.has_check(check.id)).flat_map(|check| check.needs).collect();
    let needed = |product: &&str| needs.iter().any(|need| matches!(need, Need::Plugin(id) if id == product));
    let own = |product: &str| plan.plugins.iter().any(|bundle| bundle.id == product);
    let products = PRODUCTS.iter().map(|product| product.id);
    products.filter(needed).filter(|id| !own(id)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
