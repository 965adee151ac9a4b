//! The lists of steps of each kind of run.

use super::*;
use crate::inputs::Inputs;
use crate::plan::make;

fn planned(stable: &str, change: impl Fn(&mut Inputs)) -> Plan {
    let mut inputs = Inputs::given(&[("stable", stable), ("release", "11.7.0"), ("nodes", "2")]);
    change(&mut inputs);
    make(&inputs, None).unwrap()
}

/// What replaces, stops, starts and checks, without the rest.
fn outline(plan: &Plan) -> Vec<String> {
    let steps = plan.steps.iter().filter_map(|step| match step {
        PlanStep::Check { stage, .. } => Some(stage.to_string()),
        PlanStep::Replace { node, side: Side::Release, .. } => Some(format!("replace {node}")),
        PlanStep::Replace { node, side: Side::Stable, .. } => Some(format!("roll back {node}")),
        PlanStep::StopAll { nodes, .. } => Some(format!("stop {}", nodes.len())),
        PlanStep::Migrate { .. } => Some("migrate".into()),
        PlanStep::Start { nodes, side, .. } => Some(format!("start {} {side:?}", nodes.join(" "))),
        _ => None,
    });
    steps.collect()
}

#[test]
fn a_roll_replaces_one_node_before_each_stage_but_the_first() {
    let expected = [
        "start node1 Stable",
        "start node2 Stable",
        "stable",
        "replace node1",
        "mixed-1",
        "replace node2",
        "release",
    ];
    assert_eq!(outline(&planned("11.6.0", |inputs| inputs.cluster.rollback = "none".into())), expected);
    let one = planned("11.6.0", |inputs| inputs.cluster.nodes = "1".into());
    assert_eq!(outline(&one), ["start node1 Stable", "stable", "replace node1", "release"]);
}

#[test]
fn a_way_back_is_taken_by_whom_was_replaced_and_forward_again_where_the_roll_goes_on() {
    let of = |when: &str| outline(&planned("11.6.0", |inputs| inputs.cluster.rollback = when.into()));
    let mid = ["replace node1", "mixed-1", "roll back node1", "rollback", "replace node1", "replace node2"];
    assert_eq!(of("mid")[3..9], mid);
    assert_eq!(of("mid"), of("auto"));
    let full = ["replace node2", "release", "roll back node1", "roll back node2", "rollback"];
    assert_eq!(of("full")[5..], full);
}

#[test]
fn a_migration_beside_the_nodes_comes_before_the_first_replacement() {
    let job = outline(&planned("11.6.0", |inputs| inputs.cluster.migrate = "job".into()));
    let expected = ["stable", "migrate", "migrated", "replace node1", "mixed-1", "roll back node1"];
    assert_eq!(job[2..8], expected);
}

#[test]
fn what_the_way_back_is_to_prove_is_made_in_the_stage_before_it_and_nowhere_else() {
    let stages = |when: &str| {
        let plan = planned("11.6.0", |inputs| inputs.cluster.rollback = when.into());
        let has = |stage: &&StagePlan| stage.checks.iter().any(|id| id == "rollback");
        plan.stages.iter().filter(has).map(|stage| stage.stage).collect::<Vec<_>>()
    };
    assert_eq!(stages("mid"), [Stage::Mixed(1), Stage::Rollback]);
    assert_eq!(stages("full"), [Stage::Release, Stage::Rollback]);
    assert_eq!(stages("none"), []);
}

#[test]
fn versions_before_stable_are_visited_by_one_node_and_the_accounts_are_made_on_the_oldest() {
    for stable in ["11.6.0", "10.11.4"] {
        let plan = planned(stable, |inputs| inputs.releases.history = "9.8.0, 10.5.0".into());
        let words: Vec<String> = plan.steps.iter().map(PlanStep::words).collect();
        let older = plan.stages.iter().filter(|planned| matches!(planned.stage, Stage::History(_)));
        let [first, second] =
            [1, 2].map(|n| format!("{} checks on history-{n}", older.clone().next().unwrap().checks.len()));
        let expected = [
            "history: node1 at 9.8.0: ready, sanity",
            "make accounts and a team of the gate's own",
            &first,
            "stop node1",
            "history: node1 at 10.5.0: ready, sanity",
            &second,
            "stop node1",
        ];
        assert_eq!(words[1..8], expected);
        assert!(words[8].starts_with("start node1: stable image"), "{words:?}");
        assert_eq!(words.iter().filter(|word| word.starts_with("make accounts")).count(), 1);
    }
}

