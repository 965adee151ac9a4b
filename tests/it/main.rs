//! The integration tests, in one binary.

// `cfg(test)` tells clippy that all of a module is test code (unwrap, printing).
#[cfg(test)]
mod compose_config;
