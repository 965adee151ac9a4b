//! A thousand wrong inputs: each is refused before anything is created, quickly, in words that name it.
//!
//! A case is one call of the real binary in a folder of its own. What must hold for each: exit code 2, the input's name in the output, no file or folder that was not there,
//! no word to a Docker engine (one listens, and counts), no panic, and an end. `UPGRADE_GATE_SLOWEST=1` prints which took longest.

mod attached;
mod case;
mod commands;
mod compose;
mod dumps;
mod guards;
mod images;
mod labels;
mod locks;
mod reports;
mod run;
mod values;
mod versions;

use case::Case;

/// Every case of the table.
fn all() -> Vec<Case> {
    let tables = [
        versions::cases(),
        images::cases(),
        values::cases(),
        attached::cases(),
        reports::cases(),
        dumps::cases(),
        guards::cases(),
        commands::cases(),
        labels::cases(),
        locks::cases(),
        compose::cases(),
    ];
    tables.into_iter().flatten().collect()
}

#[test]
fn a_thousand_wrong_inputs_are_refused_before_anything_is_created() {
    let cases = all();
    assert!(cases.len() >= 1_000, "the table has {} cases", cases.len());
    let told = run::all(&cases);
    assert!(
        told.is_empty(),
        "{} of {} cases are not refused as they must be:\n{}",
        told.len(),
        cases.len(),
        told.join("\n")
    );
}

/// A table in which two cases are one would count to a thousand without being it.
#[test]
fn no_case_is_there_twice() {
    let mut seen = std::collections::BTreeSet::new();
    for case in all() {
        assert!(seen.insert(case.key()), "twice: {}", case.key());
    }
}

/// The runner can fail: right inputs are no wrong ones.
#[test]
fn a_right_input_would_be_noticed() {
    let right = [
        Case::new("checks").args(&["checks"]),
        Case::new("a folder that is made").args(&["demo", "--only", "posts", "--nodes", "1"]),
    ];
    assert_eq!(run::all(&right).len(), right.len());
}
