//! What a report is to those who write, upload and hand over files: a name, a type, and how it is made.

use super::names::Names;
use super::runs::{Run, Runs};

/// A file of the report folder.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// Its name in the report folder, such as `junit.xml`.
    pub name: &'static str,
    /// What browsers are to make of it.
    pub content_type: &'static str,
    pub(super) render: Render,
}

/// How it becomes text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Render {
    /// Of a run that is alone: the runs of a matrix each have their own.
    Run(fn(&Run) -> Result<String, String>),
    /// Of any runs.
    Runs(fn(&Runs, Names) -> Result<String, String>),
}

impl Report {
    /// The text; none where these runs have no such report.
    pub(super) fn of(&self, runs: &Runs, names: Names) -> Option<Result<String, String>> {
        match self.render {
            Render::Run(render) => runs.alone().map(render),
            Render::Runs(render) => Some(render(runs, names)),
        }
    }
}
