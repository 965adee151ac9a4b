//! `plan`: what `run` would do.

use super::arguments::Format;
use super::run::read;
use super::say::{say, wrong_input};
use crate::inputs::{Inputs, Surroundings};
use crate::plan::{make, text};
use crate::verdict::ExitCode;

pub(super) fn plan(inputs: &Inputs, format: Format) -> ExitCode {
    let made = if inputs.attached.is_attached() {
        make(inputs, None)
    } else {
        read(inputs, "plan").map(|prepared| prepared.plan)
    };
    let plan = match made {
        Ok(plan) => plan,
        Err(problems) => return wrong_input(&problems, &Surroundings::read()),
    };
    match format {
        Format::Text => say(&text(&plan)),
        Format::Json => match serde_json::to_string_pretty(&plan) {
            Ok(json) => say(&json),
            Err(_) => return ExitCode::GATE_BUG,
        },
    }
    ExitCode::PASSED
}
