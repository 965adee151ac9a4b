//! Compose file → [`Project`]: pure, no Docker, no clock.

mod project;

pub use project::*;
