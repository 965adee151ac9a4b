//! All that a check may reach for.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use indexmap::IndexMap;
use tokio::time::Instant;

use super::restart_round::RestartRound;
use super::scene::{Place, Scene};
use super::step::{Expect as _, Reported, StepError};
use crate::clock::millis;
use crate::event::Clustering;
use crate::mattermost::{ApiError, Client, Socket};
use crate::outcome::{Outcome, Step};
use crate::unpoisoned::lock;
use crate::wait;

/// How long something may take to cross from one node to another; real clusters need well under a second.
const CROSSING: Duration = Duration::from_secs(5);

/// How long a server may take to send what it sends by itself: it goes through queues that have nothing to do with whoever waits. On a
/// machine that was short of CPU a healthy push came after more than five seconds.
pub(super) const SENDING: Duration = Duration::from_secs(15);

/// How long it may take once something did not cross: the check is red already and should come to its end.
const AFTER_A_LATE_ONE: Duration = Duration::from_millis(500);

/// A part of a check, whatever its type. What is done with each part is compiled once for what it answers, not once for each part.
pub(super) type Work<'f, T, E> = BoxFuture<'f, Result<T, E>>;

/// A question that may be asked again, whatever its type.
type Asking<'f, T, E> = Box<dyn Fn() -> Work<'f, T, E> + Send + Sync + 'f>;

/// What one run of one check gets.
#[derive(Debug)]
pub struct Context<'a> {
    /// The check's id: what it keeps is found by it.
    pub check: &'static str,
    /// Which run of it this is.
    pub round: RestartRound,
    /// Unlike any other number of this run: makes names unique.
    pub nonce: String,
    /// The nodes, in the order of replacement.
    pub places: &'a [Place],
    scene: &'a Scene<'a>,
    pub(super) notes: Mutex<CheckNotes>,
    /// Whether something did not cross in time already: then the rest of the check waits shorter.
    late: AtomicBool,
}

/// What a check has said so far.
#[derive(Debug, Default)]
pub(super) struct CheckNotes {
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
    pub fn new(check: &'static str, round: RestartRound, scene: &'a Scene<'a>, nonce: String) -> Self {
        let (notes, late) = (Mutex::default(), AtomicBool::new(false));
        Self { check, round, nonce, places: &scene.places, scene, notes, late }
    }

