//! The watch: begun once, told what the run does, ended with what was seen.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use availability::{Activity, Chapter, Motion, NotWatched, Observation, Pulse, Route, UserPath};
use basics::clock::{millis, millis_of};
use basics::unpoisoned::lock;
use mattermost_client::{Client, Http};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::control::Control;
use crate::files;
use crate::ground::WatchGround;
use crate::places::WatchedPlace;
use crate::routes::Routes;
use crate::setup::Setup;
use crate::sockets::Desks;
use crate::strain::Strain;
use crate::tally::Tally;

/// A running watch. Dropping it ends everything that it does.
#[derive(Debug)]
pub struct Watch {
    routes: Mutex<Routes>,
    tasks: Mutex<JoinSet<()>>,
    places: Mutex<Vec<Arc<WatchedPlace>>>,
    tally: Arc<Mutex<Tally>>,
    desks: Arc<Desks>,
    strain: Arc<Strain>,
    ends: watch::Sender<bool>,
    began: Instant,
    began_unix_ms: u64,
    timeout: Duration,
    not_watched: Vec<NotWatched>,
    _control: Control,
}

impl Watch {
    /// Makes the channel, its first message and a file, and begins to ask.
    ///
    /// # Errors
    /// When they cannot be made, or nothing can be listened on.
    pub async fn start(setup: Setup) -> Result<Self> {
        let Setup { balancer, nodes, team, channel, login, clustered, mut rates } = setup;
        let first = balancer.as_ref().or(nodes.first().map(|(_, client)| client));
        let first = first.context("there is neither a balancer nor a node to watch")?;
        let (ground, not_watched) = WatchGround::make(first, &team, &channel, login).await?;
        let control = Control::start().await?;
        let timeout = rates.timeout;
        rates.in_flight = files::in_flight(rates.in_flight, Routes::of(nodes.len()));
        let place = |name: &str, client: &Client| WatchedPlace::new(name, client, timeout);
        let places = nodes.iter().map(|(name, client)| place(name, client)).collect::<Result<Vec<_>>>()?;
        let balancer = balancer.as_ref().map(|client| place("balancer", client)).transpose()?;
        let own = Client::new(&Http::new(timeout)?, "control", &control.url());
        let own = place("control", &own)?;

        let began = Instant::now();
        let began_unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (ends, ending) = watch::channel(false);
        let tally = Arc::<Mutex<Tally>>::default();
        let desks = Arc::new(Desks::new(clustered));
        let strain = Arc::new(Strain::new(began));
        let mut tasks = JoinSet::new();
        let mut routes = Routes::new(ground, rates, began, &tally, &desks, &strain, ending);
        routes.control(&mut tasks, own);
        match balancer {
            Some(place) => routes.balancer(&mut tasks, &place, &not_watched),
            None => routes.in_turn(&mut tasks, &places, &not_watched),
        }
        for place in &places {
            routes.node(&mut tasks, place);
        }
        Ok(Self {
            routes: Mutex::new(routes),
            tasks: Mutex::new(tasks),
            places: Mutex::new(places),
            tally,
            desks,
            strain,
            ends,
            began,
            began_unix_ms: millis_of(began_unix),
            timeout,
            not_watched,
            _control: control,
        })
    }

    /// A node is reached by this client from now on. To be told as soon as the address is known: until then the old one is asked. A node
    /// that was not there before is watched as well.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn node(&self, name: &str, client: &Client) -> Result<()> {
        let mut places = lock(&self.places);
        if let Some(place) = places.iter().find(|place| *place.name == *name) {
            return place.moved(client, self.timeout);
        }
        let place = WatchedPlace::new(name, client, self.timeout)?;
        lock(&self.routes).node(&mut lock(&self.tasks), &place);
        places.push(place);
        Ok(())
    }

    /// The run does this to a node from now on, until the next word about the same node. To be told before it is done.
    pub fn mark(&self, activity: Activity) {
        lock(&self.tally).mark(millis(self.began), activity);
    }

    /// Another part of the run begins. The watch itself begins at rest on `stable`.
    pub fn stage(&self, stage: &str, motion: Motion) {
        lock(&self.routes).turn_to(motion);
        let chapter = Chapter { stage: stage.to_owned(), motion };
        lock(&self.tally).turn_to(millis(self.began), chapter);
    }

    /// How many of its websockets through the balancer are on a node just now, as far as servers tell who they are.
    #[must_use]
    pub fn held_on(&self, node: &str) -> usize {
        self.desks.held_on(node)
    }

    /// How it goes.
    #[must_use]
    pub fn pulse(&self) -> Pulse {
        lock(&self.tally).pulse(millis(self.began))
    }

    /// Asks no more, waits at most two seconds for what is on its way, and tells what was seen.
    pub async fn finish(&self) -> Observation {
        let lasted_ms = millis(self.began);
        let _ = self.ends.send(true);
        let mut tasks = std::mem::take(&mut *lock(&self.tasks));
        while tasks.join_next().await.is_some() {}
        self.seen(lasted_ms)
    }

    /// Tells what was seen until now, where nobody waits for what is on its way: it is not in it. To be asked once: what is still
    /// out of reach is told as a gap that is open.
    #[must_use]
    pub fn so_far(&self) -> Observation {
        self.seen(millis(self.began))
    }

    fn seen(&self, lasted_ms: u64) -> Observation {
        let Self { began_unix_ms, not_watched, .. } = self;
        let (sockets, gaps) = self.desks.finish(lasted_ms);
        let posts = self.desks.posts();
        let mut tally = lock(&self.tally).clone();
        for (through, stretch) in gaps {
            tally.note_gap_of(&Route { path: UserPath::Socket, through }, stretch);
        }
        let (diary, routes, gaps) = tally.finish(lasted_ms);
        Observation {
            began_unix_ms: *began_unix_ms,
            lasted_ms,
            diary,
            routes,
            gaps,
            sockets,
            posts,
            spared: self.strain.spared(),
            not_watched: not_watched.clone(),
        }
    }
}
