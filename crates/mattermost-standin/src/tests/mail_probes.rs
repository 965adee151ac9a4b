//! Faults of `mails.yaml`: how each shows at the node that runs the release.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::{Value, json};
use sinks::{Mail, MailSink};
use tokio::time::Instant;

use super::client::{PASSWORD, Site};
use super::faults::{Before, NEW, OLD};

/// Those of the file.
const FAULTS: [&str; 11] = [
    "mention-mail-lost",
    "message-mail-doubled",
    "mention-mail-astray",
    "mail-for-everybody",
    "reset-mail-lost",
    "reset-link-dead",
    "password-mail-lost",
    "address-mail-lost",
    "address-mail-to-the-new",
    "farewell-mail-lost",
    "welcome-mail-doubled",
];

/// Whether the fault shows; nothing where it is about something else.
pub(super) async fn seen(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    if !FAULTS.contains(&fault) {
        return None;
    }
    let sink = MailSink::start(Ipv4Addr::LOCALHOST.into()).await.unwrap();
    let (host, port) = (sink.address().ip().to_string(), sink.address().port().to_string());
    let told = json!({"EmailSettings": {"SMTPServer": host, "SMTPPort": port},
        "TeamSettings": {"EnableUserDeactivation": true}});
    assert_eq!(site.call(OLD, "PUT", "/config/patch", &site.admin, told).await.status, 200);
    let channel = &before.channel;
    let (carol, _) = site.user(OLD, "carol").await;
    for user in [&before.user, &carol] {
        let member = json!({"team_id": before.team, "user_id": user});
        site.post(OLD, &format!("/teams/{}/members", before.team), member).await;
        site.post(OLD, &format!("/channels/{channel}/members"), json!({"user_id": user})).await;
    }
    let plain = site.say(NEW, channel, "hello all of you").await;
    let post = site.say(NEW, channel, "hello @alice").await;
    let dead = account(site).await;
    let last = site.say(OLD, channel, "@alice again").await;
    let about =
        |mail: &Mail, post: &str| mail.links.iter().any(|link| link.ends_with(&format!("/pl/{post}")));
    let soon = Instant::now() + Duration::from_secs(5);
    assert!(sink.wait_for("alice@lab.test", soon, |mail| about(mail, &last)).await.is_some());
    // What the other node does not send, or sends twice, is there soon or never.
    let soon = Instant::now() + Duration::from_millis(300);
    sink.wait_for("nobody@lab.test", soon, |_| true).await;
    let all = sink.all();
    let to = |post: &str| -> Vec<String> {
        let mails = all.iter().filter(|mail| about(mail, post));
        mails.flat_map(|mail| mail.recipients.clone()).collect()
    };
    let count = |address: &str, subject: &str| {
        all.iter().filter(|mail| mail.is_for(address) && mail.subject.contains(subject)).count()
    };
    Some(match fault {
        "mention-mail-lost" => to(&post).is_empty(),
        "message-mail-doubled" => to(&post).len() == 2,
        "mention-mail-astray" => to(&post) == ["carol@lab.test"],
        "mail-for-everybody" => to(&plain).len() == 2,
        "reset-mail-lost" => count("dave@lab.test", "Reset your password") == 0,
        "reset-link-dead" => dead,
        "password-mail-lost" => count("dave@lab.test", "password has been updated") == 0,
        "address-mail-lost" => count("dave@lab.test", "address has changed") == 0,
        "address-mail-to-the-new" => count("dave2@lab.test", "address has changed") == 1,
        "farewell-mail-lost" => count("dave2@lab.test", "has been deactivated") == 0,
        _ => count("dave@lab.test", "You joined") == 2,
    })
}

/// What becomes of an account on the node of the release; whether the link to a new password is dead.
async fn account(site: &Site) -> bool {
    let dave = json!({"email": "dave@lab.test", "username": "dave", "password": PASSWORD});
    let dave = site.post(NEW, "/users", dave).await.id();
    let forgotten = json!({"email": "dave@lab.test"});
    assert_eq!(site.call(NEW, "POST", "/users/password/reset/send", "", forgotten).await.status, 200);
    let token = site.world.tables().kept.resets.keys().next().cloned().unwrap();
    let next = json!({"token": token, "new_password": "Passw0rd-another"});
    let dead = site.call(NEW, "POST", "/users/password/reset", "", next.clone()).await.status != 200;
    if dead {
        site.call(OLD, "POST", "/users/password/reset", "", next).await;
    }
    let moved = json!({"email": "dave2@lab.test"});
    site.call(NEW, "PUT", &format!("/users/{dave}/patch"), &site.admin, moved).await;
    let login = json!({"login_id": "dave", "password": "Passw0rd-another"});
    let login = site.call(NEW, "POST", "/users/login", "", login).await;
    let left = json!({"active": false});
    let path = format!("/users/{dave}/active");
    let left = site.call(NEW, "PUT", &path, login.header("token"), left).await;
    assert_eq!((login.status, left.status, left.body), (200, 200, json!({"status": "OK"})));
    dead
}

