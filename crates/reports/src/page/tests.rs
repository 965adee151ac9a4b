//! What holds for every page: it fits, it is closed to the network, what others say is text, and a record of any age has one.

use super::*;
use crate::runs::RecordedRun;
use basics::trouble::Trouble;
use run_record::event::{Blame, Breakage, CheckResult, EventKind, Outcome, Stage};
use run_record::record::Record;
use run_record::samples::{breakage, failed, header, record, result};

const HOSTILE: &str =
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>\" onload=\"x\u{202e}\u{1b}[31m";

fn run(outcome: Outcome) -> Record {
    record([
        EventKind::RunStarted(header(&[(Stage::Stable, &["a"]), (Stage::Release, &["a"])])),
        EventKind::CheckFinished(result(Stage::Stable, "a", Outcome::Passed)),
        EventKind::CheckFinished(result(Stage::Release, "a", outcome)),
        EventKind::RunFinished,
    ])
}

#[test]
fn verdict_cause_case_and_timeline_are_there_without_any_script() {
    let text = page(&Runs::of(run(failed("one", "two"))));
    for part in [
        "<strong>failed</strong>",
        "First cause</p><p>release/a is a regression, it passed on stable: expected one, got two from node1",
        "<th scope=\"row\">S2.4</th>",
        "<title>release, 1 check (from ",
        "upgrade-gate demo --stable 9.8.0 --release 9.9.0 --nodes 2 --mode rolling",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let passed = page(&Runs::of(run(Outcome::Passed)));
    assert!(passed.contains("<strong>passed</strong>") && !passed.contains("First cause"), "{passed}");
}

#[test]
fn foreign_text_is_no_markup_and_the_policy_names_the_script_and_the_style_alone() {
    let mut loud = run(failed(HOSTILE, HOSTILE));
    let about = loud.header.as_mut().unwrap();
    (about.run_id, about.mode, about.stable.given) = (HOSTILE.into(), HOSTILE.into(), HOSTILE.into());
    loud.breakages.push(Breakage { blame: Blame::Gate, trouble: Trouble::new(HOSTILE, HOSTILE, HOSTILE) });
    loud.warnings.push(HOSTILE.into());
    for runs in [Runs::of(loud.clone()), Runs::matrix(vec![RecordedRun::of(loud)])] {
        let text = page(&runs);
        assert_eq!(text.matches("<script").count(), 2, "the data and the script");
        assert!(!text.contains("<img") && !text.contains("\" onload") && !text.contains('\u{202e}'));
        assert!(!text.contains(" style=") && !text.contains("http://") && !text.contains("https://"));
        let policy = text.split("content=\"").nth(1).unwrap();
        assert!(policy.starts_with("default-src &#39;none&#39;; style-src &#39;sha256-"), "{policy:.200}");
    }
}

#[test]
fn the_timeline_is_a_picture_of_its_own_in_which_what_others_say_is_text() {
    let mut loud = run(failed("one", HOSTILE));
    let about = loud.header.as_mut().unwrap();
    (about.order, about.stable.given) = (vec![HOSTILE.into()], HOSTILE.into());
    for record in [loud, Record::default()] {
        let Render::Run(render) = TIMELINE.render else { panic!("it is of one run") };
        let svg = render(&RecordedRun::of(record)).unwrap();
        let read = roxmltree::Document::parse(&svg).unwrap();
        let height = |node: roxmltree::Node<'_, '_>| node.attribute("height")?.parse::<u64>().ok();
        let whole = height(read.root_element()).unwrap();
        let lowest = read
            .descendants()
            .filter_map(|node| Some(node.attribute("y")?.parse::<u64>().ok()? + height(node)?));
        assert!(lowest.max().unwrap_or(0) <= whole, "what is drawn is on it");
        let strange = |node: &roxmltree::Node<'_, '_>| {
            matches!(node.tag_name().name(), "script" | "img" | "image" | "a" | "use")
        };
        assert!(!read.descendants().any(|node| strange(&node)) && !svg.contains("url("), "{svg:.300}");
    }
}

#[test]
fn a_page_fits_whatever_is_in_it() {
    let said = HOSTILE.repeat(200);
    let ids: Vec<String> = (0..400).map(|number| format!("check.{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let results = ids.iter().map(|id| {
        let outcome = failed(&said[..3_000], &said[..3_000]);
        EventKind::CheckFinished(CheckResult {
            title: said[..3_000].into(),
            ..result(Stage::Release, id, outcome)
        })
    });
    let plan = EventKind::RunStarted(header(&[(Stage::Release, &ids)]));
    let broken = Breakage { blame: Blame::Release, ..breakage(Blame::Release) };
    let mut loud = record(std::iter::once(plan).chain(results).chain([EventKind::RunBroken(broken)]));
    loud.breakages[0].trouble.log_tail = vec![said.repeat(50); 30];
    let text = page(&Runs::of(loud.clone()));
    assert!(text.len() <= PAGE_LIMIT && text.contains("First cause"), "{}", text.len());
    loud.stages[0].results.truncate(10);
    loud.breakages.clear();
    let many = Runs::matrix(vec![RecordedRun::of(loud); 40]);
    let text = page(&many);
    assert!(text.len() <= PAGE_LIMIT, "{}", text.len());
    assert!(text.contains("(again, 40)") && text.contains("the page would be too large"));
}

#[test]
fn a_matrix_has_a_row_for_each_run_that_opens_it() {
    let runs = vec![RecordedRun::of(run(Outcome::Passed)), RecordedRun::missing("9.7.0 to 9.9.0")];
    let text = page(&Runs::matrix(runs));
    for part in [
        "<a href=\"#run-2\">9.7.0 to 9.9.0</a>",
        "id=\"run-2\"",
        "<h1>1 of 2 upgrades held</h1>",
        "id=\"case-1\"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn an_empty_record_has_a_page() {
    let text = page(&Runs::of(Record::default()));
    assert!(text.contains("<h1>The upgrade was not measured completely</h1>"), "{text}");
    assert!(!text.contains("class=\"timeline\""));
}
