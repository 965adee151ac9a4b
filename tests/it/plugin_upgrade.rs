//! Plugins of the user's own that make way for other versions of them.

use std::path::{Path, PathBuf};

use serde_json::json;
use upgrade_gate::event::Stage;
use upgrade_gate::fault::{Faults, read_rules};
use upgrade_gate::outcome::{CheckResult, Outcome};
use upgrade_gate::tarball;
use upgrade_gate::verdict::Verdict;

use crate::play::Play;

/// A plugin that consists of a web app of one line.
fn bundle(dir: &Path, version: &str) -> PathBuf {
    let manifest = json!({
        "id": "acme.tool", "name": "Tool", "version": version, "min_server_version": "9.0.0",
        "webapp": {"bundle_path": "webapp/main.js"},
    });
    let files =
        [("tool/plugin.json", manifest.to_string()), ("tool/webapp/main.js", format!("// {version}\n"))];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    let path = dir.join(format!("tool-{version}.tar.gz"));
    std::fs::write(&path, tarball::pack(&files).unwrap()).unwrap();
    path
}

/// The input that has one version make way for another.
pub(crate) fn old_and_new(dir: &Path) -> String {
    let [old, new] = ["1.2.3", "1.3.0"].map(|version| bundle(dir, version));
    format!("{} => {}", old.display(), new.display())
}

/// What became of the upgrade, and whether the run held.
async fn upgraded(clustered: bool, rules: &str) -> (CheckResult, bool) {
    let dir = tempfile::tempdir().unwrap();
    let mut play = Play { clustered, ..Play::healthy() };
    play.inputs.servers.plugins = old_and_new(dir.path());
    play.inputs.checks.only = "plugins".into();
    if !rules.is_empty() {
        play.faults = Faults::new(read_rules(rules).unwrap(), "11.5.1", "11.6.0");
    }
    let record = play.record().await;
    let result = record
        .results()
        .find(|result| result.check == "plugins.upgraded" && result.stage == Stage::Release)
        .cloned();
    (result.unwrap(), Verdict::of(&record).passed())
}

#[tokio::test]
async fn every_node_runs_the_new_version_clustered_or_not() {
    for (clustered, steps) in [(true, 3), (false, 4)] {
        let (result, passed) = upgraded(clustered, "").await;
        let told: Vec<_> = result.steps.iter().map(|step| (&step.name, step.outcome.word())).collect();
        assert!(passed && result.outcome == Outcome::Passed, "{told:?}");
        assert_eq!(told.len(), steps, "{told:?}");
        assert_eq!(told[steps - 1].0, "node2 (11.6.0) runs acme.tool 1.3.0");
    }
}

#[tokio::test]
async fn a_release_that_refuses_the_new_version_is_red_with_its_words() {
    let rules = "- match: { method: POST, path: /api/v4/plugins }\n  effect: { answer: { status: 500 } }\n";
    let (result, passed) = upgraded(true, rules).await;
    let Outcome::Failed(failure) = &result.outcome else { panic!("{:?}", result.outcome) };
    assert!(
        !passed && failure.expected == "201 and the manifest" && failure.got.starts_with("500"),
        "{failure}"
    );
}
