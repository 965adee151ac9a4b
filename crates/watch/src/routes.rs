//! Every route of a watch as a task of its own: which there are, and when each asks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use availability::{Motion, NotWatched, Route, Sample, SampledAnswer, Through, UserPath};
use basics::unpoisoned::lock;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::asking::{Asked, ask};
use crate::ground::WatchGround;
use crate::places::WatchedPlace;
use crate::rates::Rates;
use crate::sampler::{self, Beat};
use crate::sockets::{Book, Desks, hold};
use crate::strain::Strain;
use crate::tally::Tally;
use crate::tempo::Tempo;

/// What is asked at a node itself.
const AT_A_NODE: [UserPath; 3] = [UserPath::PingNew, UserPath::PingKept, UserPath::Post];

/// What all routes have in common.
#[derive(Debug)]
pub(crate) struct Routes {
    ground: Arc<WatchGround>,
    rates: Rates,
    began: Instant,
    tally: Arc<Mutex<Tally>>,
    desks: Arc<Desks>,
    strain: Arc<Strain>,
    tempo: Arc<Tempo>,
    ending: watch::Receiver<bool>,
    opened: u32,
}

impl Routes {
    pub(crate) fn new(
        ground: WatchGround,
        rates: Rates,
        began: Instant,
        tally: &Arc<Mutex<Tally>>,
        desks: &Arc<Desks>,
        strain: &Arc<Strain>,
        ending: watch::Receiver<bool>,
    ) -> Self {
        let (tally, desks, strain) = (Arc::clone(tally), Arc::clone(desks), Arc::clone(strain));
        let tempo = Arc::default();
        Self { ground: Arc::new(ground), rates, began, tally, desks, strain, tempo, ending, opened: 0 }
    }

    /// What moves from now on.
    pub(crate) fn turn_to(&self, motion: Motion) {
        self.tempo.turn_to(motion);
    }

    /// How many there are that ask, with so many nodes.
    pub(crate) fn of(nodes: usize) -> usize {
        1 + UserPath::ASKED.len() + nodes * AT_A_NODE.len()
    }

    /// The gate's own server.
    pub(crate) fn control(&mut self, tasks: &mut JoinSet<()>, place: Arc<WatchedPlace>) {
        self.open(tasks, UserPath::PingNew, Through::Control, vec![place]);
    }

    /// Everything that users do, through a balancer.
    pub(crate) fn balancer(
        &mut self,
        tasks: &mut JoinSet<()>,
        place: &Arc<WatchedPlace>,
        without: &[NotWatched],
    ) {
        for path in watched(without) {
            self.open(tasks, path, Through::Balancer, vec![Arc::clone(place)]);
        }
        self.hold(tasks, Through::Balancer, place);
    }

    /// Everything that users do, at one node after the other.
    pub(crate) fn in_turn(
        &mut self,
        tasks: &mut JoinSet<()>,
        places: &[Arc<WatchedPlace>],
        without: &[NotWatched],
    ) {
        for path in watched(without) {
            self.open(tasks, path, Through::EachInTurn, places.to_vec());
        }
    }

    /// One node: whether it is there, and whether its websocket hears of what it served.
    pub(crate) fn node(&mut self, tasks: &mut JoinSet<()>, place: &Arc<WatchedPlace>) {
        let through = Through::Node(place.name.to_string());
        for path in AT_A_NODE {
            self.open(tasks, path, through.clone(), vec![Arc::clone(place)]);
        }
        self.hold(tasks, through, place);
    }

    fn open(
        &mut self,
        tasks: &mut JoinSet<()>,
        path: UserPath,
        through: Through,
        places: Vec<Arc<WatchedPlace>>,
    ) {
        let period = self.rates.period(path, &through);
        let micros = |span: Duration| u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        let late_us = micros(self.rates.late_on(path, &through));
        let route = Route { path, through: through.clone() };
        let number = lock(&self.tally).open(route, micros(period) / 1000, late_us);
        let beat = Beat {
            began: self.began,
            phase: self.phase(period),
            period,
            one_in_at_rest: self.rates.one_in_at_rest(path, &through),
            timeout: self.rates.timeout,
            in_flight: self.rates.in_flight,
        };
        let (tally, strain, tempo) =
            (Arc::clone(&self.tally), Arc::clone(&self.strain), Arc::clone(&self.tempo));
        let of_control = (through == Through::Control).then(|| Arc::clone(&self.strain));
        let is_control = of_control.is_some();
        let teller = move |sample: Sample| {
            if let Some(strain) = &of_control {
                strain.note(sample.took_us);
            }
            lock(&tally).take(number, sample);
        };
        let asker = Asker {
            path,
            places,
            ground: Arc::clone(&self.ground),
            desks: Arc::clone(&self.desks),
            began: self.began,
        };
        let asker = Arc::new(asker);
        let ask = move |number| Arc::clone(&asker).ask(number);
        let ending = self.ending.clone();
        tasks.spawn(async move {
            // The gate's own server is always asked: it is what strain is told by.
            let strain = Some(strain.as_ref()).filter(|_| !is_control);
            sampler::run(beat, strain, &tempo, ending, ask, teller).await;
        });
    }

    /// Steps of the golden ratio: however many routes there are, their instants lie apart.
    fn phase(&mut self, period: Duration) -> Duration {
        self.opened += 1;
        let share = f64::from(self.opened) * 0.618_033_988_75;
        period.mul_f64(share.fract())
    }

    fn hold(&mut self, tasks: &mut JoinSet<()>, through: Through, place: &Arc<WatchedPlace>) {
        let route = Route { path: UserPath::Socket, through: through.clone() };
        let route = lock(&self.tally).open(route, 0, u64::MAX);
        let book = Book { began: self.began, tally: Arc::clone(&self.tally), route };
        let (place, channel) = (Arc::clone(place), self.ground.channel.clone());
        let holding = hold(place, through, channel, Arc::clone(&self.desks), book);
        let mut ending = self.ending.clone();
        tasks.spawn(async move {
            tokio::select! {
                () = holding => {}
                _ = ending.changed() => {}
            }
        });
    }
}

/// What is asked by the ways of users, where it can be.
fn watched(without: &[NotWatched]) -> impl Iterator<Item = UserPath> {
    UserPath::ASKED.into_iter().filter(|path| without.iter().all(|missing| missing.path != *path))
}

/// Asks one path, at one place after the other.
#[derive(Debug)]
struct Asker {
    path: UserPath,
    places: Vec<Arc<WatchedPlace>>,
    ground: Arc<WatchGround>,
    desks: Arc<Desks>,
    began: Instant,
}

impl Asker {
    async fn ask(self: Arc<Self>, number: u64) -> SampledAnswer {
        let turn = usize::try_from(number).unwrap_or(0) % self.places.len();
        let place = &self.places[turn];
        let Asked { answer, post, .. } = ask(self.path, &self.ground, place, number).await;
        let node = Some(Arc::clone(&place.name)).filter(|name| **name != *"balancer");
        if let Some(post) = post {
            self.desks.acknowledged(&post, node.as_deref(), basics::clock::millis(self.began));
        }
        SampledAnswer { node, ..answer }
    }
}
