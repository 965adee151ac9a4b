//! Tests of many rooms at once.

mod fuzzed;
