//! The one list of checks, and running one.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::Instant;

use super::check::Check;
use super::context::Context;
use super::step::worst;
use super::{ledger, old, safety};
use crate::clock::millis;
use crate::outcome::{CheckResult, Outcome, Stage, Step};
use crate::unpoisoned::lock;

/// Every check, in the order in which reports show them.
pub const CHECKS: &[Check] = &[
    super::sanity::check::CHECK,
    super::identity::CHECK,
    super::schema::CHECK,
    super::plugins::inventory::CHECK,
    super::plugins::lifecycle::CHECK,
    super::plugins::products::CHECK,
    super::plugins::upgraded::CHECK,
    super::topology::CHECK,
    super::sessions::CHECK,
    super::browser::CHECK,
    super::users::CHECK,
    super::invites::CHECK,
    super::teams::CHECK,
    super::team_changes::CHECK,
    super::channels::CHECK,
    super::channel_changes::CHECK,
    super::crowd::CHECK,
    super::permissions::CHECK,
    super::guests::CHECK,
    super::posts::sent::CHECK,
    super::posts::threads::CHECK,
    super::posts::pins::CHECK,
    super::posts::direct::CHECK,
    super::posts::search::CHECK,
    super::posts::long::CHECK,
    super::posts::pages::CHECK,
    super::push::CHECK,
    super::mails::CHECK,
    super::files::whole::CHECK,
    super::files::uploads::CHECK,
    super::files::previews::CHECK,
    super::files::pictures::CHECK,
    super::files::emoji::CHECK,
    super::files::links::CHECK,
    super::boards::CHECK,
    super::playbooks::CHECK,
    super::calls::CHECK,
    super::integrations::webhooks::CHECK,
    super::integrations::payloads::CHECK,
    super::integrations::commands::CHECK,
    super::integrations::dialogs::CHECK,
    super::integrations::bots::CHECK,
    super::apps::CHECK,
    super::cloud::CHECK,
    super::baseline::CHECK,
    super::config::CHECK,
    super::webapp::CHECK,
    super::look::CHECK,
    super::jobs::CHECK,
    super::timed::CHECK,
    super::flags::CHECK,
    old::check(&old::rows::DRAFTS),
    old::check(&old::rows::SCHEDULED),
    old::check(&old::rows::SAVED),
    old::check(&old::rows::REMINDERS),
    old::check(&old::rows::ACKNOWLEDGEMENTS),
    old::check(&old::rows::PRIORITIES),
    old::check(&old::rows::REACTIONS),
    old::check(&old::rows::PINS),
    old::check(&old::rows::EDITS),
    old::check(&old::rows::ATTACHMENTS),
    old::check(&old::rows::PERMALINKS),
    old::check(&old::rows::THREADS),
    old::check(&old::rows::UNREADS),
    old::check(&old::rows::CATEGORIES),
    old::check(&old::rows::STATUSES),
    old::check(&old::rows::PRESENCES),
    old::check(&old::rows::PREFERENCES),
    old::check(&old::rows::NOTIFICATIONS),
    old::check(&old::rows::ATTRIBUTES),
    old::check(&old::rows::TOKENS),
    old::check(&old::rows::CHANNELS),
    old::check(&old::rows::ARCHIVED),
    old::check(&old::rows::BOOKMARKS),
    old::check(&old::rows::MUTES),
    old::check(&old::rows::MODERATORS),
    old::check(&old::rows::GROUPS),
    old::check(&old::rows::DIRECTS),
    old::check(&old::rows::TEAMS),
    old::check(&old::rows::CUSTOM_GROUPS),
    old::check(&old::rows::SCHEMES),
    old::check(&old::rows::EMOJIS),
    old::check(&old::rows::UPLOADS),
    old::check(&old::rows::FILES),
    old::check(&old::rows::LINKS),
    old::check(&old::rows::TEAM_ICONS),
    old::check(&old::rows::INCOMING),
    old::check(&old::rows::OUTGOING),
    old::check(&old::rows::COMMANDS),
    old::check(&old::rows::BOTS),
    old::check(&old::rows::OAUTH),
    old::check(&old::rows::BOARDS),
    old::check(&old::rows::BOARD_VIEWS),
    old::check(&old::rows::BOARD_LINKS),
    old::check(&old::rows::BOARD_FILES),
    old::check(&old::rows::PLAYBOOKS),
    old::check(&old::rows::RUNS),
    old::check(&old::rows::RETROSPECTIVES),
    old::check(&old::rows::CALLS),
    old::check(&old::rows::CALL_POSTS),
    old::check(&old::rows::PLUGIN_SETTINGS),
    super::census::CHECK,
    old::sampled::CHECK,
    super::rollback::CHECK,
    super::availability::CHECK,
    super::write_ledger::CHECK,
    super::write_matrix::CHECK,
    super::logs::CHECK,
    super::suite::CHECK,
    super::mails::held::CHECK,
    super::once::CHECK,
    super::growth::CHECK,
    super::processes::CHECK,
];

/// The step of a check that was cut short by its limit.
const IN_TIME: &str = "the check ends in time";

/// Whether a red result is worth asking again: it failed, or ran out of time, and nothing of it belongs to the safety class.
/// A check that wants restarts is not: its answer is the restart's.
#[must_use]
pub fn may_ask_again(check: &Check, result: &CheckResult) -> bool {
    let out_of_time = |step: &Step| step.name == IN_TIME && step.outcome.is_red();
    let safety = |step: &Step| matches!(&step.outcome, Outcome::Failed(failure) if failure.safety);
    let worth = match result.outcome {
        Outcome::Failed(_) => true,
        Outcome::NotMeasured { .. } => !safety::is_whole(check.id) && result.steps.iter().any(out_of_time),
        _ => false,
    };
    worth && check.environment.is_empty() && !result.steps.iter().any(safety)
}

