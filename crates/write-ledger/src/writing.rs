//! Writing in the background, at a pace that leaves the machine to others.

use std::time::Duration;

use ledger_findings::WriteTotals;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::MissedTickBehavior;

use crate::ledger::WriteLedger;

/// How fast is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WritePace {
    /// Writes begun in a second, at most.
    pub per_second: u32,
    /// Writes on their way at once, at most.
    pub at_once: usize,
}

impl Default for WritePace {
    /// Two thousand writes in a minute. A real server takes about 10 ms of one core for one, so that it is a sixth of two cores.
    fn default() -> Self {
        Self { per_second: 36, at_once: 6 }
    }
}

/// Writing that goes on until it is stopped, or dropped: then what is on its way is cut.
#[derive(Debug)]
pub struct Writing {
    ledger: WriteLedger,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl WriteLedger {
    /// Begins to write in the background.
    #[must_use]
    pub fn writing(&self, pace: WritePace) -> Writing {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(write_until(self.clone(), pace, stopped));
        Writing { ledger: self.clone(), stop: Some(stop), task }
    }
}

async fn write_until(ledger: WriteLedger, pace: WritePace, mut stopped: oneshot::Receiver<()>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / pace.per_second.max(1));
    // What could not be written in time is not made up for: that would be a load of its own.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
            _ = ticks.tick(), if under_way.len() < pace.at_once.max(1) => {
                if let Some(pick) = ledger.pick() {
                    let ledger = ledger.clone();
                    under_way.spawn(async move { ledger.make_and_enter(pick).await });
                }
            }
        }
    }
    while under_way.join_next().await.is_some() {}
}

impl Writing {
    /// Begins no more, waits for what is on its way, and gives the totals.
    pub async fn stop(mut self) -> WriteTotals {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // It can only be cut by dropping this, which nobody does meanwhile; its panic is nobody's here.
        let _ = (&mut self.task).await;
        self.ledger.totals()
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.task.abort();
    }
}
