//! Commands in a plan: they may hold a token, and whoever reads the plan learns that there is one.

use serde::Serializer;

pub(super) fn unshown<S: Serializer>(_: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("given, not shown")
}

pub(super) fn unshown_if_given<S: Serializer>(
    command: &Option<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match command {
        Some(command) => unshown(command, serializer),
        None => serializer.serialize_none(),
    }
}
