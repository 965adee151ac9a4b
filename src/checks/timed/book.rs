//! What is due when, whether it must be there by now, and whether it came as it should.

use std::time::Duration;

use tokio::time::Instant;

use crate::checks::prelude::*;

/// How much earlier than it should something may come: the clocks of servers are not one.
const SKEW: i64 = 2000;
/// How long before a look nothing is set for it any more.
const HASTE: i64 = 1500;

/// The servers' clock, in milliseconds, and when they look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// What it was when this run of the check began; all nodes were up then.
    pub(super) began: i64,
    /// When that was.
    pub(super) at: Instant,
    /// They look at full multiples of it.
    pub(super) every: i64,
    /// Whether one of them looks for all, and another one takes over when it is replaced.
    pub(super) led: bool,
}

impl Clock {
    pub(super) fn now(&self) -> i64 {
        self.began + i64::try_from(self.at.elapsed().as_millis()).unwrap_or(i64::MAX / 2)
    }

    /// The `n`-th look from when the run of the check began, counted from 1.
    pub(super) fn look(&self, n: i64) -> i64 {
        ((self.began + HASTE) / self.every + n) * self.every
    }

    /// The next look from now.
    pub(super) fn next(&self) -> i64 {
        (self.now() / self.every + 1) * self.every
    }

    pub(super) fn until(&self, look: i64) -> Duration {
        Duration::from_millis(u64::try_from(look - self.now()).unwrap_or_default())
    }
}

/// What is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Reminder,
    Message,
}

/// Something that is to come at a time.
#[derive(Debug, Clone)]
pub(super) struct Timed {
    pub(super) kind: Kind,
    /// What it is found by: the message that somebody is reminded of, or the text that is sent.
    pub(super) mark: String,
    /// The scheduled message's own id.
    pub(super) id: String,
    /// The look at which it is due, in milliseconds.
    pub(super) due: i64,
    /// The node that it was set through.
    pub(super) node: String,
    /// The same in words, and when.
    pub(super) set: String,
}

impl Timed {
    /// Whether it must be there once the servers looked at `now`. Where one looks for all, that one may just have been replaced, unless
    /// the look came while this run of the check went on: then it is the next one's.
    pub(super) fn must_be_there(&self, clock: &Clock, now: i64) -> bool {
        now >= self.due && (!clock.led || self.due >= clock.began || now >= self.due + clock.every)
    }

    /// How often it came.
    pub(super) fn count(&self, came: &[Arrival]) -> usize {
        self.arrivals(came).count()
    }

    fn arrivals<'a>(&'a self, came: &'a [Arrival]) -> impl Iterator<Item = &'a Arrival> + 'a {
        came.iter().filter(|one| one.kind == self.kind && one.mark == self.mark)
    }

    fn words(&self) -> String {
        let what = match self.kind {
            Kind::Reminder => "a reminder of the message",
            Kind::Message => "the scheduled message",
        };
        format!("{what} \"{}\", set through {}", self.mark, self.set)
    }

    pub(super) fn missing(&self) -> StepError {
        StepError::failed_at(&self.node, self.words(), "none, though the servers looked for what is due")
    }
}

/// Something that came.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    kind: Kind,
    mark: String,
    at: i64,
}

impl Arrival {
    /// A message as either; one of neither is found by nobody.
    pub(super) fn read(post: &Value) -> Option<Self> {
        let at = post["create_at"].as_i64()?;
        let (kind, mark) = match post["props"]["post_id"].as_str() {
            Some(about) => (Kind::Reminder, about),
            None => (Kind::Message, post["message"].as_str()?),
        };
        Some(Self { kind, mark: mark.to_owned(), at })
    }
}

/// Whether nothing came more than once, or before its time.
///
/// # Errors
/// The first that did.
pub(super) fn came_once(book: &[Timed], came: &[Arrival]) -> Result<(), StepError> {
    for one in book {
        let times: Vec<i64> = one.arrivals(came).map(|arrival| arrival.at).collect();
        if times.len() > 1 {
            let expected = format!("{}, once", one.words());
            return Err(StepError::failed_at(&one.node, expected, format!("{} times", times.len())));
        }
        // It was set for a second before the look.
        if let Some(early) = times.iter().map(|at| one.due - 1000 - at).find(|early| *early > SKEW) {
            let expected = format!("{}, at its time", one.words());
            return Err(StepError::failed_at(&one.node, expected, format!("{} s before it", early / 1000)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;

    const EVERY: i64 = 300_000;

    fn clock(began: i64, led: bool) -> Clock {
        Clock { began, at: Instant::now(), every: EVERY, led }
    }

    fn timed(kind: Kind, mark: &str, due: i64) -> Timed {
        let (id, node, set) = (String::new(), "node1".into(), "node1 (11.6.0) in stable".into());
        Timed { kind, mark: mark.into(), id, due, node, set }
    }

    #[test]
    fn what_is_set_just_before_a_look_is_for_the_next_one() {
        assert_eq!(clock(10 * EVERY, true).look(1), 11 * EVERY);
        assert_eq!(clock(11 * EVERY - 1000, true).look(1), 12 * EVERY);
        assert_eq!(clock(10 * EVERY + 5, true).look(3), 13 * EVERY);
    }

    #[test]
    fn where_one_looks_for_all_a_look_counts_that_no_replacement_can_have_hit() {
        let one = timed(Kind::Reminder, "p", 10 * EVERY);
        let must = |began, led, now| one.must_be_there(&clock(began, led), now);
        assert!(!must(9 * EVERY, true, 10 * EVERY - 1), "nobody looked yet");
        assert!(must(9 * EVERY, true, 10 * EVERY), "the look was while the check ran");
        assert!(!must(10 * EVERY + 1, true, 11 * EVERY - 1), "the leader may have been replaced then");
        assert!(must(10 * EVERY + 1, true, 11 * EVERY), "the new one looked");
        assert!(must(10 * EVERY + 1, false, 10 * EVERY + 2), "every node looks, and one was always up");
    }

    #[test]
    fn twice_and_too_early_are_told_with_who_set_it() {
        let post = |props: Value, at: i64| {
            Arrival::read(&json!({"create_at": at, "message": "later", "props": props})).unwrap()
        };
        let reminder = |at| post(json!({"post_id": "p"}), at);
        let book = [timed(Kind::Reminder, "p", EVERY), timed(Kind::Message, "later", EVERY)];
        let why = |came: &[Arrival]| match came_once(&book, came).map_err(StepError::into_outcome) {
            Ok(()) => "fine".to_owned(),
            Err(Outcome::Failed(failure)) => format!("{} / {}", failure.expected, failure.got),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(why(&[reminder(EVERY + 40), post(json!({}), EVERY - 900)]), "fine");
        insta::assert_snapshot!(
            why(&[reminder(EVERY), reminder(2 * EVERY)]),
            @r#"a reminder of the message "p", set through node1 (11.6.0) in stable, once / 2 times"#
        );
        insta::assert_snapshot!(
            why(&[post(json!({}), EVERY - 61_000)]),
            @r#"the scheduled message "later", set through node1 (11.6.0) in stable, at its time / 60 s before it"#
        );
    }
}
