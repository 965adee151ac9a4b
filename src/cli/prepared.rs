//! Inputs that turned out right, and the cluster that they describe: nothing is created here.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use secrecy::ExposeSecret as _;

use super::voice::voice;
use super::{hidden, random};
use crate::cluster::{Roles, default_files};
use crate::compose::{self, MemoryFiles, Parsed, Project, Restart, Source};
use crate::docker::Credentials;
use crate::inputs::Inputs;
use crate::plan::{self, Plan, Problems};
use crate::shown::Shown;

/// Inputs that turned out right: what will be done, and to what.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) plan: Plan,
    pub(super) project: Project,
    pub(super) roles: Roles,
    pub(super) warnings: Vec<String>,
    pub(super) secrets: Vec<String>,
}

/// Judges all inputs. Nothing is created, nothing is asked but files.
///
/// # Errors
/// Every wrong input at once.
pub(super) fn read(inputs: &Inputs, run_id: &str) -> Result<Prepared, Problems> {
    let mut problems = Problems::default();
    let secrets = Secrets::new();
    let variables = variables(inputs, &secrets, &mut problems);
    let own = !inputs.compose_file.trim().is_empty();
    let beside = hidden::in_dotenv(&inputs.compose_file);
    // What is wrong with the file may be told with a value of it.
    voice().keep(&beside);
    let parsed =
        if own { own_project(inputs, variables, run_id) } else { default_project(inputs, variables, run_id) };
    let mut cluster = None;
    match parsed {
        Ok(mut parsed) => {
            if !own {
                // A wrong number is told by the plan; it must not look like a wrong compose file as well.
                let nodes = inputs.nodes.parse().ok().filter(|nodes| *nodes > 0);
                keep_nodes(&mut parsed.project, nodes.unwrap_or(usize::MAX));
            }
            match Roles::read(&parsed.project) {
                Ok(roles) => cluster = Some((parsed, roles)),
                Err(wrong) => {
                    for wrong in wrong {
                        problems.add(
                            "compose-file",
                            Shown::plain(&inputs.compose_file),
                            wrong,
                            "See docs/inputs.md, compose-file.",
                        );
                    }
                }
            }
        }
        Err(wrong) => {
            for wrong in wrong.0 {
                problems.add("compose-file", Shown::plain(&inputs.compose_file), wrong.to_string(), "");
            }
        }
    }
    let names = cluster
        .as_ref()
        .filter(|_| own)
        .map(|(_, roles)| roles.nodes.iter().map(|n| n.name.clone()).collect());
    match (plan::make(inputs, names), cluster) {
        (Ok(plan), Some((mut parsed, roles))) if problems.0.is_empty() => {
            for node in &roles.nodes {
                // A node that dies must be seen, not restarted behind our back.
                parsed.project.services[&node.service].restart = Restart::No;
            }
            let mut secrets = secrets.list();
            secrets.extend(beside);
            secrets.extend(hidden::in_project(&parsed.project));
            voice().keep(&secrets);
            Ok(Prepared { plan, project: parsed.project, roles, warnings: parsed.warnings, secrets })
        }
        (plan, _) => {
            if let Err(more) = plan {
                problems.0.splice(0..0, more.0);
            }
            Err(problems)
        }
    }
}

/// What protects the built-in cluster from its neighbours on the engine: made anew for each run.
struct Secrets {
    database: String,
    store: String,
}

impl Secrets {
    fn new() -> Self {
        let make = || random::hex(12).unwrap_or_else(|_| "no-random-bytes-here".into());
        Self { database: make(), store: make() }
    }

    fn list(&self) -> Vec<String> {
        vec![self.database.clone(), self.store.clone()]
    }
}

fn variables(inputs: &Inputs, secrets: &Secrets, problems: &mut Problems) -> IndexMap<String, String> {
    let mut variables = IndexMap::from([
        ("DATABASE_PASSWORD".to_owned(), secrets.database.clone()),
        ("S3_SECRET_KEY".to_owned(), secrets.store.clone()),
    ]);
    if let Some(license) = &inputs.license {
        variables.insert("LICENSE".into(), license.expose_secret().trim().to_owned());
        variables.insert("CLUSTER".into(), "true".into());
    }
    if inputs.apps == "true" {
        variables.insert("APPS".into(), "true".into());
    }
    let images = [
        ("DATABASE_IMAGE", &inputs.database_image),
        ("STORE_IMAGE", &inputs.store_image),
        ("BALANCER_IMAGE", &inputs.balancer_image),
    ];
    for (name, image) in images {
        if !image.trim().is_empty() {
            variables.insert(name.into(), image.trim().to_owned());
        }
    }
    let lines = inputs.variables.lines().map(str::trim).enumerate();
    for (index, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        // Passwords go there: a line is told by its number, and by its name where that is one.
        let told = |wrong: &str| format!("{wrong} in line {}", index + 1);
        let remedy = "Write one variable a line, such as S3_PREFIX=ha; a value has one line.";
        match line.split_once('=') {
            Some((name, value)) if is_name(name.trim()) => {
                variables.insert(name.trim().to_owned(), value.trim().to_owned());
            }
            Some(_) => {
                let wrong = told("has a name that is not made of letters, digits and _");
                problems.add("variables", Shown::nothing(), wrong, remedy);
            }
            None => problems.add("variables", Shown::nothing(), told("has no NAME=value"), remedy),
        }
    }
    variables
}

