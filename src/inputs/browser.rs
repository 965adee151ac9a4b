//! The input that has pages looked at: a browser of this machine, asked what it is before anything is created.

use std::path::Path;

use chromium::Program;

use super::problems::Problems;
use super::row::family;
use crate::shown::Shown;

family! {
    /// What pages are looked at with, as given.
    BrowserInputs, "Checks";
    /// Path of a Chromium or a Chrome on this machine: it looks at the login page, a channel and each product, without a window. Without one the check `look` does not apply.
    browser: String = "browser" "FILE", Line, Any, "";
}

impl BrowserInputs {
    /// The browser, if one was given.
    pub(super) fn judge(&self, problems: &mut Problems) -> Option<Program> {
        if self.browser.is_empty() {
            return None;
        }
        let wrong = match Program::at(Path::new(&self.browser)) {
            Ok(program) => return Some(program),
            Err(wrong) => wrong,
        };
        let usual = Program::of_a_package().filter(|usual| *usual != Path::new(&self.browser));
        let usual = usual.unwrap_or(Path::new("/usr/bin/chromium"));
        let remedy = format!(
            "Write the path of a Chromium or a Chrome, such as {}, or leave it out: then no page is looked at.",
            usual.display()
        );
        problems.add("browser", Shown::plain(&self.browser), wrong, remedy);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(path: &str) -> (Option<Program>, String) {
        let mut problems = Problems::default();
        let program = BrowserInputs { browser: path.into() }.judge(&mut problems);
        (program, problems.to_string())
    }

    #[test]
    fn what_is_no_browser_is_told_with_what_to_write() {
        let mut problems = Problems::default();
        assert!(
            BrowserInputs { browser: String::new() }.judge(&mut problems).is_none() && problems.is_empty()
        );
        let (program, told) = judged("/no/such/browser");
        assert!(
            program.is_none() && told.contains("browser: \"/no/such/browser\" is not there. Write the path"),
            "{told}"
        );
        let (program, told) = judged("/bin/true");
        assert!(
            program.is_none() && told.contains("answers --version as no Chromium or Chrome does"),
            "{told}"
        );
    }
}
