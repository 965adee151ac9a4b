//! Gaps: stretches of time in which a path did not do what it should, found in a stream of samples.
//!
//! The [`GapFinder`] is pure: samples of one route go in, in the order of their intended instants, and [`Stretch`]es come out. It has no
//! clock and knows nothing of a roll. What the run did meanwhile makes a [`Gap`] of a stretch ([`gap`]).

mod answers;
mod finder;
mod gap;
mod stretch;

pub use finder::GapFinder;
pub use gap::told;
pub use gap::{Culprit, Gap};
pub use stretch::{HarmCount, Stretch};
