//! Random outages of known length, watched by the sampler and the tally together, in a time that nobody waits for.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use availability::{Harm, Route, SampledAnswer, Through, UserPath};
use basics::unpoisoned::lock;
use fuzz::Rng;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::rates::Rates;
use crate::sampler::{self, Beat};
use crate::tally::Tally;
use crate::tempo::Tempo;

const PATH: UserPath = UserPath::PingKept;

/// What a server does while it is out.
#[derive(Debug, Clone, Copy)]
enum Out {
    Fails(Harm),
    Hangs,
    Pauses,
}

/// A server that is out from one instant to another.
#[derive(Debug, Clone, Copy)]
struct Server {
    out: Out,
    from: Instant,
    until: Instant,
}

impl Server {
    async fn answer(self, usual: Duration) -> SampledAnswer {
        sleep(usual).await;
        let is_out = (self.from..self.until).contains(&Instant::now());
        let harm = match self.out {
            _ if !is_out => None,
            Out::Fails(harm) => Some(harm),
            Out::Hangs => std::future::pending().await,
            Out::Pauses => {
                sleep_until(self.until).await;
                None
            }
        };
        SampledAnswer { harm, ..SampledAnswer::default() }
    }
}

/// The length of the longest gap that is found, in milliseconds.
async fn measured(out: Out, length_ms: u64, dice: &mut Rng) -> u64 {
    let rates = Rates::default();
    let began = Instant::now();
    let from = began + Duration::from_millis(1000 + dice.number_below(1000));
    let server = Server { out, from, until: from + Duration::from_millis(length_ms) };
    let tally = Arc::<Mutex<Tally>>::default();
    let late = rates.late_on(PATH, &Through::Balancer);
    let late_us = u64::try_from(late.as_micros()).unwrap();
    let route = lock(&tally).open(Route { path: PATH, through: Through::Balancer }, 50, late_us);
    let beat = Beat {
        began,
        phase: Duration::from_millis(dice.number_below(50)),
        period: rates.period(PATH, &Through::Balancer),
        one_in_at_rest: 1,
        timeout: rates.timeout,
        in_flight: rates.in_flight,
    };
    let (end, ending) = watch::channel(false);
    let ask = |_| server.answer(Duration::from_millis(1 + dice.number_below(8)));
    let told = Arc::clone(&tally);
    let tempo = Tempo::default();
    let asking = sampler::run(beat, None, &tempo, ending, ask, move |sample| lock(&told).take(route, sample));
    let ended = async {
        sleep_until(server.until + Duration::from_secs(12)).await;
        end.send(true).unwrap();
    };
    tokio::join!(asking, ended);
    let (_, _, gaps) = std::mem::take(&mut *lock(&tally)).finish(u64::MAX);
    gaps.iter().map(|gap| gap.stretch.length_ms).max().unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn ninety_nine_of_a_hundred_outages_are_measured_to_a_tenth_of_a_second() {
    let mut dice = Rng::new(5392);
    let mut wrong = Vec::new();
    for number in 0..100 {
        let length_ms = [100, 300, 1000, 3000, 10_000][number % 5];
        let out = match dice.number_below(5) {
            0 => Out::Fails(Harm::Refused),
            1 => Out::Fails(Harm::Reset),
            2 => Out::Fails(Harm::Status(502)),
            3 => Out::Hangs,
            // What is answered late, but sooner than is called late, is no gap.
            _ if length_ms < 1000 => Out::Fails(Harm::Refused),
            _ => Out::Pauses,
        };
        let found = measured(out, length_ms, &mut dice).await;
        if found.abs_diff(length_ms) > 100 {
            wrong.push((number, out, length_ms, found));
        }
    }
    assert!(wrong.len() <= 1, "{wrong:?}");
}
