//! The blueprint of a cluster that the gate builds: the compose project that the inputs describe. Nothing is created here.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::compose_secrets;
use super::variables::{Secrets, variables};
use crate::cluster::{
    Assurances, Foreseen, ProjectRefusal, Roles, cut_off, default_files, is_node, off_by_profile,
};
use crate::compose::{self, MemorySource, Parsed, Project, PullPolicy, Restart, Source};
use crate::inputs::{ClusterSettings, Problems, Settings, judge_image};
use crate::plan::{self, BuiltPlan, Plan};
use crate::policy::{Needs, major_of_image};
use crate::publish::voice;
use crate::shown::Shown;

/// What will be built.
#[derive(Debug)]
pub(crate) struct Blueprint {
    pub(crate) project: Project,
    /// Who is who in it.
    pub(crate) roles: Roles,
    /// What nobody may show of it.
    pub(crate) secrets: Vec<String>,
}

/// Reads what will be built. Nothing is created, nothing is asked but files. `wrong` is what is known to be wrong with the inputs.
///
/// # Errors
/// Every wrong input at once.
pub(crate) fn read(
    settings: &Settings,
    run_id: &str,
    wrong: Problems,
) -> Result<(Plan, Blueprint), Problems> {
    let mut problems = Problems::default();
    let cluster = &settings.cluster;
    let secrets = Secrets::new();
    let variables = variables(settings, &secrets, &mut problems);
    let own = !cluster.compose_files.is_empty();
    let beside = compose_secrets::in_dotenv(&cluster.compose_files);
    // What is wrong with the file may be told with a value of it.
    voice().keep(&beside);
    let parsed = if own {
        own_project(cluster, variables, run_id)
    } else {
        default_project(cluster, variables, run_id)
    };
    let found = match parsed {
        Ok(parsed) => roles_of(settings, parsed, &mut problems),
        Err(compose::FileProblems { wrong, warnings }) => {
            for wrong in wrong {
                let at = if wrong.path.is_empty() { String::new() } else { format!(" at {}", wrong.path) };
                let file = Shown::plain(&wrong.file.display().to_string());
                let message = format!("is refused{at}: {}", wrong.message);
                let several = several_on_a_line(&wrong.file);
                problems.add("compose-file", file, message, format!("{}.{several}", wrong.remedy));
            }
            problems.note(warnings);
            None
        }
    };
    let names = found.as_ref().filter(|_| own);
    let names = names.map(|(_, roles)| roles.nodes.iter().map(|node| node.name.clone()).collect());
    let made = plan::of_settings(settings, names, wrong);
    if let Some((project, roles)) = &found {
        let (stable, release) = (&settings.releases.stable, &settings.releases.release);
        let needs = Needs::of(&stable.version, &release.version);
        old_databases(cluster, &needs, project, roles, &mut problems);
    }
    if let (Ok(plan), Some((project, _))) = (&made, &found) {
        let others = project.services.values().filter(|service| !is_node(service));
        let others = others.map(|service| service.image.as_str());
        plan::judge_lock(cluster.lock.as_ref(), plan, others, &mut problems);
    }
    match (made, found) {
        (Ok(plan), Some((mut project, roles))) if problems.is_empty() => {
            for node in &roles.nodes {
                // A node that dies must be seen, not restarted behind our back.
                project.services[&node.service].restart = Restart::No;
            }
            if settings.site_copy.is_some() {
                cut_off(&mut project);
            }
            let mut secrets = secrets.list();
            secrets.extend(beside);
            secrets.extend(compose_secrets::in_project(&project));
            voice().keep(&secrets);
            let mut plan = plan.built_as(built(&roles));
            plan.warnings.extend(problems.into_notes());
            Ok((plan, Blueprint { project, roles, secrets }))
        }
        (made, _) => {
            let mut all = Problems::default();
            match made {
                Ok(plan) => all.note(plan.warnings),
                Err(more) => all.extend(more),
            }
            all.extend(problems);
            Err(all)
        }
    }
}

