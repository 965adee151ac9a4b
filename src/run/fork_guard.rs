//! Before anything is run on GitHub: a fork's code must not stand beside this repository's token and secrets.

use crate::github::Head;
use crate::inputs::{Inputs, Problems, Surroundings};
use crate::publish;
use crate::shown::Shown;

/// Refuses to run where the head is a fork's, or where nobody can tell, unless that is wanted. Beside the engine's socket its
/// image could take both.
///
/// # Errors
/// The input that would allow it.
pub(crate) fn refuse_unsafe_fork(inputs: &Inputs, surroundings: &Surroundings) -> Result<(), Problems> {
    if inputs.run.allows_unsafe_fork() || !is_job(surroundings) {
        return Ok(());
    }
    let event = publish::event(surroundings);
    let (wrong, remedy) = match Head::read(&surroundings.github, event.as_ref().map_err(String::as_str)) {
        Head::Safe => return Ok(()),
        Head::Fork(fork) => (
            format!(
                "does not allow to run the head of a fork ({}) under {}, where its code stands beside this repository's token and secrets",
                Shown::plain(&fork),
                event_name(surroundings)
            ),
            "Run on pull_request, and publish in a second workflow on workflow_run with the input report-from; or write \"true\" if nothing of the fork's is run.",
        ),
        Head::Unknown(why) => (
            format!(
                "does not allow to run under {}: the gate cannot tell whether the head is a fork's, because {}",
                event_name(surroundings),
                Shown::plain(&why)
            ),
            "Run on pull_request, push, schedule or workflow_dispatch; or write \"true\" if nothing of a fork's is run.",
        ),
    };
    let given = Shown::plain(&inputs.run.allow_unsafe_fork);
    Err(Problems::of("allow-unsafe-fork", given, wrong, remedy))
}

/// Whether this is a job of GitHub's, or of something that plays it. One sign is enough: a guard that looks for all of them
/// is off where one is missing.
fn is_job(surroundings: &Surroundings) -> bool {
    let set = |name: &str| surroundings.github.contains_key(name);
    surroundings.on_github() || set("GITHUB_EVENT_NAME") || set("GITHUB_EVENT_PATH")
}

fn event_name(surroundings: &Surroundings) -> String {
    let name = surroundings.github.get("GITHUB_EVENT_NAME");
    name.map_or_else(|| "an unknown event".into(), |name| Shown::plain(name).to_string())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn surroundings(more: &[(&str, &str)]) -> Surroundings {
        let github = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Surroundings { github, ..Surroundings::default() }
    }

    /// What is said of an event whose file this is.
    fn refused(event: &str, path: Option<&Path>) -> Option<String> {
        let mut variables = vec![("GITHUB_EVENT_NAME", event), ("GITHUB_REPOSITORY", "acme/chat")];
        variables.extend(path.map(|path| ("GITHUB_EVENT_PATH", path.to_str().unwrap())));
        let surroundings = surroundings(&variables);
        let mut inputs = Inputs::defaults();
        let refused = refuse_unsafe_fork(&inputs, &surroundings).err();
        inputs.run.allow_unsafe_fork = "true".into();
        assert!(refuse_unsafe_fork(&inputs, &surroundings).is_ok(), "whoever allows it gets it");
        refused.map(|problems| problems.to_string())
    }

    #[test]
    fn every_state_of_the_events_file_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let head = |repo: &str| format!("{{\"pull_request\": {{\"head\": {{\"repo\": {repo}}}}}}}");
        let files = [
            ("own", head("{\"full_name\": \"acme/chat\"}")),
            ("fork", head("{\"full_name\": \"eve/chat\"}")),
            ("gone", head("null")),
            ("broken", "{".into()),
            ("list", "[]".into()),
            ("empty", String::new()),
            ("deep", "[".repeat(100_000)),
        ];
        for (name, text) in files {
            std::fs::write(path(name), text).unwrap();
        }
        std::fs::File::create(path("large")).unwrap().set_len(33 << 20).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
        let table = [
            ("fork", "the head of a fork (eve/chat) under pull_request_target"),
            ("gone", "names no repository of the head"),
            ("broken", "it is no JSON"),
            ("list", "holds no event"),
            ("empty", "it is no JSON"),
            ("deep", "recursion limit exceeded"),
            ("large", "more than 32 MiB"),
            ("pipe", "it is a named pipe"),
            ("none", "No such file"),
            ("", "it is a folder"),
        ];
        for (name, expected) in table {
            let told = refused("pull_request_target", Some(&path(name))).unwrap();
            assert!(told.contains(expected), "{name}: {told}");
            assert!(name == "fork" || told.contains("cannot tell whether the head is a fork's"), "{told}");
            assert_eq!(
                refused("pull_request", Some(&path(name))),
                None,
                "GitHub itself holds token and secrets back"
            );
        }
        assert_eq!(refused("pull_request_target", Some(&path("own"))), None);
        let told = refused("pull_request_target", None).unwrap();
        assert!(told.contains("GITHUB_EVENT_PATH is not set"), "{told}");
    }

    #[test]
    fn one_sign_of_a_runner_is_enough() {
        let inputs = Inputs::defaults();
        for sign in ["GITHUB_ACTIONS", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH"] {
            let told = refuse_unsafe_fork(&inputs, &surroundings(&[(sign, "true")])).unwrap_err().to_string();
            assert!(told.contains("cannot tell whether"), "{sign}: {told}");
        }
        assert!(refuse_unsafe_fork(&inputs, &surroundings(&[])).is_ok(), "nobody's job");
        let mixed = [("GITHUB_REPOSITORY", "acme/chat"), ("RUNNER_NAME", "me")];
        assert!(refuse_unsafe_fork(&inputs, &surroundings(&mixed)).is_ok());
    }
}
