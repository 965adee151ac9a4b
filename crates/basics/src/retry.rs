//! Waiting on a condition: ask, wait a little, ask again, until a deadline; the last reason is kept.

use std::time::Duration;

use tokio::time::Instant;

/// Asks until the answer is `Ok`, at most until `deadline`; returns the last reason when time is up.
///
/// The pause grows from 20 ms to 250 ms: short waits stay short, long ones do not load the server.
///
/// # Errors
/// The reason that the last attempt gave.
pub async fn until<T, E, F, Fut>(deadline: Instant, mut ask: F) -> Result<T, E>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, E>>,
{
    let mut pause = Duration::from_millis(20);
    loop {
        let reason = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(reason) => reason,
        };
        if Instant::now() + pause >= deadline {
            return Err(reason);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_millis(250));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test]
    async fn it_asks_again_until_the_answer_is_there() {
        let asked = Cell::new(0);
        let deadline = Instant::now() + Duration::from_secs(5);
        let answer = until(deadline, || async {
            asked.set(asked.get() + 1);
            if asked.get() < 4 { Err("not yet") } else { Ok(asked.get()) }
        })
        .await;
        assert_eq!(answer, Ok(4));
    }

    #[tokio::test]
    async fn it_keeps_the_last_reason_when_time_is_up() {
        let asked = Cell::new(0);
        let deadline = Instant::now() + Duration::from_millis(200);
        let answer: Result<(), String> = until(deadline, || async {
            asked.set(asked.get() + 1);
            Err(format!("attempt {}", asked.get()))
        })
        .await;
        assert_eq!(answer, Err(format!("attempt {}", asked.get())));
        assert!(asked.get() > 1);
    }
}
