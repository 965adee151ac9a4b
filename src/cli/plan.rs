//! `plan`: what `run` would do, or which runs a matrix would have.

use super::arguments::PlanFormat;
use super::judged::judge;
use super::publish;
use super::say::{quote, say, wrong_input};
use crate::inputs::{Inputs, Surroundings};
use crate::plan::{self, Plan, text};
use crate::verdict::ExitCode;

pub(super) async fn plan(inputs: &Inputs, format: PlanFormat, surroundings: &Surroundings) -> ExitCode {
    let show: fn(&Plan) -> Option<String> = match format {
        PlanFormat::Matrix => return matrix(inputs, surroundings),
        PlanFormat::Text => |plan| Some(text(plan)),
        PlanFormat::Json => |plan| serde_json::to_string_pretty(plan).ok(),
    };
    match judge(inputs, surroundings, "plan").await {
        Ok(judged) => match show(&judged.plan) {
            // A program reads it: nothing may stand around it, and no line of it can begin as a command does.
            Some(json) if format == PlanFormat::Json => {
                say(&json);
                ExitCode::PASSED
            }
            Some(shown) => {
                quote(&shown, surroundings);
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
