//! A channel of many members: as large as asked for, with bots where users are limited.

use upgrade_gate::event::{Outcome, Stage};
use upgrade_gate::record::Record;

use super::play::Play;

async fn played(clustered: bool, members: usize) -> Record {
    let mut play = Play { clustered, ..Play::healthy() };
    play.inputs.checks.only = "channels.crowd".into();
    play.inputs.checks.crowd = members.to_string();
    play.record().await
}

/// How large the channel was, after the check passed in every stage.
fn members(record: &Record) -> String {
    let results: Vec<_> = record.results().filter(|result| result.check == "channels.crowd").collect();
    assert!(results.len() >= 3, "on stable, half way and on the release");
    for result in &results {
        assert_eq!(result.outcome, Outcome::Passed, "{}: {result:#?}", result.stage);
    }
    let stable = results.iter().find(|result| result.stage == Stage::Stable).unwrap();
    stable.facts["members"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_are_users_where_there_may_be_so_many() {
    assert_eq!(members(&played(true, 300).await), "303");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_users_are_limited_the_rest_are_bots() {
    let told = members(&played(false, 300).await);
    let bots: usize =
        told.strip_prefix("303, of whom ").unwrap().strip_suffix(" are bots").unwrap().parse().unwrap();
    // 200 users in all, 80 of them for the rest of the run.
    assert!((180..300).contains(&bots), "{told}");
}
