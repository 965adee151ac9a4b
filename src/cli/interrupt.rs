//! SIGINT and SIGTERM: the first asks for an orderly end. As PID 1 of a container nothing else would end us.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for the signals that ask us to stop.
#[derive(Debug)]
pub(super) struct Interrupts {
    int: Signal,
    term: Signal,
}

impl Interrupts {
    /// Takes the signals over from their defaults.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self { int: signal(SignalKind::interrupt())?, term: signal(SignalKind::terminate())? })
    }

    /// The name of the next signal.
    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.int.recv() => "SIGINT",
            _ = self.term.recv() => "SIGTERM",
        }
    }

    /// Does `work` to its end whatever signals come meanwhile; each one is told.
    pub(super) async fn through<T>(
        &mut self,
        work: impl Future<Output = T>,
        mut told: impl FnMut(&'static str),
    ) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                signal = self.next() => told(signal),
            }
        }
    }
}
