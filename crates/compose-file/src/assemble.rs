//! One merged tree → [`Project`]: its sections, and what of them is used.

use indexmap::IndexMap;
use yaml_serde::Value;

use super::consistency;
use super::environment::Variables;
use super::files::file_source;
use super::networks::network;
use super::node::{Findings, YamlNode, YamlPlace};
use super::profiles;
use super::project::{FileMount, FileSource, Mount, MountSource, Network, Project, Service};
use super::service::service;
use super::source::{Files, Off, Source};
use super::unsupported::top_level_key;
use super::volumes::volume;

/// What reading a merged tree needs.
pub(super) struct Reading<'a> {
    pub(super) source: &'a Source,
    pub(super) variables: &'a IndexMap<String, String>,
    pub(super) files: &'a dyn Files,
    /// The profiles that are on.
    pub(super) profiles: &'a [String],
}

impl Reading<'_> {
    /// The project of a tree that all files are merged into, and the services that are off.
    pub(super) fn project(
        &self,
        merged: &Value,
        findings: &mut Findings,
    ) -> (Project, IndexMap<String, Off>) {
        let top = YamlNode::new(merged, YamlPlace::default());
        let mut sections: IndexMap<String, YamlNode<'_>> = IndexMap::new();
        let mut name = self.source.project_name.clone();
        for (key, node) in top.keys(findings) {
            match key.as_str() {
                "version" => {}
                "name" if name.is_empty() => name = node.text(findings).unwrap_or_default(),
                "name" => {}
                "services" | "networks" | "volumes" | "configs" | "secrets" => {
                    sections.insert(key, node);
                }
                other => top_level_key(&node, other, findings),
            }
        }
        check_name(&name, findings);
        let mut entries =
            |section: &str| sections.get(section).map(|node| node.entries(findings)).unwrap_or_default();
        let (services, networks, volumes) = (entries("services"), entries("networks"), entries("volumes"));
        let (configs, secrets) = (entries("configs"), entries("secrets"));
        let (services, off) = self.services(services, findings);
        let mut project = Project { name, services, ..Project::default() };
        self.networks(networks, &mut project, findings);
        project.volumes = volumes.into_iter().map(|(key, node)| (key, volume(&node, findings))).collect();
        consistency::check(&mut project, &off, findings);
        let used = |volume: &str| {
            let is_it = |mount: &Mount| matches!(&mount.source, MountSource::Volume(name) if name == volume);
            project.services.values().any(|service| service.volumes.iter().any(is_it))
        };
        let unused: Vec<String> = project.volumes.keys().filter(|volume| !used(volume)).cloned().collect();
        project.volumes.retain(|volume, _| !unused.contains(volume));
        project.configs =
            self.file_sources(configs, &project, "configs", |service| &service.configs, findings);
        project.secrets =
            self.file_sources(secrets, &project, "secrets", |service| &service.secrets, findings);
        (project, off)
    }

    /// The services that are on, and those that are off.
    fn services(
        &self,
        entries: Vec<(String, YamlNode<'_>)>,
        findings: &mut Findings,
    ) -> (IndexMap<String, Service>, IndexMap<String, Off>) {
        let variables = Variables { base: &self.source.base, outer: self.variables, files: self.files };
        profiles::warn_of_unknown(&entries, self.profiles, findings);
        let (mut active, mut inactive) = (IndexMap::new(), IndexMap::new());
        for (name, node) in entries {
            if !is_name(&name) {
                let remedy = "Use letters, digits, `_`, `.` and `-` only";
                findings.problem(&node.place, format!("`{name}` is not a name of a service"), remedy);
            }
            match profiles::off(&node, self.profiles, findings) {
                None => drop(active.insert(name, service(&node, &variables, findings))),
                Some(off) => drop(inactive.insert(name, off)),
            }
        }
        if active.is_empty() {
            let place = YamlPlace::default().key("services");
            if inactive.is_empty() {
                findings.problem(&place, "there are no services", "Add at least one under `services:`");
            } else {
                let remedy =
                    format!("Give the input `profiles` one of these: {}", profiles::all_of(&inactive));
                findings.problem(&place, "no service is on: each has a profile, and none is active", remedy);
            }
        }
        (active, inactive)
    }

    /// The networks that services use; `default` need not be declared.
    fn networks(&self, entries: Vec<(String, YamlNode<'_>)>, project: &mut Project, findings: &mut Findings) {
        let is_used =
            |name: &str| project.services.values().any(|service| service.networks.contains_key(name));
        let mut networks: IndexMap<String, Network> =
            entries.into_iter().map(|(name, node)| (name, network(&node, findings))).collect();
        networks.retain(|name, _| is_used(name));
        if is_used("default") && !networks.contains_key("default") {
            networks.insert("default".to_owned(), Network::default());
        }
        project.networks = networks;
    }

    /// The configs or secrets that services use, with their content.
    fn file_sources(
        &self,
        entries: Vec<(String, YamlNode<'_>)>,
        project: &Project,
        section: &str,
        of: impl Fn(&Service) -> &Vec<FileMount>,
        findings: &mut Findings,
    ) -> IndexMap<String, FileSource> {
        let is_used = |name: &str| {
            project.services.values().any(|service| of(service).iter().any(|file| file.source == name))
        };
        let declared: Vec<String> = entries.iter().map(|(name, _)| name.clone()).collect();
        for (name, service) in &project.services {
            for file in of(service).iter().filter(|file| !declared.contains(&file.source)) {
                let place = YamlPlace::default().key("services").key(name).key(section);
                let message = format!("it uses `{}`, which is not declared", file.source);
                let remedy = format!("Declare it under the top-level `{section}:`, or correct the name");
                findings.problem(&place, message, remedy);
            }
        }
        let mut sources = IndexMap::new();
        for (name, node) in entries {
            let base = &self.source.base;
            let read = file_source(&node, is_used(&name), base, self.variables, self.files, findings);
            sources.extend(read.map(|source| (name, source)));
        }
        sources
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

fn check_name(name: &str, findings: &mut Findings) {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !name.starts_with(allowed) || !name.chars().all(|c| allowed(c) || matches!(c, '_' | '-')) {
        findings.problem(
            &YamlPlace::default().key("name"),
            format!("`{name}` is not a project name"),
            "Start with a small letter or digit, and use only those, `_` and `-`",
        );
    }
}
