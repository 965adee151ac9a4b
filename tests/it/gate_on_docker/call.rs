//! Calls of the gate on a real engine, and what that engine still has of them.

use std::process::Command;

use super::images::{BALANCER, DATABASE, Images, STORE};
use crate::gate::{Ended, Gate};

/// `run` without any image input; its reports are in the folder where it is called.
pub(super) fn upgrade(stable: &str, release: &str) -> Gate {
    let gate = Gate::of(&["run"]);
    let reports = gate.folder().to_str().unwrap().to_owned();
    let given = [("--stable", stable), ("--release", release), ("--report-dir", &reports)];
    given
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .fold(gate, |gate, (name, value)| gate.arg(name, value))
}

/// `run` with the built-in cluster on the stand-in's images.
pub(super) fn built_in(_images: Images, stable: &str, release: &str) -> Gate {
    upgrade(stable, release)
        .arg("--database-image", DATABASE)
        .arg("--store-image", STORE)
        .arg("--balancer-image", BALANCER)
        .arg("--timeout", "8m")
}

/// `cleanup` of a run.
pub(super) fn clean_up(run: &str) -> Ended {
    Gate::of(&["cleanup", "--run", run]).run()
}

/// What the engine still has of a run: nothing, if all is well.
pub(super) fn gone(run: &str) -> String {
    let label = format!("label=upgrade-gate.run={run}");
    let list = |arguments: &[&str]| docker(&[arguments, &["-q", "--filter", &label]].concat());
    list(&["ps", "-a"]) + &list(&["network", "ls"]) + &list(&["volume", "ls"])
}

/// What docker's own client says.
pub(super) fn docker(arguments: &[&str]) -> String {
    let ended = Command::new("docker").args(arguments).output().unwrap();
    assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).unwrap()
}
