//! One page, from its address to the moment when nothing is loaded any more: what it shows and what it says.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::NoAnswer;
use super::browser::Chromium;
use super::ear::Ear;
use super::page_error::{PageError, once};

/// How long a page may take to be there once nothing is loaded any more: scripts may be busy with what they have.
const AFTER_ALL_IS_LOADED: Duration = Duration::from_secs(5);
/// How often a page is asked whether it is there.
const TICK: Duration = Duration::from_millis(100);

/// The window, and by how much its picture is smaller, from the largest to the smallest.
const WINDOW: (u32, u32) = (1280, 800);
const SCALES: [f64; 3] = [0.5, 0.35, 0.2];
/// Bytes of a picture.
const PICTURE: usize = 100_000;

/// What to look at.
#[derive(Debug, Clone)]
pub struct PageOrder<'a> {
    /// The page's address.
    pub url: &'a str,
    /// Scheme, host and port of the site, which what the page says is told without.
    pub origin: &'a str,
    /// An expression of JavaScript: whether the page is there.
    pub is_there: &'a str,
    /// One that runs before any script of the page's.
    pub before: &'a str,
    /// How long it may take.
    pub patience: Duration,
}

/// A page as it was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenPage {
    /// Whether it came to be there.
    pub there: bool,
    /// Whether everything was loaded in time.
    pub loaded: bool,
    /// What went wrong, each once.
    pub said: Vec<PageError>,
    /// The paths that its scripts asked for.
    pub asked: Vec<String>,
    /// Whether the network of this machine changed meanwhile: then what it says may be of that.
    pub disturbed: bool,
    /// A picture of it, as PNG of at most 100 kB.
    pub picture: Option<Vec<u8>>,
}

impl Chromium {
    /// Looks at a page in a tab of its own. `has_picture` says whether a picture is to be made.
    ///
    /// # Errors
    /// When the browser does not do what it is told.
    pub async fn look(&mut self, order: &PageOrder<'_>, has_picture: bool) -> Result<SeenPage, NoAnswer> {
        let target = self.ask(None, "Target.createTarget", json!({ "url": "about:blank" })).await?;
        let target = target["targetId"].as_str().unwrap_or_default().to_owned();
        let attached =
            self.ask(None, "Target.attachToTarget", json!({ "targetId": target, "flatten": true })).await?;
        let session = attached["sessionId"].as_str().unwrap_or_default().to_owned();
        let seen = self.seen(order, &session, has_picture).await;
        self.ask(None, "Target.closeTarget", json!({ "targetId": target })).await?;
        // What a page says that is being closed is that its questions are called off.
        self.connection.forget();
        seen
    }

    async fn seen(
        &mut self,
        order: &PageOrder<'_>,
        session: &str,
        has_picture: bool,
    ) -> Result<SeenPage, NoAnswer> {
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.ask(Some(session), &format!("{domain}.enable"), json!({})).await?;
        }
        let (width, height) = WINDOW;
        let window = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.ask(Some(session), "Emulation.setDeviceMetricsOverride", window).await?;
        self.ask(Some(session), "Page.setLifecycleEventsEnabled", json!({ "enabled": true })).await?;
        let before = json!({ "source": order.before });
        self.ask(Some(session), "Page.addScriptToEvaluateOnNewDocument", before).await?;
        // Of the empty page.
        self.connection.forget();
        let deadline = Instant::now() + order.patience;
        let begun = self.ask(Some(session), "Page.navigate", json!({ "url": order.url })).await?;
        let frame = begun["frameId"].as_str().unwrap_or_default().to_owned();
        let mut ear = Ear::new(order.origin);
        let there = self.wait(order, session, &frame, &mut ear, deadline).await?;
        let picture = if has_picture { self.picture(session).await? } else { None };
        Ok(SeenPage {
            there,
            loaded: ear.idle,
            said: once(ear.said),
            asked: ear.asked,
            disturbed: ear.disturbed,
            picture,
        })
    }

    /// Listens until the page is there and all is loaded; whether it is there.
    async fn wait(
        &mut self,
        order: &PageOrder<'_>,
        session: &str,
        frame: &str,
        ear: &mut Ear,
        deadline: Instant,
    ) -> Result<bool, NoAnswer> {
        let mut idle_since = None;
        loop {
            let until = Instant::now() + TICK;
            while let Some(event) = self.next(until).await? {
                if event.session == session {
                    ear.hear(&event, frame);
                }
            }
            let there = self.is(session, order.is_there).await?;
            let now = Instant::now();
            idle_since = if ear.idle { idle_since.or(Some(now)) } else { None };
            // A page whose scripts asked for nothing waits for nothing.
            let waits = if ear.asked.is_empty() { TICK } else { AFTER_ALL_IS_LOADED };
            let is_done = idle_since.is_some_and(|since| there || now >= since + waits);
            if is_done || now >= deadline {
                return Ok(there);
            }
        }
    }

    async fn next(&mut self, until: Instant) -> Result<Option<super::connection::BrowserEvent>, NoAnswer> {
        let next = self.connection.next(until).await;
        next.map_err(|error| self.with_last_words(error))
    }

    /// What an expression comes to on the page; while it goes to another one, nothing.
    async fn is(&mut self, session: &str, expression: &str) -> Result<bool, NoAnswer> {
        let asked = json!({ "expression": expression, "returnByValue": true });
        match self.ask(Some(session), "Runtime.evaluate", asked).await {
            Ok(answer) => Ok(answer["result"]["value"] == true),
            Err(error) if error.to_string().contains("refused Runtime.evaluate") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A picture that is small enough; nothing where none is.
    async fn picture(&mut self, session: &str) -> Result<Option<Vec<u8>>, NoAnswer> {
        for scale in SCALES {
            let (width, height) = WINDOW;
            let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": scale });
            let made = json!({ "format": "png", "clip": clip });
            let answer: Value = self.ask(Some(session), "Page.captureScreenshot", made).await?;
            let picture = STANDARD.decode(answer["data"].as_str().unwrap_or_default()).unwrap_or_default();
            if !picture.is_empty() && picture.len() <= PICTURE {
                return Ok(Some(picture));
            }
        }
        Ok(None)
    }
}
