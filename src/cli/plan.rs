//! `plan`: what `run` would do.

use super::arguments::Format;
use super::run::read;
use super::say::{say, wrong_input};
use crate::inputs::{Inputs, Surroundings};
use crate::plan::text;
use crate::verdict::ExitCode;

pub(super) fn plan(inputs: &Inputs, format: Format) -> ExitCode {
    let prepared = match read(inputs, "plan") {
        Ok(prepared) => prepared,
        Err(problems) => return wrong_input(&problems, &Surroundings::read()),
    };
    match format {
        Format::Text => say(&text(&prepared.plan)),
        Format::Json => match serde_json::to_string_pretty(&prepared.plan) {
            Ok(json) => say(&json),
            Err(_) => return ExitCode::GATE_BUG,
        },
    }
    ExitCode::PASSED
}
