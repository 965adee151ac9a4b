//! Tests of many rooms at once, and what such tests need: a fuzzer for the parsers of foreign text.

pub(crate) mod fuzz;
