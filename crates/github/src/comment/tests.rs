//! Against a scripted GitHub: one comment, whatever else is there, and a notice whatever goes wrong.

use super::*;
use crate::scripted::{Fault, Script, Scripted, Stored, context};
use serde_json::json;

const BOT: &str = "github-actions[bot]";

/// Publishes "report" as gate `x` with little patience.
async fn publish_to(context: &Context) -> Published {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(Duration::from_millis(300)).no_proxy().build().unwrap();
    let patience = Patience { total: Duration::from_secs(20), pause: Duration::ZERO };
    publish(client, &"secret-token\n".into(), context, "x", "report", patience).await
}

async fn published(script: Script) -> (Published, Scripted) {
    let server = Scripted::start(script).await;
    let context = context(&server.url);
    (publish_to(&context).await, server)
}

fn text() -> String {
    body(&marker("x"), "report", &context("").run_url)
}

fn stored(id: u64, author: &str, text: &str) -> Stored {
    (id, author.to_owned(), text.to_owned())
}

fn old(id: u64, author: &str) -> Stored {
    stored(id, author, &format!("{}\nyesterday's", marker("x")))
}

fn written(id: u64) -> Published {
    Published::Written { url: format!("http://page/{id}") }
}

fn notice(published: Published) -> String {
    match published {
        Published::Skipped { notice } => notice.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_first_run_creates_the_second_finds_it_unchanged() {
    let (first, server) = published(Script::default()).await;
    assert_eq!(first, written(1));
    assert_eq!(server.script().comments, [stored(1, BOT, &text())]);
    let second = publish_to(&context(&server.url)).await;
    assert_eq!(second, Published::Unchanged { url: "http://page/1".into() });
    assert_eq!(server.writes(), ["POST /repos/acme/chat/issues/7/comments"]);
}

#[tokio::test]
async fn a_changed_report_updates_the_comment_on_the_second_page() {
    let mut comments: Vec<Stored> = (1..=149).map(|id| stored(id, "ann", "hello")).collect();
    comments[3].1.clear();
    comments.push(old(150, BOT));
    let (result, server) = published(Script { comments, ..Script::default() }).await;
    assert_eq!(result, written(150));
    assert_eq!(server.writes(), ["PATCH /repos/acme/chat/issues/comments/150"]);
    assert_eq!(server.script().comments[149].2, text());
}

#[tokio::test]
async fn a_forged_marker_and_another_gates_comment_are_left_alone() {
    let comments = vec![
        old(1, "eve"),
        stored(2, BOT, &format!("{}\nother", marker("y"))),
        stored(3, BOT, &format!("> {}", marker("x"))),
    ];
    let before = comments.clone();
    let (result, server) = published(Script { comments, ..Script::default() }).await;
    assert_eq!(result, written(4));
    assert_eq!(server.script().comments[..3], before);
}

#[tokio::test]
async fn a_personal_token_finds_its_own_comment_and_not_the_bots() {
    let comments = vec![old(1, BOT), old(2, "Ann")];
    let (result, server) = published(Script { comments, login: Some("ann"), ..Script::default() }).await;
    assert_eq!(result, written(2));
    assert_eq!(server.writes(), ["PATCH /repos/acme/chat/issues/comments/2"]);
}

#[tokio::test]
async fn an_apps_token_learns_its_name_and_keeps_one_comment() {
    let comments = vec![old(1, "gate-app[bot]")];
    let (result, server) =
        published(Script { comments, author: Some("gate-app[bot]"), ..Script::default() }).await;
    assert_eq!(result, written(1));
    assert_eq!(server.script().comments, [stored(1, "gate-app[bot]", &text())]);
}

#[tokio::test]
async fn of_two_racing_jobs_the_older_comment_stays() {
    let script = Script { race: Some(old(5, BOT)), ..Script::default() };
    let (result, server) = published(script).await;
    assert_eq!(result, written(5));
    assert_eq!(server.script().comments, [stored(5, BOT, &text())]);
}

#[tokio::test]
async fn who_is_not_told_his_name_deletes_nothing() {
    let script = Script { race: Some(old(5, BOT)), author: Some(""), ..Script::default() };
    let (result, server) = published(script).await;
    assert_eq!(result, written(6));
    assert_eq!(server.script().comments, [old(5, BOT), stored(6, "", &text())]);
}

#[tokio::test]
async fn a_duplicate_that_the_other_job_deletes_first_is_no_trouble() {
    let mut script = Script { race: Some(stored(5, BOT, &text())), ..Script::default() };
    script.faults.push_back(("DELETE", Fault::Status(404, "Not Found", None)));
    assert_eq!(published(script).await.0, written(5));
}

#[tokio::test]
async fn a_lost_answer_does_not_make_a_second_comment() {
    let mut script = Script::default();
    script.faults.push_back(("POST", Fault::LostAnswer(502)));
    let (result, server) = published(script).await;
    assert_eq!(result, written(1));
    assert_eq!(server.script().comments.len(), 1);
}

#[tokio::test]
async fn a_creation_that_failed_is_not_repeated() {
    let mut script = Script::default();
    script.faults.push_back(("POST", Fault::Status(500, "oops", None)));
    let (result, server) = published(script).await;
    assert!(notice(result).contains("has trouble itself (status 500)"));
    assert_eq!(server.writes().len(), 1);
}

#[tokio::test]
async fn reads_and_updates_are_repeated_after_a_passing_fault() {
    let mut script = Script { comments: vec![old(1, BOT)], ..Script::default() };
    script.faults.push_back(("GET /user", Fault::Status(502, "bad gateway", None)));
    script.faults.push_back(("GET /repos", Fault::Hang));
    script.faults.push_back(("PATCH", Fault::Status(503, "unavailable", None)));
    assert_eq!(published(script).await.0, written(1));
}

#[tokio::test]
async fn a_short_wait_that_github_names_is_kept_and_a_long_one_is_not() {
    let mut script = Script::default();
    script.faults.push_back(("POST", Fault::Status(429, "slow down", Some(("retry-after", "0")))));
    assert_eq!(published(script).await.0, written(1));

    let mut script = Script::default();
    script.faults.push_back(("POST", Fault::Status(403, "wait", Some(("retry-after", "3600")))));
    let (result, server) = published(script).await;
    assert!(notice(result).contains("limits this token's rate"));
    assert_eq!(server.writes().len(), 1);
}

#[tokio::test]
async fn each_refusal_is_a_notice() {
    let table = [
        (401, "Bad credentials", "does not accept the token"),
        (403, "Resource not accessible by integration", "pull-requests: write"),
        (404, "Not Found", "pull-requests: write"),
        (422, "Validation Failed", "does not take the comment (Validation Failed)"),
        (429, "slow down", "limits this token's rate"),
    ];
    for (status, message, word) in table {
        let mut script = Script::default();
        script.faults.push_back(("POST", Fault::Status(status, message, None)));
        let told = notice(published(script).await.0);
        assert!(told.contains(word), "{status}: {told}");
    }
}

#[tokio::test]
async fn a_forks_refusal_is_explained() {
    let mut script = Script::default();
    script.faults.push_back(("POST", Fault::Status(403, "Resource not accessible by integration", None)));
    let server = Scripted::start(script).await;
    let context = Context { fork: Some("eve/chat".into()), ..context(&server.url) };
    assert!(notice(publish_to(&context).await).contains("comes from a fork (eve/chat)"));
}

#[tokio::test]
async fn a_server_that_hangs_is_a_notice() {
    let mut script = Script::default();
    script.faults.extend((0..4).map(|_| ("GET /user", Fault::Hang)));
    assert!(notice(published(script).await.0).contains("did not answer in time"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_notice() {
    let told = notice(publish_to(&context("http://127.0.0.1:1/api/v3")).await);
    assert!(told.contains("could not be reached (Connection refused"), "{told}");
}

#[tokio::test]
async fn a_push_finds_the_open_pull_request_of_its_commit() {
    let head = json!({ "sha": "abc" });
    let pulls = json!([{ "number": 3, "state": "closed", "head": head }, { "number": 7, "state": "open", "head": head }]);
    for (pulls, found) in [(pulls, true), (json!([]), false)] {
        let server = Scripted::start(Script { pulls, ..Script::default() }).await;
        let context = Context { pull: Pull::OfCommit("abc".into()), ..context(&server.url) };
        let result = publish_to(&context).await;
        if found {
            assert_eq!(result, written(1));
        } else {
            assert!(notice(result).contains("the commit abc belongs to no pull request"));
        }
    }
}

#[tokio::test]
async fn a_claimed_pull_request_must_have_the_head_that_was_tested() {
    let pulls = json!([{ "number": 7, "state": "open", "head": { "sha": "ABC" } }]);
    for (number, head_sha, told) in [
        (7, "abc", None),
        (7, "def", Some("#7 has the head ABC, and the workflow run tested def")),
        (8, "abc", Some("acme/chat has no pull request #8")),
    ] {
        let server = Scripted::start(Script { pulls: pulls.clone(), ..Script::default() }).await;
        let pull = Pull::Claimed { number, head_sha: head_sha.into() };
        let result = publish_to(&Context { pull, ..context(&server.url) }).await;
        match told {
            None => assert_eq!(result, written(1)),
            Some(told) => {
                let notice = notice(result);
                assert!(notice.contains(told), "{notice}");
                assert!(server.writes().is_empty());
            }
        }
    }
}

#[tokio::test]
async fn without_a_token_or_a_pull_request_nothing_is_asked() {
    let server = Scripted::start(Script::default()).await;
    let client = || reqwest::Client::builder().no_proxy().build().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let here = context(&server.url);
    let none = Context { pull: Pull::None("the event is not known".into()), ..here.clone() };
    for (token, context, word) in [
        (" ", &here, "no token was given"),
        ("a\nb", &here, "no token has"),
        ("t", &none, "the event is not known"),
    ] {
        let result = publish(client(), &token.into(), context, "x", "report", Patience::default()).await;
        assert!(notice(result).contains(word));
    }
    assert!(server.script().calls.is_empty());
}
