//! Takes the secrets out of an event, once, before anybody shows or stores it.
//!
//! It works on the event and not on finished reports: there a secret such as `name` or `":"` would take a
//! part of the JSON or XML with it.

use super::watched;
use basics::redact::Redactor;
use basics::trouble::Trouble;
use run_record::event::{
    Breakage, CheckResult, Clustering, Event, EventKind, Failure, ImageIdentity, Outcome, Phase, Picture,
    ReleaseName, RunHeader, Step, UserEnd, UserSuite, UserTest,
};

/// The event without secrets. Ids of checks and stages, and the names of what they keep, are ours and stay as they are.
#[must_use]
pub fn redacted(event: Event, redactor: &Redactor) -> Event {
    let r = |text: String| redactor.redact(&text).into_owned();
    let kind = match event.kind {
        EventKind::RunStarted(header) => EventKind::RunStarted(of_header(header, redactor)),
        EventKind::PlanSettled { stable, release, mode, mode_reason, planned, steps } => {
            EventKind::PlanSettled {
                stable: r(stable),
                release: r(release),
                mode,
                mode_reason: r(mode_reason),
                planned,
                steps: steps.into_iter().map(r).collect(),
            }
        }
        EventKind::StepStarted { step } => EventKind::StepStarted { step: r(step) },
        EventKind::PhaseStarted { phase } => EventKind::PhaseStarted { phase: of_phase(phase, redactor) },
        EventKind::PhaseFinished { phase, took_ms } => {
            EventKind::PhaseFinished { phase: of_phase(phase, redactor), took_ms }
        }
        EventKind::ImageProgress { image, layers_done, layers, bytes } => {
            EventKind::ImageProgress { image: r(image), layers_done, layers, bytes }
        }
        EventKind::ImageReady { image, pulled, took_ms, identity } => EventKind::ImageReady {
            image: r(image),
            pulled,
            took_ms,
            identity: identity.map(|identity| of_identity(identity, redactor)),
        },
        EventKind::ContainerState { container, state } => {
            EventKind::ContainerState { container: r(container), state: r(state) }
        }
        EventKind::NodeReady { node, version, took_ms } => {
            EventKind::NodeReady { node: r(node), version: r(version), took_ms }
        }
        EventKind::NodeReplaced { node, from, to, parts } => {
            EventKind::NodeReplaced { node: r(node), from: r(from), to: r(to), parts }
        }
        EventKind::ClusterKnown { clustering } => EventKind::ClusterKnown {
            clustering: match clustering {
                Clustering::Clustered => Clustering::Clustered,
                Clustering::SharedDatabase { reason } => Clustering::SharedDatabase { reason: r(reason) },
            },
        },
        EventKind::CheckFinished(result) => EventKind::CheckFinished(of_result(result, redactor)),
        EventKind::CheckAskedAgain(result) => EventKind::CheckAskedAgain(of_result(result, redactor)),
        EventKind::SuiteReported { suites } => EventKind::SuiteReported {
            suites: suites.into_iter().map(|suite| of_suite(suite, redactor)).collect(),
        },
        // A picture has no text that could be taken out: whoever makes one answers for what it shows.
        EventKind::Pictured(picture) => EventKind::Pictured(Box::new(Picture {
            stage: picture.stage,
            check: picture.check,
            node: r(picture.node),
            version: r(picture.version),
            page: r(picture.page),
            wrong: picture.wrong.map(r),
            png: picture.png,
        })),
        EventKind::EvidenceSaved { path, about } => {
            EventKind::EvidenceSaved { path: r(path), about: r(about) }
        }
        EventKind::Watched(seen) => EventKind::Watched(Box::new(watched::redacted(*seen, redactor))),
        EventKind::Written(ledger) => {
            EventKind::Written(Box::new(ledger.with_texts(|text| redactor.redact(text).into_owned())))
        }
        EventKind::Warning { text } => EventKind::Warning { text: r(text) },
        EventKind::RunBroken(broken) => EventKind::RunBroken(Breakage {
            blame: broken.blame,
            trouble: Trouble {
                part: r(broken.trouble.part),
                message: r(broken.trouble.message),
                remedy: r(broken.trouble.remedy),
                log_tail: broken.trouble.log_tail.into_iter().map(r).collect(),
            },
        }),
        kind @ (EventKind::StageStarted { .. }
        | EventKind::StageFinished { .. }
        | EventKind::CheckStarted { .. }
        | EventKind::Kept { .. }
        | EventKind::SiteCopied(_)
        | EventKind::Watching { .. }
        | EventKind::Interrupted { .. }
        | EventKind::RunFinished) => kind,
    };
    Event { at: event.at, kind }
}

