//! What is read from compose files, beside what compose itself reads from them.

#![recursion_limit = "256"]

// `cfg(test)` tells clippy that all of a module is test code (unwrap, printing).
#[cfg(test)]
mod compose_config;
#[cfg(test)]
mod compose_messages;
#[cfg(test)]
mod compose_oracle;
#[cfg(test)]
mod compose_words;
