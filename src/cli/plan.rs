//! `plan`: what `run` would do, or which runs a matrix would have.

use serde_json::Value;

use super::arguments::PlanFormat;
use super::judged::{Judged, Subject, judge};
use super::prepared::Prepared;
use super::publish;
use super::say::{say, wrong_input};
use super::today::today;
use crate::compose::masked;
use crate::inputs::{Inputs, Surroundings};
use crate::plan::{self, Plan, text};
use crate::redact::Redactor;
use crate::verdict::ExitCode;

pub(super) async fn plan(inputs: &Inputs, format: PlanFormat, surroundings: &Surroundings) -> ExitCode {
    let show: fn(&Plan, Option<Value>) -> Option<String> = match format {
        PlanFormat::Matrix => return matrix(inputs, surroundings),
        PlanFormat::Text => |plan, _| Some(text(plan)),
        PlanFormat::Json => json,
    };
    match judge(inputs, surroundings, "plan").await {
        Ok(judged) => match show(&judged.plan, project(&judged, inputs)) {
            Some(shown) => {
                say(&shown);
                ExitCode::PASSED
            }
            None => ExitCode::GATE_BUG,
        },
        Err(problems) => wrong_input(&problems, surroundings),
    }
}

/// What was read from the compose files, without secrets; nothing of a cluster that was there before.
fn project(judged: &Judged, inputs: &Inputs) -> Option<Value> {
    match &judged.subject {
        Subject::Built(prepared) => Some(shown(prepared, inputs)),
        Subject::Attached(_) => None,
    }
}

fn shown(prepared: &Prepared, inputs: &Inputs) -> Value {
    masked(&prepared.project, &Redactor::new(prepared.secrets.iter().chain(&inputs.secrets())))
}

/// The plan, and beside it the project that the compose files were read as.
fn json(plan: &Plan, project: Option<Value>) -> Option<String> {
    let mut shown = serde_json::to_value(plan).ok()?;
    if let Some(project) = project {
        shown.as_object_mut()?.insert("project".to_owned(), project);
    }
    serde_json::to_string_pretty(&shown).ok()
}

/// One line of JSON for `strategy.matrix`, and the output `matrix` on a runner.
pub(super) fn matrix(inputs: &Inputs, surroundings: &Surroundings) -> ExitCode {
    match plan::pairs(inputs, today()) {
        Ok(pairs) => {
            let json = plan::matrix(&pairs);
            say(&json);
            publish::matrix(&json, inputs, surroundings);
            ExitCode::PASSED
        }
        Err(problems) => wrong_input(&problems, surroundings),
    }
}

#[cfg(test)]
mod tests {
    use super::super::prepared::read;
    use super::*;

    #[test]
    fn json_shows_the_project_without_its_secrets() {
        let license = Some("licence-text".to_owned().into());
        let inputs =
            Inputs { stable: "11.5.1".into(), release: "11.6.0".into(), license, ..Inputs::defaults() };
        let prepared = read(&inputs, "ug-test").unwrap();
        let shown = json(&prepared.plan, Some(shown(&prepared, &inputs))).unwrap();
        assert!(!shown.contains("licence-text"), "{shown}");
        assert!(!prepared.secrets.iter().any(|secret| shown.contains(secret)), "{shown}");
        let read: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(read["project"]["services"]["node1"]["labels"]["upgrade-gate.role"], "node");
        assert!(read["project"]["services"]["database"]["healthcheck"]["retries"].is_number());
        assert!(read["order"].is_array());
    }
}
