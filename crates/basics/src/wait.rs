//! Waiting on a condition, in one place: look, pause, look again, until it is there, can never be, or time is up.
//!
//! Whoever waits says what it saw last, so every wait that ends badly can tell it. Nothing else in the house sleeps.

use std::time::Duration;

use tokio::time::Instant;

/// What one look saw.
#[derive(Debug, PartialEq, Eq)]
pub enum WaitProgress<T, W, N> {
    /// What is waited for.
    There(T),
    /// Not yet, for this reason.
    OnTheWay(W),
    /// It cannot come any more, for this reason.
    Never(N),
}

/// Why a wait ended without what was waited for.
#[derive(Debug, PartialEq, Eq)]
pub enum Missed<W, N> {
    /// Time was up; this was the last reason.
    TimeUp(W),
    /// It cannot come any more.
    Never(N),
}

impl<E> Missed<E, E> {
    /// The reason, where both ends have the same kind.
    pub fn reason(self) -> E {
        match self {
            Self::TimeUp(reason) | Self::Never(reason) => reason,
        }
    }
}

/// How long the pauses between two looks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitPace {
    first: Duration,
    longest: Duration,
}

impl WaitPace {
    /// From 20 ms to 250 ms: short waits stay short, long ones do not load what is looked at.
    pub const GROWING: Self = Self::growing(Duration::from_millis(20), Duration::from_millis(250));

    /// Pauses that grow by half each time.
    #[must_use]
    pub const fn growing(first: Duration, longest: Duration) -> Self {
        Self { first, longest }
    }

    /// Pauses of one length.
    #[must_use]
    pub const fn steady(pause: Duration) -> Self {
        Self { first: pause, longest: pause }
    }
}

/// Looks until something is there, or can never be, or `deadline` has passed. The last look is at the deadline.
///
/// # Errors
/// Why it is not there.
pub async fn until<T, W, N, F, Fut>(deadline: Instant, pace: WaitPace, mut look: F) -> Result<T, Missed<W, N>>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = WaitProgress<T, W, N>>,
{
    let mut pause = pace.first;
    loop {
        match look().await {
            WaitProgress::There(found) => return Ok(found),
            WaitProgress::Never(reason) => return Err(Missed::Never(reason)),
            WaitProgress::OnTheWay(reason) if Instant::now() >= deadline => {
                return Err(Missed::TimeUp(reason));
            }
            WaitProgress::OnTheWay(_) => tokio::time::sleep_until(deadline.min(Instant::now() + pause)).await,
        }
        pause = (pause * 3 / 2).min(pace.longest);
    }
}

/// Looks until something is there, however long that takes: for a process that has nothing else to do.
pub async fn as_long_as_it_takes<T, F, Fut>(pause: Duration, mut look: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    loop {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(pause).await;
    }
}

/// Asks until the answer is `Ok`, at most until `deadline`.
///
/// # Errors
/// The reason that the last attempt gave.
pub async fn until_ok<T, E, F, Fut>(deadline: Instant, mut ask: F) -> Result<T, E>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    let look = || {
        let answer = ask();
        async { answer.await.map_or_else(WaitProgress::OnTheWay, WaitProgress::There) }
    };
    until(deadline, WaitPace::GROWING, look).await.map_err(Missed::<E, E>::reason)
}

/// Tries, and tries again after the pause that `again` names for a failure and the number of tries so far, if it names one.
///
/// # Errors
/// The last failure.
pub async fn tries<T, E, F, Fut>(
    mut attempt: F,
    mut again: impl FnMut(&E, u32) -> Option<Duration>,
) -> Result<T, E>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    let mut tried = 0;
    loop {
        let failure = match attempt().await {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        tried += 1;
        let Some(pause) = again(&failure, tried) else { return Err(failure) };
        tokio::time::sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn soon(after: Duration) -> Instant {
        Instant::now() + after
    }

    #[tokio::test]
    async fn it_asks_again_until_the_answer_is_there() {
        let asked = Cell::new(0);
        let answer = until_ok(soon(Duration::from_secs(5)), || async {
            asked.set(asked.get() + 1);
            if asked.get() < 4 { Err("not yet") } else { Ok(asked.get()) }
        })
        .await;
        assert_eq!(answer, Ok(4));
    }

    #[tokio::test]
    async fn it_keeps_the_last_reason_when_time_is_up() {
        let asked = Cell::new(0);
        let answer: Result<(), String> = until_ok(soon(Duration::from_millis(200)), || async {
            asked.set(asked.get() + 1);
            Err(format!("attempt {}", asked.get()))
        })
        .await;
        assert_eq!(answer, Err(format!("attempt {}", asked.get())));
        assert!(asked.get() > 1);
    }

    #[tokio::test]
    async fn what_can_never_be_is_not_waited_for() {
        let looked = Cell::new(0);
        let look = || async {
            looked.set(looked.get() + 1);
            if looked.get() < 3 {
                WaitProgress::<(), _, _>::OnTheWay("starting")
            } else {
                WaitProgress::Never("dead")
            }
        };
        assert_eq!(
            until(soon(Duration::from_secs(60)), WaitPace::GROWING, look).await,
            Err(Missed::Never("dead"))
        );
    }

    #[tokio::test]
    async fn a_deadline_that_has_passed_still_allows_one_look() {
        let look = || async { WaitProgress::<_, (), ()>::There(7) };
        assert_eq!(until(Instant::now(), WaitPace::steady(Duration::from_secs(9)), look).await, Ok(7));
    }

    #[tokio::test]
    async fn only_a_failure_that_may_pass_is_tried_again() {
        let tried = Cell::new(0);
        let attempt = || async {
            tried.set(tried.get() + 1);
            Err::<(), _>(if tried.get() < 3 { "busy" } else { "refused" })
        };
        let again = |error: &&str, _| (*error == "busy").then_some(Duration::ZERO);
        assert_eq!(tries(attempt, again).await, Err("refused"));
        assert_eq!(tried.get(), 3);
    }
}
