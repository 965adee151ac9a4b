//! Settings → plan, and what is wrong with inputs only in the light of the two versions.

use super::rollback_policy::{self, Upgrade};
use super::types::{Budgets, BuiltPlan, Mode, Plan, Rollback, StagePlan};
use super::{databases, rolling_policy, sequence};
use crate::checks::Check;
use crate::checks::catalogue::CHECKS;
use crate::inputs::{Inputs, MigrateBy, Problems, Settings, SiteCopy};
use crate::outcome::Stage;
use crate::policy;
use crate::shown::Shown;
use crate::versions::Version;

/// Judges inputs and makes the plan. `nodes` are the names of the nodes where a compose file of the user's decides them.
///
/// # Errors
/// All wrong inputs at once.
pub fn make(inputs: &Inputs, nodes: Option<Vec<String>>) -> Result<Plan, Problems> {
    let mut problems = Problems::default();
    let settings = inputs.judge(&mut problems);
    of_settings(&settings, nodes, problems)
}

/// Makes the plan of inputs that were judged, of which these are wrong.
///
/// # Errors
/// Those, and what is wrong in the light of the two versions.
pub(crate) fn of_settings(
    settings: &Settings,
    nodes: Option<Vec<String>>,
    mut problems: Problems,
) -> Result<Plan, Problems> {
    let Settings { releases, cluster, servers, checks, availability, suite, run, .. } = settings;
    let (stable, release) = (&releases.stable, &releases.release);
    let mut warnings = releases.notes.clone();
    warnings.extend(known_to_fail(&stable.version, &release.version));
    databases::judge(settings, &mut problems);
    let (mode, mode_reason) = mode(settings, &mut problems);
    if run.apps && !has_apps(&release.version) {
        let wrong = "switches on the retired Apps framework, with which no server from 12.0 on starts";
        problems.add("apps", Shown::plain("true"), wrong, "Leave it out.");
    }
    let attached = settings.attached.as_ref().map(|attached| attached.plan.clone());
    if attached.is_some() {
        warnings.extend(databases::of_attached(stable, release));
        if mode == Mode::StopStart {
            let wrong = "comes to stop-start, and an attached cluster is only rolled";
            let remedy = "Choose versions at most one minor apart, or write \"rolling\" where their names do not tell.";
            problems.add("mode", Shown::plain(cluster.mode.word()), wrong, remedy);
        }
    }
    let names = attached.as_ref().map(|plan| plan.nodes.iter().map(|node| node.name.clone()).collect());
    let numbered = || (1..=cluster.nodes).map(|n| format!("node{n}")).collect();
    let order: Vec<String> = names.or(nodes).unwrap_or_else(numbered);
    let upgrade = Upgrade {
        mode,
        nodes: order.len(),
        is_attached: attached.is_some(),
        stable: &stable.version,
        release: &release.version,
    };
    let (rollback, rollback_reason) = rollback(settings, upgrade, &mut problems);
    if rollback != Rollback::None {
        let known = policy::no_way_back(&stable.version, &release.version);
        warnings
            .extend(known.iter().map(|known| format!("the way back is likely to fail; {}", known.told())));
    }
    if !problems.is_empty() {
        problems.note(warnings);
        return Err(problems);
    }
    let mut budgets = Budgets::within(run.timeout);
    if settings.site_copy.is_some() {
        budgets = budgets.for_a_copy();
    }
    // The suite has a limit of its own: nobody should have to add up.
    budgets.total_s += suite.as_ref().map_or(0, |suite| suite.timeout_s);
    let plan = Plan {
        stages: stages(
            mode,
            (cluster.migrate, rollback),
            (releases.history.len(), order.len()),
            &checks.chosen,
        ),
        history: releases.history.clone(),
        site_copy: settings.site_copy.clone(),
        steps: Vec::new(),
        stable: stable.clone(),
        release: release.clone(),
        compose_file: cluster.compose_files.first().cloned(),
        mode,
        mode_reason,
        wanted_mode: cluster.mode.word().to_owned(),
        rollback,
        rollback_reason,
        wanted_rollback: cluster.rollback,
        migrate: cluster.migrate,
        control: cluster.control,
        order,
        left_out: checks.left_out.clone(),
        plugins: servers.plugins.clone(),
        waivers: checks.waivers.clone(),
        unsteady_fails: checks.unsteady_fails,
        suite: suite.clone(),
        attached,
        built: None,
        pull: cluster.pull,
        lock: cluster.lock.as_ref().map(|given| given.lock.clone()),
        allowed_harm: *availability,
        budgets,
        licensed: servers.license.is_some(),
        keep: run.keep,
        browser: settings.browser.clone(),
        apps: run.apps,
        reminders: run.reminders,
        crowd: checks.crowd,
        warnings,
    };
    Ok(plan.with_its_steps())
}

