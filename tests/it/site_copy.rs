//! A run on a copy of somebody's site, as the stand-in plays it; on Docker it is tried with real servers.

use std::collections::BTreeSet;

use upgrade_gate::event::Stage;
use upgrade_gate::fault::{Faults, read_rules};
use upgrade_gate::outcome::{CheckResult, Outcome};
use upgrade_gate::record::Record;
use upgrade_gate::report::{Names, Runs, write_all};
use upgrade_gate::standin::dump_of;
use upgrade_gate::verdict::Verdict;

use crate::play::Play;

/// How many users and posts the site has.
const ROWS: i64 = 20;
/// Begins every word of the site.
const WORD: &str = "planted";

/// A run on the site, with rules that nodes of the release have.
async fn rehearsed(rules: &str) -> Record {
    let mut play = Play { site: Some(dump_of(WORD, ROWS)), ..Play::healthy() };
    play.inputs.checks.only = "startup, schema, users, posts".into();
    if !rules.is_empty() {
        play.faults = Faults::new(read_rules(rules).unwrap(), "11.5.1", "11.6.0");
    }
    play.record().await
}

fn census(record: &Record, stage: Stage) -> &CheckResult {
    of_check(record, "census", stage)
}

fn sampled(record: &Record, stage: Stage) -> &CheckResult {
    of_check(record, "sampled", stage)
}

fn of_check<'r>(record: &'r Record, check: &str, stage: Stage) -> &'r CheckResult {
    let mut results = record.results().filter(|result| result.check == check);
    results.find(|result| result.stage == stage).unwrap()
}

fn red(record: &Record) -> Vec<&str> {
    record.results().filter(|result| result.outcome.is_red()).map(|result| result.check.as_str()).collect()
}

#[tokio::test]
async fn an_old_row_that_says_something_else_is_told_by_its_id_and_its_field() {
    let rules = "- match: { method: GET, path: \"/api/v4/users/*\", old: true }\n  effect: { patch: { merge: { locale: planted } } }\n";
    let record = rehearsed(rules).await;
    let found: Vec<&CheckResult> =
        record.results().filter(|result| result.check == "sampled" && result.outcome.is_red()).collect();
    assert!(!found.is_empty() && found.iter().all(|result| result.stage != Stage::Stable), "{found:?}");
    let Outcome::Failed(failure) = &found[0].outcome else { panic!("{:?}", found[0].outcome) };
    assert!(failure.got.contains(" by /api/v4/users/…: the field /locale"), "{}", failure.got);
    is_anonymous(record);
}

#[tokio::test]
async fn an_old_board_and_an_old_run_that_say_something_else_are_told_so_too() {
    for (route, told) in [
        ("/plugins/focalboard/api/v2/boards/*", "/plugins/focalboard/api/v2/boards/…: the field /title"),
        ("/plugins/focalboard/api/v2/cards/*", "/plugins/focalboard/api/v2/cards/…: the field /updateAt"),
        ("/plugins/playbooks/api/v0/runs/*", "/plugins/playbooks/api/v0/runs/…: the field /update_at"),
    ] {
        let field = told.rsplit('/').next().unwrap();
        let rules = format!(
            "- match: {{ method: GET, path: \"{route}\", old: true }}\n  effect: {{ patch: {{ merge: {{ {field}: planted }} }} }}\n"
        );
        let record = rehearsed(&rules).await;
        assert_eq!(red(&record).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(["sampled"]), "{route}");
        let results = record.results().filter(|result| result.outcome.is_red());
        for result in results {
            let Outcome::Failed(failure) = &result.outcome else { panic!("{:?}", result.outcome) };
            assert!(failure.got.contains(told), "{}", failure.got);
        }
        is_anonymous(record);
    }
}

