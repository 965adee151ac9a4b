//! Empty counts as not given: GitHub passes every input that a workflow leaves out as an empty string.

/// Trims values, and gives the empty ones their defaults.
pub(super) fn settle<const N: usize>(values: [(&mut String, &str); N]) {
    for (value, default) in values {
        *value = value.trim().to_owned();
        if value.is_empty() {
            default.clone_into(value);
        }
    }
}