impl Plan {
    /// The plan of a cluster that the gate builds so.
    #[must_use]
    pub fn built_as(self, built: BuiltPlan) -> Self {
        Self { built: Some(built), ..self }.with_its_steps()
    }

    /// The plan of a run on a copy of a site that no input gave: the stand-in restores its own.
    #[must_use]
    pub fn restoring(self, copy: SiteCopy) -> Self {
        let mut stages = self.stages;
        for planned in &mut stages {
            let of_a_copy = CHECKS.iter().filter(|check| check.of_a_copy);
            let here = of_a_copy.filter(|check| check.runs_in(planned.stage, None));
            planned.checks.extend(here.map(|check| check.id.to_owned()));
        }
        Self { stages, site_copy: Some(copy), steps: Vec::new(), ..self }.with_its_steps()
    }

    /// The plan with the steps that follow from everything else in it.
    pub(super) fn with_its_steps(self) -> Self {
        Self { steps: sequence::steps(&self), ..self }
    }
}

/// Whether servers of this version start with the retired Apps framework switched on; one of an unknown version may.
///
/// Source: Mattermost's changelog of 12.0, which refuses to start with `AppsEnabled`.
#[must_use]
pub fn has_apps(version: &Version) -> bool {
    version.line().is_none_or(|line| line < (12, 0))
}

/// What is known of this upgrade. It is no refusal: see [`policy::between`].
pub(crate) fn known_to_fail(stable: &Version, release: &Version) -> impl Iterator<Item = String> {
    let pair = format!("{stable} → {release}");
    let known = policy::between(stable, release).into_iter();
    known.map(move |known| format!("{pair} is likely to fail; {}", known.told()))
}

fn mode(settings: &Settings, problems: &mut Problems) -> (Mode, String) {
    let (stable, release) = (&settings.releases.stable, &settings.releases.release);
    if release.version.is_older_than(&stable.version) {
        let wrong = format!("is older than the stable version {}", stable.given);
        let remedy = "Swap the two inputs, or choose a newer release.";
        problems.add("release", Shown::plain(&release.given), wrong, remedy);
    }
    let wanted = settings.cluster.mode.word();
    match rolling_policy::decide(wanted, &stable.version, &release.version) {
        Ok(decided) => decided,
        Err((wrong, remedy)) => {
            problems.add("mode", Shown::plain(wanted), wrong, remedy);
            (Mode::StopStart, String::new())
        }
    }
}

/// When nodes go back, and whether the database can be migrated as was asked for. Where an image has yet to tell its version, so
/// is the mode: then both are decided with it.
fn rollback(settings: &Settings, upgrade: Upgrade<'_>, problems: &mut Problems) -> (Rollback, String) {
    let (wanted, migrate) = (settings.cluster.rollback, settings.cluster.migrate);
    // A mode that is refused is told, and is all that is wrong.
    let is_told = problems.iter().any(|problem| problem.input == "mode");
    let is_unknown = [upgrade.stable, upgrade.release].contains(&&Version::Unknown);
    let is_auto = settings.cluster.mode.word() == "auto" && !upgrade.is_attached;
    let is_open = is_told || (is_unknown && is_auto && upgrade.mode == Mode::StopStart);
    if let Err((wrong, remedy)) = rollback_policy::judge_migration(migrate, upgrade)
        && !is_open
    {
        problems.add("migrate", Shown::plain("job"), wrong, remedy);
    }
    match rollback_policy::decide(wanted, upgrade) {
        Ok(decided) => decided,
        Err((why, _)) if is_open => (Rollback::None, why),
        Err((wrong, remedy)) => {
            problems.add("rollback", Shown::plain(wanted.word()), wrong, remedy);
            (Rollback::None, String::new())
        }
    }
}

