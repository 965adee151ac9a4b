//! `browser`: a session as the web app has it, by cookie from the page of the site, in place of the token that programs send.
//!
//! Servers treat the two apart: who comes by cookie has to show that it is the site's own page that asks, where something is
//! changed and where a websocket is opened. A release in which that breaks locks every user of the web app out, or lets the
//! pages of others in, and all that asks by token is green.

use futures_util::future::try_join_all;
use secrecy::ExposeSecret as _;

use super::prelude::*;
use super::refused::refused;
use super::sessions::is_dead;
use super::site::{self, UsersSite};
use crate::mattermost::{ApiError, BrowserLogin, CSRF_COOKIE, Client, Socket, TOKEN_COOKIE, USER_COOKIE};

pub(super) const CHECK: Check = Check::new(
    "browser",
    "a browser logs in, starts on every node, changes things and is told of changes; a page of another site can do neither",
    &["S1.3d", "E1"],
    |cx| Box::pin(run(cx)),
);

/// A browser that logged in on stable and is not closed until the end.
const OPEN: Entry<Client> = Entry::new("an open browser");

/// A page that is nobody's.
const FOREIGN: &str = "https://foreign.upgrade-gate.example";

/// What the web app asks before it shows anything; `{team}` is the team of the user.
const START: [&str; 11] = [
    "/api/v4/users/me",
    "/api/v4/config/client?format=old",
    "/api/v4/license/client?format=old",
    "/api/v4/users/me/preferences",
    "/api/v4/users/me/teams",
    "/api/v4/users/me/teams/members",
    "/api/v4/users/me/teams/unread?include_collapsed_threads=true",
    "/api/v4/users/me/teams/{team}/channels",
    "/api/v4/users/me/teams/{team}/channels/members",
    "/api/v4/users/me/teams/{team}/channels/categories",
    "/api/v4/users/me/status",
];

async fn run(cx: &Context<'_>) {
    cx.each_version(async |walk| {
        let site = walk.step("{name} tells where its page is", site::of(walk.actor)).await?;
        let login = walk.step("alice logs in on {node} in a browser", log_in(cx, walk.actor, &site)).await?;
        let stays_open = OPEN.keep(cx, &login);
        used(cx, &login, &walk).await?;
        if stays_open {
            return Ok(());
        }
        walk.step("log out on {node} in the browser", log_out(&login)).await
    })
    .await;
    if let Some(open) = OPEN.old(cx) {
        cx.on_each_at_once(
            cx.places,
            "the browser that is open since stable still works on {node}",
            |place| changes(cx, open.at(&place.client)),
        )
        .await;
    }
}

/// A browser at each of these nodes.
async fn used(cx: &Context<'_>, browser: &Client, walk: &Walk<'_>) -> Result<(), Reported> {
    let at = |place: &Place| browser.at(&place.client);
    cx.on_each_at_once(walk.readers(), "the web app starts on {node}", |place| starts(cx, at(place))).await;
    cx.on_each_at_once(walk.readers(), "the page of the site may change something on {node}", |place| {
        changes(cx, at(place))
    })
    .await;
    cx.on_each_at_once(walk.readers(), "a page of another site may not on {node}", |place| {
        cannot_change(cx, at(place))
    })
    .await;
    cx.on_each_at_once(walk.readers(), "the page of the site has a websocket on {node}", async |place| {
        cx.socket(&at(place)).await.map(drop)
    })
    .await;
    let anybody = async {
        let config = walk.admin().config().await.expecting("the configuration")?;
        Ok(config["ServiceSettings"]["AllowCorsFrom"] == "*")
    };
    let name = "a page of another site gets no websocket on {node}";
    if walk.step("{name} tells who may open websockets", anybody).await? {
        cx.not_applicable(name.replace(" on {node}", ""), "ServiceSettings.AllowCorsFrom lets every site in");
        return Ok(());
    }
    cx.on_each_at_once(walk.readers(), name, |place| cannot_listen(at(place))).await;
    Ok(())
}

async fn log_in(cx: &Context<'_>, place: &Place, site: &UsersSite) -> Result<Client, StepError> {
    let password = cx.home.password.expose_secret();
    let login = place.client.login_in_browser(&cx.home.login_id, password, &site.origin).await;
    let BrowserLogin { user, cookies, client } = login.expecting("a new session")?;
    place.ensure(user.id == cx.home.alice_id, "the account that logged in", user.username)?;
    for (name, is_closed) in [(TOKEN_COOKIE, true), (USER_COOKIE, false), (CSRF_COOKIE, false)] {
        let found = cookies.iter().find(|cookie| cookie.name == name && !cookie.value.is_empty());
        let http_only = found.map(|cookie| cookie.http_only);
        let expected = if is_closed { "that scripts cannot read" } else { "for the page's script" };
        let got = match http_only {
            None => "no such cookie",
            Some(true) => "one that scripts cannot read",
            Some(false) => "one that every script can read",
        };
        place.ensure(http_only == Some(is_closed), format!("a cookie {name} {expected}"), got)?;
        // A browser would not send it to the site, or to whatever else has the host.
        let path = found.map_or("", |cookie| cookie.path.as_str());
        place.ensure(
            path == site.cookie_path(),
            format!("a cookie {name} for {}", site.cookie_path()),
            format!("one for {path:?}"),
        )?;
    }
    Ok(client)
}

async fn starts(cx: &Context<'_>, browser: Client) -> Result<(), StepError> {
    // All at once, as a browser asks.
    let asked = START.map(async |path| browser.get(&path.replace("{team}", &cx.home.team_id)).await);
    try_join_all(asked).await.expecting("what the web app asks first")?;
    let ids = json!([cx.home.alice_id, cx.home.bob_id]);
    browser.post("/api/v4/users/status/ids", &ids).await.expecting("who is there").map(drop)
}

/// A preference of nobody's: written by the session of the cookie, or not at all.
async fn write(cx: &Context<'_>, browser: &Client, value: &str) -> Result<(), ApiError> {
    let preference = json!([{
        "user_id": cx.home.alice_id, "category": "upgrade_gate_browser", "name": "browser", "value": value,
    }]);
    browser.put("/api/v4/users/me/preferences", &preference).await.map(drop)
}

async fn changes(cx: &Context<'_>, browser: Client) -> Result<(), StepError> {
    write(cx, &browser, &cx.nonce).await.expecting("a change with the page's token to be taken")
}

async fn cannot_change(cx: &Context<'_>, browser: Client) -> Result<(), StepError> {
    let answer = write(cx, &browser.from_page_of(FOREIGN), "forged").await;
    refused(browser.node(), 401, "401 for a change that a page of another site made the browser ask", answer)
}

async fn cannot_listen(browser: Client) -> Result<(), StepError> {
    let node = browser.node().to_owned();
    match Socket::open(&browser.from_page_of(FOREIGN)).await {
        Ok(_) => {
            Err(StepError::failed_at(&node, "403 for the Origin of another site", "a websocket").of_safety())
        }
        Err(error) if error.status() == Some(403) => Ok(()),
        Err(error) => Err(error).expecting("403 for the Origin of another site"),
    }
}

async fn log_out(browser: &Client) -> Result<(), StepError> {
    browser.logout().await.expecting("the session to end")?;
    // To be asked once more: a server that reads a session as it is ended puts it into its cache afterwards (seen on a real 11.7.0
    // whose machine was busy), which is no news of a release.
    is_dead(browser).await
}
