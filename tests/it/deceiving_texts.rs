//! Whatever others say, no report and no line of the console has what a terminal obeys or what the eye does not see.

use proptest::prelude::*;
use upgrade_gate::event::{Event, EventKind, ImageIdentity};
use upgrade_gate::github::{annotate, annotations, merged_annotations, outputs};
use upgrade_gate::report::{self, Console, Look, Run};
use upgrade_gate::shown::Shown;
use upgrade_gate::unseen::visible;
use upgrade_gate::verdict::Verdict;
use upgrade_gate::verdict::worst::worst;

use crate::foreign_texts::{record, text};

/// What is left in a text that has no business there.
fn left(text: &str) -> String {
    let obeyed = |c: &char| (c.is_control() && !"\n\t".contains(*c)) || matches!(c, '\u{2028}' | '\u{2029}');
    let mut left: String = text.chars().filter(obeyed).collect();
    if visible(text) != text {
        left.extend(text.chars().filter(|c| upgrade_gate::unseen::is_unseen(*c)));
    }
    left.escape_unicode().to_string()
}

/// Markdown without the zero-width spaces that we put there: they keep GitHub from taking `@all` for a mention.
fn without_ours(markdown: &str) -> String {
    markdown.replace('\u{200b}', "")
}

/// What the console shows of these texts while a run goes on.
fn live(texts: &[String]) -> String {
    let some = |index: usize| texts.get(index % texts.len().max(1)).cloned().unwrap_or_default();
    let kinds = [
        EventKind::ImageProgress { image: some(0), layers_done: 1, layers: 2, bytes: 3 },
        EventKind::ImageReady {
            image: some(0),
            pulled: true,
            took_ms: 1,
            identity: Some(ImageIdentity {
                digest: None,
                id: some(1),
                platform: some(2),
                created: Some(some(3)),
            }),
        },
        EventKind::ContainerState { container: some(1), state: some(2) },
        EventKind::NodeReady { node: some(3), version: some(4), took_ms: 1 },
        EventKind::NodeReplaced { node: some(5), from: some(6), to: some(7), parts: vec![(some(8), 1)] },
        EventKind::Warning { text: some(9) },
    ];
    let mut out = Vec::new();
    let mut console = Console::new(&mut out, Look::default());
    for kind in kinds {
        console.event(&Event { at: time::macros::datetime!(2026-06-14 09:30:00 UTC), kind }).unwrap();
    }
    String::from_utf8(out).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_it_is_in_any_report(texts in prop::collection::vec(text(), 12)) {
        let record = record(&texts);
        let verdict = Verdict::of(&record);
        let runs = Run::numbered(vec![Run::of(record.clone()), Run::of(record.clone())]);
        let all = worst(runs.iter().map(|run| (run.name.as_str(), &run.verdict)));

        prop_assert_eq!(left(&report::junit(&record, &verdict, report::Names::Plain).unwrap()), "", "junit.xml");
        prop_assert_eq!(left(&report::merged_junit(&runs, report::Names::Zephyr).unwrap()), "", "junit.xml of a matrix");
        prop_assert_eq!(left(&report::playwright(&record, &verdict).unwrap()), "", "results.json");
        prop_assert_eq!(left(&report::merged_playwright(&runs).unwrap()), "", "results.json of a matrix");
        let markdown = [
            report::brief(&record, &verdict).text(&[]),
            report::merged_brief(&runs, &all).text(&[]),
            report::summary(&record, &verdict),
            report::comment(&record, &verdict),
            report::merged_summary(&runs, &all),
            report::merged_comment(&runs, &all),
        ];
        for markdown in markdown {
            prop_assert_eq!(left(&without_ours(&markdown)), "", "{}", markdown);
        }
        let mut console = Vec::new();
        Console::new(&mut console, Look::default()).finish(&record, &verdict, &[]).unwrap();
        prop_assert_eq!(left(&String::from_utf8(console).unwrap()), "", "console");
        prop_assert_eq!(left(&report::merged_console(&runs, &all, &[])), "", "console of a matrix");
        prop_assert_eq!(left(&live(&texts)), "", "live console");
        for found in [annotations(&record, &verdict), merged_annotations(&runs)] {
            let mut out = Vec::new();
            annotate(&mut out, &found).unwrap();
            prop_assert_eq!(left(&String::from_utf8(out).unwrap()), "", "annotations");
        }
        for (name, value) in outputs([("", &record)], &verdict, std::path::Path::new("out")) {
            prop_assert_eq!(left(&value), "", "{}", name);
        }
    }

    #[test]
    fn nothing_of_it_is_in_what_is_shown_of_an_input(text in text()) {
        let shown = Shown::plain(&text);
        prop_assert_eq!(left(shown.as_str()), "");
        prop_assert!(!shown.as_str().contains(['\n', '\t']));
    }
}
