//! Read back with quick-xml: red where the verdict is red, and well-formed whatever the text.

use super::*;
use basics::trouble::Trouble;
use proptest::prelude::*;
use quick_xml::events::Event as Xml;
use run_record::event::{
    Blame, Breakage, Clustering, EventKind, Failure, Outcome, Phase, Stage, Step, UserEnd, UserSuite,
    UserTest,
};
use run_record::samples::{breakage, failed, header, record, result};
use run_record::verdict::Verdict;
use std::collections::BTreeSet;

/// An element's name and attributes.
type Element = (String, Vec<(String, String)>);

/// Reads the XML back and returns each element with its attributes, and all text.
fn read(xml: &str) -> (Vec<Element>, String) {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut elements = Vec::new();
    let mut text = String::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Xml::Start(tag) | Xml::Empty(tag) => {
                let attributes = tag.attributes().map(|attribute| {
                    let attribute = attribute.expect("a well-formed attribute");
                    let value = attribute
                        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                        .expect("a well-formed value");
                    (String::from_utf8_lossy(attribute.key.as_ref()).into_owned(), value.into_owned())
                });
                let attributes = attributes.collect();
                elements.push((String::from_utf8_lossy(tag.name().as_ref()).into_owned(), attributes));
            }
            Xml::CData(data) => text.push_str(&String::from_utf8_lossy(&data)),
            Xml::Eof => return (elements, text),
            _ => {}
        }
    }
}

fn attribute_of<'e>(element: &'e Element, name: &str) -> &'e str {
    &element.1.iter().find(|(key, _)| key == name).unwrap_or_else(|| panic!("{element:?} has no {name}")).1
}

fn xml_of(kinds: Vec<EventKind>) -> (String, Verdict) {
    let runs = Runs::of(record(kinds));
    (render(&runs, Names::Plain).unwrap(), runs.verdict().clone())
}

#[test]
fn a_red_verdict_is_red_here_and_a_green_one_is_green() {
    let plan = || EventKind::RunStarted(header(&[(Stage::Stable, &["a"]), (Stage::Release, &["b"])]));
    let done = |stage, check, outcome| EventKind::CheckFinished(result(stage, check, outcome));
    let passed = || {
        vec![plan(), done(Stage::Stable, "a", Outcome::Passed), done(Stage::Release, "b", Outcome::Passed)]
    };
    let with =
        |kinds: Vec<EventKind>, more: Vec<EventKind>| kinds.into_iter().chain(more).collect::<Vec<_>>();
    let nowhere = || Outcome::NotApplicable { reason: "no".into() };
    let runs = [
        with(passed(), vec![EventKind::RunFinished]),
        passed(),
        vec![],
        vec![plan(), EventKind::RunFinished],
        vec![
            plan(),
            done(Stage::Stable, "a", nowhere()),
            done(Stage::Release, "b", nowhere()),
            EventKind::RunFinished,
        ],
        with(passed(), vec![done(Stage::Stable, "a", Outcome::Passed), EventKind::RunFinished]),
        with(passed(), vec![EventKind::RunBroken(breakage(Blame::Environment)), EventKind::RunFinished]),
        with(passed(), vec![EventKind::RunBroken(breakage(Blame::Release)), EventKind::RunFinished]),
        with(passed(), vec![EventKind::Interrupted { signal: "SIGINT".into() }, EventKind::RunFinished]),
        vec![plan(), done(Stage::Stable, "a", failed("x", "y")), EventKind::RunFinished],
    ];
    for kinds in runs {
        let (xml, verdict) = xml_of(kinds);
        let (elements, _) = read(&xml);
        let red = elements.iter().any(|(name, _)| name == "failure" || name == "error");
        assert_eq!(red, !verdict.passed(), "{verdict:?}\n{xml}");
        let counted =
            attribute_of(&elements[0], "failures") != "0" || attribute_of(&elements[0], "errors") != "0";
        assert_eq!(red, counted, "{xml}");
    }
}

