//! What each server used through its life, as it was measured beside the run.

use std::collections::{BTreeSet, VecDeque};

use time::OffsetDateTime;
use tokio::time::Instant;

use super::curve::{Curve, Use};
use crate::clock::millis;
use crate::cluster::ServerUsage;

/// Measurements of a life that are kept, the newest: three quarters of an hour.
const MOST_SAMPLES: usize = 1000;
/// So many of the first ones tell how a server comes up, and nothing else: in five seconds it takes what it will need.
const WARMS_UP: usize = 1;

/// The lives of all servers that were measured.
#[derive(Debug)]
pub(crate) struct Lives {
    began: Instant,
    lives: Vec<ServerLife>,
}

impl Default for Lives {
    fn default() -> Self {
        Self { began: Instant::now(), lives: Vec::new() }
    }
}

impl Lives {
    /// Takes a measurement of a node.
    pub(crate) fn take(&mut self, node: &str, usage: &ServerUsage) {
        self.take_at(millis(self.began), node, usage);
    }

    pub(super) fn take_at(&mut self, at_ms: u64, node: &str, usage: &ServerUsage) {
        let same = |life: &&mut ServerLife| {
            life.node == node && life.container == usage.container && life.started_at == usage.started_at
        };
        match self.lives.iter_mut().rev().find(same) {
            Some(life) => life.take(at_ms, usage),
            None => {
                let (node, container) = (node.to_owned(), usage.container.clone());
                let mut life = ServerLife {
                    node,
                    container,
                    started_at: usage.started_at,
                    warmed: 0,
                    samples: VecDeque::new(),
                };
                life.take(at_ms, usage);
                self.lives.push(life);
            }
        }
    }

    /// The newest of a node in a container.
    pub(super) fn newest(&self, node: &str, container: &str) -> Option<&ServerLife> {
        self.lives.iter().rev().find(|life| life.node == node && life.container == container)
    }

    /// Those in one of these containers.
    pub(super) fn of<'l>(&'l self, containers: &'l BTreeSet<String>) -> impl Iterator<Item = &'l ServerLife> {
        self.lives.iter().filter(|life| containers.contains(&life.container))
    }
}

/// From the start of a server's process to its end.
#[derive(Debug)]
pub(super) struct ServerLife {
    node: String,
    container: String,
    started_at: Option<OffsetDateTime>,
    /// Measurements that were left out while it came up.
    warmed: usize,
    /// When, and what it used.
    samples: VecDeque<(u64, [Option<u64>; 3])>,
}

impl ServerLife {
    fn take(&mut self, at_ms: u64, usage: &ServerUsage) {
        if self.warmed < WARMS_UP {
            self.warmed += 1;
            return;
        }
        if self.samples.len() == MOST_SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back((at_ms, [usage.memory_bytes, usage.heap_bytes, usage.goroutines]));
    }

    /// What it used of something, by the time; measurements that tell nothing of it are left out.
    pub(super) fn curve(&self, of: Use) -> Curve {
        let told = self.samples.iter().map(|(at_ms, uses)| {
            let [memory, heap, goroutines] = *uses;
            let value = match of {
                Use::Memory => memory,
                Use::Heap => heap,
                Use::Goroutines => goroutines,
            };
            value.map(|value| (*at_ms, value))
        });
        told.flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_begins_with_the_container_and_with_each_start_in_it() {
        let mut lives = Lives::default();
        let usage = |container: &str, started: i64| ServerUsage {
            container: container.into(),
            started_at: OffsetDateTime::from_unix_timestamp(started).ok(),
            goroutines: Some(80),
            ..ServerUsage::default()
        };
        for (at_ms, container, started) in [
            (0, "a", 1),
            (1, "a", 1),
            (2, "a", 1),
            (3, "a", 1),
            (4, "a", 2),
            (5, "a", 2),
            (6, "a", 2),
            (7, "b", 3),
        ] {
            lives.take_at(at_ms, "node1", &usage(container, started));
        }
        let at =
            |life: &ServerLife| life.curve(Use::Goroutines).iter().map(|(at, _)| *at).collect::<Vec<_>>();
        let of_a = BTreeSet::from(["a".to_owned()]);
        assert_eq!(lives.of(&of_a).map(at).collect::<Vec<_>>(), [vec![1, 2, 3], vec![5, 6]]);
        assert_eq!(lives.newest("node1", "a").map(at), Some(vec![5, 6]));
        assert_eq!(lives.newest("node1", "b").map(at), Some(Vec::new()), "it is coming up");
        assert!(lives.newest("node2", "a").is_none());
        assert!(lives.newest("node1", "b").unwrap().curve(Use::Memory).is_empty());
    }
}
