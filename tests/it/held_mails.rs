//! Mails that are held back: mailed together where servers share a database alone, and told as not there elsewhere.

use upgrade_gate::event::{Outcome, Stage};

use super::play::Play;

/// How the check ends on the release.
async fn ended(clustered: bool, reminders: bool) -> Outcome {
    let mut play = Play { clustered, ..Play::healthy() };
    play.inputs.checks.only = "mails.held".into();
    play.inputs.run.reminders = reminders.to_string();
    let record = play.record().await;
    let mut results = record.results().filter(|result| result.check == "mails.held");
    let result = results.next().expect("it is planned");
    assert_eq!((result.stage, results.count()), (Stage::Release, 0), "once");
    result.outcome.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_message_is_in_one_mail_of_its_node() {
    assert_eq!(ended(false, true).await, Outcome::Passed);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_them_unasked_nor_where_no_server_holds_any() {
    for (clustered, reminders, why) in [(false, false, "the input reminders"), (true, true, "form a cluster")]
    {
        let Outcome::NotApplicable { reason } = ended(clustered, reminders).await else { panic!("{why}") };
        assert!(reason.contains(why), "{reason}");
    }
}
