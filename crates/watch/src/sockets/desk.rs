//! Who is told that a post was acknowledged: the websockets that should hear of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use availability::{Harm, SocketFigures, Stretch, Through};
use basics::unpoisoned::lock;

use super::continuity::Continuity;
use super::delivery::Delivery;

/// What is known of one websocket.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) through: Through,
    pub(super) state: Mutex<DeskState>,
}

#[derive(Debug, Default)]
pub(super) struct DeskState {
    pub(super) continuity: Continuity,
    pub(super) delivery: Delivery,
    /// The host that greeted it last.
    pub(super) host: Option<String>,
    /// Since when it is not open, and what ended it.
    pub(super) away_since: Option<(u64, Harm)>,
    pub(super) events: u64,
    pub(super) breaks: u64,
    pub(super) resumed: u64,
    pub(super) begun_anew: u64,
    pub(super) longest_gap_ms: u64,
}

/// All websockets.
#[derive(Debug)]
pub(crate) struct Desks {
    /// Whether events cross nodes.
    clustered: bool,
    all: Mutex<Vec<Arc<Desk>>>,
    /// Which node a host is, as the websockets at nodes learnt it.
    hosts: Mutex<BTreeMap<String, String>>,
    posts: Mutex<u64>,
}

impl Desks {
    pub(crate) fn new(clustered: bool) -> Self {
        Self { clustered, all: Mutex::default(), hosts: Mutex::default(), posts: Mutex::default() }
    }

    pub(super) fn add(&self, through: Through) -> Arc<Desk> {
        let desk = Arc::new(Desk { through, state: Mutex::default() });
        lock(&self.all).push(Arc::clone(&desk));
        desk
    }

    /// A greeting told on which host a websocket is.
    pub(super) fn greeted(&self, desk: &Desk, host: Option<&str>) {
        if let (Through::Node(node), Some(host)) = (&desk.through, host) {
            lock(&self.hosts).insert(host.to_owned(), node.clone());
        }
        lock(&desk.state).host = host.map(str::to_owned);
    }

    /// A post was acknowledged, by a node where that is known.
    pub(crate) fn acknowledged(&self, post: &str, by: Option<&str>, at_ms: u64) {
        *lock(&self.posts) += 1;
        for desk in lock(&self.all).iter() {
            if self.clustered || by.is_some_and(|node| self.is_on(desk, node)) {
                lock(&desk.state).delivery.acknowledged(post, at_ms);
            }
        }
    }

    /// How many websockets through the balancer are open on a node.
    pub(crate) fn held_on(&self, node: &str) -> usize {
        let open = |desk: &&Arc<Desk>| lock(&desk.state).away_since.is_none();
        let through_balancer = |desk: &&Arc<Desk>| desk.through == Through::Balancer;
        let all = lock(&self.all);
        all.iter().filter(through_balancer).filter(open).filter(|desk| self.is_on(desk, node)).count()
    }

    /// Whether a websocket is on a node: where nothing crosses nodes it hears only of what that one served.
    fn is_on(&self, desk: &Desk, node: &str) -> bool {
        match &desk.through {
            Through::Node(name) => name == node,
            Through::Balancer | Through::EachInTurn | Through::Control => {
                let host = lock(&desk.state).host.clone();
                host.is_some_and(|host| lock(&self.hosts).get(&host).is_some_and(|name| name == node))
            }
        }
    }

    pub(crate) fn posts(&self) -> u64 {
        *lock(&self.posts)
    }

    /// What was seen so far.
    #[cfg(test)]
    pub(super) fn seen(&self) -> Vec<SocketFigures> {
        lock(&self.all).iter().map(|desk| lock(&desk.state).figures(&desk.through)).collect()
    }

    /// What was seen, and the gaps that are there at the end.
    pub(crate) fn finish(&self, now_ms: u64) -> (Vec<SocketFigures>, Vec<(Through, Stretch)>) {
        let mut gaps = Vec::new();
        let figures = lock(&self.all)
            .iter()
            .map(|desk| {
                let mut state = lock(&desk.state);
                let silence = state.delivery.finish(now_ms);
                let away = state.away(now_ms);
                gaps.extend(silence.into_iter().chain(away).map(|gap| (desk.through.clone(), gap)));
                state.figures(&desk.through)
            })
            .collect();
        (figures, gaps)
    }
}

impl DeskState {
    /// The gap that nothing has ended.
    fn away(&mut self, now_ms: u64) -> Option<Stretch> {
        let (since_ms, harm) = self.away_since.take()?;
        let mut stretch = Stretch::begin(since_ms, None);
        stretch.count(harm);
        (stretch.length_ms, stretch.sent) = (now_ms.saturating_sub(since_ms), 1);
        self.longest_gap_ms = self.longest_gap_ms.max(stretch.length_ms);
        Some(stretch)
    }

    fn figures(&self, through: &Through) -> SocketFigures {
        let Self { continuity, delivery, .. } = self;
        SocketFigures {
            through: through.clone(),
            events: self.events,
            breaks: self.breaks,
            resumed: self.resumed,
            begun_anew: self.begun_anew,
            longest_gap_ms: self.longest_gap_ms,
            missed: continuity.missed,
            doubled: continuity.doubled,
            reordered: continuity.reordered,
            heard: delivery.heard,
            unheard: delivery.unheard,
            missed_while_away: delivery.missed_while_away,
            replayed: delivery.replayed,
            slowest_event_ms: delivery.slowest_ms,
        }
    }
}