#[test]
fn a_stop_start_has_the_first_node_migrate_alone() {
    let expected = [
        "start node1 Stable",
        "start node2 Stable",
        "stable",
        "stop 2",
        "start node1 Release",
        "start node2 Release",
        "release",
    ];
    assert_eq!(outline(&planned("10.11.4", |_| ())), expected);
}

#[test]
fn a_control_restarts_stable_where_no_check_does_it() {
    let controlled = |skip: &str| {
        let plan = planned("11.6.0", |inputs| {
            inputs.cluster.control = "true".into();
            inputs.checks.skip = skip.into();
        });
        let rolled = plan.steps.iter().position(|step| matches!(step, PlanStep::Replace { .. }));
        let is_control =
            |step: &PlanStep| matches!(step, PlanStep::Control { nodes, .. } if *nodes == plan.order);
        plan.steps.iter().take(rolled.unwrap()).filter(|step| is_control(step)).count()
    };
    assert_eq!((controlled("flags"), controlled("")), (1, 0));
    assert!(!planned("11.6.0", |inputs| inputs.checks.skip = "flags".into()).control);
}

#[test]
fn every_planned_check_answers_in_exactly_one_step_of_its_stage() {
    let suite = |inputs: &mut Inputs| inputs.suite.suite_command = "true".into();
    for plan in [planned("11.6.0", |_| ()), planned("11.6.0", suite), planned("10.11.4", suite)] {
        let mut answered: Vec<&String> = plan.steps.iter().flat_map(PlanStep::checks).collect();
        let mut wanted: Vec<&String> = plan.stages.iter().flat_map(|stage| &stage.checks).collect();
        answered.sort();
        wanted.sort();
        assert_eq!(answered, wanted);
    }
}

#[test]
fn nothing_is_written_for_checks_that_do_not_run() {
    let words = |name: &str, value: &str| {
        let plan = planned("11.6.0", |inputs| match name {
            "only" => inputs.checks.only = value.into(),
            _ => inputs.checks.skip = value.into(),
        });
        let steps = plan.steps.iter().filter_map(|step| match step {
            PlanStep::Write { stage } => Some(format!("write {stage}")),
            PlanStep::Cross { stage } => Some(format!("cross {stage}")),
            PlanStep::Verify { checks, .. } => Some(format!("verify {}", checks.join(" "))),
            _ => None,
        });
        steps.collect::<Vec<_>>()
    };
    assert_eq!(words("skip", "ledger, matrix"), Vec::<String>::new());
    assert_eq!(words("only", "posts"), Vec::<String>::new());
    let stages = ["stable", "mixed-1", "rollback", "release"];
    let each = |word: &str, verify: &str| {
        let steps = stages.iter().map(|stage| format!("{word} {stage}"));
        steps.chain([verify.to_owned()]).collect::<Vec<_>>()
    };
    assert_eq!(words("skip", "matrix"), each("write", "verify ledger"));
    assert_eq!(words("only", "matrix"), each("cross", "verify matrix"));
    let both = stages.iter().flat_map(|stage| [format!("write {stage}"), format!("cross {stage}")]);
    let both: Vec<String> = both.chain(["verify ledger matrix".to_owned()]).collect();
    assert_eq!(words("only", "ledger, matrix"), both);
}

#[test]
fn nothing_is_written_once_everything_was_looked_for() {
    let plan = planned("11.6.0", |inputs| inputs.cluster.rollback = "full".into());
    let last =
        plan.steps.iter().rposition(|step| matches!(step, PlanStep::Write { .. } | PlanStep::Cross { .. }));
    let verified = plan.steps.iter().position(|step| matches!(step, PlanStep::Verify { .. }));
    assert!(last.is_some() && last < verified, "{last:?} {verified:?}");
}

#[test]
fn nothing_is_installed_that_no_check_asks_for() {
    let installs = |only: &str| {
        let plan = planned("11.6.0", |inputs| inputs.checks.only = only.into());
        plan.steps.into_iter().find(|step| matches!(step, PlanStep::InstallPlugins { .. }))
    };
    assert_eq!(installs("startup"), None);
    let boards = PlanStep::InstallPlugins { products: vec!["focalboard".into()], own: Vec::new() };
    assert_eq!(installs("boards"), Some(boards));
}

#[test]
fn the_end_is_the_end_and_says_what_becomes_of_the_cluster() {
    let kept = planned("11.6.0", |inputs| inputs.run.keep = "true".into());
    assert!(kept.steps.ends_with(&[PlanStep::Report, PlanStep::Keep]));
    let removed = planned("11.6.0", |_| ()).steps;
    assert!(removed.ends_with(&[PlanStep::Report, PlanStep::TearDown]));
    assert_eq!(removed.iter().filter(|step| step.is_of_the_end()).count(), 2);
}
