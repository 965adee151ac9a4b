//! After the run: outputs, step summary and the pull request's comment. Nothing here changes the verdict.

use std::path::Path;

use secrecy::ExposeSecret as _;

use super::conduct::Ending;
use super::say;
use crate::inputs::{Inputs, Surroundings};

/// Tells the runner what it must never show, before anything else is printed.
pub(super) fn mask(secrets: &[String]) {
    let mut out = std::io::stdout().lock();
    for secret in secrets {
        let _ = crate::github::commands::add_mask(&mut out, secret);
    }
}

/// Publishes where the surroundings are GitHub's; elsewhere the report folder is all.
pub(super) async fn publish(_ending: &Ending, _inputs: &Inputs, _report_dir: &Path, _surroundings: &Surroundings) {
    // filled in with the github room
}
