//! The browser that pages are looked at with: one of an image is looked for when its image is there, before anything is upgraded.

use chromium::Program;

use super::blame::Blames as _;
use super::session::RunSession;
use crate::checks::{Absent, PageBrowser, browser_container};
use crate::cluster::{Origin, PipedContainer};
use crate::event::{Blame, Breakage};
use crate::plan::BrowserPlan;
use crate::shown::Shown;
use crate::trouble::Trouble;

/// Who is told of in an error: the input.
const PART: &str = "browser-image";
const REMEDY: &str = "Give an image that has one, such as Playwright's or one with Debian's package chromium; where it is somewhere else in there, its variable CHROME_BIN can say so; or leave browser-image out: then no page is looked at.";

/// Finds it in its image, where it is in one. Who asked for pages to be looked at is told at once that nothing can.
pub(super) async fn find(session: &mut RunSession<'_>) -> Result<(), Breakage> {
    let plan = session.plan;
    let Some(image) = plan.browser.as_ref().and_then(BrowserPlan::image) else { return Ok(()) };
    session.browser = match session.cluster.side_containers() {
        Ok(containers) => {
            let container = PipedContainer { words: Program::search(), ..browser_container(image) };
            let asked = containers.ask(&container).await.map_err(|trouble| without_shell(image, trouble));
            let (exit_code, lines) = asked.blames(Blame::Environment)?;
            let found = Program::found(&lines).ok_or_else(|| none_in(image, exit_code, &lines));
            Ok(found.blames(Blame::Environment)?)
        }
        Err(absent) => Err(absent),
    };
    Ok(())
}

/// An engine says in its own words that a container's program is not there.
fn without_shell(image: &str, trouble: Trouble) -> Trouble {
    let is_missing = ["executable file not found", "no such file or directory"];
    if is_missing.iter().any(|words| trouble.message.contains(words)) {
        let message = format!("the image {image} has no shell (sh), and no browser is without one");
        return Trouble::new(PART, message, REMEDY);
    }
    trouble
}

fn none_in(image: &str, exit_code: Option<i64>, lines: &[String]) -> Trouble {
    let message = match exit_code {
        None => "was asked for its browser and did not answer in time".to_owned(),
        Some(_) => {
            let said =
                lines.first().map_or_else(String::new, |line| format!(" (it said {})", Shown::plain(line)));
            format!("has no Chromium and no Chrome by a usual name or at a usual place{said}")
        }
    };
    Trouble::new(PART, format!("the image {image} {message}"), REMEDY)
}

/// The browser, or why there is none.
pub(super) fn of<'s>(session: &'s RunSession<'_>) -> Result<PageBrowser<'s>, Absent> {
    match &session.plan.browser {
        Some(BrowserPlan::Here(program)) => Ok(PageBrowser::Here(program)),
        Some(BrowserPlan::Beside { image }) => {
            let program = session.browser.as_ref().map_err(Clone::clone)?;
            Ok(PageBrowser::Beside { containers: session.cluster.side_containers()?, image, program })
        }
        None => {
            let or_an_image = match session.cluster.origin() {
                Origin::Built => ", or an image that has one as browser-image,",
                Origin::Found => "",
            };
            let reason = format!(
                "no browser was given: write the path of a Chromium as the input browser{or_an_image} to have pages looked at"
            );
            Err(Absent::NotApplicable(reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_a_browser_is_told_with_what_to_do() {
        let told = none_in("my/suite:1", Some(1), &[]).to_string();
        assert!(
            told.starts_with(
                "browser-image: the image my/suite:1 has no Chromium and no Chrome by a usual name"
            ),
            "{told}"
        );
        assert!(told.contains("CHROME_BIN") && told.contains("leave browser-image out"), "{told}");
        let told = none_in("my/suite:1", Some(127), &["sh: x".into()]).to_string();
        assert!(told.contains("(it said sh: x)"), "{told}");
        assert!(none_in("my/suite:1", None, &[]).to_string().contains("did not answer in time"));
        let engine = |said: &str| without_shell("my/suite:1", Trouble::new("gate-browser", said, "x"));
        let told = engine("starting it failed: runc: exec: \"sh\": executable file not found in $PATH");
        assert!(told.message.starts_with("the image my/suite:1 has no shell"), "{told}");
        assert_eq!(engine("no space").message, "no space");
    }
}
