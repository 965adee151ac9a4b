//! From words to a command; a word that is none of ours may be half of a password, and is named by its place.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory as _, FromArgMatches as _};

use super::arguments::Arguments;
use crate::publish::voice;
use crate::verdict::ExitCode;

/// Reads the arguments of a call.
///
/// # Errors
/// The exit code, when help was asked for or the call is wrong; both were said.
pub(super) fn read(arguments: &[OsString]) -> Result<Arguments, ExitCode> {
    let mut command = without_values(Arguments::command());
    let read =
        command.try_get_matches_from_mut(arguments).and_then(|matches| Arguments::from_arg_matches(&matches));
    let error = match read {
        Ok(arguments) => return Ok(arguments),
        Err(error) => error.format(&mut command),
    };
    // Help and version are no errors, and nobody's words but ours.
    if !error.use_stderr() {
        let _ = error.print();
        return Err(ExitCode::PASSED);
    }
    voice().complain(&harmless(error, arguments).render().to_string());
    Err(ExitCode::WRONG_INPUT)
}

/// In help, variables are named; their values are nobody's business.
fn without_values(command: clap::Command) -> clap::Command {
    command.mut_args(|argument| argument.hide_env_values(true)).mut_subcommands(without_values)
}

/// The error without the words that it is about, save the names of flags.
fn harmless(mut error: clap::Error, arguments: &[OsString]) -> clap::Error {
    for kind in [
        ContextKind::InvalidArg,
        ContextKind::InvalidValue,
        ContextKind::InvalidSubcommand,
        ContextKind::TrailingArg,
    ] {
        let Some(ContextValue::String(word)) = error.get(kind) else { continue };
        let is_flag = kind == ContextKind::InvalidArg && (word.starts_with('-') || word.starts_with('<'));
        let shown = if is_flag {
            word.split('=').next().unwrap_or_default().to_owned()
        } else {
            let place = arguments.iter().position(|argument| {
                argument.to_str().is_some_and(|given| given == word || given.ends_with(&format!("={word}")))
            });
            place.map_or_else(|| "…".to_owned(), |place| format!("(word {place} of the call)"))
        };
        error.insert(kind, ContextValue::String(shown));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(words: &[&str]) -> String {
        let arguments: Vec<OsString> = ["upgrade-gate"].iter().chain(words).map(OsString::from).collect();
        let command = without_values(Arguments::command());
        harmless(command.try_get_matches_from(&arguments).unwrap_err(), &arguments).render().to_string()
    }

    #[test]
    fn words_that_are_none_of_ours_are_named_by_their_place() {
        let calls: [&[&str]; 8] = [
            &["run", "hunter2"],
            &["hunter2"],
            &["plan", "--format", "hunter2"],
            &["plan", "--format=hunter2"],
            &["run", "--hunter=hunter2"],
            &["run", "--admin-pasword", "hunter2"],
            &["run", "--stable", "1", "--stable", "hunter2"],
            &["cleanup", "--expired=hunter2"],
        ];
        for call in calls {
            let told = told(call);
            assert!(!told.contains("hunter2"), "{call:?}: {told}");
        }
        assert!(told(&["run", "hunter2"]).contains("(word 2 of the call)"), "{}", told(&["run", "hunter2"]));
        assert!(told(&["run", "--admin-pasword", "x"]).contains("'--admin-password'"));
    }

    #[test]
    fn help_names_variables_and_not_what_is_in_them() {
        let mut command = without_values(Arguments::command());
        command.build();
        let with_variables = command
            .get_subcommands()
            .flat_map(|command| command.get_arguments().filter(|argument| argument.get_env().is_some()));
        let hidden: Vec<bool> = with_variables.map(clap::Arg::is_hide_env_values_set).collect();
        assert!(hidden.len() > 50 && hidden.iter().all(|hidden| *hidden), "{hidden:?}");
        assert!(told(&["run", "--help"]).contains("[env: INPUT_VARIABLES]"));
    }
}
