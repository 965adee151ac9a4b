//! Whether a fault of accounts shows at a node that runs the release.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value, json};

use super::client::{PASSWORD, Site};
use super::faults::{Before, NEW, OLD};
use sinks::MailSink;

/// Whether this fault shows; nothing when it is none of accounts.
pub(super) async fn accounts(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    match invitations(fault, site, before).await {
        Some(seen) => Some(seen),
        None => people(fault, site, before).await,
    }
}

async fn set(site: &Site, section: &str, settings: Value) {
    let patch = json!({ section: settings });
    assert_eq!(site.call(OLD, "PUT", "/config/patch", &site.admin, patch).await.status, 200);
}

/// Invites somebody on the new node, whose mail goes nowhere: the token is read from the database.
async fn invited(site: &Site, team: &str, email: &str) -> String {
    set(site, "EmailSettings", json!({"SMTPServer": ""})).await;
    site.post(NEW, &format!("/teams/{team}/invite/email"), json!([email])).await;
    token_of(site, email)
}

pub(super) fn token_of(site: &Site, email: &str) -> String {
    let tables = site.world.tables();
    let found = tables.invitations.iter().find(|(_, invitation)| invitation.email == email);
    found.map(|(token, _)| token.clone()).unwrap_or_default()
}

fn person(name: &str) -> Value {
    json!({"email": format!("{name}@lab.test"), "username": name, "password": PASSWORD})
}

async fn redeem(site: &Site, token: &str, name: &str) -> super::client::Reply {
    site.call(NEW, "POST", &format!("/users?t={token}"), "", person(name)).await
}

async fn invitations(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let Before { team, channel, token, .. } = before;
    let seen = match fault {
        "invitation-mail-lost" => {
            let sink = MailSink::start(IpAddr::V4(Ipv4Addr::LOCALHOST)).await.unwrap();
            let (server, port) = (sink.address().ip().to_string(), sink.address().port().to_string());
            set(site, "EmailSettings", json!({"SMTPServer": server, "SMTPPort": port})).await;
            let path = format!("/teams/{team}/invite/email?graceful=true");
            let answer = site.post(NEW, &path, json!(["carol@lab.test"])).await;
            assert_eq!(answer.body[0]["error"], Value::Null);
            sink.count() == 0
        }
        "invite-mail-501" | "mail-server-refuses" => {
            set(site, "EmailSettings", json!({"SMTPServer": ""})).await;
            let path = format!("/teams/{team}/invite/email?graceful=true");
            let answer = site.post(NEW, &path, json!(["carol@lab.test"])).await;
            answer.status == 501 || answer.body[0]["error"] != Value::Null
        }
        "invitation-refused" => {
            let token = invited(site, team, "carol@lab.test").await;
            redeem(site, &token, "carol").await.status == 404
        }
        "invitation-reusable" => {
            let token = invited(site, team, "carol@lab.test").await;
            assert_eq!(redeem(site, &token, "carol").await.status, 201);
            redeem(site, &token, "carol").await.status != 404
        }
        "invitation-leads-nowhere" => {
            let token = invited(site, team, "carol@lab.test").await;
            let carol = redeem(site, &token, "carol").await.id();
            site.get(NEW, &format!("/teams/{team}/members/{carol}")).await.status == 404
        }
        "invitations-wiped" => redeem(site, &before.invitation, "early").await.status == 404,
        "invite-id-unknown" => {
            let id = site.get(OLD, &format!("/teams/{team}")).await.body["invite_id"].clone();
            let path = format!("/teams/members/invite?invite_id={}", id.as_str()?);
            site.call(NEW, "POST", &path, token, json!({})).await.status == 404
        }
        "invite-id-hidden" => site.get(NEW, &format!("/teams/{team}")).await.body["invite_id"] == "",
        "guest-made-member" | "guests-501" => {
            set(site, "GuestAccountsSettings", json!({"Enable": true})).await;
            set(site, "EmailSettings", json!({"SMTPServer": ""})).await;
            let body = json!({"emails": ["gast@lab.test"], "channels": [channel], "message": ""});
            let answer = site.post(NEW, &format!("/teams/{team}/invite-guests/email"), body).await;
            if fault == "guests-501" {
                return Some(answer.status == 501);
            }
            let token = token_of(site, "gast@lab.test");
            redeem(site, &token, "gast").await.body["roles"] != "system_guest"
        }
        _ => return None,
    };
    Some(seen)
}

async fn people(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let Before { user, token, .. } = before;
    let made = async || {
        let made = site.post(OLD, &format!("/users/{user}/tokens"), json!({"description": "x"})).await.body;
        (made["id"].clone(), made["token"].as_str().unwrap().to_owned())
    };
    let me = async |token: &str| site.call(NEW, "GET", "/users/me", token, Value::Null).await.status;
    let seen = match fault {
        "sign-up-500" => site.call(NEW, "POST", "/users", "", person("carol")).await.status == 500,
        "users-deactivated" => site.get(OLD, "/users/username/alice").await.body["delete_at"] != 0,
        "deactivation-ignored" => {
            let path = format!("/users/{user}/active");
            site.call(NEW, "PUT", &path, &site.admin, json!({"active": false})).await;
            site.get(OLD, "/users/username/alice").await.body["delete_at"] == 0
        }
        "sessions-of-others-shown" => {
            let path = format!("/users/{}/sessions", site.admin_id);
            site.call(NEW, "GET", &path, token, Value::Null).await.status == 200
        }
        "roles-for-everybody" => {
            let (path, roles) = (format!("/users/{user}/roles"), json!({"roles": "system_user"}));
            site.call(NEW, "PUT", &path, token, roles).await.status == 200
        }
        "login-by-address-refused" => {
            let login = json!({"login_id": "alice@lab.test", "password": PASSWORD});
            site.call(NEW, "POST", "/users/login", "", login).await.status == 401
        }
        "access-token-dead" => me(&made().await.1).await == 401,
        "access-token-create-500" => {
            let path = format!("/users/{user}/tokens");
            site.post(NEW, &path, json!({"description": "x"})).await.status == 500
        }
        "access-token-undying" => {
            let (id, token) = made().await;
            assert_eq!(me(&token).await, 200);
            site.post(NEW, "/users/tokens/revoke", json!({"token_id": id})).await;
            me(&token).await == 200
        }
        _ => return None,
    };
    Some(seen)
}