/// Who is who in what was parsed; nothing where that cannot be told.
fn roles_of(settings: &Settings, parsed: Parsed, problems: &mut Problems) -> Option<(Project, Roles)> {
    let cluster = &settings.cluster;
    let Parsed { mut project, named, off, warnings } = parsed;
    problems.note(warnings);
    // The built-in cluster has more nodes than are asked for, on purpose.
    if cluster.compose_files.is_empty() {
        keep_nodes(&mut project, cluster.nodes);
    } else {
        problems.note(off_by_profile(&off));
        problems.note(built_elsewhere(&mut project, &default_name(cluster, named)));
        images_of_services(cluster, &project, problems);
    }
    match Roles::read(&project) {
        Ok(roles) => {
            foreseen(settings, &project, &roles, problems);
            Some((project, roles))
        }
        Err(wrong) => {
            for wrong in wrong {
                let remedy = "See docs/inputs.md, compose-file.";
                problems.add("compose-file", files_shown(cluster), wrong, remedy);
            }
            None
        }
    }
}

fn built(roles: &Roles) -> BuiltPlan {
    let balancer = roles.balancer.as_ref();
    let urls: Vec<_> = roles.nodes.iter().map(|node| node.site.shown(&node.name, node.port)).collect();
    BuiltPlan {
        urls: if urls.iter().any(Option::is_some) { urls } else { Vec::new() },
        front: balancer.and_then(|role| Some((role.site.shown(&role.service, role.port)?, role.port))),
        others: roles.others.clone(),
        ports: roles.nodes.iter().map(|node| node.port).collect(),
        balancer: roles.balancer.as_ref().map(|balancer| balancer.service.clone()),
        drained: roles.balancer.as_ref().is_some_and(|balancer| balancer.haproxy.is_some()),
    }
}

/// Images that no engine could pull; a node's is replaced.
fn images_of_services(cluster: &ClusterSettings, project: &Project, problems: &mut Problems) {
    for (name, service) in project.services.iter().filter(|(_, service)| !is_node(service)) {
        let (value, whose) = (files_shown(cluster), format!("has the service {name}, whose image "));
        judge_image("compose-file", value, &whose, &service.image, problems);
    }
    for (input, variable, image) in &cluster.images {
        if !project.services.values().any(|service| service.image == *image) {
            let wrong =
                format!("is given, and no service of the compose file has ${{{variable}}} as its image");
            problems.add(
                input,
                Shown::plain(image),
                wrong,
                format!("Use ${{{variable}}} there, or leave {input} out."),
            );
        }
    }
}

/// Databases that are too old for one of the releases, by the tags of their images; the input `database-image` is judged by
/// the plan.
fn old_databases(
    cluster: &ClusterSettings,
    needs: &Needs,
    project: &Project,
    roles: &Roles,
    problems: &mut Problems,
) {
    for name in &roles.databases {
        let image = &project.services[name].image;
        if cluster.database_image() == Some(image.as_str()) {
            continue;
        }
        if let Some(unmet) = major_of_image(image).and_then(|found| needs.unmet(found)) {
            let (image, told) = (Shown::plain(image), &unmet.told);
            let (input, value, wrong) = if cluster.compose_files.is_empty() {
                // The built-in file's own default is never too old.
                let wrong = format!("gives the service {name} the image {image}, which is {told}");
                ("variables", Shown::plain("DATABASE_IMAGE"), wrong)
            } else {
                let wrong = format!("has the service {name}, whose image {image} is {told}");
                ("compose-file", files_shown(cluster), wrong)
            };
            problems.add(input, value, wrong, plan::newer_database(&unmet));
        }
    }
}

