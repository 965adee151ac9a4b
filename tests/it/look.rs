//! The look of a browser at the pages, from the input to the pictures in the report. Its faults are played by tests/faults.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use upgrade_gate::event::{Outcome, Stage};
use upgrade_gate::record::Record;
use upgrade_gate::standin::dump_of;
use upgrade_gate::verdict::Verdict;

use crate::browser;
use crate::gate::{Gate, send};
use crate::play::Play;

fn look(only: &str) -> Gate {
    Gate::demo().nodes(2).arg("--rollback", "none").arg("--only", only)
}

/// A program that says it is a Chromium, and does this when it is to be one.
fn script(dir: &Path, does: &str) -> PathBuf {
    let path = dir.join("browser");
    let text = format!("#!/bin/sh\n[ \"$1\" = --version ] && {{ echo Chromium 1; exit; }}\n{does}\n");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn pages_are_looked_at_on_each_version_and_their_pictures_are_in_the_report() {
    let Some(browser) = browser::installed() else { return };
    let ended = look("look, webapp, browser").arg("--browser", browser).run();
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    let record = ended.record();
    let pages: Vec<(&str, &str)> =
        record.pictures.iter().map(|picture| (picture.version.as_str(), picture.page.as_str())).collect();
    let of = |version| ["the login page", "a channel", "Boards", "Playbooks"].map(|page| (version, page));
    assert_eq!(pages, [of("11.5.1"), of("11.6.0")].concat());
    assert!(record.pictures.iter().all(|picture| picture.wrong.is_none() && picture.png.len() < 140_000));
    let page = ended.report("report.html");
    assert_eq!(page.matches("<img src=\"data:image/png;base64,iVBORw0KGgo").count(), 8);
    assert!(page.contains("img-src data:;"));
    for picture in record.evidence.iter().filter(|file| file.path.starts_with("evidence/look/")) {
        let bytes = std::fs::read(ended.reports().join(&picture.path)).unwrap();
        assert!(bytes.starts_with(b"\x89PNG") && bytes.len() <= 100_000, "{}", picture.path);
    }
    let looks = record.results().filter(|result| result.check == "look");
    let stages: Vec<Stage> = looks.map(|result| result.stage).collect();
    assert_eq!(stages, [Stage::Stable, Stage::Mixed(1), Stage::Release]);
}

#[tokio::test]
async fn a_site_below_a_path_is_looked_at_there() {
    let Some(browser) = browser::installed() else { return };
    let mut play = Play { below: "/company".into(), ..Play::healthy() };
    play.inputs.checks.only = "look".into();
    play.inputs.browser.browser = browser.into();
    let record = play.record().await;
    assert!(Verdict::of(&record).passed(), "{:?}", Verdict::of(&record).reasons);
    assert!(record.results().all(|result| result.outcome == Outcome::Passed), "{record:?}");
}

#[tokio::test]
async fn of_a_copy_of_a_site_no_picture_and_no_word_is_kept() {
    let Some(browser) = browser::installed() else { return };
    let mut play = Play { site: Some(dump_of("planted", 20)), ..Play::healthy() };
    play.inputs.checks.only = "look".into();
    play.inputs.browser.browser = browser.into();
    let record = play.record().await;
    assert!(Verdict::of(&record).passed(), "{:?}", Verdict::of(&record).reasons);
    assert!(record.pictures.is_empty() && record.evidence.is_empty());
    let said = the_look(&record, Stage::Stable).facts["pictures"].clone();
    assert!(said.starts_with("none are kept, because"), "{said}");
    assert!(!serde_json::to_string(&record).unwrap().contains("planted"));
}

fn the_look(record: &Record, stage: Stage) -> &upgrade_gate::event::CheckResult {
    record.results().find(|result| result.check == "look" && result.stage == stage).unwrap()
}

#[test]
fn without_a_browser_the_look_does_not_apply_and_says_what_to_write() {
    let ended = look("look, posts").run();
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    let Outcome::NotApplicable { reason } = the_look(&ended.record(), Stage::Release).outcome.clone() else {
        panic!("{}", ended.output)
    };
    assert!(reason.contains("the input browser, or an image that has one as browser-image"), "{reason}");
}

#[tokio::test]
async fn an_image_does_not_apply_where_there_are_no_containers() {
    let mut play = Play::healthy();
    play.inputs.checks.only = "look, posts".into();
    play.inputs.browser.browser_image = "my/browser:1".into();
    let record = play.record().await;
    assert!(Verdict::of(&record).passed(), "{:?}", Verdict::of(&record).reasons);
    let Outcome::NotApplicable { reason } = the_look(&record, Stage::Release).outcome.clone() else {
        panic!("{record:?}")
    };
    assert!(
        reason.contains("no containers") && reason.contains("browser in place of browser-image"),
        "{reason}"
    );
}

#[test]
fn a_browser_that_is_none_is_refused_before_anything_is_made() {
    let ended = look("look").arg("--browser", "/no/such/browser").run();
    assert_eq!(ended.code, Some(2), "{}", ended.output);
    assert!(ended.output.contains("browser: \"/no/such/browser\" is not there"), "{}", ended.output);
    assert!(!ended.reports().join("record.json").exists());
}

#[test]
fn one_that_does_not_come_up_is_not_measured_with_its_last_words() {
    let dir = tempfile::tempdir().unwrap();
    let broken = script(dir.path(), "echo 'No usable sandbox!' >&2\nexit 1");
    let ended = look("look, posts").arg("--browser", broken.to_str().unwrap()).run();
    assert_eq!(ended.code, Some(4), "{}", ended.output);
    let Outcome::NotMeasured { reason } = the_look(&ended.record(), Stage::Stable).outcome.clone() else {
        panic!("{}", ended.output)
    };
    assert!(reason.contains("it ended before it came up; its last words: No usable sandbox!"), "{reason}");
}

#[test]
fn whoever_stops_a_run_leaves_no_browser_and_no_profile_behind() {
    let Some(browser) = browser::installed() else { return };
    let dir = tempfile::tempdir().unwrap();
    let gate = look("look").arg("--browser", browser).env("TMPDIR", dir.path().to_str().unwrap());
    let mut child = gate.start();
    let came = until(|| !profiles(dir.path()).is_empty());
    let running = until(|| profiles(dir.path()).iter().any(|profile| profile.join("Default").exists()));
    assert!(came && running, "the browser did not come up");
    send(&child, "-INT");
    child.wait().unwrap();
    // What was killed may be on its way out for a moment.
    let gone = until(|| profiles(dir.path()).is_empty() && processes(dir.path()).is_empty());
    assert!(gone, "left: {:?} {:?}", profiles(dir.path()), processes(dir.path()));
}

fn profiles(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().filter_map(Result::ok);
    let names = |path: &PathBuf| path.to_string_lossy().contains("ug-chromium-");
    entries.map(|entry| entry.path()).filter(names).collect()
}

/// Processes whose words name the folder.
fn processes(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let words = entries.filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok());
    words.filter(|words| words.contains(dir.to_str().unwrap())).collect()
}

/// Asks until it is so, or for half a minute.
fn until(holds: impl Fn() -> bool) -> bool {
    crate::wait::until(Instant::now() + Duration::from_secs(30), || holds().then_some(())).is_some()
}
