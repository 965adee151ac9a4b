//! The sampler: requests at their instants, whatever became of those before (*open loop*).
//!
//! One that waited for its answers would ask less where answers are slow, and so leave out the worst of what users feel.

use std::collections::VecDeque;
use std::future::pending;
use std::time::Duration;

use availability::{Harm, Sample, SampledAnswer};
use futures_util::StreamExt as _;
use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout_at};

use crate::strain::Strain;
use crate::tempo::Tempo;

/// When requests are to be sent, and how long is waited for them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beat {
    /// The watch's start.
    pub(crate) began: Instant,
    /// From the start of sampling to the first request: routes have different ones, so that they do not all ask at once.
    pub(crate) phase: Duration,
    /// Between two requests.
    pub(crate) period: Duration,
    /// One in so many is sent while nothing moves.
    pub(crate) one_in_at_rest: u64,
    /// How long one may take.
    pub(crate) timeout: Duration,
    /// How many may be on their way; one more gives up the oldest.
    pub(crate) in_flight: usize,
}

/// How long requests that are on their way when the watch ends may still take.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Asks until `stop` says so, as far as the machine keeps pace, and tells every sample, each number once.
pub(crate) async fn run<Fut>(
    beat: Beat,
    strain: Option<&Strain>,
    tempo: &Tempo,
    mut stop: watch::Receiver<bool>,
    mut ask: impl FnMut(u64) -> Fut,
    mut tell: impl FnMut(Sample),
) where
    Fut: Future<Output = SampledAnswer>,
{
    // Ticks that were missed come at once, each with its own instant.
    let mut ticks = interval_at(Instant::now() + beat.phase, beat.period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut asked = FuturesUnordered::new();
    let mut oldest_first: VecDeque<(u64, AbortHandle)> = VecDeque::new();
    let mut number = 0;
    let mut instant = 0;
    loop {
        tokio::select! {
            at = ticks.tick() => {
                let is_asked = tempo.allows(instant, beat.one_in_at_rest);
                instant += 1;
                if !is_asked {
                    continue;
                }
                if strain.is_some_and(|strain| !strain.allows(at, oldest_first.len())) {
                    continue;
                }
                if oldest_first.len() >= beat.in_flight && let Some((_, oldest)) = oldest_first.front() {
                    oldest.abort();
                }
                let (give_up, given_up) = AbortHandle::new_pair();
                oldest_first.push_back((number, give_up));
                let answer = timeout_at(at + beat.timeout, Abortable::new(ask(number), given_up));
                let sample = async move {
                    let answer = match answer.await {
                        Ok(Ok(answer)) => answer,
                        Ok(Err(_)) | Err(_) => SampledAnswer { harm: Some(Harm::TimedOut), ..SampledAnswer::default() },
                    };
                    (at, sampled(beat.began, number, at, answer))
                };
                asked.push(sample);
                number += 1;
            }
            (_, sample) = next(&mut asked) => {
                oldest_first.retain(|(number, _)| *number != sample.number);
                tell(sample);
            }
            _ = stop.changed() => break,
        }
    }
    // What hangs when the watch ends is given up, and counts as what it is by then: nothing came in two seconds.
    let deadline = Instant::now() + LAST_ANSWERS;
    while !asked.is_empty() {
        match timeout_at(deadline, next(&mut asked)).await {
            Ok((_, sample)) => tell(sample),
            Err(_) => oldest_first.drain(..).for_each(|(_, request)| request.abort()),
        }
    }
}

/// The next answer; for ever where nothing is on its way.
async fn next<F: Future>(asked: &mut FuturesUnordered<F>) -> F::Output {
    match asked.next().await {
        Some(done) => done,
        None => pending().await,
    }
}

fn sampled(began: Instant, number: u64, at: Instant, answer: SampledAnswer) -> Sample {
    let micros = |span: Duration| u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
    Sample { number, at_ms: micros(at - began) / 1000, took_us: micros(at.elapsed()), answer }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    const EVERY: Duration = Duration::from_millis(50);

    fn beat() -> Beat {
        let began = Instant::now();
        Beat {
            began,
            phase: EVERY,
            period: EVERY,
            one_in_at_rest: 1,
            timeout: Duration::from_secs(10),
            in_flight: 256,
        }
    }

    /// What a sampler tells of a server for `length`, in a time that nobody waits for. `answer` says when it answers a request.
    async fn watched(beat: Beat, length: Duration, answer: impl Fn(u64) -> Option<Duration>) -> Vec<Sample> {
        let (end, stop) = watch::channel(false);
        let told = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&told);
        let ask = |number| {
            let takes = answer(number);
            async move {
                match takes {
                    Some(takes) => tokio::time::sleep(takes).await,
                    None => pending().await,
                }
                SampledAnswer::default()
            }
        };
        let tempo = Tempo::default();
        let asking = run(beat, None, &tempo, stop, ask, move |sample| kept.lock().unwrap().push(sample));
        let ending = async {
            tokio::time::sleep(length).await;
            end.send(true).unwrap();
        };
        tokio::join!(asking, ending);
        let mut told = std::mem::take(&mut *told.lock().unwrap());
        told.sort_by_key(|sample| sample.number);
        told
    }

    #[tokio::test(start_paused = true)]
    async fn late_answers_do_not_delay_the_requests_after_them() {
        let slow = |_| Some(Duration::from_secs(3));
        let told = watched(beat(), Duration::from_millis(1025), slow).await;
        let at: Vec<u64> = told.iter().map(|sample| sample.at_ms).collect();
        assert_eq!(at, (1..=20).map(|n| n * 50).collect::<Vec<_>>());
        // The last ones are given up when the watch has ended.
        assert!(told.iter().all(|sample| sample.answer.harm.is_some() || sample.took_us >= 2_000_000));
    }

    #[tokio::test(start_paused = true)]
    async fn what_gets_no_answer_fails_after_the_time_out() {
        let told = watched(beat(), Duration::from_secs(15), |number| {
            (number != 3).then_some(Duration::from_millis(2))
        })
        .await;
        assert_eq!(told[3].answer.harm, Some(Harm::TimedOut));
        assert_eq!(told[3].took_us / 1000, 10_000);
        assert_eq!(told.iter().filter(|sample| sample.answer.harm.is_some()).count(), 1);
        assert!(told.iter().enumerate().all(|(n, sample)| sample.number == n as u64), "each number once");
    }

    #[tokio::test(start_paused = true)]
    async fn when_too_many_are_on_their_way_the_oldest_is_given_up_and_the_end_of_the_outage_is_seen() {
        let beat = Beat { in_flight: 10, ..beat() };
        // No answers to what is asked within the first two seconds.
        let told = watched(beat, Duration::from_secs(4), |number| {
            (number >= 40).then_some(Duration::from_millis(2))
        })
        .await;
        assert!(told[..40].iter().all(|sample| sample.answer.harm == Some(Harm::TimedOut)));
        assert!(told[40..].iter().all(|sample| sample.answer.harm.is_none() && sample.took_us < 10_000));
        assert_eq!(told[0].took_us / 1000, 500);
    }
}
