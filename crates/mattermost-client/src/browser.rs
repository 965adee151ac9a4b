//! A session as a browser has it: by cookie, with a token against forged requests, from the page of a site.
//!
//! A browser sends its cookies with whatever another site's page makes it ask, so a server wants more where something is
//! changed: `X-CSRF-Token` with the value of the cookie `MMCSRF`, or `X-Requested-With`, which pages of others cannot set. A
//! websocket is let in by the page's `Origin`, which has to be the SiteURL's.

use serde_json::json;

use super::client::Client;
use super::cookies::{Browser, CSRF_COOKIE, SetCookie, set_cookies};
use super::error::ApiError;
use super::shapes::User;

/// A session that began in a browser.
#[derive(Debug, Clone)]
pub struct BrowserLogin {
    /// Whose.
    pub user: User,
    /// What the server set.
    pub cookies: Vec<SetCookie>,
    /// The same client with these cookies.
    pub client: Client,
}

impl Client {
    /// Begins a session as the web app does, from a page of the site, whose origin this is.
    ///
    /// # Errors
    /// 401 for a wrong password.
    pub async fn login_in_browser(
        &self,
        login_id: &str,
        password: &str,
        site: &str,
    ) -> Result<BrowserLogin, ApiError> {
        let body = json!({ "login_id": login_id, "password": password });
        let with = |cookies, csrf| {
            self.with_browser(Browser { cookies, site: site.into(), page: site.into(), csrf: Some(csrf) })
        };
        let reply = with(String::new(), String::new()).post("/api/v4/users/login", &body).await?;
        let cookies = set_cookies(&reply.headers);
        let value =
            |name: &str| cookies.iter().find(|cookie| cookie.name == name).map(|cookie| &cookie.value);
        let sent: Vec<String> =
            cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        let csrf = value(CSRF_COOKIE).cloned().unwrap_or_default();
        Ok(BrowserLogin { user: reply.json()?, client: with(sent.join("; "), csrf), cookies })
    }

    /// The same browser, in which a page of another origin asks: with the cookies, and without what scripts of the site send.
    #[must_use]
    pub fn from_page_of(&self, origin: &str) -> Self {
        match self.browser() {
            Some(browser) => {
                self.with_browser(Browser { page: origin.to_owned(), csrf: None, ..browser.clone() })
            }
            None => self.clone(),
        }
    }
}
