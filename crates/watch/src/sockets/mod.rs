//! Websockets that are held: how long they were gone, and what they missed.
//!
//! [`Continuity`] reads the numbers of events and [`Delivery`] compares events with posts that were acknowledged; both are pure.
//! A [`lifeline`] holds one websocket and opens it again whenever it breaks.

mod continuity;
mod delivery;
mod desk;
mod lifeline;
#[cfg(test)]
mod tests;

pub(crate) use desk::Desks;
pub(crate) use lifeline::{Book, hold};
