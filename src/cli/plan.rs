//! `plan`: what `run` would do, or which runs a matrix would have.

use super::arguments::PlanFormat;
use super::prepared::read;
use super::publish;
use super::say::{say, wrong_input};
use crate::inputs::{Inputs, Surroundings};
use crate::plan::{self, Plan, text};
use crate::verdict::ExitCode;

pub(super) fn plan(inputs: &Inputs, format: PlanFormat, surroundings: &Surroundings) -> ExitCode {
    let show: fn(&Plan) -> Option<String> = match format {
        PlanFormat::Matrix => return matrix(inputs, surroundings),
        PlanFormat::Text => |plan| Some(text(plan)),
        PlanFormat::Json => |plan| serde_json::to_string_pretty(plan).ok(),
    };
    let made = if inputs.attached.is_attached() {
        plan::make(inputs, None)
    } else {
        read(inputs, "plan").map(|prepared| prepared.plan)
    };
    match made {
        Ok(plan) => match show(&plan) {
            Some(shown) => {
                say(&shown);
                ExitCode::PASSED
            }
            None => ExitCode::GATE_BUG,
        },
        Err(problems) => wrong_input(&problems, surroundings),
    }
}

/// One line of JSON for `strategy.matrix`, and the output `matrix` on a runner.
pub(super) fn matrix(inputs: &Inputs, surroundings: &Surroundings) -> ExitCode {
    match plan::pairs(inputs) {
        Ok(pairs) => {
            let json = plan::matrix(&pairs);
            say(&json);
            publish::matrix(&json, inputs, surroundings);
            ExitCode::PASSED
        }
        Err(problems) => wrong_input(&problems, surroundings),
    }
}
