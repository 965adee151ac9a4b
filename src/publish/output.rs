//! What commands say: all of it through the one door, [`voice`].

use super::voice::voice;
use crate::github::{Annotation, Level};
use crate::inputs::{Problem, Problems, Surroundings};
use crate::verdict::ExitCode;

/// Says something on standard output.
pub(crate) fn print(text: &str) {
    voice().say(text);
}

/// Something that people should know and that changes nothing, said the way the surroundings want it.
pub(crate) fn print_notice(title: &str, message: &str, surroundings: &Surroundings) {
    if !surroundings.on_github() {
        return print(&format!("note: {title}: {message}"));
    }
    let annotation = Annotation {
        level: Level::Notice,
        title: title.to_owned(),
        message: message.to_owned(),
        file: None,
        line: None,
    };
    voice().annotate(&[annotation]);
}

/// Wrong inputs, said the way the surroundings want it.
pub(crate) fn print_problems(problems: &Problems, surroundings: &Surroundings) -> ExitCode {
    print(&problems.to_string());
    if surroundings.on_github() {
        let annotation = |problem: &Problem| Annotation {
            level: Level::Error,
            title: format!("input {}", problem.input),
            message: problem.to_string(),
            file: None,
            line: None,
        };
        let all: Vec<_> = problems.iter().map(annotation).collect();
        voice().annotate(&all);
    }
    ExitCode::WRONG_INPUT
}

/// The exit code of a command: wrong inputs are told, anything else that went wrong here is a bug of the gate.
pub(crate) fn finish(ended: anyhow::Result<ExitCode>, surroundings: &Surroundings) -> ExitCode {
    match ended.map_err(|error| error.downcast::<Problems>()) {
        Ok(exit) => exit,
        Err(Ok(problems)) => print_problems(&problems, surroundings),
        Err(Err(bug)) => {
            print(&format!("This is a bug of the gate: {bug:#}"));
            ExitCode::GATE_BUG
        }
    }
}
