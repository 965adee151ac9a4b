//! Mails that are held back: that they come together, and how their faults show.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::{Value, json};
use sinks::{Mail, MailSink};
use tokio::time::Instant;

use super::client::Site;
use super::faults::{Before, NEW, OLD};

/// Whether the fault shows; nothing where it is about something else.
pub(super) async fn seen(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let wanted = match fault {
        "held-mail-lost" => 0,
        "held-mail-doubled" => 2,
        _ => return None,
    };
    Some(times(site, before).await == wanted)
}

/// How often two messages on the node of the release are mailed, both in one mail.
async fn times(site: &Site, before: &Before) -> usize {
    let sink = MailSink::start(Ipv4Addr::LOCALHOST.into()).await.unwrap();
    let (host, port) = (sink.address().ip().to_string(), sink.address().port().to_string());
    let told = json!({"EmailSettings": {"SMTPServer": host, "SMTPPort": port, "EnableEmailBatching": true}});
    assert_eq!(site.call(OLD, "PUT", "/config/patch", &site.admin, told).await.status, 200);
    let (channel, alice) = (&before.channel, &before.user);
    site.post(OLD, &format!("/channels/{channel}/members"), json!({"user_id": alice})).await;
    let mut posts = Vec::new();
    for text in ["hello @alice", "@alice again"] {
        posts.push(site.say(NEW, channel, text).await);
    }
    let last = site.say(OLD, channel, "@alice at last").await;
    let about =
        |mail: &Mail, post: &str| mail.links.iter().any(|link| link.ends_with(&format!("/pl/{post}")));
    // All nodes look by one clock; what one of them does not mail then is there soon or never.
    let soon = Instant::now() + Duration::from_secs(10);
    assert!(sink.wait_for("alice@lab.test", soon, |mail| about(mail, &last)).await.is_some());
    let soon = Instant::now() + Duration::from_millis(300);
    sink.wait_for("nobody@lab.test", soon, |_| true).await;
    sink.all().iter().filter(|mail| posts.iter().all(|post| about(mail, post))).count()
}

#[tokio::test]
async fn who_wishes_so_is_mailed_at_once_all_the_same() {
    let site = Site::new(false, &["11.6.0"], &crate::fault::Faults::none()).await;
    let sink = MailSink::start(Ipv4Addr::LOCALHOST.into()).await.unwrap();
    let (host, port) = (sink.address().ip().to_string(), sink.address().port().to_string());
    let told = json!({"EmailSettings": {"SMTPServer": host, "SMTPPort": port, "EnableEmailBatching": true}});
    assert_eq!(site.call(OLD, "PUT", "/config/patch", &site.admin, told).await.status, 200);
    let (team, channel) = site.place(OLD, "lab").await;
    let (alice, token) = site.user(OLD, "alice").await;
    site.post(OLD, &format!("/teams/{team}/members"), json!({"team_id": team, "user_id": alice})).await;
    site.post(OLD, &format!("/channels/{channel}/members"), json!({"user_id": alice})).await;
    let wish =
        json!([{"user_id": alice, "category": "notifications", "name": "email_interval", "value": "30"}]);
    let path = format!("/users/{alice}/preferences");
    assert_eq!(site.call(OLD, "PUT", &path, &token, wish).await.status, 200);
    assert_eq!(site.call(OLD, "GET", &path, &token, Value::Null).await.status, 200);
    site.say(OLD, &channel, "hello @alice").await;
    let soon = Instant::now() + Duration::from_secs(10);
    let came = sink.wait_for("alice@lab.test", soon, |mail| mail.subject.contains("Notification in")).await;
    assert!(came.is_some(), "by itself");
}