/// Gives a part that is built from source the image that `docker compose build` makes of it: nothing is built here. Says which.
fn built_elsewhere(project: &mut Project, name: &str) -> Vec<String> {
    let mut told = Vec::new();
    for (service, part) in &mut project.services {
        if part.built && part.image.is_empty() && !is_node(part) {
            part.image = format!("{name}-{service}");
            // It has no tag, and the newest of that name in a registry would be somebody else's.
            part.pull_policy.get_or_insert(PullPolicy::Missing);
            told.push(format!(
                "service {service} is not built here: the engine must have its image {}, which docker compose build makes",
                part.image
            ));
        }
    }
    told
}

/// What compose calls the project: by its variable, by the file's `name:`, else by the folder of the first file.
fn default_name(cluster: &ClusterSettings, named: Option<String>) -> String {
    let line = cluster.variables.lines().find_map(|line| line.trim().strip_prefix("COMPOSE_PROJECT_NAME="));
    let folder = || {
        let first = std::path::absolute(cluster.compose_files.first()?).ok()?;
        Some(first.parent()?.file_name()?.to_string_lossy().into_owned())
    };
    let name = line.map(str::to_owned).or(named).or_else(folder).unwrap_or_default().to_lowercase();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    let name: String = name.chars().filter(|c| plain(*c)).collect();
    name.trim_start_matches(['_', '-']).to_owned()
}

/// What the project shows before anything of it is created.
fn foreseen(settings: &Settings, project: &Project, roles: &Roles, problems: &mut Problems) {
    let cluster = &settings.cluster;
    let said = Assurances { disposable: cluster.disposable, licensed: settings.servers.license.is_some() };
    let Foreseen { refused, warnings } = Foreseen::of(project, roles, said);
    for ProjectRefusal { input, wrong, remedy } in refused {
        let value = match input {
            "compose-file" => files_shown(cluster),
            "data" => Shown::plain(if cluster.disposable { "disposable" } else { "protected" }),
            _ => Shown::nothing(),
        };
        problems.add(input, value, wrong, remedy);
    }
    problems.note(warnings);
    let has = roles.nodes.len();
    if cluster.nodes != ClusterSettings::NODES && cluster.nodes != has {
        problems.note([format!("the input nodes does not count: the compose file has {has} of them")]);
    }
}

/// What to add where a line that cannot be read looks like several files.
fn several_on_a_line(file: &Path) -> &'static str {
    let text = file.to_string_lossy();
    let parts = text.split([',', ';', ':', ' ']).filter(|part| !part.trim().is_empty());
    if !file.exists() && parts.count() > 1 { " Write one file a line." } else { "" }
}

/// The files of the user's own, on one line.
fn files_shown(cluster: &ClusterSettings) -> Shown {
    Shown::plain(&cluster.compose_files.join(", "))
}

fn own_project(
    cluster: &ClusterSettings,
    variables: IndexMap<String, String>,
    run_id: &str,
) -> Result<Parsed, compose::FileProblems> {
    let paths: Vec<PathBuf> = cluster.compose_files.iter().map(PathBuf::from).collect();
    compose::load(&paths, variables, &cluster.profiles, run_id)
}

fn default_project(
    cluster: &ClusterSettings,
    variables: IndexMap<String, String>,
    run_id: &str,
) -> Result<Parsed, compose::FileProblems> {
    let ((path, text), files) = default_files();
    let source = Source {
        base: path.parent().unwrap_or(Path::new("/")).to_owned(),
        files: vec![(path, text)],
        variables,
        profiles: if cluster.nodes > ClusterSettings::NODES { vec!["more".into()] } else { Vec::new() },
        project_name: run_id.to_owned(),
    };
    compose::parse(&source, &MemorySource(files))
}

/// The built-in file has more nodes than asked for: the first ones stay.
fn keep_nodes(project: &mut Project, nodes: usize) {
    let mut left = nodes;
    project.services.retain(|_, service| {
        let stays = !is_node(service) || left > 0;
        left -= usize::from(is_node(service) && stays);
        stays
    });
}

#[cfg(test)]
mod tests;
