//! A node for one request: on a copy of the installation, which nothing leaves and which is thrown away.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::db::world::World;
use crate::events::hub::Hub;
use crate::node::caches::Caches;
use crate::node::core::NodeCore;
use crate::node::held::Held;
use crate::node::outages::Outages;

impl NodeCore {
    /// The same node on a copy of everything: what it does there is forgotten.
    pub(crate) fn on_a_copy(&self) -> Arc<Self> {
        let tables = self.transact(|tables| tables.clone());
        self.elsewhere(self.world.copy(tables), self.caches.copy())
    }

    /// The same node on the tables that it found when it came up: it answers from a time gone by.
    pub(crate) fn in_the_past(&self) -> Arc<Self> {
        let then = self.transact(|now| match &self.found {
            Some(found) => now.as_of(found),
            None => now.clone(),
        });
        self.elsewhere(self.world.copy(then), Caches::default())
    }

    /// The same node on another world, with no websockets.
    fn elsewhere(&self, world: Arc<World>, caches: Caches) -> Arc<Self> {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Arc::new(Self {
            world,
            name: self.name.clone(),
            release: self.release.clone(),
            reported: self.reported.clone(),
            cluster_id: self.cluster_id.clone(),
            began: self.began,
            faults: self.faults.clone(),
            environment: self.environment.clone(),
            caches,
            hub: Hub::default(),
            outages: Outages::default(),
            plugins: self.plugins.copy(),
            held: Held::default(),
            log: Arc::clone(&self.log),
            stopping: self.stopping.clone(),
            killed: self.killed.clone(),
            tasks: self.tasks.clone(),
            settings: RwLock::new(self.settings()),
            subpath: self.subpath.clone(),
            back: self.back,
            found: None,
            pending: Mutex::new(pending),
        })
    }
}
