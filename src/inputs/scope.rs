//! Inputs that are for one kind of cluster, where the cluster is of the other kind.

use super::attached::ClusterOrigin;
use super::problems::Problems;
use super::row::{InputKind, InputRow, Scope, Value};
use crate::shown::Shown;

/// Names those that are given and have no effect.
pub(super) fn judge(values: &[(&InputRow, Value<'_>)], origin: ClusterOrigin, problems: &mut Problems) {
    let (foreign, wrong, remedy) = match origin {
        ClusterOrigin::Attached => (
            Scope::Built,
            "is for clusters that the gate builds",
            "Leave it out: an attached cluster is taken as it is.",
        ),
        ClusterOrigin::Built => (
            Scope::Attached,
            "is for an attached cluster",
            "Write cluster: attached as well, or leave it out.",
        ),
        ClusterOrigin::Unknown => return,
    };
    for (row, value) in values.iter().filter(|(row, value)| row.scope == foreign && is_given(row, *value)) {
        problems.add(row.name, shown(row, *value), wrong, remedy);
    }
}

/// Whether it says more than nothing says.
pub(super) fn is_given(row: &InputRow, value: Value<'_>) -> bool {
    match value {
        Value::Secret(secret) => secret.is_some(),
        Value::Text(text) if row.kind == InputKind::Truth => text == "true",
        Value::Text(text) => !text.trim().is_empty() && text != row.default,
    }
}

/// What of it may be repeated: passwords go into variables, and logins into addresses and commands.
fn shown(row: &InputRow, value: Value<'_>) -> Shown {
    match value {
        Value::Text(text) if row.scope == Scope::Built && row.kind != InputKind::Variables => {
            Shown::plain(text)
        }
        Value::Text(_) | Value::Secret(_) => Shown::nothing(),
    }
}
