//! What never changes in the answers of the products, as recorded: `templates.json`.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// Recorded answers, without the fields that the stand-in fills in.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Templates {
    /// A playbook.
    pub(super) playbook: Value,
    /// A run.
    pub(super) run: Value,
    /// The configuration of Calls that clients see.
    pub(super) calls_config: Value,
}

/// The recorded answers.
pub(super) static TEMPLATES: LazyLock<Templates> =
    // Part of the program and read by a test: it cannot fail where this runs.
    LazyLock::new(|| serde_json::from_str(include_str!("templates.json")).unwrap_or_default());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_answers_are_readable() {
        let templates: Templates = serde_json::from_str(include_str!("templates.json")).unwrap();
        assert_eq!(templates.run["current_status"], "InProgress");
        assert_eq!(templates.calls_config["GroupCallsAllowed"], true);
        assert_eq!(templates.playbook["public"], true);
    }
}
