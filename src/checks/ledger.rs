//! The ledger of what stable made: each entry is declared once, with its key, its type and its name.
//!
//! Later stages ask for it. What stable should have left and did not is a question that cannot be asked, and so a step that is
//! not measured: a check that passed over it in silence would be green without having looked at anything of before. Where
//! stable could not make it for a reason that is no fault (a setting is off, a product is not there), the reason is told.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::Context;
use super::outcome::Stop;
use crate::outcome::{CheckResult, Outcome, Stage};

/// One thing that stable makes and later stages ask for.
pub(super) struct Entry<T> {
    key: &'static str,
    what: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Entry<T> {
    /// An entry of a check. `what` names it for people: "a thread of messages".
    pub(super) const fn new(key: &'static str, what: &'static str) -> Self {
        Self { key, what, of: PhantomData }
    }

    /// Keeps it, on stable; the first one stays. Whether this is the one, and so must not be taken away again.
    pub(super) fn keep(&self, cx: &Context<'_>, value: &T) -> bool {
        cx.leave(self.key, value)
    }

    /// Whether this is stable, and none is kept yet: one is to be made for later stages.
    pub(super) fn is_wanted(&self, cx: &Context<'_>) -> bool {
        cx.stage == Stage::Stable && self.kept(cx).is_none()
    }

    /// Puts it in the place of the one that was kept: a later stage changed it.
    pub(super) fn replace(&self, cx: &Context<'_>, value: &T) {
        cx.carry(self.key, value);
    }

    /// What was kept so far, on stable as well. Nothing is said where there is none.
    pub(super) fn kept(&self, cx: &Context<'_>) -> Option<T> {
        cx.carried(self.key)
    }

    /// Says why this stable makes none: later stages then have nothing to ask, and say why.
    pub(super) fn none(&self, cx: &Context<'_>, reason: &str) {
        cx.leave(&none_of(self.key), &reason);
    }

    /// What stable made, in later stages; on stable nothing. Where it is missing, a step says so.
    pub(super) fn old(&self, cx: &Context<'_>) -> Option<T> {
        if cx.stage == Stage::Stable {
            return None;
        }
        let kept = self.kept(cx);
        if kept.is_none() {
            missing(cx, self.key, self.what);
        }
        kept
    }
}

/// Notes that stable left none of this: not applicable where a reason is known, else not measured.
fn missing(cx: &Context<'_>, key: &str, what: &str) {
    let reason = cx.carried::<String>(&none_of(key)).or_else(|| cx.carried(NOTHING));
    // The step is the answer: a check goes on with what else it asks.
    let _ = cx.judge(format!("there is {what} from stable"), Err::<(), _>(unasked(what, reason)));
}

fn unasked(what: &str, reason: Option<String>) -> Stop {
    match reason {
        Some(reason) => Stop::NotApplicable(format!("stable made none: {reason}")),
        None => {
            Stop::NotMeasured(format!("stable left no {}: what became of it cannot be asked", bare(what)))
        }
    }
}

/// After a check on stable of which nothing applied: no entry of it can be there later, and that is why.
pub(super) fn close(cx: &Context<'_>, result: &CheckResult) {
    if let Outcome::NotApplicable { reason } = &result.outcome {
        cx.leave(NOTHING, reason);
    }
}

/// Where the reason stands why a check keeps nothing at all.
const NOTHING: &str = "nothing kept";

fn none_of(key: &str) -> String {
    format!("no {key}")
}

/// "a thread" → "thread".
fn bare(what: &str) -> &str {
    what.strip_prefix("a ").or_else(|| what.strip_prefix("an ")).unwrap_or(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stable_should_have_left_and_did_not_is_not_passed_over() {
        let Stop::NotMeasured(reason) = unasked("a thread", None) else { panic!("it is not measured") };
        assert_eq!(reason, "stable left no thread: what became of it cannot be asked");
        let Stop::NotApplicable(reason) = unasked("an emoji", Some("custom emoji are off".into())) else {
            panic!("the reason is known")
        };
        assert_eq!(reason, "stable made none: custom emoji are off");
    }
}
