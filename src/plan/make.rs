//! Inputs → plan, and every wrong input with its remedy.

use std::time::Duration;

use super::problems::Problems;
use super::publishing::judge_publishing;
use super::types::{Budgets, Mode, Plan, Release, StagePlan};
use super::values::{limit, node_count, one_of, truth};
use super::{
    attached, bundles, databases, images, locks, registry, releases, rolling, selection, suite, texts,
    upload, waivers,
};
use crate::checks::Check;
use crate::inputs::Inputs;
use crate::outcome::Stage;
use crate::policy;
use crate::shown::Shown;
use crate::versions::Version;

/// The least that any run takes.
const SHORTEST: Duration = Duration::from_secs(30);

/// Makes the plan. `nodes` are the names of the nodes where a compose file of the user's decides them.
///
/// # Errors
/// All wrong inputs at once.
pub fn make(inputs: &Inputs, nodes: Option<Vec<String>>) -> Result<Plan, Problems> {
    let (mut problems, mut warnings) = (Problems::default(), Vec::new());
    let lock = locks::read(inputs, &mut problems);
    let (stable, release) = releases::read(inputs, lock.as_ref(), &mut problems, &mut warnings);
    if let Some(lock) = &lock {
        locks::judge_pair(inputs, lock, &stable, &release, &mut problems);
    }
    warnings.extend(known_to_fail(&stable.version, &release.version));
    images::judge(inputs, &mut problems);
    databases::judge(inputs, (&stable, &release), &mut problems);
    let pull = images::pull(&inputs.pulling.pull, &mut problems);
    let count = node_count(&inputs.nodes, &mut problems);
    let total = limit("timeout", &inputs.timeout, SHORTEST, &mut problems);
    let keep = truth("keep", &inputs.keep, &mut problems);
    let apps = truth("apps", &inputs.apps, &mut problems);
    one_of("reaper", &inputs.reaper, &["auto", "never"], &mut problems);
    one_of("data", &inputs.data, &["protected", "disposable"], &mut problems);
    if !inputs.profiles.is_empty() && inputs.compose_file.trim().is_empty() {
        let wrong = "is given without a compose file";
        let remedy = "Name the file under `compose-file`, or leave `profiles` out.";
        problems.add("profiles", Shown::plain(&inputs.profiles), wrong, remedy);
    }
    truth("matrix", &inputs.action_mode.matrix, &mut problems);
    truth("allow-unsafe-fork", &inputs.allow_unsafe_fork, &mut problems);
    judge_publishing(&inputs.publishing, &mut problems);
    texts::judge(inputs, &mut problems);
    let (mode, mode_reason) = mode(&inputs.mode, &stable, &release, &mut problems);
    if apps && !has_apps(&release.version) {
        let wrong = "switches on the retired Apps framework, with which no server from 12.0 on starts";
        problems.add("apps", Shown::plain(&inputs.apps), wrong, "Leave it out.");
    }
    let (chosen, left_out) = selection::select(inputs, &mut problems);
    let plugins = bundles::read(&inputs.plugins, &mut problems);
    let waivers = waivers::read(&inputs.waivers, &mut problems);
    one_of("unsteady", &inputs.unsteady, &["tell", "fail"], &mut problems);
    // A suite that is skipped is not run, whatever its inputs say.
    let suite =
        suite::read(inputs, &mut problems).filter(|_| chosen.iter().any(|check| check.id == suite::CHECK));
    registry::judge(inputs, &mut problems);
    upload::judge(&inputs.upload, &mut problems);
    let attached = attached::read(inputs, mode, &mut problems);
    if attached.is_some() {
        warnings.extend(databases::of_attached(&stable, &release));
    }
    let names = attached.as_ref().map(|plan| plan.nodes.iter().map(|node| node.name.clone()).collect());
    let order: Vec<String> =
        names.or(nodes).unwrap_or_else(|| (1..=count).map(|n| format!("node{n}")).collect());
    if !problems.0.is_empty() {
        problems.1 = warnings;
        return Err(problems);
    }
    let mut budgets = Budgets::within(total);
    // The suite has a limit of its own: nobody should have to add up.
    budgets.total_s += suite.as_ref().map_or(0, |suite| suite.timeout_s);
    Ok(Plan {
        stages: stages(mode, order.len(), &chosen),
        stable,
        release,
        compose_file: compose_file(&inputs.compose_file),
        mode,
        mode_reason,
        wanted_mode: inputs.mode.clone(),
        order,
        left_out,
        plugins,
        waivers,
        unsteady_fails: inputs.unsteady == "fail",
        suite,
        attached,
        built: None,
        pull,
        lock,
        budgets,
        licensed: inputs.license.is_some(),
        keep,
        apps,
        warnings,
    })
}

