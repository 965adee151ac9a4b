//! `once`: what came once when its check ended has come once still when everything else of the stage is done.
//!
//! `push` and `mails` look when the last of theirs is there. What is sent again later, by a queue that is worked off twice or by a
//! server that tries again, comes after that. Nothing is waited for: the other checks of a stage take longer than that.

use super::mails::book::MAILED;
use super::prelude::*;
use super::push::PUSHED;

pub(super) const CHECK: Check = Check::new(
    "once",
    "what was pushed and mailed once, to whom it was for, has not come again or to others when all else of the stage is done",
    &["S2.4"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Sinks])
.alone();

/// What was pushed and mailed in the stages so far is judged anew.
async fn run(cx: &Context<'_>) {
    let pushed = PUSHED.get(cx.carried, "push").filter(|pushed| !pushed.is_empty());
    match (&cx.push, pushed) {
        (Ok(sink), Some(pushed)) => cx.judge("no push has come again", pushed.judged(&sink.all())),
        _ => cx.not_applicable("no push has come again", "none came once when `push` ended"),
    }
    let mailed = MAILED.get(cx.carried, "mails").filter(|mailed| !mailed.is_empty());
    match (&cx.mail, mailed) {
        (Ok(sink), Some(mailed)) => cx.judge("no mail has come again", mailed.judged(&sink.all())),
        _ => cx.not_applicable("no mail has come again", "none came once when `mails` ended"),
    }
}
