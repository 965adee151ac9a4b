//! Where a difference meets what explains it: announced changes, while a check judges.
//!
//! A step that finds both, a loss and something announced, fails for the loss and names the announced in a fact.

use super::context::Context;
use super::outcome::Stop;
use super::scene::Place;
use crate::announced::{Applying, Change, Ground};
use crate::mattermost::ApiError;

/// The announced changes between the versions of the run that apply to this ground.
pub(super) fn applying(cx: &Context<'_>, ground: &Ground) -> Applying {
    Applying::between(&cx.pair.0, &cx.pair.1, ground)
}

/// The verdict on a comparison: the first loss decides, and how many more there are is told with it; with none, what was
/// announced.
pub(super) fn verdict(
    cx: &Context<'_>,
    place: &Place,
    wrong: &[(String, String)],
    announced: &[&'static Change],
) -> Result<(), Stop> {
    let Some(((expected, got), others)) = wrong.split_first() else { return told(announced) };
    if let Err(Stop::Announced { reason, source }) = told(announced) {
        cx.fact(format!("{}: announced beside what is wrong", place.name), format!("{reason} ({source})"));
    }
    let got = match others {
        [] => got.clone(),
        [(next, _), ..] => format!("{got}; {} more are wrong, next: {next}", others.len()),
    };
    Err(Stop::failed_at(&place.name, expected.clone(), got))
}

/// All announced changes that a step met, each once.
pub(super) fn told(announced: &[&'static Change]) -> Result<(), Stop> {
    let (mut reasons, mut sources): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for change in announced {
        if !reasons.contains(&change.what.as_str()) {
            reasons.push(&change.what);
        }
        if !sources.contains(&change.source.as_str()) {
            sources.push(&change.source);
        }
    }
    if reasons.is_empty() {
        return Ok(());
    }
    Err(Stop::Announced { reason: reasons.join("; "), source: sources.join(", ") })
}

/// Why a node refused what one of the other version made, if that was announced; within one version nothing is.
pub(super) fn refusal(
    cx: &Context<'_>,
    (maker, refuser): (&Place, &Place),
    act: &str,
    error: &ApiError,
) -> Option<Stop> {
    let change = applying(cx, &Ground::default()).refusal(act, error.id());
    told(&[change.filter(|_| maker.side != refuser.side)?]).err()
}
