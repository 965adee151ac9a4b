//! Whether anything moves: where nothing does, users' paths are asked less.
//!
//! Answers are what costs the servers most: a post is a dozen queries, and with the machine of a runner to themselves the watch and
//! the checks would take each other's time. What a replaced node costs shows while it is replaced, and is asked at the full rate.

use std::sync::atomic::{AtomicBool, Ordering};

use availability::Motion;

/// What is known of it; the watch begins at rest.
#[derive(Debug, Default)]
pub(crate) struct Tempo {
    moves: AtomicBool,
}

impl Tempo {
    /// What moves from now on.
    pub(crate) fn turn_to(&self, motion: Motion) {
        self.moves.store(motion != Motion::Rest, Ordering::Relaxed);
    }

    /// Whether the request of this instant is to be sent, where one in so many is at rest.
    pub(crate) fn allows(&self, instant: u64, one_in: u64) -> bool {
        self.moves.load(Ordering::Relaxed) || instant.is_multiple_of(one_in.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_three_is_asked_at_rest_and_all_while_something_moves() {
        let tempo = Tempo::default();
        let asked = |tempo: &Tempo| (0..9).filter(|instant| tempo.allows(*instant, 3)).count();
        assert_eq!(asked(&tempo), 3);
        for motion in [Motion::NullRoll, Motion::Roll] {
            tempo.turn_to(motion);
            assert_eq!(asked(&tempo), 9);
        }
        tempo.turn_to(Motion::Rest);
        assert_eq!(asked(&tempo), 3);
        assert!(
            (0..9).all(|instant| tempo.allows(instant, 1)),
            "pings tell how long an outage was, whenever it is"
        );
    }
}
