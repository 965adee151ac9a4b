//! The binary itself, `run` with the built-in compose file, on a real engine: stand-in images in the places of
//! Mattermost, PostgreSQL and the store, and the real haproxy. No image is pulled.
//!
//! Skipped with a line on standard error where no engine answers, unless `UPGRADE_GATE_REQUIRE_DOCKER` is set.

mod browser_image;
mod call;
mod cancels;
mod databases;
pub(crate) mod images;
mod interrupts;
mod locks;
mod neighbours;
mod own_files;
mod reaper;
mod registry;
mod suite;
mod tls;
mod versions;

use call::{built_in, clean_up, gone, upgrade};
use images::{RELEASE, STABLE, images};
use serde_json::Value;
use upgrade_gate::event::Outcome;
use upgrade_gate::report::REPORTS;

use crate::gate::{Ended, Gate};

fn red(call: &Ended) -> Vec<String> {
    let record = call.record();
    let mut red: Vec<String> =
        record.results().filter(|r| r.outcome.is_red()).map(|r| format!("{}/{}", r.stage, r.check)).collect();
    red.sort();
    red
}

#[test]
fn a_cluster_rolls_from_stable_to_release_and_leaves_nothing() {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, RELEASE)
        .arg("--license", "licence-text-that-nobody-may-see")
        // Nodes and gate must agree where below the bucket files are.
        .arg("--variables", "S3_PREFIX=ha/files")
        .run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    let record = call.record();
    assert_eq!(record.clustering.as_ref().map(|c| c.label()), Some("HA cluster"));
    let fine = |outcome: &Outcome| matches!(outcome, Outcome::Passed | Outcome::NotApplicable { .. });
    assert!(record.results().all(|result| fine(&result.outcome)), "{}", call.output);
    assert_eq!(record.replacements.len(), 5);
    for name in REPORTS.iter().map(|report| report.name).chain(["events.jsonl"]) {
        let text = call.report(name);
        assert!(!text.contains("licence-text-that-nobody-may-see"), "{name} shows the licence");
    }
    assert!(!call.output.contains("licence-text-that-nobody-may-see"), "the console shows the licence");
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn a_cluster_without_balancer_is_measured_in_all_the_rest() {
    let Some(images) = images() else { return };
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("compose.yaml");
    // The built-in cluster of two nodes, without its balancer and the file that only the balancer has.
    let mut whole: yaml_serde::Value =
        yaml_serde::from_str(include_str!("../../cluster/compose.yaml")).unwrap();
    whole.as_mapping_mut().unwrap().remove("configs");
    let services = whole["services"].as_mapping_mut().unwrap();
    for gone in ["balancer", "node3", "node4", "node5", "node6", "node7", "node8", "node9"] {
        assert!(services.remove(gone).is_some(), "{gone}");
    }
    std::fs::write(&file, yaml_serde::to_string(&whole).unwrap()).unwrap();
    let call = built_in(images, STABLE, RELEASE)
        .without("--balancer-image")
        .arg("--compose-file", file.to_str().unwrap())
        .run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    let record = call.record();
    assert!(
        record.warnings.iter().any(|told| told.contains("S1.1's balancer is not covered")),
        "{}",
        call.output
    );
    let topology: Vec<_> = record.results().filter(|result| result.check == "topology").collect();
    assert_eq!(topology.len(), 3);
    for result in topology {
        assert_eq!(result.outcome, Outcome::Passed);
        let balancer = result.steps.iter().find(|step| step.name == "the balancer answers").unwrap();
        assert!(matches!(balancer.outcome, Outcome::NotApplicable { .. }), "{:?}", balancer.outcome);
    }
    assert!(!call.output.contains(": drain, stop"), "{}", call.output);
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn a_shared_database_is_never_called_ha() {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, RELEASE).arg("--database-image", images::SHARED).nodes(2).run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    for name in ["summary.md", "comment.md", "junit.xml"] {
        assert!(call.report(name).contains("shared database, not HA"), "{name} does not say it");
    }
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn stop_start_replaces_all_at_once() {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, RELEASE).arg("--mode", "stop-start").nodes(2).run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    assert_eq!(call.record().header.as_ref().map(|h| h.mode.clone()).as_deref(), Some("stop-start"));
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn a_release_that_corrupts_files_fails_by_the_right_check() {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, images::CORRUPT).nodes(2).run();
    assert_eq!(call.code, Some(1), "{}", call.output);
    // Whoever watches fetches a file through the balancer again and again, and compares its bytes; the ledger looks for all of its own.
    assert_eq!(
        red(&call),
        [
            "mixed-1/files",
            "mixed-1/files.uploads",
            "mixed-1/old.files",
            "release/availability",
            "release/files",
            "release/files.uploads",
            "release/ledger",
            "release/matrix",
            "release/old.files"
        ]
    );
    assert!(call.folder().join("evidence/node1.log").exists(), "no evidence was saved");
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn a_release_that_cannot_start_is_a_failed_upgrade() {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, images::NO_START).nodes(2).run();
    assert_eq!(call.code, Some(1), "{}", call.output);
    assert!(call.output.contains("node1") && call.output.contains("exit code 1"), "{}", call.output);
    assert!(call.output.contains("this release cannot start"), "its last words are missing: {}", call.output);
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn a_release_of_another_version_never_gets_traffic() {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, images::MISLABELLED).nodes(2).run();
    assert_eq!(call.code, Some(1), "{}", call.output);
    assert!(call.output.contains("expected version 11.6.9, got version 11.5.1"), "{}", call.output);
    assert_eq!(red(&call), ["mixed-1/startup"]);
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn a_stable_that_cannot_start_is_the_environments_fault() {
    let Some(images) = images() else { return };
    let call = built_in(images, images::NO_START, images::MISLABELLED).nodes(2).run();
    assert_eq!(call.code, Some(3), "{}", call.output);
    assert!(call.output.contains("this release cannot start"), "{}", call.output);
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn missing_images_and_databases_that_end_are_the_environments_fault() {
    let Some(images) = images() else { return };
    let missing = built_in(images, STABLE, "upgrade-gate-test/no-such-image:11.6.0").nodes(1).run();
    assert_eq!(missing.code, Some(3), "{}", missing.output);
    assert!(missing.output.contains("upgrade-gate-test/no-such-image:11.6.0"), "{}", missing.output);
    assert_eq!(gone(&missing.run_id()), "");
    let ends = built_in(images, STABLE, RELEASE).arg("--database-image", images::NO_START).nodes(1).run();
    assert_eq!(ends.code, Some(3), "{}", ends.output);
    assert!(ends.output.contains("database"), "{}", ends.output);
    assert_eq!(gone(&ends.run_id()), "");
}

#[test]
fn a_kept_cluster_stays_until_it_is_cleaned_up() {
    let Some(images) = images() else { return };
    let call =
        built_in(images, STABLE, RELEASE).nodes(1).arg("--only", "startup").arg("--keep", "true").run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    let run = call.run_id();
    assert!(call.output.contains(&format!("upgrade-gate cleanup --run {run}")), "{}", call.output);
    assert_ne!(gone(&run), "", "nothing was kept");
    assert_eq!(clean_up(&run).code, Some(0));
    assert_eq!(gone(&run), "");
}

#[test]
fn a_store_that_refuses_is_named() {
    let Some(images) = images() else { return };
    // The store accepts other keys than the nodes are given.
    let call = built_in(images, STABLE, RELEASE).arg("--store-image", images::OTHER_KEYS).nodes(1).run();
    assert_eq!(call.code, Some(3), "{}", call.output);
    assert!(call.output.contains("store"), "{}", call.output);
    assert_eq!(gone(&call.run_id()), "");
}

#[test]
fn no_engine_is_the_environments_fault_and_is_reported() {
    let call = upgrade(STABLE, RELEASE).env("DOCKER_HOST", "unix:///no/such/docker.sock").run();
    assert_eq!(call.code, Some(3), "{}", call.output);
    assert!(call.output.contains("/no/such/docker.sock"), "{}", call.output);
    let record: Value = serde_json::from_str(&call.report("record.json")).unwrap();
    assert!(record["breakages"][0]["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()));
}

#[test]
fn wrong_inputs_end_with_2_and_create_nothing() {
    let call = upgrade("11.6.0", "11.5.0").arg("--nodes", "0").arg("--compose-file", "/no/such.yaml").run();
    assert_eq!(call.code, Some(2), "{}", call.output);
    for input in ["release:", "nodes:", "compose-file:"] {
        assert!(call.output.contains(input), "{input} is not named in {}", call.output);
    }
    assert!(!call.folder().join("record.json").exists());
}

#[test]
fn a_report_that_cannot_be_written_is_no_success_and_costs_no_other() {
    let call = Gate::demo().nodes(1);
    std::fs::create_dir_all(call.reports().join("junit.xml")).unwrap();
    let call = call.run();
    assert_eq!(call.code, Some(3), "{}", call.output);
    assert!(
        call.output.contains("cannot write junit.xml") && call.output.contains("exit code 3"),
        "{}",
        call.output
    );
    assert!(call.report("summary.md").contains("held"));
}

#[test]
fn empty_inputs_of_a_workflow_count_as_not_given() {
    let call = Gate::of(&["plan", "--stable", "11.5.0"]);
    let call = call.env("INPUT_RELEASE", "11.6.0").env("INPUT_NODES", "").run();
    assert_eq!(call.code, Some(0), "{}", call.output);
    assert!(call.output.contains("node1, node2, node3"), "{}", call.output);
}
