//! Invitations that are really mailed, to a mail server that takes them and to one that is not there.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::client::{PASSWORD, Site};
use crate::fault::Faults;
use sinks::MailSink;

async fn point_at(site: &Site, server: &str, port: u16) {
    let patch = json!({"EmailSettings": {"SMTPServer": server, "SMTPPort": port.to_string()}});
    assert_eq!(site.call(0, "PUT", "/config/patch", &site.admin, patch).await.status, 200);
}

#[tokio::test]
async fn an_invitation_arrives_and_lets_one_user_in() {
    let site = Site::new(true, &["11.6.0", "11.6.0"], &Faults::none()).await;
    let (team, _) = site.place(0, "lab").await;
    let sink = MailSink::start(IpAddr::V4(Ipv4Addr::LOCALHOST)).await.unwrap();
    point_at(&site, &sink.address().ip().to_string(), sink.address().port()).await;
    let path = format!("/teams/{team}/invite/email?graceful=true");
    let answer = site.post(0, &path, json!(["carol@lab.test"])).await;
    assert_eq!(answer.body, json!([{"email": "carol@lab.test", "error": null}]));
    let soon = Instant::now() + Duration::from_secs(10);
    let mail = sink.wait_for("carol@lab.test", soon, |_| true).await.unwrap();
    let link = reqwest::Url::parse(&mail.links[0]).unwrap();
    let token = link.query_pairs().find(|(key, _)| key == "t").unwrap().1.into_owned();
    assert_eq!(token.len(), 64);
    assert!(link.query_pairs().any(|(key, value)| key == "d" && value.contains("\"name\":\"lab\"")));
    let carol = |name: &str, email: &str| json!({"email": email, "username": name, "password": PASSWORD});
    let sign_up = async |body: Value| site.call(1, "POST", &format!("/users?t={token}"), "", body).await;
    assert_eq!(sign_up(carol("dave", "dave@lab.test")).await.status, 400);
    let made = sign_up(carol("carol", "carol@lab.test")).await;
    assert_eq!((made.status, &made.body["email_verified"]), (201, &json!(true)));
    let member = site.get(0, &format!("/teams/{team}/members/{}", made.id())).await;
    assert_eq!(member.status, 200);
    let again = sign_up(carol("erin", "erin@lab.test")).await;
    assert_eq!(
        (again.status, &again.body["id"]),
        (404, &json!("api.user.create_user.signup_link_invalid.app_error"))
    );
}

#[tokio::test]
async fn only_the_graceful_answer_tells_that_no_mail_server_is_there() {
    let site = Site::new(false, &["11.6.0"], &Faults::none()).await;
    let (team, _) = site.place(0, "lab").await;
    point_at(&site, "127.0.0.1", 1).await;
    let path = format!("/teams/{team}/invite/email");
    assert_eq!(site.post(0, &path, json!(["carol@lab.test"])).await.body, json!({"status": "OK"}));
    let graceful = site.post(0, &format!("{path}?graceful=true"), json!(["carol@lab.test"])).await;
    let error = &graceful.body[0]["error"];
    assert_eq!(error["id"], "api.team.invite_members.unable_to_send_email.app_error");
    point_at(&site, "", 25).await;
    let nowhere = site.post(0, &format!("{path}?graceful=true"), json!(["carol@lab.test"])).await;
    assert_eq!(nowhere.body[0]["error"], Value::Null);
}
