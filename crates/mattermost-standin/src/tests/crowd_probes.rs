//! Faults about channels of many members: how each shows at the node that runs the release.

use serde_json::{Value, json};

use super::client::Site;
use super::faults::{Before, NEW, OLD};
use crate::Options;
use crate::fault::Faults;

/// Whether the fault shows; nothing where it is about something else.
pub(super) async fn seen(fault: &str, site: &Site, before: &Before) -> Option<bool> {
    let Before { channel, user, team, .. } = before;
    if !fault.starts_with("crowd-") && fault != "member-pages-overlap" {
        return None;
    }
    let other = json!({"team_id": team, "name": "aside", "display_name": "Aside", "type": "O"});
    let aside = site.post(OLD, "/channels", other).await.id();
    let people = if fault == "crowd-mentioned-up-to-a-page" { 210 } else { 60 };
    let users = gather(site, before, people, &aside).await;
    site.say(NEW, channel, "@all hear").await;
    let count = async |channel: &str, user: &str| {
        site.get(OLD, &format!("/channels/{channel}/members/{user}")).await.body["mention_count"].clone()
    };
    let (last, bot) = (&users[users.len() - 2], users.last()?);
    Some(match fault {
        "crowd-unmentioned" => count(channel, user).await == 0,
        "crowd-mentioned-twice" => count(channel, user).await == 2,
        "crowd-mentioned-in-part" | "crowd-mentioned-up-to-a-page" => {
            count(channel, user).await == 1 && count(channel, last).await == 0
        }
        "crowd-bots-unmentioned" => count(channel, last).await == 1 && count(channel, bot).await == 0,
        "crowd-mentioned-elsewhere" => count(&aside, user).await == 1,
        "member-pages-overlap" => listed(site, channel).await.len() == 64,
        _ => site.get(NEW, &format!("/channels/{channel}/stats")).await.body["member_count"] == 99,
    })
}

/// Brings alice, so many people and a bot into two channels; gives them in this order.
async fn gather(site: &Site, before: &Before, people: usize, aside: &str) -> Vec<String> {
    let Before { channel, user, team, .. } = before;
    let mut users = vec![user.clone()];
    for n in 0..people {
        let told = json!({"email": format!("c{n}@lab.test"), "username": format!("crowd{n}"),
            "auth_service": "saml", "auth_data": format!("c{n}")});
        users.push(site.post(OLD, "/users", told).await.id());
    }
    let bot = site.post(OLD, "/bots", json!({"username": "crowd-bot"})).await;
    users.push(bot.body["user_id"].as_str().unwrap().to_owned());
    let members: Vec<Value> = users[1..].iter().map(|id| json!({"team_id": team, "user_id": id})).collect();
    site.post(OLD, &format!("/teams/{team}/members/batch"), members.into()).await;
    for id in &users {
        for channel in [channel.as_str(), aside] {
            site.post(OLD, &format!("/channels/{channel}/members"), json!({"user_id": id})).await;
        }
    }
    users
}

/// Who is in the first two pages of a channel's members: the admin, alice, 60 people and a bot are.
async fn listed(site: &Site, channel: &str) -> Vec<Value> {
    let mut listed = Vec::new();
    for page in 0..2 {
        let path = format!("/users?in_channel={channel}&page={page}");
        listed
            .extend(site.get(NEW, &path).await.body.as_array().unwrap().iter().map(|one| one["id"].clone()));
    }
    listed
}

#[tokio::test]
async fn without_a_licence_250_users_are_the_most_and_bots_are_none_of_them() {
    let options = Options { clustered: false, ..Options::default() };
    let site = Site::of(options, &["11.6.0"], &Faults::none()).await;
    let active = async || site.get(OLD, "/limits/server").await.body["activeUserCount"].as_u64().unwrap();
    let before = active().await;
    assert_eq!(site.post(OLD, "/bots", json!({"username": "first-bot"})).await.status, 201);
    assert_eq!(active().await, before);
    let user = |n: u64| {
        json!({"email": format!("c{n}@lab.test"), "username": format!("crowd{n}"),
            "auth_service": "saml", "auth_data": format!("c{n}")})
    };
    for n in before..250 {
        assert_eq!(site.post(OLD, "/users", user(n)).await.status, 201, "{n}");
    }
    let refused = site.post(OLD, "/users", user(250)).await;
    assert_eq!(
        (refused.status, &refused.body["id"]),
        (400, &json!("api.user.create_user.user_limits.exceeded"))
    );
    assert_eq!(site.post(OLD, "/bots", json!({"username": "last-bot"})).await.status, 201);
}
