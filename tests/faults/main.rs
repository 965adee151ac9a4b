//! Each named fault is noticed by the checks that should, and by no others: a test per fault, by the fault's id.
//!
//! `cargo test --test faults -- lost-post` plays one, `-- --list` names them all, and `UPGRADE_GATE_SLOWEST=1` tells at the end
//! which took longest. `UPGRADE_GATE_FAULTS_ON=node3` plays those of the release on that node alone: each must turn the run red, by
//! whichever check. What all of them hold together is in tests/it/faults.rs.

#![recursion_limit = "256"]

// `cfg(test)` tells clippy that all of a module is test code (unwrap, printing).
#[cfg(test)]
#[path = "../it/browser.rs"]
mod browser;
#[cfg(test)]
mod complaint;
#[cfg(test)]
#[path = "../it/play.rs"]
mod play;
#[cfg(test)]
mod walk;

fn main() -> std::process::ExitCode {
    walk::all()
}
