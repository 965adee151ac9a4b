//! What users would have felt while a cluster was rolled: checks before and after cannot see what happens in between.
//!
//! A [`Watch`] asks what users ask all day, many times a second, through the balancer and at each node, and holds websockets. The
//! run tells it what it is doing ([`Watch::mark`], [`Watch::stage`]), and gets an [`Observation`] at the end: how fast each
//! [`Route`] was, its [`Gap`]s with their length, kind and what was being done, and what websockets missed. [`judge`] compares that
//! with a [`Tolerance`].
//!
//! Three things make it honest. It asks at fixed instants whether or not earlier requests were answered, and counts from
//! these instants ([`sampler`]). It asks a server in its own process in the same way: what stalls there too is the machine, and not
//! the release ([`control`]), and where the machine cannot keep pace it asks less ([`strain`]), as it does where
//! nothing moves ([`tempo`]). And it compares a roll with one from a version to itself, where the run made one ([`judge`]).
//!
//! Nothing that grows with the number of requests is kept: histograms, bounded series, and gaps instead of failures.

mod asking;
mod control;
mod files;
mod ground;
mod places;
mod rates;
mod routes;
mod sampler;
mod setup;
mod sockets;
mod strain;
mod tally;
mod tempo;
#[cfg(test)]
mod tests;
mod watch;

pub use rates::Rates;
pub use setup::{Setup, WatchLogin};
pub use watch::Watch;

#[cfg(doc)]
use availability::{Gap, Observation, Route, judge};
