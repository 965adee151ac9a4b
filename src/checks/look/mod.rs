//! `look`: what a headless browser shows of the site. Opt-in, by the inputs `browser` and `browser-image`.
//!
//! ```text
//! the way (way.rs)     from the site's name to one node
//! scenery (scenery.rs) what stable made to be looked at
//! pages (pages.rs)     the login page, a channel with a post of stable's, each product
//! judged (judged.rs)   is it there; does it say anything that stable's did not
//! pictures (pictures.rs)
//! ```
//! The browser goes to the site by its own name, as users do, and reaches nothing but the one node. What stable's page said is no
//! regression when the release says it too: pages of healthy servers say this and that. It is told all the same.

mod judged;
mod pages;
mod pictures;
mod scenery;
mod way;

use chromium::Cookie;
use secrecy::ExposeSecret as _;

use super::page_browser::PageBrowser;
use super::prelude::*;
use super::site::{self, UsersSite};
use super::webapp;
use crate::mattermost::{BrowserLogin, SetCookie};
use judged::{BEFORE, Before};
use pages::ViewedPage;
use scenery::{SCENERY, Scenery};
use way::BrowserWay;

pub(super) const CHECK: Check = Check::new(
    "look",
    "a headless browser shows the login page, a channel and each product, and none has an error that stable's had not",
    &["E1"],
    |cx| Box::pin(run(cx)),
)
.needs(&[Need::Input("browser or browser-image")]);

const NAME: &str = "a browser shows the pages of the site";

async fn run(cx: &Context<'_>) {
    let browser = match &cx.browser {
        Ok(browser) => *browser,
        Err(absent) => return cx.judge(NAME, Err(absent.into())),
    };
    if let Some(reason) = webapp::none_built_in(cx).await {
        return cx.not_applicable(NAME, reason);
    }
    let scenery = if cx.stage == Stage::Stable {
        cx.prepare("there is a channel to look at", scenery::make(cx)).await.ok()
    } else {
        SCENERY.old(cx)
    };
    let (Some(scenery), Some(before)) = (scenery, judged::before(cx)) else { return };
    cx.fact("browser", browser.words());
    if cx.restored.is_some() {
        cx.fact("pictures", "none are kept, because they would show names of your site's data");
    }
    let looked = std::sync::Mutex::new(Vec::new());
    cx.each_version(async |walk| {
        let (session, cookies, site) = logged_in(cx, &walk).await?;
        let seen = at_node(cx, &walk, (browser, &site, &cookies), &scenery, &before).await;
        walk.verify("log out on {node} in the browser", async {
            session.logout().await.expecting("the session to end").map(drop)
        })
        .await;
        crate::unpoisoned::lock(&looked).extend(seen?);
        Ok(())
    })
    .await;
    let looked = looked.into_inner().unwrap_or_default();
    if cx.stage == Stage::Stable && !looked.is_empty() {
        BEFORE.put(cx, judged::joined(before, looked));
    }
}

/// A session of bob's by cookie, from the page of the site.
async fn logged_in(
    cx: &Context<'_>,
    walk: &Walk<'_>,
) -> Result<(crate::mattermost::Client, Vec<SetCookie>, UsersSite), Reported> {
    let site = walk.step("{name} tells where its page is", site::of(walk.actor)).await?;
    let [_, _, bob] = &cx.home.usernames;
    let login = async {
        let password = cx.home.password.expose_secret();
        walk.actor.client.login_in_browser(bob, password, &site.origin).await.expecting("a new session")
    };
    let BrowserLogin { client, cookies, .. } = walk.step("bob logs in on {node} in a browser", login).await?;
    Ok((client, cookies, site))
}

/// All pages of one node; what was seen of each.
async fn at_node(
    cx: &Context<'_>,
    walk: &Walk<'_>,
    (browser, site, cookies): (PageBrowser<'_>, &UsersSite, &[SetCookie]),
    scenery: &Scenery,
    before: &Before,
) -> Result<Before, Reported> {
    let place = walk.actor;
    let way =
        walk.step("{name} tells how a browser gets to it", async { BrowserWay::to(place, site) }).await?;
    let started = async { browser.start(&way.reach).await.map_err(StepError::from) };
    let mut chromium = walk.step("start a browser for {node}", started).await?;
    let mut looked = Before::default();
    let login = ViewedPage::login();
    looked.extend(judged::look(cx, &mut chromium, place, &way, (&login, before)).await);
    let kept: Vec<Cookie<'_>> = cookies
        .iter()
        .map(|cookie| Cookie {
            name: &cookie.name,
            value: &cookie.value,
            path: &cookie.path,
            http_only: cookie.http_only,
        })
        .collect();
    let given = async { chromium.keep(&way.origin, &kept).await.map_err(StepError::from) };
    if walk.step("the browser on {node} has bob's cookies", given).await.is_ok() {
        let products = cx.prepare(format!("{place} tells its products"), pages::products(place)).await;
        let pages = std::iter::once(ViewedPage::channel(scenery)).chain(products.into_iter().flatten());
        for page in pages {
            looked.extend(judged::look(cx, &mut chromium, place, &way, (&page, before)).await);
        }
    }
    chromium.close().await;
    Ok(looked)
}
