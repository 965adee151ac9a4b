//! A hard kill, and nobody who comes to clean up: the reaper does, and spares what it should.

use std::process::Child;
use std::time::{Duration, Instant};

use super::call::{built_in, clean_up, docker, gone};
use super::images::{BALANCER, DATABASE, RELEASE, STABLE, STORE, images};
use crate::gate::{Gate, send};
use crate::wait;

/// How long we wait for anything.
const PATIENCE: Duration = Duration::from_secs(120);

/// Asks until there is an answer.
fn until<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    wait::until(Instant::now() + PATIENCE, ask).unwrap_or_else(|| panic!("{what}: not in time"))
}

/// The run of a call that was started, once its node is there.
fn run_with_a_node(call: &Gate) -> String {
    until("a node", || {
        let events = std::fs::read_to_string(call.folder().join("events.jsonl")).ok()?;
        let (_, run) = events.split_once("\"run_id\":\"")?;
        events.contains("\"node1-1\"").then(|| run.split('"').next().unwrap().to_owned())
    })
}

#[test]
fn a_container_that_is_killed_is_tidied_up_after() {
    if images().is_none() {
        return;
    }
    let gate = docker(
        &[
            &["run", "--detach", "--rm", "--volume", "/var/run/docker.sock:/var/run/docker.sock"][..],
            &["upgrade-gate-test/gate:1", "run", "--stable", STABLE, "--release", RELEASE, "--nodes", "1"],
            &["--database-image", DATABASE, "--store-image", STORE, "--balancer-image", BALANCER],
            &["--report-dir", "/tmp/report"],
        ]
        .concat(),
    );
    let run = until("the run", || {
        let log = docker(&["logs", gate.trim()]);
        let (_, run) = log.split_once(", run ")?;
        Some(run.split_whitespace().next().unwrap().to_owned())
    });
    until("a node", || has(&run, "node1").then_some(()));
    docker(&["kill", "--signal", "KILL", gate.trim()]);
    until("the reaper", || gone(&run).is_empty().then_some(()));
}

/// Whether the run has a container whose name holds this.
fn has(run: &str, name: &str) -> bool {
    let label = format!("label=upgrade-gate.run={run}");
    docker(&["ps", "--all", "--filter", &label, "--format", "{{.Names}}"]).contains(name)
}

/// The processes that a call has started.
fn children(child: &Child) -> String {
    std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id())).unwrap()
}

#[test]
fn a_process_that_is_killed_is_tidied_up_after() {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, RELEASE).nodes(1);
    let mut child = call.start();
    let run = run_with_a_node(&call);
    assert_ne!(children(&child), "", "nobody waits for its end");
    send(&child, "-KILL");
    child.wait().unwrap();
    until("the reaper", || gone(&run).is_empty().then_some(()));
}

#[test]
fn a_cluster_that_shall_be_kept_has_no_reaper() {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, RELEASE).nodes(1).arg("--keep", "true");
    let mut child = call.start();
    let run = run_with_a_node(&call);
    let watchers = children(&child);
    send(&child, "-KILL");
    child.wait().unwrap();
    assert_eq!(watchers, "", "somebody waits for the end of a run whose cluster is kept");
    assert_ne!(gone(&run), "");
    is_cleaned_up(&run);
}

fn is_cleaned_up(run: &str) {
    let cleanup = clean_up(run);
    assert_eq!(cleanup.code, Some(0), "{}", cleanup.output);
    assert_eq!(gone(run), "");
}

#[test]
fn a_clean_up_beside_a_run_that_is_at_work_wins() {
    let Some(images) = images() else { return };
    let call = built_in(images, STABLE, RELEASE).nodes(2);
    let mut child = call.start();
    let run = run_with_a_node(&call);
    is_cleaned_up(&run);
    assert!(!child.wait().unwrap().success());
    assert_eq!(gone(&run), "");
}