    /// Does one named part of the check that what follows stands on, and notes how it ended.
    ///
    /// # Errors
    /// [`Reported`] where it did not pass: with `?` it ends the walk that it is part of.
    pub fn step<'f, T: Send + 'f>(
        &'f self,
        name: impl Into<String>,
        work: impl Future<Output = Result<T, StepError>> + Send + 'f,
    ) -> Work<'f, T, Reported> {
        Box::pin(self.noted(name.into(), Box::pin(work)))
    }

    async fn noted<T>(&self, name: String, work: Work<'_, T, StepError>) -> Result<T, Reported> {
        let began = Instant::now();
        let result = work.await;
        self.concluded(name, result, millis(began))
    }

    /// Does one named part of the check that nothing stands on, and notes how it ended: the check goes on either way.
    pub fn verify<'f, T: Send + 'f>(
        &'f self,
        name: impl Into<String>,
        work: impl Future<Output = Result<T, StepError>> + Send + 'f,
    ) -> BoxFuture<'f, ()> {
        self.part(self.step(name, work))
    }

    /// Does a part of the check: a step that fails in it ends the part, and nothing else.
    pub fn part<'f, T: 'f>(
        &'f self,
        work: impl Future<Output = Result<T, Reported>> + Send + 'f,
    ) -> BoxFuture<'f, ()> {
        Box::pin(ended(Box::pin(work)))
    }

    /// Does what comes before a judgement that may turn out not to apply: noted as a step only if it fails, so that a
    /// check that measured nothing is not called passed.
    ///
    /// # Errors
    /// [`Reported`] where the work failed or could not measure.
    pub fn prepare<'f, T: Send + 'f>(
        &'f self,
        name: impl Into<String>,
        work: impl Future<Output = Result<T, StepError>> + Send + 'f,
    ) -> Work<'f, T, Reported> {
        Box::pin(self.prepared(name.into(), Box::pin(work)))
    }

    async fn prepared<T>(&self, name: String, work: Work<'_, T, StepError>) -> Result<T, Reported> {
        match work.await {
            Ok(value) => Ok(value),
            Err(error) => self.concluded(name, Err(error), 0),
        }
    }

    /// Notes a verdict that is known already, as a step.
    pub fn judge(&self, name: impl Into<String>, verdict: Result<(), StepError>) {
        let _ = self.concluded(name.into(), verdict, 0);
    }

    fn concluded<T>(&self, name: String, result: Result<T, StepError>, took_ms: u64) -> Result<T, Reported> {
        let (outcome, result) = match result {
            Ok(value) => (Outcome::Passed, Ok(value)),
            Err(error) => (self.with_version(error).into_outcome(), Err(Reported)),
        };
        self.note(Step { name, outcome, took_ms });
        result
    }

    /// Notes a step that does not apply here.
    pub fn not_applicable(&self, name: impl Into<String>, reason: impl Into<String>) {
        let outcome = Outcome::NotApplicable { reason: reason.into() };
        self.note(Step { name: name.into(), outcome, took_ms: 0 });
    }

    /// Notes something that is worth showing.
    pub fn fact(&self, name: impl Into<String>, value: impl Into<String>) {
        lock(&self.notes).facts.insert(name.into(), value.into());
    }

    /// Whether nothing is red so far.
    #[must_use]
    pub fn all_well(&self) -> bool {
        lock(&self.notes).steps.iter().all(|step| !step.outcome.is_red())
    }

    /// Adds a finished step.
    pub(super) fn note(&self, step: Step) {
        lock(&self.notes).steps.push(step);
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
    pub fn until_replicated<'f, T: Send + 'f, Fut>(
        &'f self,
        reader: &'f Place,
        ask: impl Fn() -> Fut + Send + Sync + 'f,
    ) -> Work<'f, T, StepError>
    where
        Fut: Future<Output = Result<T, StepError>> + Send + 'f,
    {
        Box::pin(self.replicated(reader, Box::new(move || Box::pin(ask()))))
    }

    async fn replicated<T: Send>(
        &self,
        reader: &Place,
        ask: Asking<'_, T, StepError>,
    ) -> Result<T, StepError> {
        if self.clustered() {
            return self.in_time(wait::until_ok(self.event_deadline(), ask)).await;
        }
        if let Ok(value) = ask().await {
            return Ok(value);
        }
        let again = || async {
            self.refresh(reader).await?;
            ask().await
        };
        self.in_time(wait::until_ok(self.event_deadline(), again)).await
    }

    /// What a member does on `place` a moment after the membership was made, by whomever.
    ///
    /// A request of another check that began before can put the memberships of before back into that node's cache, and the
    /// member is refused what is theirs (seen on a real 11.6: the maker of a channel could not add anybody to it). So a
    /// refusal, and nothing else, is asked again within five seconds; a right that is really gone stays refused.
    ///
    /// # Errors
    /// What the last attempt got.
    pub fn as_member<'f, T: Send + 'f, Fut>(
        &'f self,
        place: &'f Place,
        act: impl Fn() -> Fut + Send + Sync + 'f,
    ) -> Work<'f, T, ApiError>
    where
        Fut: Future<Output = Result<T, ApiError>> + Send + 'f,
    {
        Box::pin(self.done_as_member(place, Box::new(move || Box::pin(act()))))
    }

    async fn done_as_member<T: Send>(
        &self,
        place: &Place,
        act: Asking<'_, T, ApiError>,
    ) -> Result<T, ApiError> {
        let is_refusal = |error: &ApiError| error.status() == Some(403);
        let refused = match act().await {
            Err(error) if is_refusal(&error) => error,
            other => return other,
        };
        let again = || async {
            if !self.clustered() {
                place.admin().refresh().await?;
            }
            match act().await {
                Err(error) if is_refusal(&error) => Err(error),
                other => Ok(other),
            }
        };
        match wait::until_ok(self.event_deadline(), again).await {
            Ok(answer) => answer,
            Err(last) => {
                self.mark_late();
                // The refusal itself, not what a node said to being asked to forget.
                Err(if is_refusal(&last) { last } else { refused })
            }
        }
    }

    /// Until when something that takes up to `patience` may arrive: shorter once the check is red already.
    #[must_use]
    pub fn deadline_in(&self, patience: Duration) -> Instant {
        Instant::now() + if self.late() { AFTER_A_LATE_ONE } else { patience }
    }

    /// Makes a node forget what it cached.
    ///
    /// # Errors
    /// When the node refuses.
    pub async fn refresh(&self, place: &Place) -> Result<(), StepError> {
        place.admin().refresh().await.map_err(|error: ApiError| {
            StepError::NotMeasured(format!("{} could not be refreshed: {}", place.name, error.got()))
        })
    }

    /// An open websocket of an account on a node.
    ///
    /// # Errors
    /// A failure: a node without websocket is broken for every client.
    pub async fn socket(&self, account: &Client) -> Result<Socket, StepError> {
        Socket::open(account).await.expecting("a websocket that says hello")
    }

    /// Waits for something with a deadline of its own: where it fails, the rest of the check waits shorter.
    ///
    /// # Errors
    /// Those of the work.
    pub fn in_time<'f, T: Send + 'f, E: Send + 'f>(
        &'f self,
        work: impl Future<Output = Result<T, E>> + Send + 'f,
    ) -> Work<'f, T, E> {
        Box::pin(self.timed(Box::pin(work)))
    }

    async fn timed<T, E>(&self, work: Work<'_, T, E>) -> Result<T, E> {
        let result = work.await;
        if result.is_err() {
            self.mark_late();
        }
        result
    }

    /// Until when something may take to arrive on another node.
    #[must_use]
    pub fn event_deadline(&self) -> Instant {
        self.deadline_in(CROSSING)
    }

    /// Until when a mail or a push notification may take to be sent.
    #[must_use]
    pub fn sending_deadline(&self) -> Instant {
        self.deadline_in(SENDING)
    }

    /// Whether something did not arrive in time already.
    #[must_use]
    pub fn late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }

    /// Something did not arrive in time: the check is red, and the rest of it need not wait as long.
    pub fn mark_late(&self) {
        self.late.store(true, Ordering::Relaxed);
    }

    /// A failure that names a node gets the version that the node runs.
    fn with_version(&self, mut error: StepError) -> StepError {
        if let StepError::Failed(failure) = &mut error
            && failure.version.is_none()
            && let Some(node) = &failure.node
            && let Some(place) = self.places.iter().find(|place| &place.name == node)
        {
            failure.version = Some(place.facts.version.clone());
        }
        error
    }
}

/// The step that ended the part is noted.
async fn ended<T>(part: Work<'_, T, Reported>) {
    let _ = part.await;
}
