//! What was seen in numbers: how many requests, how fast, how many of them failed, and what websockets heard.

mod latencies;
mod route_figures;
mod series;
mod socket_figures;

pub use latencies::Latencies;
pub use route_figures::{DeedFigure, Figure, RouteFigures, Spread, StageFigure};
pub use series::Series;
pub use socket_figures::SocketFigures;
