//! `report --open`: shows the page of a report folder in whatever the desktop shows pages with.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::inputs::{Problems, own_variables};
use crate::publish::print;
use crate::report::PAGE;
use crate::shown::Shown;
use crate::verdict::ExitCode;

/// What opens a page, and the words before its path.
const OPENER: (&str, &[&str]) = if cfg!(target_os = "macos") {
    ("open", &[])
} else if cfg!(windows) {
    // The empty word is the title of the window.
    ("cmd", &["/C", "start", ""])
} else {
    ("xdg-open", &[])
};

/// The page of this report folder, from the root: no program takes such a path for a flag.
pub(super) fn page(dir: &Path) -> Result<PathBuf, Problems> {
    let page = dir.canonicalize().unwrap_or_else(|_| dir.to_owned()).join(PAGE);
    if page.symlink_metadata().is_ok_and(|there| there.is_file()) {
        return Ok(page);
    }
    let remedy = "Give the folder that a run wrote its reports to; `report --from DIR --report-dir OTHER` makes those of this version \
                  anew from its record.json.";
    let wrong = format!("has no {PAGE}");
    Err(Problems::of("from", Shown::plain(&dir.display().to_string()), wrong, remedy))
}

pub(super) async fn open(dir: &Path) -> anyhow::Result<ExitCode> {
    let page = page(dir)?;
    let (opener, words) = OPENER;
    let mut call = Command::new(opener);
    call.args(words).arg(&page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for variable in own_variables() {
        call.env_remove(variable);
    }
    let why = match call.status().await {
        Ok(ended) if ended.success() => {
            print(&format!("opened {}", page.display()));
            return Ok(ExitCode::PASSED);
        }
        Ok(ended) => format!("{opener} ended with {ended}"),
        Err(error) => format!("{opener} cannot be started: {error}"),
    };
    print(&format!(
        "{} is there and cannot be shown: {why}. Open it yourself, or have it served: upgrade-gate report --from DIR --serve",
        page.display()
    ));
    Ok(ExitCode::ENVIRONMENT)
}
