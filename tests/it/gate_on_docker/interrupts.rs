//! Ctrl-C and SIGTERM at different moments: partial reports, and nothing is left.

use super::call::{Call, gone};
use super::images::{RELEASE, STABLE, images};

/// Interrupts a run when its output says `moment`.
fn interrupted_at(moment: &str, signal: &'static str, code: i32) {
    let Some(images) = images() else { return };
    let call = Call::roll(images, STABLE, RELEASE).signal_at(moment, signal).run();
    assert_eq!(call.code, Some(code), "at \"{moment}\": {}", call.output);
    assert!(call.output.contains(moment), "the run never said \"{moment}\"");
    for name in ["record.json", "junit.xml", "summary.md", "comment.md"] {
        assert!(!call.report(name).is_empty(), "{name} is empty");
    }
    assert_eq!(gone(&call.run_id()), "", "after a signal at \"{moment}\"");
}

#[test]
fn at_the_beginning_of_the_bring_up() {
    interrupted_at("bring up on stable", "-INT", 130);
}

#[test]
fn while_images_are_looked_at() {
    interrupted_at(" is there", "-INT", 130);
}

#[test]
fn when_the_first_node_is_ready() {
    interrupted_at(" is ready with 11.5.1", "-TERM", 143);
}

#[test]
fn while_stable_is_checked() {
    interrupted_at("stage stable", "-INT", 130);
}

#[test]
fn while_a_node_is_replaced() {
    interrupted_at("replace node2", "-INT", 130);
}

#[test]
fn while_the_release_is_checked() {
    interrupted_at("stage release", "-TERM", 143);
}
