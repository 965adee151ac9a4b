//! SIGINT and SIGTERM: the first asks for an orderly end. As PID 1 of a container nothing else would end us.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for the signals that ask us to stop.
#[derive(Debug)]
pub struct Interrupts(Option<(Signal, Signal)>);

impl Interrupts {
    /// Takes the signals over from their defaults.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self(Some((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))))
    }

    /// Leaves the signals to their defaults: for a run that is one of several in its process.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// The name of the next signal.
    pub(crate) async fn next(&mut self) -> &'static str {
        let Some((int, term)) = &mut self.0 else { return std::future::pending().await };
        tokio::select! {
            _ = int.recv() => "SIGINT",
            _ = term.recv() => "SIGTERM",
        }
    }

    /// Does `work` to its end whatever signals come meanwhile; each one is told.
    pub(crate) async fn through<T>(
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
