//! What was seen of a cluster while it was rolled, as data, and what of it is not tolerated.
//!
//! A [`Route`] is a [`UserPath`] by one way: through the balancer, at one node, at the gate's own server. Whoever watches makes
//! [`Sample`]s; a [`GapFinder`] makes [`Stretch`]es of those that went wrong, and a [`Diary`] of what the run did meanwhile makes [`Gap`]s
//! of stretches. An [`Observation`] is all that, and [`judge`] compares it with a [`Tolerance`]. Nothing here asks, waits or knows
//! the time: the crate `watch` does.

mod activity;
mod diary;
mod figures;
mod gaps;
mod harm;
mod judge;
mod observation;
mod path;
mod sample;
mod slow_seconds;
mod slower;

pub use activity::{Activity, Chapter, Deed, Motion};
pub use diary::{Diary, Since};
pub use figures::{DeedFigure, Figure, Latencies, RouteFigures, Series, SocketFigures, Spread, StageFigure};
pub use gaps::{Culprit, Gap, GapFinder, HarmCount, Stretch, told};
pub use harm::Harm;
pub use judge::{Budget, Crossing, Downtime, Tolerance, downtimes, is_known, judge};
pub use observation::{NotWatched, Observation, Pulse};
pub use path::{Route, Through, UserPath};
pub use sample::{Sample, SampledAnswer};
pub use slower::{Slower, slower};