/// Whether servers of this version start with the retired Apps framework switched on; one of an unknown version may.
///
/// Source: Mattermost's changelog of 12.0, which refuses to start with `AppsEnabled`.
#[must_use]
pub fn has_apps(version: &Version) -> bool {
    version.line().is_none_or(|line| line < (12, 0))
}

/// What is known of this upgrade. It is no refusal: see [`policy::between`].
pub fn known_to_fail(stable: &Version, release: &Version) -> impl Iterator<Item = String> {
    let pair = format!("{stable} → {release}");
    let known = policy::between(stable, release).into_iter();
    known.map(move |known| format!("{pair} is likely to fail; {}", known.told()))
}

/// The first of the user's own compose files.
fn compose_file(text: &str) -> Option<String> {
    text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}

fn mode(wanted: &str, stable: &Release, release: &Release, problems: &mut Problems) -> (Mode, String) {
    one_of("mode", wanted, &["auto", "rolling", "stop-start"], problems);
    if release.version.is_older_than(&stable.version) {
        let wrong = format!("is older than the stable version {}", stable.given);
        problems.add(
            "release",
            Shown::plain(&release.given),
            wrong,
            "Swap the two inputs, or choose a newer release.",
        );
    }
    match rolling::decide(wanted, &stable.version, &release.version) {
        Ok(decided) => decided,
        Err((wrong, remedy)) => {
            problems.add("mode", Shown::plain(wanted), wrong, remedy);
            (Mode::StopStart, String::new())
        }
    }
}

/// The stages of an upgrade of so many nodes, with the checks that belong there.
pub(super) fn stages(mode: Mode, nodes: usize, chosen: &[&'static Check]) -> Vec<StagePlan> {
    let mixed = if mode == Mode::Rolling { 1..nodes } else { 1..1 };
    std::iter::once(Stage::Stable)
        .chain(mixed.map(Stage::Mixed))
        .chain([Stage::Release])
        .map(|stage| {
            let here = chosen.iter().filter(|check| check.stages.contain(stage));
            StagePlan { stage, checks: here.map(|check| check.id.to_owned()).collect() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(stable: &str, release: &str) -> Inputs {
        Inputs { stable: stable.into(), release: release.into(), ..Inputs::defaults() }
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
        let mut wrong = Inputs {
            nodes: "0".into(),
            mode: "fast".into(),
            timeout: "soon".into(),
            keep: "maybe".into(),
            reaper: "grim".into(),
            data: "mine".into(),
            only: "pots".into(),
            profiles: "ha".into(),
            allow_unsafe_fork: "perhaps".into(),
            ..inputs("11.6.0", "registry:5000/mm")
        };
        wrong.publishing.comment = "loud".into();
        wrong.publishing.pull_request = "seven".into();
        let problems = make(&wrong, None).unwrap_err();
        let named: Vec<_> = problems.0.iter().map(|problem| problem.input.as_str()).collect();
        let expected = [
            "release",
            "nodes",
            "timeout",
            "keep",
            "reaper",
            "data",
            "profiles",
            "allow-unsafe-fork",
            "comment",
            "pull-request",
            "mode",
            "only",
        ];
        assert_eq!(named, expected);
        insta::assert_snapshot!(problems.0[1], @r#"nodes: "0" is no possible number of nodes. Write a number from 1 to 9; 3 is the default."#);
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
        assert_eq!(stages, ["stable", "mixed-1", "mixed-2", "release"]);
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
