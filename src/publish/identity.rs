//! `identity.json` in the report folder: which run its reports are of, for Mattermost's Test System IO (docs/mattermost-tools.md).

use std::path::Path;

use super::output::print;
use crate::github::{ReportIdentity, WorkflowContext};

/// One line, so that a step can hand it on as an output.
pub(crate) const IDENTITY_FILE: &str = "identity.json";
/// What a report is called whose upgrade is not known.
const NAME: &str = "upgrade-gate";

/// Leaves the file there, where a run of GitHub's is known. The report is called as its commit status is, so that the
/// upgrades of a matrix are reports of their own.
pub(crate) fn leave(context: &WorkflowContext, status_context: Option<&str>, report_dir: &Path) {
    let name = status_context.and_then(|name| name.split_once('/')).map_or(NAME, |(_, name)| name);
    let Some(identity) = ReportIdentity::of(context, name) else { return };
    let text = serde_json::to_string(&identity).map_err(|error| error.to_string());
    let written = text.and_then(|text| {
        std::fs::write(report_dir.join(IDENTITY_FILE), text + "\n").map_err(|error| error.to_string())
    });
    if let Err(error) = written {
        print(&format!(
            "note: Test System IO can't be told which run this is: {IDENTITY_FILE} can't be written: {error}"
        ));
    }
}
