//! The ledger of what stable made: each entry is declared once, with its type and its name.
//!
//! Later stages ask for it. What stable should have left and did not is a question that cannot be asked, and so a step that is
//! not measured: a check that passed over it in silence would be green without having looked at anything of before. Where
//! stable could not make it for a reason that is no fault (a setting is off, a product is not there), the reason is told.
//! Each entry that is kept is an event as well: the record tells what was there to cross the upgrade.

use std::marker::PhantomData;

use super::carried::Carried;
use super::context::Context;
use super::step::StepError;
use crate::event::EventKind;
use crate::outcome::{CheckResult, Outcome, Stage};

/// One thing that is made in one stage and asked for in later ones.
pub(crate) struct Entry<T> {
    what: &'static str,
    missing: Option<&'static str>,
    of: PhantomData<fn() -> T>,
}

impl<T: Clone + Send + 'static> Entry<T> {
    /// An entry of a check. `what` names it for people, unlike all other entries of the check: "a thread of messages".
    pub(crate) const fn new(what: &'static str) -> Self {
        Self { what, missing: None, of: PhantomData }
    }

    /// Says in other words what it means when it is missing.
    pub(super) const fn or_else(self, missing: &'static str) -> Self {
        Self { missing: Some(missing), ..self }
    }

    /// Keeps it, on stable; the first one stays. Whether this is the one, and so must not be taken away again.
    pub(super) fn keep(&self, cx: &Context<'_>, value: &T) -> bool {
        let wanted = self.is_wanted(cx);
        if wanted {
            self.put(cx, value.clone());
        }
        wanted
    }

    /// Whether this is stable, and none is kept yet: one is to be made for later stages.
    pub(super) fn is_wanted(&self, cx: &Context<'_>) -> bool {
        cx.stage == Stage::Stable && self.kept(cx).is_none()
    }

    /// Keeps it whatever the stage is, in the place of one that was kept.
    pub(super) fn put(&self, cx: &Context<'_>, value: T) {
        cx.carried.set(cx.check, self.what, value);
        let (stage, check, entry) = (cx.stage, cx.check.to_owned(), self.what.to_owned());
        cx.events.send(EventKind::Kept { stage, check, entry });
    }

    /// Keeps it whatever the stage is, unless one is kept.
    pub(super) fn put_first(&self, cx: &Context<'_>, value: T) {
        if self.kept(cx).is_none() {
            self.put(cx, value);
        }
    }

    /// What was kept so far, on stable as well. Nothing is said where there is none.
    pub(super) fn kept(&self, cx: &Context<'_>) -> Option<T> {
        cx.carried.get(cx.check, self.what)
    }

    /// Says why this stable makes none: later stages then have nothing to ask, and say why.
    pub(super) fn none(&self, cx: &Context<'_>, reason: &str) {
        if cx.stage == Stage::Stable {
            cx.carried.set_absent(cx.check, Some(self.what), reason);
        }
    }

    /// What stable made, in later stages; on stable nothing. Where it is missing, a step says so.
    pub(super) fn old(&self, cx: &Context<'_>) -> Option<T> {
        if cx.stage == Stage::Stable {
            return None;
        }
        let kept = self.kept(cx);
        if kept.is_none() {
            let reason = cx.carried.absent(cx.check, self.what);
            // The step is the answer: a check goes on with what else it asks.
            cx.judge(format!("there is {} from stable", self.what), Err(self.unasked(reason)));
        }
        kept
    }

    /// Not applicable where a reason is known, else not measured.
    fn unasked(&self, reason: Option<String>) -> StepError {
        match (reason, self.missing) {
            (Some(reason), _) => StepError::NotApplicable(format!("stable made none: {reason}")),
            (None, Some(missing)) => StepError::NotMeasured(missing.to_owned()),
            (None, None) => StepError::NotMeasured(format!(
                "stable left no {}: what became of it cannot be asked",
                bare(self.what)
            )),
        }
    }

    /// What somebody beside the checks keeps.
    pub(crate) fn get(&self, carried: &Carried, owner: &'static str) -> Option<T> {
        carried.get(owner, self.what)
    }

    /// Keeps it for somebody beside the checks.
    pub(crate) fn set(&self, carried: &Carried, owner: &'static str, value: T) {
        carried.set(owner, self.what, value);
    }

    /// Takes what somebody beside the checks kept.
    pub(crate) fn take(&self, carried: &Carried, owner: &'static str) -> Option<T> {
        carried.take(owner, self.what)
    }
}

/// After a check on stable of which nothing applied: no entry of it can be there later, and that is why.
pub(super) fn close(cx: &Context<'_>, result: &CheckResult) {
    if let (Stage::Stable, Outcome::NotApplicable { reason }) = (cx.stage, &result.outcome) {
        cx.carried.set_absent(cx.check, None, reason);
    }
}

/// "a thread" → "thread".
fn bare(what: &str) -> &str {
    what.strip_prefix("a ").or_else(|| what.strip_prefix("an ")).unwrap_or(what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::scene::Side;
    use crate::checks::stage_set::{StageSet, context, steps};

    const THREAD: Entry<String> = Entry::new("a thread");
    const EMOJI: Entry<String> = Entry::new("an emoji");

    #[test]
    fn the_first_one_of_stable_is_kept_and_is_an_event() {
        let mut set = StageSet::new();
        {
            let (stable, release) =
                (set.scene(Stage::Stable, &[Side::Stable]), set.scene(Stage::Release, &[Side::Release]));
            let (before, after) = (context(&stable), context(&release));
            assert!(THREAD.keep(&before, &"first".into()));
            assert!(!THREAD.keep(&before, &"second".into()), "the first one stays");
            assert!(!EMOJI.keep(&after, &"late".into()), "it is not of stable");
            assert_eq!(THREAD.old(&before), None, "on stable nothing is old");
            assert_eq!(THREAD.old(&after).as_deref(), Some("first"));
            assert_eq!((steps(&before), steps(&after)), (Vec::new(), Vec::new()));
        }
        assert_eq!(set.kept(), [("sample".to_owned(), "a thread".to_owned())]);
    }

    #[test]
    fn what_stable_should_have_left_and_did_not_is_a_step_that_is_not_measured() {
        let set = StageSet::new();
        let (stable, release) =
            (set.scene(Stage::Stable, &[Side::Stable]), set.scene(Stage::Release, &[Side::Release]));
        EMOJI.none(&context(&stable), "custom emoji are off");
        let cx = context(&release);
        assert_eq!((THREAD.old(&cx), EMOJI.old(&cx)), (None, None));
        let expected = [
            ("there is a thread from stable".to_owned(), "not measured"),
            ("there is an emoji from stable".to_owned(), "not applicable"),
        ];
        assert_eq!(steps(&cx), expected);
    }

    #[test]
    fn a_missing_entry_is_told_with_its_name_or_with_the_reason() {
        let StepError::NotMeasured(reason) = THREAD.unasked(None) else { panic!("it is not measured") };
        assert_eq!(reason, "stable left no thread: what became of it cannot be asked");
        let known = EMOJI.unasked(Some("custom emoji are off".into()));
        let StepError::NotApplicable(reason) = known else { panic!("the reason is known") };
        assert_eq!(reason, "stable made none: custom emoji are off");
    }
}
