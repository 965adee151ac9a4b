//! What commands say on standard output.

use std::io::Write as _;

use crate::github::{Annotation, Level, annotate};
use crate::inputs::Surroundings;
use crate::plan::{Problem, Problems};
use crate::report::Relay;
use crate::verdict::ExitCode;

/// Says something on standard output; a closed pipe is no error.
pub(super) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", text.trim_end());
    let _ = out.flush();
}

/// Says something that quotes others, such as a compose file of a pull request: on a runner, none of it is a command.
pub(super) fn quote(text: &str, surroundings: &Surroundings) {
    if !surroundings.on_github() {
        return say(text);
    }
    let mut out = std::io::stdout().lock();
    if let Ok(mut relay) = Relay::start(&mut out) {
        let _ = writeln!(relay, "{}", text.trim_end());
    }
    let _ = out.flush();
}

/// Something that people should know and that changes nothing, said the way the surroundings want it.
pub(super) fn notice(title: &str, message: &str, surroundings: &Surroundings) {
    if !surroundings.on_github() {
        return say(&format!("note: {title}: {message}"));
    }
    let annotation = Annotation {
        level: Level::Notice,
        title: title.to_owned(),
        message: message.to_owned(),
        file: None,
        line: None,
    };
    let _ = annotate(&mut std::io::stdout().lock(), &[annotation]);
}

/// Wrong inputs, said the way the surroundings want it.
pub(super) fn wrong_input(problems: &Problems, surroundings: &Surroundings) -> ExitCode {
    quote(&problems.to_string(), surroundings);
    if surroundings.on_github() {
        let annotation = |problem: &Problem| Annotation {
            level: Level::Error,
            title: format!("input {}", problem.input),
            message: problem.to_string(),
            file: None,
            line: None,
        };
        let all: Vec<_> = problems.0.iter().map(annotation).collect();
        let _ = annotate(&mut std::io::stdout().lock(), &all);
    }
    ExitCode::WRONG_INPUT
}

/// The exit code of a command: wrong inputs are told, anything else that went wrong here is a bug of the gate.
pub(super) fn conclude(ended: anyhow::Result<ExitCode>, surroundings: &Surroundings) -> ExitCode {
    match ended.map_err(|error| error.downcast::<Problems>()) {
        Ok(exit) => exit,
        Err(Ok(problems)) => wrong_input(&problems, surroundings),
        Err(Err(bug)) => {
            say(&format!("This is a bug of the gate: {bug:#}"));
            ExitCode::GATE_BUG
        }
    }
}
