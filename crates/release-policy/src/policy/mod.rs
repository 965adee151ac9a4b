//! What the vendor supports and what is known to fail, as data with sources: release lines and their days, the oldest
//! PostgreSQL of a release, and upgrades, and ways back from them, that do not work.
//!
//! One YAML file per kind beside this one, embedded and read once; docs/policy.md lists them. The data is as old as this build,
//! and nothing here has a clock: whether a line is supported is asked of a day, and what the data does not know is said to be
//! unknown, never to be wrong.

mod data;
mod databases;
mod known;
mod postgres;
mod release_lines;

pub use databases::{Minimum, Needs, Unmet, minimums};
pub use known::{DOWNGRADE, KnownFailure, between, known, no_way_back, no_ways_back};
pub use postgres::{major_of_environment, major_of_image, major_of_server};
pub use release_lines::{LineEnd, ReleaseLine, ended, newest, release_lines, release_lines_source};