#[test]
fn counts_times_and_names_are_what_readers_need() {
    let (xml, _) = xml_of(vec![
        EventKind::RunStarted(header(&[(Stage::Stable, &["posts.edit", "posts.send", "files.read"])])),
        EventKind::StageStarted { stage: Stage::Stable },
        EventKind::CheckFinished(result(Stage::Stable, "posts.edit", Outcome::Passed)),
        EventKind::CheckFinished(result(Stage::Stable, "posts.edit", Outcome::Passed)),
        EventKind::CheckFinished(result(
            Stage::Stable,
            "posts.send",
            Outcome::NotApplicable { reason: "no".into() },
        )),
        EventKind::StageFinished { stage: Stage::Stable, took_ms: 2_345 },
        EventKind::RunFinished,
    ]);
    let (elements, _) = read(&xml);
    let suite = elements
        .iter()
        .find(|element| element.0 == "testsuite" && attribute_of(element, "name") == "stable")
        .unwrap();
    let told = ["tests", "errors", "failures", "skipped", "time"].map(|name| attribute_of(suite, name));
    assert_eq!(told, ["4", "1", "0", "1", "2.345"]);
    let mut names = BTreeSet::new();
    for case in elements.iter().filter(|element| element.0 == "testcase") {
        let time = attribute_of(case, "time");
        assert_eq!(time.split_once('.').unwrap().1.len(), 3, "{time}");
        assert!(
            names.insert((attribute_of(case, "classname"), attribute_of(case, "name"))),
            "{case:?} twice"
        );
    }
    assert!(names.contains(&("mattermost.upgrade.stable.posts", "posts.edit")));
    assert!(names.contains(&("mattermost.upgrade.stable.files", "files.read")), "never ran");
}

/// Phases, a check of two lines, one that never ran, and a test of the user's.
fn many_kinds() -> Vec<EventKind> {
    let test =
        |name: &str| UserTest { class: "login".into(), name: name.into(), took_ms: 1, end: UserEnd::Passed };
    let suite = UserSuite { name: "e2e".into(), took_ms: 1, tests: vec![test("MM-T7 works")] };
    let mut twice = result(Stage::Release, "channels", Outcome::Passed);
    twice.lines = vec!["S1.3b".into(), "S2.2b".into()];
    vec![
        EventKind::RunStarted(header(&[
            (Stage::Stable, &["channels"]),
            (Stage::Release, &["channels", "lost"]),
        ])),
        EventKind::PhaseFinished { phase: Phase::BringUp, took_ms: 1 },
        EventKind::PhaseFinished { phase: Phase::Replace("node1".into()), took_ms: 1 },
        EventKind::ClusterKnown { clustering: Clustering::Clustered },
        EventKind::CheckFinished(twice),
        EventKind::SuiteReported { suites: vec![suite] },
    ]
}

/// What stands in the `<properties>` of the first element with this name, if they come first in it.
fn properties_of(xml: &str, tag: &str, name: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let named =
        |node: &roxmltree::Node<'_, '_>| node.has_tag_name(tag) && node.attribute("name") == Some(name);
    let element = document.descendants().find(named).unwrap_or_else(|| panic!("no {name} in {xml}"));
    let Some(first) = element.first_element_child().filter(|child| child.has_tag_name("properties")) else {
        return Vec::new();
    };
    let pairs = first
        .children()
        .map(|one| format!("{}={}", one.attribute("name").unwrap(), one.attribute("value").unwrap()));
    pairs.collect()
}

#[test]
fn suites_and_cases_have_their_properties_first() {
    let (xml, _) = xml_of(many_kinds());
    let of_run = ["stable=mattermost/team:9.8.0", "release=mattermost/team:9.9.0", "clustering=HA cluster"];
    for suite in ["run", "stable", "release", "your suite: e2e"] {
        assert_eq!(properties_of(&xml, "testsuite", suite), of_run, "{suite}");
    }
    let of_check = ["test_key=MM-T5392", "line=S1.3b, S2.2b", "stage=stable", "check=channels"];
    assert_eq!(properties_of(&xml, "testcase", "channels"), of_check, "never ran, and passed on release");
    let unknown = ["test_key=MM-T5392", "stage=release", "check=lost"];
    assert_eq!(properties_of(&xml, "testcase", "lost"), unknown);
    assert_eq!(properties_of(&xml, "testcase", "replace node1"), ["test_key=MM-T5392", "line=S2.0"]);
    assert!(properties_of(&xml, "testcase", "MM-T7 works").is_empty(), "it is none of the case");
}