/// A check by its id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}

/// Runs one check to its end, whatever that is: a check never ends the run.
///
/// A check that outlasts `limit` or panics was not measured; the steps it took before are kept.
pub async fn run(check: &Check, cx: &Context<'_>, limit: Duration) -> CheckResult {
    let began = Instant::now();
    let work = AssertUnwindSafe((check.run)(cx)).catch_unwind();
    let cut = match tokio::time::timeout(limit, work).await {
        Ok(Ok(())) => None,
        Ok(Err(_)) => {
            Some(("the check does its work", "the check itself broke: this is a bug of the gate".to_owned()))
        }
        Err(_) => Some((IN_TIME, format!("the check did not end within {} s", limit.as_secs()))),
    };
    let mut found = std::mem::take(&mut *lock(&cx.notes));
    safety::mark(check.id, &mut found.steps);
    // A step of its own: whatever becomes of the others, this one stays.
    found.steps.extend(cut.map(|(name, reason)| {
        let outcome = Outcome::NotMeasured { reason };
        Step { name: name.to_owned(), outcome, took_ms: millis(began) }
    }));
    let result = CheckResult {
        stage: cx.stage,
        check: check.id.to_owned(),
        title: check.title.to_owned(),
        lines: check.lines.iter().map(|&line| line.to_owned()).collect(),
        outcome: worst(found.steps.iter().map(|step| &step.outcome)),
        steps: found.steps,
        facts: found.facts,
        took_ms: millis(began),
    };
    ledger::close(cx, &result);
    result
}

/// Two runs of one check as one result: the worse outcome, the steps and facts of both.
#[must_use]
pub fn joined(mut first: CheckResult, next: CheckResult) -> CheckResult {
    first.outcome = worse(&first.outcome, &next.outcome);
    first.steps.extend(next.steps);
    first.facts.extend(next.facts);
    first.took_ms += next.took_ms;
    first
}

/// What steps come to that somebody beside the checks took; without any red one, passed.
#[must_use]
pub fn outcome_of(steps: &[Step]) -> Outcome {
    worst(std::iter::once(&Outcome::Passed).chain(steps.iter().map(|step| &step.outcome)))
}

/// The worse of two outcomes; of two equally bad ones the first.
#[must_use]
pub fn worse(first: &Outcome, next: &Outcome) -> Outcome {
    worst([first, next])
}

/// The result of a check that could not even begin.
#[must_use]
pub fn not_measured(check: &Check, stage: Stage, reason: &str) -> CheckResult {
    CheckResult {
        stage,
        check: check.id.to_owned(),
        title: check.title.to_owned(),
        lines: check.lines.iter().map(|&line| line.to_owned()).collect(),
        outcome: Outcome::NotMeasured { reason: reason.to_owned() },
        steps: Vec::new(),
        facts: indexmap::IndexMap::new(),
        took_ms: 0,
    }
}

/// The result of a check that this installation cannot have.
#[must_use]
pub fn not_applicable(check: &Check, stage: Stage, reason: &str) -> CheckResult {
    let outcome = Outcome::NotApplicable { reason: reason.to_owned() };
    CheckResult { outcome, ..not_measured(check, stage, "") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Failure;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_lower_case() {
        let ids: BTreeSet<_> = CHECKS.iter().map(|check| check.id).collect();
        assert_eq!(ids.len(), CHECKS.len());
        for check in CHECKS {
            assert!(check.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'.'), "{}", check.id);
            assert!(!check.lines.is_empty(), "{} covers no line of the case", check.id);
        }
    }

    #[test]
    fn a_later_run_that_was_cut_is_not_forgotten() {
        let check = &CHECKS[0];
        let passed = CheckResult { outcome: Outcome::Passed, ..not_measured(check, Stage::Stable, "") };
        let cut = not_measured(check, Stage::Stable, "the check did not end within 60 s");
        assert_eq!(joined(passed.clone(), cut.clone()).outcome, cut.outcome);
        assert_eq!(joined(cut.clone(), passed).outcome, cut.outcome);
    }

    #[test]
    fn only_what_may_be_chance_is_asked_again() {
        let of = |id: &str, name: &str, outcome: Outcome| {
            let check = find(id).unwrap();
            let steps = vec![Step { name: name.into(), outcome: outcome.clone(), took_ms: 0 }];
            may_ask_again(check, &CheckResult { outcome, steps, ..not_measured(check, Stage::Release, "") })
        };
        let failed = |safety| Outcome::Failed(Failure { safety, ..Failure::default() });
        let cut = || Outcome::NotMeasured { reason: "time".into() };
        assert!(of("calls", "a step", failed(false)));
        assert!(of("calls", IN_TIME, cut()));
        assert!(!of("calls", "a step", cut()), "what stood in the way stands there still");
        assert!(!of("calls", "a step", failed(true)));
        assert!(!of("files", IN_TIME, cut()));
        assert!(!of("flags", "a step", failed(false)));
        assert!(!of("calls", "a step", Outcome::Passed));
    }

    #[test]
    fn every_line_that_a_check_names_is_one_of_the_case() {
        for check in CHECKS {
            for line in check.lines {
                assert!(crate::case::find(line).is_some(), "{} names {line}", check.id);
            }
        }
    }
}
