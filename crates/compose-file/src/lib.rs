//! Compose file → [`Project`]: pure, no Docker, no clock, no environment.
//!
//! ```text
//! files ──► YAML tree ──► interpolate ──► include ──► extends ──► merge ──► one tree ──► service, networks, … ──► consistency ──► Project
//!           (per file)    (values only)  (further files, through `Files`)  (a, then b on top)     (one file per family of keys)
//! ```
//! Three rules hold everywhere. No key is silently dropped: one that has no effect on what is verified is a warning, and one that
//! would have is a [`FileProblem`], since a gate that runs a different cluster from the one in the file proves nothing. All problems
//! are collected, so that a file is repaired in one round. And everything has a limit (`bounds.rs`). [`load`] reads the disk;
//! [`parse`] is pure and asks [`Files`] for the files that a compose file names.

mod assemble;
mod bounds;
mod command;
mod consistency;
mod depends_on;
mod deploy;
mod dotenv;
mod environment;
mod extends;
mod files;
mod followed;
mod gather;
mod healthcheck;
mod include;
mod interpolate;
mod kinds;
mod label_file;
mod limits;
mod load;
mod masked;
mod merge;
mod namespaces;
mod nesting;
mod networks;
mod node;
mod numbers;
mod once;
mod parse;
mod place;
mod ports;
mod problem;
mod profiles;
mod project;
mod rawenv;
mod roots;
mod service;
mod source;
mod tags;
mod telling;
mod timestamp;
mod tree;
mod units;
mod unsupported;
mod volumes;
mod waves;
mod whence;
mod yaml;

pub use load::load;
pub use masked::masked;
pub use parse::parse;
pub use problem::{FileProblem, FileProblems};
pub use project::*;
pub use source::{DiskFiles, Files, MemorySource, Off, Parsed, Source};
