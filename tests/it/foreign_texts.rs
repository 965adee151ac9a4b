//! Whatever servers, logs and forks say: every JUnit file is well-formed, and no report is above what GitHub takes.
//!
//! `PROPTEST_CASES=20000 cargo test --release --test it foreign_texts::every_junit` puts a million texts through.

use proptest::prelude::*;
use upgrade_gate::event::{
    Blame, Breakage, CheckResult, Clustering, Event, EventKind, Failure, Outcome, Phase, Picture,
    ReleaseName, RunHeader, Stage, Step, UserEnd, UserSuite, UserTest,
};
use upgrade_gate::github::{ANNOTATIONS_PER_KIND, annotate, annotations, outputs};
use upgrade_gate::record::Record;
use upgrade_gate::report::{self, Names, RecordedRun, Runs};
use upgrade_gate::trouble::Trouble;

/// Texts that go into one record.
const TEXTS: usize = 50;

/// What has broken XML, Markdown or a runner's log before, between characters of every kind.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "]]>",
        "<![CDATA[",
        "]]",
        ">",
        "<",
        "&",
        "&#0;",
        "&lt;",
        "\"",
        "'",
        "<!--",
        "-->",
        "<?xml",
        "\u{0}",
        "\u{1}",
        "\u{8}",
        "\u{b}",
        "\u{1b}[31m",
        "\u{1b}]8;;x\u{7}",
        "\u{1b}",
        "\u{7f}",
        "\u{85}",
        "\u{9b}1m",
        "\u{2028}",
        "\u{fdd0}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{1ffff}",
        "\u{10ffff}",
        "\u{feff}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{200d}",
        "\u{200f}",
        "\u{fe0f}",
        "\u{ad}",
        "\u{e0061}",
        "\r",
        "\n",
        "\r\n",
        "\t",
        " ",
        "|",
        "`",
        "```",
        "@all",
        "#1",
        "::error::",
        "##[error]",
        "%0A",
        "😀",
        "ü",
        "a",
        "testcase time=\"9\"",
    ]);
    let part = prop_oneof![3 => known.prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

/// A record that has these texts wherever a text can be.
pub(crate) fn record_of(texts: &[String]) -> Record {
    let first = texts.first().cloned().unwrap_or_default();
    let name = || ReleaseName { given: first.clone(), image: first.clone() };
    let mut kinds = vec![
        EventKind::RunStarted(RunHeader {
            run_id: first.clone(),
            gate_version: first.clone(),
            stable: name(),
            release: name(),
            compose_file: Some(first.clone()),
            nodes: 3,
            mode: first.clone(),
            mode_reason: first.clone(),
            provider: first.clone(),
            order: vec![first.clone()],
            planned: vec![(Stage::Release, texts.to_vec())],
            steps: texts.to_vec(),
            left_out: vec![(first.clone(), first.clone())],
            again: texts.to_vec(),
        }),
        EventKind::StepStarted { step: first.clone() },
        EventKind::PhaseStarted { phase: Phase::Replace(first.clone()) },
        EventKind::ClusterKnown { clustering: Clustering::SharedDatabase { reason: first.clone() } },
        EventKind::Warning { text: first.clone() },
        EventKind::EvidenceSaved { path: first.clone(), about: first.clone() },
        EventKind::Pictured(Box::new(Picture {
            stage: Stage::Release,
            check: "look".into(),
            node: first.clone(),
            version: first.clone(),
            page: first.clone(),
            wrong: Some(first.clone()),
            png: "iVBORw0KGgo=".into(),
        })),
        EventKind::RunBroken(Breakage {
            blame: Blame::Release,
            trouble: Trouble::new(&first, &first, &first).with_log(texts.to_vec()),
        }),
        EventKind::Interrupted { signal: first.clone() },
    ];
    kinds.extend(
        texts.iter().enumerate().map(|(number, text)| EventKind::CheckFinished(result(number, text))),
    );
    let tests = texts.iter().map(|text| UserTest {
        class: text.clone(),
        name: text.clone(),
        took_ms: 1,
        end: UserEnd::Failed { message: text.clone(), text: text.clone() },
    });
    let suite = UserSuite { name: first.clone(), took_ms: 1, tests: tests.collect() };
    kinds.push(EventKind::SuiteReported { suites: vec![suite] });
    let at = time::macros::datetime!(2026-06-14 09:30:00 UTC);
    Record::of(&kinds.into_iter().map(|kind| Event { at, kind }).collect::<Vec<_>>())
}

fn result(number: usize, text: &str) -> CheckResult {
    let some = || Some(text.to_owned());
    let failure = Failure {
        expected: text.into(),
        got: text.into(),
        node: some(),
        version: some(),
        request_id: some(),
        safety: false,
    };
    let outcome = match number % 4 {
        0 => Outcome::Failed(failure),
        1 => Outcome::NotMeasured { reason: text.into() },
        2 => Outcome::NotApplicable { reason: text.into() },
        _ => Outcome::Passed,
    };
    CheckResult {
        stage: Stage::Release,
        check: text.into(),
        title: text.into(),
        lines: vec![text.into()],
        steps: vec![Step { name: text.into(), outcome: outcome.clone(), took_ms: 1 }],
        outcome,
        facts: [(text.to_owned(), text.to_owned())].into_iter().collect(),
        took_ms: 1,
    }
}

/// The number of cases in a JUnit file, by a parser that takes nothing but well-formed XML.
fn cases(xml: &str) -> usize {
    let document = roxmltree::Document::parse(xml).unwrap_or_else(|error| panic!("{error} in {xml:?}"));
    document.descendants().filter(|node| node.has_tag_name("testcase")).count()
}

/// What the runner would make of annotations: how many of each kind, and the longest message as it counts it.
fn read_back(annotations: &[upgrade_gate::github::Annotation]) -> (usize, usize) {
    let mut out = Vec::new();
    annotate(&mut out, annotations).unwrap();
    let out = String::from_utf8(out).unwrap();
    let kind = |kind: &str| out.lines().filter(|line| line.starts_with(kind)).count();
    let most = ["::error", "::warning", "::notice"].map(kind).into_iter().max().unwrap();
    assert!(out.lines().all(|line| line.starts_with("::")), "{out}");
    let message = |line: &str| {
        let data = line.splitn(3, "::").nth(2).unwrap();
        data.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%").encode_utf16().count()
    };
    (most, out.lines().map(message).max().unwrap_or(0))
}

proptest! {
    #[test]
    fn every_junit_file_is_well_formed(texts in prop::collection::vec(text(), TEXTS)) {
        let record = record_of(&texts);
        // Phase, breakage, signal and verdict; each text as a check, and as a test of the user's.
        let alone = cases(&report::junit(&Runs::of(record.clone()), Names::Plain).unwrap());
        prop_assert_eq!(alone, 4 + 2 * TEXTS);
        let run = RecordedRun::of(record);
        let xml = report::junit(&Runs::matrix(vec![run.clone(), run]), Names::Zephyr).unwrap();
        prop_assert_eq!(cases(&xml), 2 * alone);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn no_record_is_too_much_for_github(
        texts in prop::collection::vec((text(), 1..1_000_usize), 1..8),
        times in 1..20_usize,
    ) {
        let long: Vec<String> = texts.iter().map(|(text, times)| text.repeat(*times)).collect();
        let many: Vec<String> = (0..times).flat_map(|_| long.clone()).collect();
        let record = record_of(&many);
        let run = || RecordedRun::of(record.clone());
        let matrix = Runs::matrix(vec![run(), run(), RecordedRun::missing("a")]);
        for runs in [Runs::of(record.clone()), matrix] {
            let comment = report::comment(&runs);
            prop_assert!(comment.len() <= 60_000, "marker and link need some of the 65,536");
            prop_assert!(report::summary(&runs).len() < 1024 * 1024);
            prop_assert!(report::page(&runs).len() <= report::PAGE_LIMIT);
            let (most, longest) = read_back(&annotations(&runs));
            prop_assert!(most <= ANNOTATIONS_PER_KIND && longest <= 4_096, "{} {}", most, longest);
            let outputs = outputs(&runs, std::path::Path::new("upgrade-gate-report"));
            let bytes: usize = outputs.iter().map(|(_, value)| 2 * value.encode_utf16().count()).sum();
            prop_assert!(bytes <= 1_000_000, "{}", bytes);
        }
    }
}
