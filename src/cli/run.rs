//! `run`: the main job.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use secrecy::ExposeSecret as _;

use super::conduct::{Stand, conduct};
use super::interrupt::Interrupts;
use super::say::{conclude, say};
use super::upload::Destination;
use super::{attached, publish, random};
use crate::cluster::{self, AttachedCluster, Cluster, ComposeCluster, ComposeOptions, Roles, default_files};
use crate::compose::{self, MemoryFiles, Parsed, Project, Restart, Source};
use crate::event::Events;
use crate::inputs::{Inputs, Surroundings};
use crate::plan::{self, Plan, Problems};
use crate::verdict::ExitCode;

/// How long after its time limit a run's resources count as forgotten.
const AFTERLIFE: Duration = Duration::from_secs(2 * 60 * 60);

pub(super) async fn run(inputs: Inputs, surroundings: &Surroundings) -> ExitCode {
    conclude(prepared_run(&inputs, surroundings).await, surroundings)
}

async fn prepared_run(inputs: &Inputs, surroundings: &Surroundings) -> anyhow::Result<ExitCode> {
    let interrupts = Interrupts::listen()?;
    let run_id = format!("ug-{}", random::hex(5)?);
    publish::refuse_unsafe_fork(inputs, surroundings)?;
    if inputs.attached.is_attached() {
        let plan = plan::make(inputs, None)?;
        let options = attached::options(inputs, &plan).await?;
        let build = |_| async { Ok(Cluster::Attached(Box::new(AttachedCluster::new(options)))) };
        let begin = Begin { run_id, plan, provider: "attached", secrets: Vec::new(), warnings: Vec::new() };
        return whole_run(inputs, surroundings, interrupts, begin, build).await;
    }
    let prepared = read(inputs, &run_id)?;
    let options = ComposeOptions {
        project: prepared.project,
        roles: prepared.roles,
        run_id: run_id.clone(),
        docker_host: surroundings.docker_host.clone(),
        own_container: surroundings.container.clone(),
        lifetime: Duration::from_secs(prepared.plan.budgets.total_s) + AFTERLIFE,
    };
    let build = |events| async {
        ComposeCluster::connect(options, events).await.map(|cluster| Cluster::Compose(Box::new(cluster)))
    };
    let (plan, secrets, warnings) = (prepared.plan, prepared.secrets, prepared.warnings);
    let begin = Begin { run_id, plan, provider: "compose", secrets, warnings };
    whole_run(inputs, surroundings, interrupts, begin, build).await
}

/// What a run begins with.
struct Begin {
    run_id: String,
    plan: Plan,
    provider: &'static str,
    /// Secrets that the gate made, beside those of the inputs.
    secrets: Vec<String>,
    warnings: Vec<String>,
}

/// Shows the plan, conducts the run on the cluster that `build` makes, uploads and publishes the result.
async fn whole_run<F>(
    inputs: &Inputs,
    surroundings: &Surroundings,
    interrupts: Interrupts,
    begin: Begin,
    build: impl FnOnce(Events) -> F,
) -> anyhow::Result<ExitCode>
where
    F: Future<Output = Result<Cluster, cluster::Error>>,
{
    let Begin { run_id, plan, provider, mut secrets, warnings } = begin;
    let report_dir = report_dir(&inputs.publishing.report_dir)?;
    let destination = Destination::of(inputs, surroundings, &run_id)?;
    secrets.extend(inputs.secrets());
    if surroundings.on_github() {
        publish::mask(&secrets);
    }
    say(&plan::text(&plan));
    for warning in &warnings {
        say(&format!("note: {warning}"));
    }
    let stand =
        Stand { run_id, report_dir: report_dir.clone(), secrets, password: random::password()?, interrupts };
    let ending = conduct(&plan, provider, stand, surroundings, build).await?;
    let report_url = match &destination {
        Some(destination) => destination.take(&ending, &report_dir, surroundings).await,
        None => None,
    };
    publish::publish(&ending, inputs, &report_dir, report_url.as_deref(), surroundings).await;
    Ok(ending.verdict.exit_code)
}

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
                            &inputs.compose_file,
                            wrong,
                            "See docs/inputs.md, compose-file.",
                        );
                    }
                }
            }
        }
        Err(wrong) => {
            for wrong in wrong.0 {
                problems.add("compose-file", &inputs.compose_file, wrong.to_string(), "");
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
            let secrets = secrets.list();
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
    for line in
        inputs.variables.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        match line.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                variables.insert(name.trim().to_owned(), value.trim().to_owned());
            }
            _ => problems.add(
                "variables",
                line,
                "is no KEY=VALUE",
                "Write one variable a line, such as S3_PREFIX=ha.",
            ),
        }
    }
    variables
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

/// Makes the report folder and proves that it can be written: before anything is created.
///
/// # Errors
/// The wrong input.
pub(super) fn report_dir(text: &str) -> Result<PathBuf, Problems> {
    let dir = PathBuf::from(text);
    let probe = dir.join(".upgrade-gate");
    let made = std::fs::create_dir_all(&dir)
        .and_then(|()| std::fs::write(&probe, b"may be removed"))
        .and_then(|()| std::fs::remove_file(&probe));
    made.map(|()| dir).map_err(|error| {
        let mut problems = Problems::default();
        let remedy = "Write a folder that can be made and written, with some megabytes to spare.";
        problems.add("report-dir", text, format!("cannot be written: {error}"), remedy);
        problems
    })
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
    fn every_run_has_secrets_of_its_own() {
        let (a, b) = (read(&inputs(), "ug-a").unwrap(), read(&inputs(), "ug-b").unwrap());
        assert_ne!(a.secrets, b.secrets);
        assert!(a.project.services["database"].environment["POSTGRES_PASSWORD"] == a.secrets[0]);
    }
}
