//! The inputs that have pages looked at: a browser of this machine, asked what it is before anything is created, or one of an image.

use std::path::Path;

use chromium::Program;
use serde::{Deserialize, Serialize};

use super::images::judge_image;
use super::problems::Problems;
use super::row::family;
use crate::shown::Shown;

family! {
    /// What pages are looked at with, as given.
    BrowserInputs, "Checks";
    /// Path of a Chromium or a Chrome on this machine: it looks at the login page, a channel and each product, without a window. Without one, and without `browser-image`, the check `look` does not apply.
    browser: String = "browser" "FILE", Line, Any, "";
    /// Image with a Chromium or a Chrome in it, such as one of Playwright's: it looks from the cluster's network, in place of `browser`.
    browser_image: String = "browser-image" "IMAGE", Text, Built, "";
}

/// What pages are looked at with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BrowserPlan {
    /// A program of this machine.
    Here(Program),
    /// The one of an image, in a container on the cluster's network.
    Beside {
        /// The image; where it has its browser is asked of it when it is there.
        image: String,
    },
}

impl BrowserPlan {
    /// The check that looks.
    pub const CHECK: &str = "look";

    /// Its image, if it is in one.
    #[must_use]
    pub fn image(&self) -> Option<&str> {
        match self {
            Self::Here(_) => None,
            Self::Beside { image } => Some(image),
        }
    }
}

impl BrowserInputs {
    /// The browser, if one was given.
    pub(super) fn judge(&self, problems: &mut Problems) -> Option<BrowserPlan> {
        let image = &self.browser_image;
        if !image.is_empty() {
            judge_image("browser-image", Shown::plain(image), "", image, problems);
            if !self.browser.is_empty() {
                let wrong = "is given beside browser, and pages are looked at with one of them";
                let remedy =
                    "Leave one out: browser is a program of this machine, browser-image brings its own.";
                problems.add("browser-image", Shown::plain(image), wrong, remedy);
            }
        }
        let here = self.judge_program(problems).map(BrowserPlan::Here);
        here.or_else(|| (!image.is_empty()).then(|| BrowserPlan::Beside { image: image.clone() }))
    }

    fn judge_program(&self, problems: &mut Problems) -> Option<Program> {
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
            "Write the path of a Chromium or a Chrome, such as {}, or give an image with one as browser-image, or leave it out: then no page is looked at.",
            usual.display()
        );
        problems.add("browser", Shown::plain(&self.browser), wrong, remedy);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(path: &str, image: &str) -> (Option<BrowserPlan>, String) {
        let mut problems = Problems::default();
        let inputs = BrowserInputs { browser: path.into(), browser_image: image.into() };
        (inputs.judge(&mut problems), problems.to_string())
    }

    #[test]
    fn what_is_no_browser_is_told_with_what_to_write() {
        assert_eq!(judged("", ""), (None, Problems::default().to_string()));
        let (program, told) = judged("/no/such/browser", "");
        assert!(
            program.is_none() && told.contains("browser: \"/no/such/browser\" is not there. Write the path"),
            "{told}"
        );
        let (program, told) = judged("/bin/true", "");
        assert!(
            program.is_none() && told.contains("answers --version as no Chromium or Chrome does"),
            "{told}"
        );
    }

    #[test]
    fn an_image_is_taken_by_its_name() {
        let (browser, told) = judged("", "mcr.microsoft.com/playwright:v1.57.0-noble");
        assert_eq!(browser.unwrap().image(), Some("mcr.microsoft.com/playwright:v1.57.0-noble"));
        assert_eq!(told, Problems::default().to_string());
        let (_, told) = judged("", "My/Browser:");
        assert!(told.contains("browser-image: \"My/Browser:\""), "{told}");
    }

    #[test]
    fn both_are_one_too_many() {
        let (_, told) = judged("/no/such/browser", "my/browser:1");
        assert!(told.contains("browser-image: \"my/browser:1\" is given beside browser"), "{told}");
        assert!(told.contains("browser: \"/no/such/browser\" is not there"), "{told}");
    }

    #[test]
    fn a_plan_of_a_program_is_read_as_before() {
        let plan: BrowserPlan =
            serde_json::from_str(r#"{"path":"/usr/bin/chromium","version":"Chromium 1"}"#).unwrap();
        assert!(matches!(plan, BrowserPlan::Here(_)));
        let plan: BrowserPlan = serde_json::from_str(r#"{"image":"my/browser:1"}"#).unwrap();
        assert_eq!(plan.image(), Some("my/browser:1"));
    }
}
