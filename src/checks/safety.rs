//! The safety class: what is never waived and never asked again, because once is too often.
//!
//! Data lost, bytes that are wrong, a permission gained, a migration gone. Checks that are about nothing else stand here as a
//! whole; in others the failure says so itself ([`StepError::of_safety`](super::StepError::of_safety)).

use crate::outcome::{Outcome, Step};

/// Checks, or families of them.
const WHOLE: [&str; 10] = [
    "schema",
    "census",
    "sessions",
    "permissions",
    "guests",
    "posts",
    "files",
    "boards",
    "playbooks",
    "rollback",
];

/// A post whose event did not come is there all the same.
const EVENTS: (&str, &str) = ("posts", "websocket");

/// Marks the failures among the steps of a check that belong to the class.
pub(super) fn mark(check: &str, steps: &mut [Step]) {
    let family = check.split('.').next().unwrap_or(check);
    if !is_whole(check) {
        return;
    }
    for step in steps {
        let event = family == EVENTS.0 && step.name.contains(EVENTS.1);
        if let (Outcome::Failed(failure), false) = (&mut step.outcome, event) {
            failure.safety = true;
        }
    }
}

/// Whether all that a check is about belongs to the class.
pub(super) fn is_whole(check: &str) -> bool {
    WHOLE.contains(&check.split('.').next().unwrap_or(check))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::catalogue::CHECKS;
    use crate::outcome::Failure;

    #[test]
    fn each_of_them_is_a_check() {
        for family in WHOLE {
            assert!(CHECKS.iter().any(|check| check.id.split('.').next() == Some(family)), "{family}");
        }
    }

    #[test]
    fn a_lost_event_is_no_lost_post() {
        let step =
            |name: &str| Step { name: name.into(), outcome: Outcome::Failed(Failure::default()), took_ms: 0 };
        let safety = |check: &str, name: &str| {
            let mut steps = [step(name)];
            mark(check, &mut steps);
            matches!(&steps[0].outcome, Outcome::Failed(failure) if failure.safety)
        };
        assert!(safety("posts.direct", "node1 reads it"));
        assert!(!safety("posts", "node1's websocket gets both events"));
        assert!(safety("files", "node1 gives it to the websocket's owner"));
        assert!(!safety("channels", "node1 reads it"));
    }
}