/// What `${…}` in a compose file can name.
fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn own_project(
    inputs: &Inputs,
    variables: IndexMap<String, String>,
    run_id: &str,
) -> Result<Parsed, compose::Problems> {
    let paths: Vec<PathBuf> = inputs
        .compose_file
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(PathBuf::from)
        .collect();
    compose::load(&paths, variables, &[], run_id)
}

fn default_project(
    inputs: &Inputs,
    variables: IndexMap<String, String>,
    run_id: &str,
) -> Result<Parsed, compose::Problems> {
    let ((path, text), files) = default_files();
    let more = inputs.nodes.parse::<usize>().is_ok_and(|nodes| nodes > 3);
    let source = Source {
        base: path.parent().unwrap_or(Path::new("/")).to_owned(),
        files: vec![(path, text)],
        variables,
        profiles: if more { vec!["more".into()] } else { Vec::new() },
        project_name: run_id.to_owned(),
    };
    compose::parse(&source, &MemoryFiles(files))
}

/// The built-in file has more nodes than asked for: the first ones stay.
fn keep_nodes(project: &mut Project, nodes: usize) {
    let mut left = nodes;
    project.services.retain(|_, service| {
        let is_node = service.labels.get("upgrade-gate.role").is_some_and(|role| role == "node");
        let stays = !is_node || left > 0;
        left -= usize::from(is_node && stays);
        stays
    });
}

/// The login that was given, for the images of its registry.
pub(super) fn credentials(inputs: &Inputs) -> Option<Credentials> {
    let registry = if inputs.registry.is_empty() { "docker.io" } else { &inputs.registry };
    let password = inputs.registry_password.clone()?;
    Some(Credentials { registry: registry.to_owned(), username: inputs.registry_username.clone(), password })
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;

    fn inputs() -> Inputs {
        Inputs { stable: "11.5.1".into(), release: "11.6.0".into(), ..Inputs::defaults() }
    }

    #[test]
    fn the_built_in_cluster_has_as_many_nodes_as_asked_for() {
        for count in [1, 2, 3, 5, 9] {
            let prepared = read(&Inputs { nodes: count.to_string(), ..inputs() }, "ug-test").unwrap();
            assert_eq!(prepared.roles.nodes.len(), count);
            assert_eq!(prepared.plan.order.len(), count);
            assert_eq!(prepared.plan.order.last().unwrap(), &format!("node{count}"));
        }
    }

    #[test]
    fn a_licence_switches_clustering_on_and_a_variable_overrides() {
        let with = Inputs {
            license: Some(SecretString::from("licence-text")),
            variables: "S3_PREFIX=ha\n".into(),
            ..inputs()
        };
        let project = read(&with, "ug-test").unwrap().project;
        let node = &project.services["node1"].environment;
        assert_eq!(node["MM_CLUSTERSETTINGS_ENABLE"], "true");
        assert_eq!(node["MM_LICENSE"], "licence-text");
        assert_eq!(node["MM_FILESETTINGS_AMAZONS3PATHPREFIX"], "ha");
        let apps = Inputs { apps: "true".into(), ..inputs() };
        let project = read(&apps, "ug-test").unwrap().project;
        assert_eq!(project.services["node2"].environment["MM_FEATUREFLAGS_APPSENABLED"], "true");
        let without = read(&inputs(), "ug-test").unwrap().project;
        assert_eq!(without.services["node1"].environment["MM_CLUSTERSETTINGS_ENABLE"], "false");
    }

    #[test]
    fn wrong_inputs_and_a_missing_compose_file_are_told_together() {
        let wrong = Inputs {
            nodes: "0".into(),
            compose_file: "/no/such/file.yaml".into(),
            variables: "X".into(),
            ..inputs()
        };
        let problems = read(&wrong, "ug-test").unwrap_err();
        let named: Vec<_> = problems.0.iter().map(|problem| problem.input.as_str()).collect();
        assert_eq!(named, ["nodes", "variables", "compose-file"]);
    }

    #[test]
    fn lines_of_variables_are_told_by_number_and_never_repeated() {
        let variables = "A=1\nKEY=-----BEGIN\nhunter2\nhunter/2==\n".into();
        let wrong = Inputs { variables, ..inputs() };
        let told = read(&wrong, "ug-test").unwrap_err().to_string();
        assert!(!told.contains("hunter"), "{told}");
        assert!(told.contains("in line 3") && told.contains("in line 4"), "{told}");
    }

    #[test]
    fn a_login_without_registry_is_docker_hubs() {
        assert!(credentials(&inputs()).is_none());
        let login = |registry: &str| {
            let registry_password = Some(SecretString::from("secret"));
            let inputs = Inputs { registry: registry.into(), registry_password, ..inputs() };
            assert!(inputs.secrets().contains(&"secret".to_owned()));
            credentials(&inputs).unwrap().registry
        };
        assert_eq!((login(""), login("ghcr.io")), ("docker.io".to_owned(), "ghcr.io".to_owned()));
    }

    #[test]
    fn every_run_has_secrets_of_its_own() {
        let (a, b) = (read(&inputs(), "ug-a").unwrap(), read(&inputs(), "ug-b").unwrap());
        assert_ne!(a.secrets, b.secrets);
        // And no word that stands in every report is one.
        let made = |secret: &String| secret.contains(&a.secrets[0]) || secret.contains(&a.secrets[1]);
        assert!(a.secrets.iter().all(made), "{:?}", a.secrets);
        assert!(a.project.services["database"].environment["POSTGRES_PASSWORD"] == a.secrets[0]);
    }
}
