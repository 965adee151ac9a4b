//! Where the run takes place, as far as the environment tells.

mod terminal;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::confidential;
use terminal::Terminal;

/// Where the run takes place, as far as the environment tells: read once, in `main`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// Every `GITHUB_*` and `RUNNER_*` variable that is not empty.
    pub github: BTreeMap<String, String>,
    /// The run that the main step told the post step of.
    pub run: Option<String>,
    /// `DOCKER_HOST`.
    pub docker_host: Option<String>,
    /// The file of this program.
    pub program: PathBuf,
    /// What is secret in the environment, by the names of its variables: no output may contain it.
    pub secrets: Vec<String>,
    /// What `AWS_*` says, for the upload of reports.
    pub aws: Aws,
    /// Whether colours are welcome: a terminal, or `CLICOLOR_FORCE`, and no `NO_COLOR`.
    pub colour: bool,
    /// Whether standard output is a terminal that can be redrawn.
    pub terminal: bool,
    /// How many columns it has.
    pub width: Option<usize>,
    /// Whether its locale says that it shows nothing but ASCII.
    pub ascii: bool,
    /// Whether everything is to be told that happens, on a terminal too: what the call says, not the environment.
    pub verbose: bool,
}

/// The `AWS_*` variables, as a workflow's own log-in to AWS leaves them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aws {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key: Option<String>,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_key: Option<SecretString>,
    /// `AWS_SESSION_TOKEN`, of keys that are lent for a while.
    pub session_token: Option<SecretString>,
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`.
    pub region: Option<String>,
}

impl Surroundings {
    /// Reads the environment of this process.
    #[must_use]
    pub(crate) fn read() -> Self {
        let github = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, value)| {
                (name.starts_with("GITHUB_") || name.starts_with("RUNNER_")) && !value.is_empty()
            })
            .collect();
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        #[expect(clippy::disallowed_methods, reason = "asks whether it is a terminal; nothing is said")]
        let terminal = std::io::stdout().is_terminal();
        let look = Terminal::of(terminal, variable);
        Self {
            github,
            run: variable("STATE_run"),
            docker_host: variable("DOCKER_HOST"),
            // Where it cannot be read, the name alone is told, and found or not.
            program: std::env::current_exe().unwrap_or_else(|_| "upgrade-gate".into()),
            secrets: secrets(
                std::env::vars_os()
                    .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
            ),
            aws: Aws {
                access_key: variable("AWS_ACCESS_KEY_ID"),
                secret_key: variable("AWS_SECRET_ACCESS_KEY").map(SecretString::from),
                session_token: variable("AWS_SESSION_TOKEN").map(SecretString::from),
                region: variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")),
            },
            colour: look.colour,
            terminal: look.terminal,
            width: console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns)),
            ascii: look.ascii,
            verbose: false,
        }
    }

    /// Whether this is a GitHub runner (or something that plays one).
    #[must_use]
    pub(crate) fn on_github(&self) -> bool {
        self.github.get("GITHUB_ACTIONS").is_some_and(|value| value == "true")
    }

    /// What tells this job of GitHub's from all others that may use the same engine; nothing elsewhere.
    ///
    /// The siblings of a matrix share all but the runner's name, and a runner has one job at a time.
    #[must_use]
    pub(crate) fn github_job(&self) -> Option<String> {
        let get = |name: &str| self.github.get(name).map_or("", String::as_str);
        let names = ["GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB", "RUNNER_NAME"].map(get);
        let repository = self.github.get("GITHUB_REPOSITORY")?;
        Some(format!("{repository} {}", names.join(" ")))
    }
}

/// The secrets in an environment: values of telling names, `INPUT_VARIABLES`, and passwords of addresses (proxies).
fn secrets(environment: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in environment {
        found.extend(match name.as_str() {
            "INPUT_VARIABLES" => confidential::of_lines(&value),
            // By its name it is none, and those who have it need only half a key more.
            "AWS_ACCESS_KEY_ID" => vec![value],
            // These are shown where they do not work, and need no login.
            "DOCKER_HOST" | "GITHUB_API_URL" | "GITHUB_SERVER_URL" => {
                confidential::of_wrong_addresses(&value)
            }
            _ => confidential::of_variable(&name, &value),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_the_environment_are_known() {
        let variables = [
            ("HOME", "/root"),
            ("INPUT_VARIABLES", "A=b\nDB_PASSWORD=hunter2"),
            ("INPUT_ADMIN-TOKEN", "token1"),
            ("HTTPS_PROXY", "http://me:proxy1@proxy:3128"),
            ("DOCKER_HOST", "tcp://docker1:pw@h:2375"),
            ("ACTIONS_RUNTIME_TOKEN", "runtime1"),
            ("AWS_ACCESS_KEY_ID", "AKIA1"),
        ];
        let found = secrets(variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter());
        assert_eq!(found, ["hunter2", "token1", "proxy1", "pw", "docker1", "runtime1", "AKIA1"]);
    }
}
