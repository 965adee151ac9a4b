//! Whatever others say, no report and no line of the console has what a terminal obeys or what the eye does not see.

use proptest::prelude::*;
use upgrade_gate::event::{Event, EventKind, ImageIdentity, Phase, Stage};
use upgrade_gate::github::{annotate, annotations, outputs};
use upgrade_gate::report::{self, Console, Look, Names, RecordedRun, Runs};
use upgrade_gate::shown::Shown;
use upgrade_gate::unseen::visible;

use crate::foreign_texts::{record_of, text};

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

/// What a terminal is told by us: where the block is taken back, and that it is not to wrap.
fn without_our_commands(shown: &str) -> String {
    let up = (1..10).map(|lines| format!("\r\u{1b}[{lines}A\u{1b}[J"));
    let ours = up.chain(["\r\u{1b}[J", "\u{1b}[?7l", "\u{1b}[?7h"].map(str::to_owned));
    ours.fold(shown.to_owned(), |shown, ours| shown.replace(&ours, ""))
}

/// What the console shows of these texts while a run goes on.
fn live(texts: &[String], look: Look) -> String {
    let some = |index: usize| texts.get(index % texts.len().max(1)).cloned().unwrap_or_default();
    let kinds = [
        EventKind::RunStarted(record_of(texts).header.unwrap()),
        EventKind::StepStarted { step: some(0) },
        EventKind::PhaseStarted { phase: Phase::Replace(some(1)) },
        EventKind::CheckStarted { stage: Stage::Release, check: some(2) },
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
    let mut console = Console::new(&mut out, look);
    let record = record_of(texts);
    for kind in kinds {
        let event = Event { at: time::macros::datetime!(2026-06-14 09:30:00 UTC), kind };
        console.event(&event, &record).unwrap();
        console.tick(event.at).unwrap();
    }
    String::from_utf8(out).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_it_is_in_any_report(texts in prop::collection::vec(text(), 12)) {
        let record = record_of(&texts);
        let run = RecordedRun::of(record.clone());
        for runs in [Runs::of(record), Runs::matrix(vec![run.clone(), run])] {
            for names in [Names::Plain, Names::Zephyr] {
                prop_assert_eq!(left(&report::junit(&runs, names).unwrap()), "", "junit.xml");
            }
            prop_assert_eq!(left(&report::playwright(&runs).unwrap()), "", "results.json");
            let markdown = [report::brief(&runs).text(&[]), report::summary(&runs), report::comment(&runs)];
            prop_assert_eq!(left(&report::page(&runs)), "", "report.html");
            for markdown in markdown {
                prop_assert_eq!(left(&without_ours(&markdown)), "", "{}", markdown);
            }
            let mut console = Vec::new();
            Console::new(&mut console, Look::default()).finish(&runs, &[]).unwrap();
            prop_assert_eq!(left(&String::from_utf8(console).unwrap()), "", "console");
            let mut screen = Vec::new();
            let look = Look { terminal: true, ..Look::default() };
            Console::new(&mut screen, look).finish(&runs, &[]).unwrap();
            prop_assert_eq!(left(&String::from_utf8(screen).unwrap()), "", "screen");
            for other in runs.all() {
                prop_assert_eq!(left(&report::compared(&runs.all()[0], other)), "", "two runs compared");
            }
            let mut out = Vec::new();
            annotate(&mut out, &annotations(&runs)).unwrap();
            prop_assert_eq!(left(&String::from_utf8(out).unwrap()), "", "annotations");
            for (name, value) in outputs(&runs, std::path::Path::new("out")) {
                prop_assert_eq!(left(&value), "", "{}", name);
            }
        }
        prop_assert_eq!(left(&live(&texts, Look::default())), "", "live console");
        let terminal = Look { terminal: true, ..Look::default() };
        let shown = without_our_commands(&live(&texts, terminal));
        prop_assert_eq!(left(&shown), "", "terminal: {:?}", shown);
    }

    #[test]
    fn nothing_of_it_is_in_what_is_shown_of_an_input(text in text()) {
        let shown = Shown::plain(&text);
        prop_assert_eq!(left(shown.as_str()), "");
        prop_assert!(!shown.as_str().contains(['\n', '\t']));
    }
}