#[tokio::test]
async fn who_wants_no_mail_is_there_or_must_not_be_disturbed_gets_none() {
    let site = Site::new(true, &["11.6.0"], &crate::fault::Faults::none()).await;
    let (team, channel) = site.place(OLD, "lab").await;
    let sink = MailSink::start(Ipv4Addr::LOCALHOST.into()).await.unwrap();
    let (host, port) = (sink.address().ip().to_string(), sink.address().port().to_string());
    let told = json!({"EmailSettings": {"SMTPServer": host, "SMTPPort": port}});
    site.call(OLD, "PUT", "/config/patch", &site.admin, told).await;
    let mut names = Vec::new();
    for name in ["here", "busy", "silent", "away"] {
        let (id, token) = site.user(OLD, name).await;
        site.post(OLD, &format!("/teams/{team}/members"), json!({"team_id": team, "user_id": id})).await;
        site.post(OLD, &format!("/channels/{channel}/members"), json!({"user_id": id})).await;
        let status = match name {
            "here" => "online",
            "busy" => "dnd",
            _ => "away",
        };
        let status = json!({"user_id": id, "status": status});
        site.call(OLD, "PUT", &format!("/users/{id}/status"), &token, status).await;
        if name == "silent" {
            let patch = json!({"notify_props": {"email": "false"}});
            site.call(OLD, "PUT", &format!("/users/{id}/patch"), &token, patch).await;
        }
        names.push(format!("@{name}"));
    }
    let post = site.say(OLD, &channel, &names.join(" ")).await;
    let last = site.say(OLD, &channel, "@away again").await;
    let about = |mail: &Mail, post: &str| mail.links.iter().any(|link| link.ends_with(post));
    let soon = Instant::now() + Duration::from_secs(5);
    assert!(sink.wait_for("away@lab.test", soon, |mail| about(mail, &last)).await.is_some());
    assert!(sink.wait_for("away@lab.test", soon, |mail| about(mail, &post)).await.is_some());
    let all = sink.all();
    let others: Vec<&String> = all
        .iter()
        .filter(|mail| about(mail, &post))
        .flat_map(|mail| &mail.recipients)
        .filter(|address| *address != "away@lab.test")
        .collect();
    assert_eq!(others, Vec::<&String>::new());
}

#[tokio::test]
async fn nobody_goes_themselves_where_that_is_off_and_a_link_works_once() {
    let site = Site::new(true, &["11.6.0"], &crate::fault::Faults::none()).await;
    let (id, token) = site.user(OLD, "alice").await;
    let path = format!("/users/{id}/active");
    let refused = site.call(OLD, "PUT", &path, &token, json!({"active": false})).await;
    assert_eq!(
        (refused.status, &refused.body["id"]),
        (401, &json!("api.user.update_active.not_enable.app_error"))
    );
    let sent = json!({"email": "alice@lab.test"});
    assert_eq!(site.call(OLD, "POST", "/users/password/reset/send", "", sent).await.status, 200);
    let unknown = json!({"email": "nobody@lab.test"});
    assert_eq!(site.call(OLD, "POST", "/users/password/reset/send", "", unknown).await.status, 200);
    let link = site.world.tables().kept.resets.keys().next().cloned().unwrap();
    let take = async |password: &str| {
        let body = json!({"token": link, "new_password": password});
        let answer = site.call(OLD, "POST", "/users/password/reset", "", body).await;
        (answer.status, answer.body["id"].clone())
    };
    assert_eq!(take("short").await, (400, json!("model.user.is_valid.pwd_min_length.app_error")));
    assert_eq!(take("Passw0rd-another").await, (200, Value::Null));
    assert_eq!(
        take("Passw0rd-another").await,
        (400, json!("api.user.reset_password.invalid_link.app_error"))
    );
}
