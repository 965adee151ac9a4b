//! `plan`: what `run` would do, or which runs a matrix would have.

use serde_json::Value;

use super::arguments::PlanFormat;
use crate::compose::masked;
use crate::inputs::{Inputs, Problems, Surroundings};
use crate::plan::{self, Plan, text};
use crate::publish::{self, print, print_problems};
use crate::redact::Redactor;
use crate::run::{Blueprint, Judged, Subject, judge, today};
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
                print(&shown);
                ExitCode::PASSED
            }
            None => ExitCode::GATE_BUG,
        },
        Err(problems) => print_problems(&problems, surroundings),
    }
}

/// What was read from the compose files, without secrets; nothing of a cluster that was there before.
fn project(judged: &Judged, inputs: &Inputs) -> Option<Value> {
    match &judged.subject {
        Subject::Built(blueprint) => Some(shown(blueprint, inputs)),
        Subject::Attached(_) => None,
    }
}

fn shown(blueprint: &Blueprint, inputs: &Inputs) -> Value {
    masked(&blueprint.project, &Redactor::new(blueprint.secrets.iter().chain(&inputs.secrets())))
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
            print(&json);
            // What is wrong with them was told with the pairs.
            publish::matrix(&json, &inputs.publishing.judge(&mut Problems::default()), surroundings);
            ExitCode::PASSED
        }
        Err(problems) => print_problems(&problems, surroundings),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn json_shows_the_project_without_its_secrets() {
        let inputs =
            Inputs::given(&[("stable", "11.5.1"), ("release", "11.6.0"), ("license", "licence-text")]);
        let judged = judge(&inputs, &Surroundings::default(), "ug-test").await.unwrap();
        let shown = json(&judged.plan, project(&judged, &inputs)).unwrap();
        assert!(!shown.contains("licence-text"), "{shown}");
        let Subject::Built(blueprint) = &judged.subject else { panic!("{judged:?}") };
        assert!(!blueprint.secrets.iter().any(|secret| shown.contains(secret)), "{shown}");
        let read: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(read["project"]["services"]["node1"]["labels"]["upgrade-gate.role"], "node");
        assert!(read["project"]["services"]["database"]["healthcheck"]["retries"].is_number());
        assert!(read["order"].is_array());
    }
}
