//! Posts that were acknowledged, and the events that tell a websocket of them.

use std::collections::VecDeque;

use availability::{Harm, Stretch};

/// From when on an event is called missing. Events come within milliseconds; a node that is restarted beside may hold them up.
const OVERDUE_MS: u64 = 5000;

/// How long after it was opened a websocket may still miss what was sent before.
const SETTLING_MS: u64 = 1000;

/// As many posts as are remembered of each kind; of more, the newest.
const REMEMBERED: usize = 1000;

/// What one websocket was told of the posts that it should hear of.
#[derive(Debug, Default)]
pub(super) struct Delivery {
    /// Since when it is open.
    open_since_ms: Option<u64>,
    /// Acknowledged, and not heard of yet.
    pending: VecDeque<(String, u64)>,
    /// Heard of, and not acknowledged yet: an event often comes before the answer.
    early: VecDeque<(String, u64)>,
    /// Acknowledged while it was not open, or about to break.
    away: VecDeque<(String, u64)>,
    /// When it last heard of a post.
    heard_ms: Option<u64>,
    /// Since when it is open and tells nothing.
    silent_since_ms: Option<u64>,
    /// Posts that it heard of.
    pub(super) heard: u64,
    /// Posts that it did not hear of, although it was open.
    pub(super) unheard: u64,
    /// Posts that were acknowledged while it was not open.
    pub(super) missed_while_away: u64,
    /// Of those, the ones that it was told of after all.
    pub(super) replayed: u64,
    /// Milliseconds from an acknowledgement to its event, at most.
    pub(super) slowest_ms: u64,
}

impl Delivery {
    /// A post of which it should hear was acknowledged.
    pub(super) fn acknowledged(&mut self, post: &str, at_ms: u64) {
        if let Some(place) = self.early.iter().position(|(known, _)| known == post) {
            self.early.remove(place);
            self.heard += 1;
        } else if self.open_since_ms.is_some() {
            self.pending.push_back((post.to_owned(), at_ms));
        } else {
            self.leave_behind(post.to_owned(), at_ms);
        }
    }

    /// It heard of a post. Gives the time in which it was silent, if that is over now.
    pub(super) fn heard_of(&mut self, post: &str, at_ms: u64) -> Option<Stretch> {
        if let Some(place) = self.pending.iter().position(|(known, _)| known == post) {
            let since = self.pending.remove(place).map_or(at_ms, |(_, since)| since);
            self.heard += 1;
            self.slowest_ms = self.slowest_ms.max(at_ms.saturating_sub(since));
        } else if let Some(place) = self.away.iter().position(|(known, _)| known == post) {
            self.away.remove(place);
            self.replayed += 1;
        } else {
            remember(&mut self.early, (post.to_owned(), at_ms));
        }
        self.heard_ms = Some(at_ms);
        let since = self.silent_since_ms.take()?;
        Some(silence(since, at_ms))
    }

    /// It broke.
    pub(super) fn broke(&mut self) {
        self.open_since_ms = None;
        self.silent_since_ms = None;
        // What was on its way then may be lost with the connection: that is the break's, not a silence.
        for (post, at_ms) in std::mem::take(&mut self.pending) {
            self.leave_behind(post, at_ms);
        }
    }

    /// It is open again.
    pub(super) fn opened(&mut self, at_ms: u64) {
        self.open_since_ms = Some(at_ms);
    }

    /// Counts what is overdue; says for how long nothing was heard of what should have been.
    pub(super) fn look(&mut self, now_ms: u64) -> Option<u64> {
        while let Some((post, at_ms)) = self.pending.pop_front_if(|(_, at_ms)| *at_ms + OVERDUE_MS <= now_ms)
        {
            if self.open_since_ms.is_some_and(|open| at_ms < open + SETTLING_MS) {
                // Its event may have been told before this websocket was there, and the answer came after.
                self.leave_behind(post, at_ms);
                continue;
            }
            self.unheard += 1;
            // One event that is missing among others is no silence.
            if self.heard_ms.is_none_or(|heard| heard < at_ms) {
                self.silent_since_ms.get_or_insert(at_ms);
            }
        }
        self.silent_since_ms.map(|since| now_ms - since)
    }

    /// The silence that is there when the watch ends.
    pub(super) fn finish(&mut self, now_ms: u64) -> Option<Stretch> {
        self.look(now_ms);
        let silence = silence(self.silent_since_ms.take()?, now_ms);
        Some(Stretch { open: true, ..silence })
    }

    fn leave_behind(&mut self, post: String, at_ms: u64) {
        self.missed_while_away += 1;
        remember(&mut self.away, (post, at_ms));
    }
}

fn remember(list: &mut VecDeque<(String, u64)>, post: (String, u64)) {
    list.push_back(post);
    if list.len() > REMEMBERED {
        list.pop_front();
    }
}

fn silence(since_ms: u64, until_ms: u64) -> Stretch {
    let mut stretch = Stretch::begin(since_ms, None);
    stretch.length_ms = until_ms - since_ms;
    stretch.count(Harm::Silent);
    Stretch { sent: 1, open: false, ..stretch }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_may_come_before_the_answer_or_after_it() {
        let mut delivery = Delivery::default();
        delivery.opened(0);
        assert_eq!(delivery.heard_of("a", 10), None);
        delivery.acknowledged("a", 12);
        delivery.acknowledged("b", 20);
        assert_eq!(delivery.heard_of("b", 25), None);
        assert_eq!((delivery.heard, delivery.unheard, delivery.slowest_ms), (2, 0, 5));
        assert_eq!(delivery.look(60_000), None);
    }

    #[test]
    fn an_open_socket_that_hears_nothing_of_acknowledged_posts_is_silent_until_it_hears_again() {
        let mut delivery = Delivery::default();
        delivery.opened(0);
        delivery.acknowledged("a", 1000);
        delivery.acknowledged("b", 2000);
        assert_eq!(delivery.look(5999), None);
        assert_eq!(delivery.look(6000), Some(5000));
        delivery.acknowledged("c", 8000);
        let silence = delivery.heard_of("c", 8010).unwrap();
        assert_eq!((silence.start_ms, silence.length_ms, silence.harm()), (1000, 7010, Harm::Silent));
        assert_eq!((delivery.heard, delivery.unheard), (1, 1));
    }

    #[test]
    fn one_event_that_is_missing_among_others_is_no_silence() {
        let mut delivery = Delivery::default();
        delivery.opened(0);
        delivery.acknowledged("sent before it was open", 900);
        delivery.acknowledged("missing", 1500);
        delivery.acknowledged("b", 1600);
        delivery.heard_of("b", 1610);
        assert_eq!(delivery.look(7000), None);
        assert_eq!((delivery.heard, delivery.unheard, delivery.missed_while_away), (1, 1, 1));
    }

    #[test]
    fn what_was_acknowledged_while_it_was_away_is_missed_or_replayed() {
        let mut delivery = Delivery::default();
        delivery.opened(0);
        delivery.acknowledged("on its way", 90);
        delivery.broke();
        delivery.acknowledged("a", 100);
        delivery.acknowledged("b", 200);
        delivery.opened(300);
        delivery.heard_of("a", 310);
        assert_eq!((delivery.missed_while_away, delivery.replayed, delivery.unheard), (3, 1, 0));
    }

    #[test]
    fn a_silence_at_the_end_stays_open() {
        let mut delivery = Delivery::default();
        delivery.opened(0);
        delivery.acknowledged("a", 1000);
        let silence = delivery.finish(9000).unwrap();
        assert_eq!((silence.length_ms, silence.open), (8000, true));
    }
}
