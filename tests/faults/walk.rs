//! All faults of the catalogue, as tests of one program.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use upgrade_gate::fault::{AppliesTo, Finder, NamedFault, catalogue};

use super::{browser, complaint};

type Times = Arc<Mutex<Vec<(Duration, &'static str)>>>;

/// Plays the faults that the arguments ask for.
pub(crate) fn all() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A play waits for most of its time: for what must not happen, and for what comes late.
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    arguments.test_threads.get_or_insert(4 * cores);
    let times = Times::default();
    let one_node = std::env::var("UPGRADE_GATE_FAULTS_ON").ok();
    let trials = catalogue().iter().map(|fault| match &one_node {
        Some(node) => of_one_node(fault, node.clone()),
        None => trial(fault, times.clone()),
    });
    let trials = trials.collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if std::env::var_os("UPGRADE_GATE_SLOWEST").is_some() {
        slowest(&mut times.lock().unwrap());
    }
    conclusion.exit_code()
}

fn trial(fault: &'static NamedFault, times: Times) -> Trial {
    let play = move || {
        let began = Instant::now();
        let complaint = complaint::about(fault);
        times.lock().unwrap().push((began.elapsed(), &fault.id));
        complaint.map_or(Ok(()), |text| Err(Failed::from(text)))
    };
    Trial::test(&fault.id, play).with_kind(kind(fault.found_by)).with_ignored_flag(cannot_be_played(fault))
}

/// Left out is what is no fault of the release, or none by what it does.
fn of_one_node(fault: &'static NamedFault, node: String) -> Trial {
    let of_release = fault.rules.iter().any(|rule| rule.when.node == AppliesTo::New);
    let play = move || complaint::about_one_node(fault, &node).map_or(Ok(()), |text| Err(Failed::from(text)));
    Trial::test(&fault.id, play).with_ignored_flag(!of_release || fault.passes || cannot_be_played(fault))
}

/// What a browser finds takes one.
fn cannot_be_played(fault: &NamedFault) -> bool {
    fault.found_by == Finder::Look && browser::installed().is_none()
}

fn kind(finder: Finder) -> &'static str {
    match finder {
        Finder::Checks => "",
        Finder::Watch => "of the watch",
        Finder::Ledger => "of the ledger",
        Finder::Look => "of a browser",
    }
}

fn slowest(times: &mut [(Duration, &str)]) {
    times.sort_unstable();
    for (took, id) in times.iter().rev().take(20) {
        println!("{} ms: {id}", took.as_millis());
    }
}
