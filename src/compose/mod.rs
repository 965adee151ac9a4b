//! Compose file → [`Project`]: pure, no Docker, no clock, no environment.
//!
//! ```text
//! files ──► YAML tree ──► interpolate ──► extends ──► merge ──► one tree ──► service, networks, … ──► consistency ──► Project
//!           (per file)    (values only)   (same file)  (a, then b on top)     (one file per family of keys)
//! ```
//! Two rules hold everywhere. A key that is not carried out is a [`Problem`], never silently dropped: a gate that runs a
//! different cluster from the one in the file proves nothing. And all problems are collected, so that a file is repaired in one
//! round. [`load`] reads the disk; [`parse`] is pure and asks [`Files`] for the files that a compose file names.

mod assemble;
mod command;
mod consistency;
mod depends_on;
mod deploy;
mod dotenv;
mod environment;
mod extends;
mod files;
mod healthcheck;
mod interpolate;
mod limits;
mod load;
mod masked;
mod merge;
mod networks;
mod node;
mod numbers;
mod once;
mod parse;
mod place;
mod ports;
mod problem;
mod project;
mod service;
mod source;
mod tags;
mod telling;
mod timestamp;
mod units;
mod unsupported;
mod volumes;
mod waves;
mod yaml;

pub use load::load;
pub use masked::masked;
pub use parse::parse;
pub use problem::{Problem, Problems};
pub use project::*;
pub use source::{DiskFiles, Files, MemoryFiles, Parsed, Source};
