//! All that a check may reach for.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indexmap::IndexMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::outcome::{Halt, Stop};
use super::scene::{Place, Scene};
use super::turn::Turn;
use crate::event::Clustering;
use crate::mattermost::{ApiError, Client, Socket};
use crate::outcome::{Outcome, Stage, Step};
use crate::retry;

/// How long something may take to cross from one node to another; real clusters need well under a second.
const CROSSING: Duration = Duration::from_secs(5);

/// The same, once something did not cross: the check is red already and should come to its end.
const AFTER_A_LATE_ONE: Duration = Duration::from_millis(500);

/// What one run of one check gets.
#[derive(Debug)]
pub struct Context<'a> {
    /// The check's id: prefix of what it carries.
    pub check: &'static str,
    /// Which run of it this is.
    pub turn: Turn,
    /// Unlike any other number of this run: makes names unique.
    pub nonce: String,
    scene: &'a Scene<'a>,
    pub(super) noted: Mutex<Noted>,
    /// Whether something did not cross in time already: then the rest of the check waits shorter.
    late: AtomicBool,
}

/// What a check has said so far.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// Its steps.
    pub steps: Vec<Step>,
    /// Its facts.
    pub facts: IndexMap<String, String>,
}

/// A check sees its scene as its own.
impl<'a> std::ops::Deref for Context<'a> {
    type Target = Scene<'a>;

    fn deref(&self) -> &Scene<'a> {
        self.scene
    }
}

impl<'a> Context<'a> {
    /// A fresh context for one run of one check.
    #[must_use]
    pub fn new(check: &'static str, turn: Turn, scene: &'a Scene<'a>, nonce: String) -> Self {
        Self { check, turn, nonce, scene, noted: Mutex::default(), late: AtomicBool::new(false) }
    }

    /// Does one named part of the check and notes how it ended.
    ///
    /// # Errors
    /// [`Halt`] when the step failed or could not measure; it is noted already, so the check may end with `?`
    /// or go on.
    pub async fn step<T>(
        &self,
        name: impl Into<String>,
        work: impl Future<Output = Result<T, Stop>>,
    ) -> Result<T, Halt> {
        let began = Instant::now();
        let result = work.await;
        let (outcome, result) = match result {
            Ok(value) => (Outcome::Passed, Ok(value)),
            Err(stop) => (self.with_version(stop).into_outcome(), Err(Halt)),
        };
        self.note(Step { name: name.into(), outcome, took_ms: millis(began) });
        result
    }

    /// Does what comes before a judgement that may turn out not to apply: noted as a step only if it fails, so that a
    /// check that measured nothing is not called passed.
    ///
    /// # Errors
    /// [`Halt`] when the work failed or could not measure.
    pub async fn prepare<T>(
        &self,
        name: impl Into<String>,
        work: impl Future<Output = Result<T, Stop>>,
    ) -> Result<T, Halt> {
        match work.await {
            Ok(value) => Ok(value),
            Err(stop) => self.judge(name, Err(stop)),
        }
    }

    /// Judges something that is known already, as a step.
    ///
    /// # Errors
    /// [`Halt`] when `verdict` is a stop.
    pub fn judge<T>(&self, name: impl Into<String>, verdict: Result<T, Stop>) -> Result<T, Halt> {
        let (outcome, result) = match verdict {
            Ok(value) => (Outcome::Passed, Ok(value)),
            Err(stop) => (self.with_version(stop).into_outcome(), Err(Halt)),
        };
        self.note(Step { name: name.into(), outcome, took_ms: 0 });
        result
    }

    /// Notes a step that does not apply here.
    pub fn not_applicable(&self, name: impl Into<String>, reason: impl Into<String>) {
        let outcome = Outcome::NotApplicable { reason: reason.into() };
        self.note(Step { name: name.into(), outcome, took_ms: 0 });
    }

    /// Notes something that is worth showing.
    pub fn fact(&self, name: impl Into<String>, value: impl Into<String>) {
        lock(&self.noted).facts.insert(name.into(), value.into());
    }

    /// Adds a finished step.
    pub(super) fn note(&self, step: Step) {
        lock(&self.noted).steps.push(step);
    }

    /// For each version one node that acts, and all the others: the least that covers every writer version.
    pub fn actors(&self) -> Vec<(&'a Place, Vec<&'a Place>)> {
        let mut actors: Vec<&Place> = Vec::new();
        for place in self.places {
            if actors.iter().all(|known| known.side != place.side) {
                actors.push(place);
            }
        }
        let others = |actor: &Place| self.places.iter().filter(|p| p.name != actor.name).collect();
        actors.into_iter().map(|actor| (actor, others(actor))).collect()
    }

    /// Whether caches and events cross nodes.
    #[must_use]
    pub fn clustered(&self) -> bool {
        matches!(self.clustering, Clustering::Clustered)
    }