/// The stages of an upgrade of so many nodes after so many versions, with the checks that belong there.
pub(super) fn stages(
    mode: Mode,
    (migrate, rollback): (MigrateBy, Rollback),
    (history, nodes): (usize, usize),
    chosen: &[&'static Check],
) -> Vec<StagePlan> {
    let mixed = if mode == Mode::Rolling { 1..nodes } else { 1..1 };
    let mut all = vec![Stage::Stable];
    all.extend(mixed.map(Stage::Mixed));
    all.push(Stage::Release);
    match rollback {
        Rollback::Mid => all.insert(2, Stage::Rollback),
        Rollback::Full => all.push(Stage::Rollback),
        Rollback::None => {}
    }
    if migrate == MigrateBy::Job && mode == Mode::Rolling {
        all.insert(1, Stage::Migrated);
    }
    all.splice(0..0, (1..=history).map(Stage::History));
    let nexts = all.iter().skip(1).copied().map(Some).chain([None]);
    let planned = all.iter().zip(nexts).map(|(stage, next)| {
        let here = chosen.iter().filter(|check| check.runs_in(*stage, next));
        StagePlan { stage: *stage, checks: here.map(|check| check.id.to_owned()).collect() }
    });
    planned.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(stable: &str, release: &str) -> Inputs {
        Inputs::given(&[("stable", stable), ("release", release)])
    }

    #[test]
    fn versions_minors_and_references_become_images() {
        let image = |given: &str| make(&inputs(given, "11.9.0"), None).unwrap().stable.image;
        assert_eq!(image("11.8.1"), "mattermost/mattermost-enterprise-edition:11.8.1");
        assert_eq!(image("11.8"), "mattermost/mattermost-enterprise-edition:release-11.8");
        assert_eq!(image("registry:5000/mm:11.8.1"), "registry:5000/mm:11.8.1");
        let digest = format!("mm@sha256:{}", "0".repeat(64));
        assert_eq!(image(&digest), digest);
    }

    #[test]
    fn every_wrong_input_is_named_at_once() {
        let wrong = Inputs::given(&[
            ("stable", "11.6.0"),
            ("release", "registry:5000/mm"),
            ("nodes", "0"),
            ("mode", "fast"),
            ("timeout", "soon"),
            ("keep", "maybe"),
            ("reaper", "grim"),
            ("data", "mine"),
            ("only", "pots"),
            ("profiles", "ha"),
            ("allow-unsafe-fork", "perhaps"),
            ("comment", "loud"),
            ("pull-request", "seven"),
        ]);
        let problems = make(&wrong, None).unwrap_err();
        let expected = [
            "release",
            "nodes",
            "data",
            "profiles",
            "mode",
            "timeout",
            "keep",
            "reaper",
            "allow-unsafe-fork",
            "comment",
            "pull-request",
            "only",
        ];
        assert_eq!(problems.named(), expected);
        let told = problems.iter().nth(1).unwrap();
        insta::assert_snapshot!(told, @r#"nodes: "0" is no possible number of nodes. Write a number from 1 to 9; 3 is the default."#);
    }

    #[test]
    fn an_attached_cluster_is_only_rolled() {
        let attached = Inputs::given(&[
            ("stable", "11.5.1"),
            ("release", "11.9.0"),
            ("cluster", "attached"),
            ("node-urls", "http://10.0.0.1:8065"),
            ("balancer-url", "https://staging.example"),
            ("replace-command", "./replace.sh"),
            ("admin-token", "token"),
        ]);
        assert_eq!(make(&attached, None).unwrap_err().named(), ["mode"]);
    }

    #[test]
    fn a_downgrade_is_refused() {
        let problems = make(&inputs("11.6.0", "11.5.2"), None).unwrap_err();
        assert!(problems.to_string().contains("older than the stable version 11.6.0"), "{problems}");
    }

    #[test]
    fn a_rolling_plan_has_a_mixed_stage_less_than_nodes() {
        let plan = make(&inputs("11.5.1", "11.6.0"), None).unwrap();
        let stages: Vec<_> = plan.stages.iter().map(|s| s.stage.to_string()).collect();
        assert_eq!(stages, ["stable", "mixed-1", "rollback", "mixed-2", "release"]);
        assert!(!plan.stages[1].checks.contains(&"config".to_owned()), "config would let an old node save");
        let stopped = make(&inputs("10.11.4", "11.7.0"), None).unwrap();
        assert_eq!((stopped.mode, stopped.stages.len()), (Mode::StopStart, 2));
    }

    #[test]
    fn an_upgrade_that_is_known_to_fail_is_told_and_not_refused() {
        let warnings = |stable: &str, release: &str| make(&inputs(stable, release), None).unwrap().warnings;
        let told = warnings("10.11.17", "11.7.2");
        assert!(told[0].starts_with("10.11.17 → 11.7.2 is likely to fail; known: "), "{told:?}");
        assert!(told[0].contains("fixed in 11.7.3"), "{told:?}");
        assert_eq!(warnings("10.11.17", "11.7.3"), Vec::<String>::new());
    }

    #[test]
    fn the_same_inputs_give_the_same_bytes() {
        let bytes = || serde_json::to_vec(&make(&inputs("11.5.1", "11.6.0"), None).unwrap()).unwrap();
        assert_eq!(bytes(), bytes());
        let back: Plan = serde_json::from_slice(&bytes()).unwrap();
        assert_eq!(back, make(&inputs("11.5.1", "11.6.0"), None).unwrap());
    }
}
