//! What the catalogue of faults holds as a whole. tests/faults plays each of them.

use upgrade_gate::announced;
use upgrade_gate::catalogue::CHECKS;
use upgrade_gate::fault::{NamedFault, catalogue};

#[test]
fn every_check_has_a_fault_that_reddens_it() {
    // What is the user's own has tests of its own: tests/it/suite.rs, tests/it/plugin_upgrade.rs, tests/it/site_copy.rs.
    let of_users = ["suite", "plugins.upgraded", "census", "sampled"];
    for check in CHECKS.iter().filter(|check| !of_users.contains(&check.id)) {
        let found = catalogue().iter().any(|fault| fault.reddens.iter().any(|id| id == check.id));
        assert!(found, "no fault of the catalogue reddens {}", check.id);
    }
}

#[test]
fn every_announced_change_has_a_control_and_a_fault_that_is_like_it() {
    let plays = |change: &str, passes: bool| {
        let of = |fault: &&NamedFault| fault.passes == passes && fault.about.iter().any(|id| id == change);
        catalogue().iter().any(|fault| of(&fault))
    };
    for change in announced::catalogue() {
        assert!(plays(&change.id, true), "no control plays {}", change.id);
        assert!(plays(&change.id, false), "no fault is {} gone wrong", change.id);
    }
    for id in catalogue().iter().flat_map(|fault| &fault.about) {
        let known = announced::catalogue().iter().any(|change| change.id == *id);
        assert!(known, "a fault is about {id}, which nobody announced");
    }
}