    /// Why cross-node steps do not apply.
    #[must_use]
    pub fn why_not_clustered(&self) -> String {
        match self.clustering {
            Clustering::Clustered => String::new(),
            Clustering::SharedDatabase { reason } => format!("no clustering: {reason}"),
        }
    }

    /// Reads something on another node that was changed elsewhere.
    ///
    /// With clustering it must arrive by itself, within five seconds. Without, the reading node is made to forget
    /// its caches, and not only once: a request of another check that began before the change can put what it read then
    /// into a cache that was emptied meanwhile (seen with the team memberships of a session on 11.7).
    ///
    /// # Errors
    /// The last reason why it was not there.
    pub async fn crossed<T, F, Fut>(&self, reader: &Place, ask: F) -> Result<T, Stop>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Stop>>,
    {
        let result = if self.clustered() {
            retry::until(self.event_deadline(), ask).await
        } else if let Ok(value) = ask().await {
            return Ok(value);
        } else {
            let again = || async {
                self.refresh(reader).await?;
                ask().await
            };
            retry::until(self.event_deadline(), again).await
        };
        if result.is_err() {
            self.was_late();
        }
        result
    }

    /// What a member does on `place` a moment after the membership was made, by whomever.
    ///
    /// A request of another check that began before can put the memberships of before back into that node's cache, and the
    /// member is refused what is theirs (seen on a real 11.6: the maker of a channel could not add anybody to it). So a
    /// refusal, and nothing else, is asked again within five seconds; a right that is really gone stays refused.
    ///
    /// # Errors
    /// What the last attempt got.
    pub async fn as_member<T, F, Fut>(&self, place: &Place, act: F) -> Result<T, ApiError>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, ApiError>>,
    {
        let is_refusal = |error: &ApiError| error.status() == Some(403);
        let refused = match act().await {
            Err(error) if is_refusal(&error) => error,
            other => return other,
        };
        let again = || async {
            if !self.clustered() {
                self.home.admin.at(&place.anyone).refresh().await?;
            }
            match act().await {
                Err(error) if is_refusal(&error) => Err(error),
                other => Ok(other),
            }
        };
        match retry::until(self.event_deadline(), again).await {
            Ok(answer) => answer,
            Err(last) => {
                self.was_late();
                // The refusal itself, not what a node said to being asked to forget.
                Err(if is_refusal(&last) { last } else { refused })
            }
        }
    }

    /// Until when something that takes up to `patience` may arrive: shorter once the check is red already.
    #[must_use]
    pub fn deadline_in(&self, patience: Duration) -> Instant {
        Instant::now() + if self.is_late() { AFTER_A_LATE_ONE } else { patience }
    }

    /// Makes a node forget what it cached.
    ///
    /// # Errors
    /// When the node refuses.
    pub async fn refresh(&self, place: &Place) -> Result<(), Stop> {
        self.home.admin.at(&place.anyone).refresh().await.map_err(|error: ApiError| {
            Stop::NotMeasured(format!("{} could not be refreshed: {}", place.name, error.got()))
        })
    }

    /// An open websocket on a node.
    ///
    /// # Errors
    /// A failure: a node without websocket is broken for every client.
    pub async fn socket(&self, account: &Client, place: &Place) -> Result<Socket, Stop> {
        use super::outcome::Expect as _;
        Socket::open(&account.at(&place.anyone)).await.expecting("a websocket that says hello")
    }

    /// Until when something may take to arrive on another node.
    #[must_use]
    pub fn event_deadline(&self) -> Instant {
        self.deadline_in(CROSSING)
    }

    /// Whether something did not arrive in time already.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }

    /// Something did not arrive in time: the check is red, and the rest of it need not wait as long.
    pub fn was_late(&self) {
        self.late.store(true, Ordering::Relaxed);
    }

    /// Keeps a value for a later stage.
    pub fn carry<T: Serialize>(&self, key: &str, value: &T) {
        if let Ok(value) = serde_json::to_value(value) {
            lock(self.carried).insert(format!("{}/{key}", self.check), value);
        }
    }

    /// What [`Context::carry`] kept in an earlier stage.
    #[must_use]
    pub fn carried<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let value = lock(self.carried).get(&format!("{}/{key}", self.check)).cloned()?;
        serde_json::from_value(value).ok()
    }

    /// Leaves something made on stable for later stages to find; whether it is the one left, and so must stay.
    pub fn leave<T: Serialize>(&self, key: &str, value: &T) -> bool {
        let first = self.stage == Stage::Stable && self.carried::<serde_json::Value>(key).is_none();
        if first {
            self.carry(key, value);
        }
        first
    }

    /// A failure that names a node gets the version that the node runs.
    fn with_version(&self, mut stop: Stop) -> Stop {
        if let Stop::Failed(failure) = &mut stop
            && failure.version.is_none()
            && let Some(node) = &failure.node
            && let Some(place) = self.places.iter().find(|place| &place.name == node)
        {
            failure.version = Some(place.facts.version.clone());
        }
        stop
    }
}

/// Locks what only short, panic-free sections hold.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Milliseconds since `began`.
pub(super) fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