#[tokio::test]
async fn rows_of_a_product_that_stable_does_not_run_do_not_apply() {
    let rules = "- when: { node: all }\n  effect: { behaviour: plugin-missing }\n";
    let record = rehearsed(rules).await;
    let result = sampled(&record, Stage::Stable);
    let asked =
        result.steps.iter().find(|step| step.name.starts_with("3 ir_incident, 3 ir_playbook")).unwrap();
    let Outcome::NotApplicable { reason } = &asked.outcome else { panic!("{:?}", asked.outcome) };
    assert!(reason.starts_with("the plugin playbooks is not installed on node1"), "{reason}");
    assert_eq!(red(&record), [""; 0]);
    let names = result.steps.iter().map(|step| step.name.as_str());
    assert!(names.clone().any(|name| name.contains(": focalboard_boards as on stable")));
    assert!(!names.clone().any(|name| name.contains(": ir_incident as on stable")));
}

/// Nothing that leaves a run has a word of the site.
fn is_anonymous(record: Record) {
    let dir = tempfile::tempdir().unwrap();
    let kept = serde_json::to_string(&record).unwrap();
    let files = write_all(&Runs::of(record), dir.path(), Names::Plain);
    assert!(files.len() > 5);
    let mut texts = vec![("record".to_owned(), kept)];
    for file in files {
        let path = file.result.unwrap();
        texts.push((
            path.display().to_string(),
            String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into(),
        ));
    }
    for (name, text) in texts {
        assert!(!text.to_lowercase().contains(WORD), "{name} has a word of the site");
    }
}

#[tokio::test]
async fn a_whole_site_crosses_row_by_row_and_no_report_has_a_word_of_it() {
    let record = rehearsed("").await;
    assert!(Verdict::of(&record).passed(), "{:?}", Verdict::of(&record).reasons);
    for stage in [Stage::Stable, Stage::Release] {
        let result = census(&record, stage);
        assert_eq!(result.outcome, Outcome::Passed);
        let posts = result.steps.iter().find(|step| step.name.starts_with("posts: ")).unwrap();
        assert_eq!(posts.name, format!("posts: {ROWS} rows of 2017-07-14 to 2017-07-14"));
    }
    for table in ["users", "posts", "focalboard_boards", "focalboard_blocks", "ir_playbook", "ir_incident"] {
        let name = format!("node1 (11.6.0): {table} as on stable");
        let steps = &sampled(&record, Stage::Release).steps;
        let step = steps.iter().find(|step| step.name == name).unwrap_or_else(|| panic!("{name}: {steps:?}"));
        assert_eq!(step.outcome, Outcome::Passed, "{name}");
    }
    let copied = record.site_copy.as_ref().unwrap();
    assert!(copied.rows >= 2 * ROWS as u64 && copied.cut_off.len() > 5, "{copied:?}");
    let upgrade = record.site_upgrade().unwrap();
    assert_eq!((upgrade.stable.as_str(), upgrade.release.as_str()), ("11.5.1", "11.6.0"));
    is_anonymous(record);
}

#[tokio::test]
async fn an_old_row_that_is_lost_doubled_or_altered_is_told_by_its_table_and_its_id() {
    for (how, told) in [
        ("lose", " are gone, with ids that begin with "),
        ("double", " are there that were not, with ids that begin with "),
        ("alter", "message differs in ids that begin with "),
    ] {
        // The oldest post of all is the site's.
        let rules = format!("- effect: {{ rot: {{ of: posts, how: {how}, every: 100000 }} }}\n");
        let record = rehearsed(&rules).await;
        // It may be among those that are asked for, too.
        let found: Vec<&str> = red(&record).into_iter().filter(|check| *check != "sampled").collect();
        assert_eq!(found, ["census"], "{how}");
        let result = census(&record, Stage::Release);
        let Outcome::Failed(failure) = &result.outcome else { panic!("{how}: {:?}", result.outcome) };
        assert!(failure.safety && failure.got.contains(told), "{how}: {}", failure.got);
        assert!(failure.expected.contains(" rows of posts "), "{}", failure.expected);
        is_anonymous(record);
    }
}