fn of_header(header: RunHeader, redactor: &Redactor) -> RunHeader {
    let r = |text: String| redactor.redact(&text).into_owned();
    let release = |name: ReleaseName| ReleaseName { given: r(name.given), image: r(name.image) };
    RunHeader {
        run_id: header.run_id,
        gate_version: header.gate_version,
        stable: release(header.stable),
        release: release(header.release),
        compose_file: header.compose_file.map(r),
        nodes: header.nodes,
        mode: header.mode,
        mode_reason: r(header.mode_reason),
        provider: header.provider,
        order: header.order.into_iter().map(r).collect(),
        planned: header.planned,
        steps: header.steps.into_iter().map(r).collect(),
        left_out: header.left_out.into_iter().map(|(check, why)| (check, r(why))).collect(),
        again: header.again.into_iter().map(r).collect(),
    }
}

fn of_identity(identity: ImageIdentity, redactor: &Redactor) -> ImageIdentity {
    let r = |text: String| redactor.redact(&text).into_owned();
    ImageIdentity {
        digest: identity.digest.map(r),
        id: r(identity.id),
        platform: r(identity.platform),
        created: identity.created.map(r),
    }
}

fn of_phase(phase: Phase, redactor: &Redactor) -> Phase {
    match phase {
        Phase::Replace(node) => Phase::Replace(redactor.redact(&node).into_owned()),
        Phase::Rollback(node) => Phase::Rollback(redactor.redact(&node).into_owned()),
        Phase::BringUp | Phase::Migrate | Phase::StopStart | Phase::Teardown => phase,
    }
}

fn of_result(result: CheckResult, redactor: &Redactor) -> CheckResult {
    let r = |text: String| redactor.redact(&text).into_owned();
    CheckResult {
        stage: result.stage,
        check: result.check,
        title: r(result.title),
        lines: result.lines,
        outcome: of_outcome(result.outcome, redactor),
        steps: result
            .steps
            .into_iter()
            .map(|step| Step {
                name: r(step.name),
                outcome: of_outcome(step.outcome, redactor),
                took_ms: step.took_ms,
            })
            .collect(),
        facts: result.facts.into_iter().map(|(key, value)| (r(key), r(value))).collect(),
        took_ms: result.took_ms,
    }
}

fn of_suite(suite: UserSuite, redactor: &Redactor) -> UserSuite {
    let r = |text: String| redactor.redact(&text).into_owned();
    let test = |test: UserTest| UserTest {
        class: r(test.class),
        name: r(test.name),
        took_ms: test.took_ms,
        end: match test.end {
            UserEnd::Passed => UserEnd::Passed,
            UserEnd::Failed { message, text } => UserEnd::Failed { message: r(message), text: r(text) },
            UserEnd::Skipped { message } => UserEnd::Skipped { message: r(message) },
        },
    };
    let tests = suite.tests.into_iter().map(test).collect();
    UserSuite { name: r(suite.name), took_ms: suite.took_ms, tests }
}

fn of_failure(failure: Failure, redactor: &Redactor) -> Failure {
    let r = |text: String| redactor.redact(&text).into_owned();
    Failure {
        expected: r(failure.expected),
        got: r(failure.got),
        node: failure.node.map(r),
        version: failure.version.map(r),
        request_id: failure.request_id.map(r),
        safety: failure.safety,
    }
}

