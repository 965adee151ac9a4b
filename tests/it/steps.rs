//! What ran is the list that was printed: the steps of whole runs, by their own events.

use std::path::Path;

use upgrade_gate::event::EventKind;
use upgrade_gate::record::Record;
use upgrade_gate::report::EventLog;

use super::gate::{Ended, Gate};

/// The steps that began, in order, by the events in a report folder.
pub(crate) fn begun(report: &Path) -> Vec<String> {
    let text = std::fs::read(report.join("events.jsonl")).unwrap();
    let events = EventLog::read(text.as_slice()).unwrap();
    let steps = events.into_iter().filter_map(|event| match event.kind {
        EventKind::StepStarted { step } => Some(step),
        _ => None,
    });
    steps.collect()
}

/// The list in the head of the record.
pub(crate) fn planned(report: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(report.join("record.json")).unwrap();
    serde_json::from_str::<Record>(&text).unwrap().header.unwrap().steps
}

/// The numbered lines of a printed plan; behind the words of some stand the ids of checks.
fn assert_printed(output: &str, steps: &[String]) {
    let printed: Vec<&str> = output.lines().take_while(|line| !line.starts_with("upgrade-gate ")).collect();
    let numbered = printed.iter().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    assert_eq!(numbered.count(), steps.len(), "{output}");
    for (number, step) in (1..).zip(steps) {
        let line = format!("{number}. {step}");
        let is_it = |printed: &&str| **printed == line || printed.starts_with(&format!("{line}: "));
        assert!(printed.iter().any(is_it), "{line}:\n{output}");
        assert!(output.contains(&format!("step {number} of {}: {step}", steps.len())), "{line}:\n{output}");
    }
}

fn demo(arguments: &[&str]) -> Ended {
    Gate::demo().nodes(2).arg("--only", "startup,identity,flags,suite").args(arguments).run()
}

#[test]
fn a_roll_runs_the_list_that_was_printed() {
    let ended = demo(&["--suite-command", "true"]);
    let output = &ended.output;
    assert_eq!(ended.code, Some(0), "{output}");
    let steps = begun(&ended.reports());
    assert_eq!(steps, planned(&ended.reports()));
    assert_printed(output, &steps);
    let of = |word: &str| steps.iter().filter(|step| step.starts_with(word)).count();
    // The first node goes back once, and forward again.
    let counted = (of("replace "), of("roll back "), of("stop "), of("your suite"), of("flags on"));
    assert_eq!(counted, (3, 1, 0, 1, 2), "{steps:?}");
}

#[test]
fn a_stop_start_runs_the_list_that_was_printed() {
    let ended = demo(&["--mode", "stop-start"]);
    let output = &ended.output;
    assert_eq!(ended.code, Some(0), "{output}");
    let steps = begun(&ended.reports());
    assert_eq!(steps, planned(&ended.reports()));
    assert_printed(output, &steps);
    let stopped = steps.iter().position(|step| step == "stop node1, node2: drain, stop").unwrap();
    assert_eq!(steps[stopped + 1], "start node1: release image, ready, sanity, undrain");
    assert_eq!(steps[stopped + 2], "start node2: release image, ready, sanity, undrain");
}

#[test]
fn all_nodes_go_back_after_the_release_where_that_is_wanted() {
    let ended = demo(&["--rollback", "full"]);
    let output = &ended.output;
    assert_eq!(ended.code, Some(0), "{output}");
    let steps = begun(&ended.reports());
    assert_eq!(steps, planned(&ended.reports()));
    let back = ["roll back node1", "roll back node2", "2 checks on rollback", "reports", "tear down"];
    let last = &steps[steps.len() - back.len()..];
    assert!(last.iter().zip(back).all(|(step, word)| step.starts_with(word)), "{steps:?}");
}

#[test]
fn a_control_restarts_stable_and_leaves_no_trace_in_later_stages() {
    let startup = |control: &str| {
        let ended = Gate::demo().nodes(2).args(&["--only", "startup", "--control", control]).run();
        assert_eq!(ended.code, Some(0), "{}", ended.output);
        let steps = begun(&ended.reports());
        assert_eq!(steps, planned(&ended.reports()));
        let restarts =
            steps.iter().filter(|step| step.starts_with("control: restart node1, node2 on stable"));
        assert_eq!(restarts.count(), usize::from(control == "true"), "{steps:?}");
        let record = ended.record();
        let checked = record.results().flat_map(|result| &result.steps);
        checked.map(|step| step.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(startup("true"), startup("false"));
}

#[test]
fn a_migration_beside_the_nodes_is_checked_while_all_of_them_are_stable() {
    let ended = demo(&["--migrate", "job"]);
    let output = &ended.output;
    assert_eq!(ended.code, Some(0), "{output}");
    let steps = begun(&ended.reports());
    assert_eq!(steps, planned(&ended.reports()));
    let migrate = steps.iter().position(|step| step.starts_with("migrate: ")).unwrap();
    assert_eq!(steps[migrate + 1], "1 check on migrated");
    assert!(steps[migrate + 2].starts_with("replace node1"), "{steps:?}");
    let wrong = Gate::demo().nodes(2).args(&["--only", "schema,posts", "--migrate", "job"]);
    let wrong = wrong.args(&["--fault", "migration-renamed"]).run();
    assert_eq!(wrong.code, Some(1), "{}", wrong.output);
    assert!(wrong.output.contains("first cause: migrated/schema"), "{}", wrong.output);
    let fails = demo(&["--migrate", "job", "--fault", "exits-at-start"]);
    assert_eq!(fails.code, Some(1), "{}", fails.output);
    assert!(!begun(&fails.reports()).iter().any(|step| step.starts_with("replace ")), "{}", fails.output);
}

#[test]
fn where_the_way_back_fails_the_rest_of_the_roll_is_measured_all_the_same() {
    let ended = demo(&["--fault", "rollback-exits"]);
    let output = &ended.output;
    assert_eq!(ended.code, Some(1), "{output}");
    assert_eq!(begun(&ended.reports()), planned(&ended.reports()), "{output}");
    for told in ["the way back failed: ", "rollback startup", "node1 is not back on stable"] {
        assert!(output.contains(told), "{told}:\n{output}");
    }
    let full = demo(&["--fault", "rollback-exits", "--rollback", "full"]);
    assert_eq!(full.code, Some(1), "{}", full.output);
    assert!(full.output.contains("the way back failed: "), "{}", full.output);
}

#[test]
fn a_run_that_ends_early_leaves_out_what_comes_between_and_does_the_end() {
    let ended = demo(&["--fault", "exits-at-start"]);
    let output = &ended.output;
    assert_eq!(ended.code, Some(1), "{output}");
    let (steps, list) = (begun(&ended.reports()), planned(&ended.reports()));
    let replaced = list.iter().position(|step| step.starts_with("replace node1")).unwrap();
    let expected = [&list[..=replaced], &list[list.len() - 2..]].concat();
    assert_eq!(steps, expected, "{output}");
    assert!(output.contains(&format!("step {} of {}: tear down", list.len(), list.len())), "{output}");
}
