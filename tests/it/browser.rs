//! The browser of this machine, for what only one can tell. `UPGRADE_GATE_REQUIRE_BROWSER=1` makes a missing one a failure.

use std::path::Path;

/// Where Debian's package puts one.
const CHROMIUM: &str = "/usr/bin/chromium";

/// Its path, where it is installed; else a word about what is not run.
pub(crate) fn installed() -> Option<&'static str> {
    if Path::new(CHROMIUM).exists() {
        eprintln!("pages are looked at with {CHROMIUM}");
        return Some(CHROMIUM);
    }
    let required = std::env::var_os("UPGRADE_GATE_REQUIRE_BROWSER").is_some();
    assert!(!required, "{CHROMIUM} is missing: install Debian's package chromium");
    eprintln!("not run: there is no {CHROMIUM} to look at pages with");
    None
}
