//! What pages are looked at with, wherever it is.

use chromium::{BrowserPipes, Chromium, NoAnswer, Program, SiteReach};

use crate::cluster::{PipedContainer, PipedEnds, SideContainers};

/// A browser that was found, and how it is started.
#[derive(Debug, Clone, Copy)]
pub enum PageBrowser<'a> {
    /// A program of the gate's machine.
    Here(&'a Program),
    /// One in a container beside the cluster.
    Beside {
        /// What runs it.
        containers: SideContainers<'a>,
        /// The image that it is in.
        image: &'a str,
        /// Where in there.
        program: &'a Program,
    },
}

impl PageBrowser<'_> {
    /// What it says it is, and where it comes from, if that is an image.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Here(program) => program.version.clone(),
            Self::Beside { image, program, .. } => format!("{}, of {image}", program.version),
        }
    }

    /// Starts one that reaches one server alone.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(&self, reach: &SiteReach) -> Result<Chromium, NoAnswer> {
        match self {
            Self::Here(program) => Chromium::start(program, reach).await,
            Self::Beside { containers, image, program } => {
                let words = program.in_container(reach);
                let container = PipedContainer { words, ..of_image(image) };
                let started = containers.speak(&container).await;
                let ends = started.map_err(|trouble| NoAnswer::because(trouble.to_string()))?;
                let PipedEnds { to, from, errors, life } = ends;
                let pipes = BrowserPipes { to, from: Box::new(from), errors: Box::new(errors) };
                Chromium::elsewhere(pipes, Box::new(life)).await
            }
        }
    }
}

/// A container of a browser's image that nothing is run in yet. A compose file may have a service called browser.
pub(crate) fn of_image(image: &str) -> PipedContainer {
    PipedContainer { name: "gate-browser".into(), image: image.to_owned(), words: Vec::new() }
}
