//! A real browser on pages of our own.

// `cfg(test)` tells clippy that all of a module is test code (unwrap, printing).
#[cfg(test)]
mod real;