#[test]
fn the_runs_of_a_matrix_have_their_own_properties() {
    let mut other = record(many_kinds());
    other.header.as_mut().unwrap().stable.image = "mattermost/team:9.7.0".into();
    other.clustering = None;
    let runs = Runs::matrix(vec![Run::of(record(many_kinds())), Run::of(other)]);
    let xml = render(&runs, Names::Plain).unwrap();
    let stable = |suite: &str| properties_of(&xml, "testsuite", suite);
    assert_eq!(stable("9.8.0 to 9.9.0: release").len(), 3);
    assert_eq!(
        stable("9.8.0 to 9.9.0 (again, 2): release"),
        ["stable=mattermost/team:9.7.0", "release=mattermost/team:9.9.0"]
    );
}

#[test]
fn names_for_test_management_begin_with_key_and_number() {
    let record = record(many_kinds());
    let names = |names| {
        let (elements, _) = read(&render(&Runs::of(record.clone()), names).unwrap());
        let cases = elements.into_iter().filter(|element| element.0 == "testcase");
        cases.map(|case| attribute_of(&case, "name").to_owned()).collect::<Vec<_>>()
    };
    let expected = [
        ("bring up on stable", "MM-T5392_1 bring up on stable"),
        ("replace node1", "MM-T5392_14 replace node1"),
        ("complete", "MM-T5392_14 complete"),
        ("channels", "MM-T5392_7 channels [stable]"),
        ("channels", "MM-T5392_7 channels [release]"),
        ("lost", "MM-T5392 lost [release]"),
        ("MM-T7 works", "MM-T7 works"),
    ];
    assert_eq!(names(Names::Plain), expected.map(|(plain, _)| plain));
    assert_eq!(names(Names::Zephyr), expected.map(|(_, zephyr)| zephyr));
}

#[test]
fn a_long_log_keeps_its_head_and_tail() {
    let long = format!("first {} last", "ü".repeat(OUTPUT_LIMIT));
    let short = capped(&long);
    assert!(short.len() < OUTPUT_LIMIT + 100 && short.starts_with("first") && short.ends_with("last"));
}

/// Text of all kinds, with what breaks XML sown in.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<String>(),
        Just("]]>".to_owned()),
        Just("]]\u{0}>".to_owned()),
        Just("\u{1b}[31m".to_owned()),
        Just("\u{fffe}\u{ffff}".to_owned()),
        Just("&#x1;<a b=\"'\">\r\n".to_owned()),
        Just("\" time=\"1\" <testcase time=\"2\">".to_owned()),
    ];
    proptest::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn any_text_gives_well_formed_xml(texts in proptest::collection::vec(nasty(), 14)) {
        let mut next = texts.iter().cloned();
        let mut t = || next.next().unwrap_or_default();
        let mut hostile = result(Stage::Mixed(1), &t(), Outcome::Failed(Failure {
            expected: t(), got: t(), node: Some(t()), version: Some(t()), request_id: Some(t()), safety: false,
        }));
        hostile.title = t();
        hostile.lines = vec![t()];
        hostile.facts.insert(t(), t());
        hostile.steps = vec![Step { name: t(), outcome: Outcome::NotMeasured { reason: t() }, took_ms: 3 }];
        let skipped = result(Stage::Stable, "x", Outcome::NotApplicable { reason: texts[0].clone() });
        let errored = result(Stage::Stable, "y", Outcome::NotMeasured { reason: texts[1].clone() });
        let (xml, _) = xml_of(vec![
            EventKind::RunStarted(header(&[(Stage::Stable, &[&texts[2], "x", "y"])])),
            EventKind::PhaseStarted { phase: Phase::Replace(texts[3].clone()) },
            EventKind::CheckFinished(hostile),
            EventKind::CheckFinished(skipped),
            EventKind::CheckFinished(errored),
            EventKind::RunBroken(Breakage {
                blame: Blame::Release,
                trouble: Trouble::new(&t(), t(), &texts[4]).with_log(texts.clone()),
            }),
            EventKind::Interrupted { signal: texts[5].clone() },
        ]);
        let allowed = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        prop_assert!(xml.chars().all(allowed));
        let (elements, text) = read(&xml);
        prop_assert!(text.contains("verdict: interrupted"));
        let mut names = BTreeSet::new();
        for case in elements.iter().filter(|element| element.0 == "testcase") {
            prop_assert!(names.insert((attribute_of(case, "classname"), attribute_of(case, "name"))));
            prop_assert!(!attribute_of(case, "name").is_empty() && !attribute_of(case, "classname").is_empty());
        }
    }
}