fn of_outcome(outcome: Outcome, redactor: &Redactor) -> Outcome {
    let r = |text: String| redactor.redact(&text).into_owned();
    match outcome {
        Outcome::Passed => Outcome::Passed,
        Outcome::Failed(failure) => Outcome::Failed(of_failure(failure, redactor)),
        Outcome::Announced { reason, source } => Outcome::Announced { reason: r(reason), source: r(source) },
        Outcome::Waived { failure, reason, owner, expires } => Outcome::Waived {
            failure: of_failure(failure, redactor),
            reason: r(reason),
            owner: r(owner),
            expires: r(expires),
        },
        Outcome::Unsteady { first, again } => Outcome::Unsteady { first: r(first), again: r(again) },
        Outcome::NotApplicable { reason } => Outcome::NotApplicable { reason: r(reason) },
        Outcome::NotMeasured { reason } => Outcome::NotMeasured { reason: r(reason) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger_findings::{LedgerSummary, ReadThrough, UnreadRows};
    use run_record::event::{Blame, Stage};
    use run_record::samples::{failed, header, result};

    const SECRET: &str = "hunter22";

    fn leaky_suite() -> UserSuite {
        let s = || format!("x {SECRET} y");
        let test = |end| UserTest { class: s(), name: s(), took_ms: 1, end };
        let failed = UserEnd::Failed { message: s(), text: s() };
        UserSuite {
            name: s(),
            took_ms: 1,
            tests: vec![test(failed), test(UserEnd::Skipped { message: s() })],
        }
    }

    fn leaky_ledger(s: &impl Fn() -> String) -> LedgerSummary {
        let rows = UnreadRows {
            kind: "post".into(),
            reader: ReadThrough { node: s(), version: "11.7.0".into() },
            status: Some(500),
            got: s(),
        };
        LedgerSummary { unread: vec![rows], ..LedgerSummary::default() }
    }

    /// One event of each kind that can carry foreign text, full of the secret.
    fn leaky() -> Vec<EventKind> {
        let s = || format!("x {SECRET} y");
        let mut leaky_header = header(&[(Stage::Stable, &["posts.edit"])]);
        leaky_header.stable = ReleaseName { given: s(), image: s() };
        leaky_header.release = leaky_header.stable.clone();
        leaky_header.mode_reason = s();
        leaky_header.order = vec![s()];
        leaky_header.steps = vec![s()];
        leaky_header.left_out = vec![("posts.edit".into(), s())];
        let mut leaky_result = result(Stage::Stable, "posts.edit", failed(&s(), &s()));
        leaky_result.title = s();
        leaky_result.facts.insert(s(), s());
        leaky_result.steps = vec![
            Step { name: s(), outcome: Outcome::NotMeasured { reason: s() }, took_ms: 1 },
            Step {
                name: s(),
                outcome: Outcome::Failed(Failure {
                    expected: s(),
                    got: s(),
                    node: Some(s()),
                    version: Some(s()),
                    request_id: Some(s()),
                    safety: false,
                }),
                took_ms: 1,
            },
            Step { name: s(), outcome: Outcome::NotApplicable { reason: s() }, took_ms: 1 },
            Step { name: s(), outcome: Outcome::Announced { reason: s(), source: s() }, took_ms: 1 },
            Step { name: s(), outcome: Outcome::Unsteady { first: s(), again: s() }, took_ms: 1 },
            Step {
                name: s(),
                outcome: Outcome::Waived {
                    failure: Failure { expected: s(), got: s(), node: Some(s()), ..Failure::default() },
                    reason: s(),
                    owner: s(),
                    expires: s(),
                },
                took_ms: 1,
            },
        ];
        vec![
            EventKind::RunStarted(leaky_header),
            EventKind::PlanSettled {
                stable: s(),
                release: s(),
                mode: "rolling".into(),
                mode_reason: s(),
                planned: Vec::new(),
                steps: vec![s()],
            },
            EventKind::StepStarted { step: s() },
            EventKind::PhaseStarted { phase: Phase::Replace(s()) },
            EventKind::PhaseFinished { phase: Phase::Replace(s()), took_ms: 1 },
            EventKind::PhaseStarted { phase: Phase::Rollback(s()) },
            EventKind::ImageProgress { image: s(), layers_done: 1, layers: 2, bytes: 3 },
            EventKind::ImageReady {
                image: s(),
                pulled: true,
                took_ms: 1,
                identity: Some(ImageIdentity {
                    digest: Some(s()),
                    id: s(),
                    platform: s(),
                    created: Some(s()),
                }),
            },
            EventKind::ContainerState { container: s(), state: s() },
            EventKind::NodeReady { node: s(), version: s(), took_ms: 1 },
            EventKind::NodeReplaced { node: s(), from: s(), to: s(), parts: vec![("drain".into(), 1)] },
            EventKind::ClusterKnown { clustering: Clustering::SharedDatabase { reason: s() } },
            EventKind::CheckFinished(leaky_result.clone()),
            EventKind::CheckAskedAgain(leaky_result),
            EventKind::SuiteReported { suites: vec![leaky_suite()] },
            EventKind::Pictured(Box::new(Picture {
                stage: Stage::Release,
                check: "look".into(),
                node: s(),
                version: s(),
                page: s(),
                wrong: Some(s()),
                png: "iVBORw0KGgo=".into(),
            })),
            EventKind::EvidenceSaved { path: s(), about: s() },
            EventKind::Written(Box::new(leaky_ledger(&s))),
            EventKind::Warning { text: s() },
            EventKind::RunBroken(Breakage {
                blame: Blame::Release,
                trouble: Trouble::new(SECRET, s(), s()).with_log(vec![s()]),
            }),
        ]
    }

    #[test]
    fn no_kind_of_event_leaks() {
        let redactor = Redactor::new([SECRET]);
        for kind in leaky() {
            let event = Event { at: time::OffsetDateTime::UNIX_EPOCH, kind };
            assert!(serde_json::to_string(&event).unwrap().contains(SECRET));
            let clean = serde_json::to_string(&redacted(event, &redactor)).unwrap();
            assert!(!clean.contains(SECRET), "{clean}");
            assert!(clean.contains("x *** y"), "{clean}");
        }
    }

    #[test]
    fn without_a_secret_nothing_changes() {
        for kind in leaky() {
            let event = Event { at: time::OffsetDateTime::UNIX_EPOCH, kind };
            assert_eq!(redacted(event.clone(), &Redactor::new(["other secret"])), event);
        }
    }
}
