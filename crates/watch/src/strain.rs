//! Whether the machine keeps pace with the watch: the gate's own server says so.
//!
//! Where even that one answers late, or the gate wakes up late, another request measures the machine and makes it later still: on two
//! busy cores thousands would be on their way after a minute. Such instants are left out and counted. A cluster that hangs on a
//! machine that keeps pace is asked all the while.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use basics::clock::millis;
use tokio::time::Instant;

/// An answer of the gate's own server, or a wake-up, that is later than this is late: both are within a millisecond or two otherwise.
const LATE: Duration = Duration::from_millis(100);

/// How long the gate's own server may have had no answer in time: a few of its requests.
const SILENCE_MS: u64 = 300;

/// So many requests of a route are on their way even then: something is still measured.
const FEW: usize = 4;

/// What is known of it.
#[derive(Debug)]
pub(crate) struct Strain {
    began: Instant,
    in_time_ms: AtomicU64,
    spared: AtomicU64,
}

impl Strain {
    pub(crate) fn new(began: Instant) -> Self {
        Self { began, in_time_ms: AtomicU64::new(0), spared: AtomicU64::new(0) }
    }

    /// The gate's own server took this long.
    pub(crate) fn note(&self, took_us: u64) {
        if Duration::from_micros(took_us) < LATE {
            self.in_time_ms.fetch_max(millis(self.began), Ordering::Relaxed);
        }
    }

    /// Whether a request whose instant is `at` is to be sent, where so many of its route are on their way.
    pub(crate) fn allows(&self, at: Instant, on_their_way: usize) -> bool {
        let silence = millis(self.began).saturating_sub(self.in_time_ms.load(Ordering::Relaxed));
        let strained = silence > SILENCE_MS || at.elapsed() > LATE;
        let spares = strained && on_their_way >= FEW;
        if spares {
            self.spared.fetch_add(1, Ordering::Relaxed);
        }
        !spares
    }

    /// Requests that were left out.
    pub(crate) fn spared(&self) -> u64 {
        self.spared.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_machine_that_keeps_pace_is_asked_whatever_hangs() {
        let strain = Strain::new(Instant::now());
        advance(Duration::from_secs(60)).await;
        strain.note(900);
        assert!(strain.allows(Instant::now(), 200));
        assert_eq!(strain.spared(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_machine_that_does_not_is_asked_a_little() {
        let strain = Strain::new(Instant::now());
        strain.note(900);
        advance(Duration::from_millis(301)).await;
        strain.note(150_000);
        assert!(strain.allows(Instant::now(), 3), "a few are on their way all the same");
        assert!(!strain.allows(Instant::now(), 4));
        strain.note(900);
        assert!(strain.allows(Instant::now(), 4), "it keeps pace again");
        let instant = Instant::now();
        advance(Duration::from_millis(101)).await;
        assert!(!strain.allows(instant, 4), "the gate itself was woken late");
        assert_eq!(strain.spared(), 2);
    }
}
