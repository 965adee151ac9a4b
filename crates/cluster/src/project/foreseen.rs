//! What a project shows already, before anything of it is created: what would go wrong or be lost, and what will not be
//! measured.

use indexmap::IndexSet;

use super::configuration::{self, Configuration, Fate};
use super::files::NodeFiles;
use super::outside;
use super::roles::Roles;
use super::site;
use compose_file::Project;

/// What the user has said about the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assurances {
    /// Data from before the run may be changed and lost.
    pub disposable: bool,
    /// A licence was given.
    pub licensed: bool,
}

/// What is refused: an input, what is wrong as a clause, and what to do as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectRefusal {
    /// The input that it is about.
    pub input: &'static str,
    /// What is wrong.
    pub wrong: String,
    /// What to do.
    pub remedy: &'static str,
}

/// What is known beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Foreseen {
    /// What must not run.
    pub refused: Vec<ProjectRefusal>,
    /// What runs and should be known: a sentence each.
    pub warnings: Vec<String>,
}

impl Foreseen {
    /// Looks at a project whose roles are known.
    #[must_use]
    pub fn of(project: &Project, roles: &Roles, said: Assurances) -> Self {
        let mut found = Self::default();
        let services: IndexSet<&str> = roles.nodes.iter().map(|node| node.service.as_str()).collect();
        found.balancer(roles);
        found.paths(project, roles);
        found.files(roles);
        found.data(project, &services, said);
        found.nodes(project, &services);
        let licensed = services.iter().any(|name| configuration::has_licence(&project.services[*name]));
        if said.licensed && !licensed {
            found.refuse(
                "license",
                "is given, and no node of the compose file has MM_LICENSE: the servers would run without it"
                    .into(),
                "Write MM_LICENSE: ${LICENSE} into the nodes' environment, or leave license out.",
            );
        }
        found
    }

    fn refuse(&mut self, input: &'static str, wrong: String, remedy: &'static str) {
        self.refused.push(ProjectRefusal { input, wrong, remedy });
    }

    fn balancer(&mut self, roles: &Roles) {
        let first = roles.nodes.first().map(|node| node.name.as_str()).unwrap_or_default();
        self.warnings.extend(match (&roles.balancer, roles.nodes.len()) {
            (None, 0 | 1) => Some(format!(
                "no service has the label upgrade-gate.role: balancer: {first}'s own address takes its place, S1.1's balancer is not covered"
            )),
            (None, _) => Some(format!(
                "no service has the label upgrade-gate.role: balancer: what is asked through a balancer does not apply, S1.1's balancer is not covered, a suite of yours gets {first}'s address"
            )),
            (Some(balancer), _) if balancer.haproxy.is_none() => Some(format!(
                "the balancer {} has no label upgrade-gate.haproxy: nodes are stopped without being drained first",
                balancer.service
            )),
            (Some(_), _) => None,
        });
    }

    /// A label and the nodes' own site that name two places.
    fn paths(&mut self, project: &Project, roles: &Roles) {
        let Some(balancer) = &roles.balancer else { return };
        let sites = roles.nodes.iter().filter(|node| node.number == 1).filter_map(|node| {
            let site = project.services[&node.service].environment.get("MM_SERVICESETTINGS_SITEURL")?;
            Some((&node.service, site::path(&reqwest::Url::parse(site.trim()).ok()?)))
        });
        for (service, path) in sites.filter(|(_, path)| path != balancer.site.path()) {
            self.warnings.push(format!(
                "users come to \"{}/\" by the balancer {}, and the MM_SERVICESETTINGS_SITEURL of service {service} has \"{path}/\": a server has everything below that path",
                balancer.site.path(), balancer.service
            ));
        }
    }

    fn files(&mut self, roles: &Roles) {
        self.warnings.extend(match &roles.files {
            NodeFiles::Bucket(_) => None,
            NodeFiles::OutOfReach(why) => {
                Some(format!("{why}: steps that look into the bucket do not apply, S1.1's store is not covered"))
            }
            NodeFiles::Unknown(why) => Some(format!(
                "where the nodes keep files is not known ({why}): if it is S3, steps that look into the bucket cannot be measured; the nodes' environment should have MM_FILESETTINGS_…"
            )),
        });
    }

    fn data(&mut self, project: &Project, nodes: &IndexSet<&str>, said: Assurances) {
        for outside in outside::find(project, nodes) {
            if !outside.dear {
                self.warnings.push(format!("{}: what the run changes there stays", outside.what));
            } else if said.disposable {
                self.warnings.push(format!("{}: the run migrates and changes what is there", outside.what));
            } else {
                self.refuse(
                    "data",
                    format!("keeps the run from data that was there before it: {}", outside.what),
                    "Use a volume of the file's own or a database of the file's own, or write data: disposable if what is there may be migrated, changed and lost.",
                );
            }
        }
    }

    fn nodes(&mut self, project: &Project, nodes: &IndexSet<&str>) {
        for name in nodes {
            let node = &project.services[*name];
            if let Configuration::File(file) = configuration::of(node) {
                let why = match node.environment.get("MM_CONFIG").is_some_and(|path| !path.trim().is_empty())
                {
                    true => "MM_CONFIG names a file that no mount keeps",
                    false => "MM_CONFIG is not set, and no mount keeps /mattermost/config",
                };
                let folder = file.parent().unwrap_or(&file).display();
                match configuration::fate(node, &file) {
                    Fate::Kept => {}
                    Fate::Anew => self.warnings.push(format!(
                        "service {name} begins with a configuration of the compose file's in each container: what is set in between is lost at its replacement"
                    )),
                    Fate::Lost => self.warnings.push(format!(
                        "service {name} keeps its configuration in its container ({why}): the gate carries {folder} over to the next one, as compose does; several nodes share no settings so: MM_CONFIG with the address of the database is what they need"
                    )),
                }
            }
            for target in configuration::memory_of_root(node) {
                self.warnings.push(format!(
                    "service {name} has memory at {target} that belongs to root, and the server is user 2000: it may not be able to write there; write {target}:uid=2000 under tmpfs"
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::project_of;

    fn of(node: &str, rest: &str, said: Assurances) -> Foreseen {
        let text = format!(
            "services:\n  n: {{ image: x, labels: {{ upgrade-gate.role: node }}, {node} }}\n  db: {{ image: postgres }}\n{rest}\n"
        );
        let project = project_of(&text);
        Foreseen::of(&project, &Roles::read(&project).unwrap(), said)
    }

    const PLAIN: Assurances = Assurances { disposable: false, licensed: false };
    const CONFIG: &str = "environment: { MM_CONFIG: 'postgres://mm@db/mm' }";

    fn warned(found: &Foreseen, part: &str) -> bool {
        found.warnings.iter().any(|warning| warning.contains(part))
    }

    #[test]
    fn a_cluster_without_balancer_or_store_runs_and_says_what_is_not_covered() {
        let one = of(CONFIG, "", PLAIN);
        assert_eq!(one.refused, []);
        assert!(warned(&one, "n's own address takes its place") && warned(&one, "not in S3"), "{one:?}");
        let two = of(&format!("{CONFIG}, scale: 2"), "", PLAIN);
        assert!(two.refused.is_empty() && warned(&two, "through a balancer does not apply"), "{two:?}");
        let lb = "  lb: { image: x, labels: { upgrade-gate.role: balancer } }";
        assert!(warned(&of(CONFIG, lb, PLAIN), "without being drained"));
        let unknown = of("volumes: ['c:/mattermost/config']", "volumes: { c: }", PLAIN);
        assert!(unknown.refused.is_empty() && warned(&unknown, "is not known"), "{unknown:?}");
    }

    #[test]
    fn a_path_of_users_that_is_not_the_servers_is_told() {
        let node = |url: &str| {
            format!(
                "environment: {{ MM_CONFIG: 'postgres://mm@db/mm', MM_SERVICESETTINGS_SITEURL: '{url}' }}"
            )
        };
        let lb = "  lb: { image: x, labels: { upgrade-gate.role: balancer, upgrade-gate.url: 'https://chat.test/a' } }";
        assert!(warned(
            &of(&node("https://chat.test/b"), lb, PLAIN),
            "users come to \"/a/\" by the balancer lb"
        ));
        assert!(!warned(&of(&node("https://chat.test/a/"), lb, PLAIN), "users come to"));
    }

    #[test]
    fn data_from_before_is_refused_unless_it_is_disposable() {
        let live = "environment: { MM_CONFIG: 'postgres://mm@live/mm' }, volumes: ['./data:/mattermost/data', './x:/x']";
        let refused = of(live, "", PLAIN);
        let inputs: Vec<_> = refused.refused.iter().map(|refusal| refusal.input).collect();
        assert_eq!(inputs, ["data"]);
        assert!(warned(
            &refused,
            "service n mounts /srv/x of the engine's host at /x: what the run changes there stays"
        ));
        let disposable = of(live, "", Assurances { disposable: true, ..PLAIN });
        assert_eq!(disposable.refused, []);
        assert!(
            warned(&disposable, "asks live by its MM_CONFIG") && warned(&disposable, "at /mattermost/data")
        );
    }

    #[test]
    fn a_configuration_that_goes_with_its_container_is_told() {
        let bare = of("hostname: n", "", PLAIN);
        assert_eq!(bare.refused, []);
        assert!(warned(&bare, "service n keeps its configuration in its container (MM_CONFIG is not"));
        let elsewhere = of(
            "environment: { MM_CONFIG: /cfg/c.json }, volumes: ['c:/mattermost/config']",
            "volumes: { c: }",
            PLAIN,
        );
        assert!(warned(&elsewhere, "MM_CONFIG names a file that no mount keeps"), "{elsewhere:?}");
        assert!(warned(&elsewhere, "carries /cfg over"), "{elsewhere:?}");
        let shipped = of(
            "configs: [{ source: c, target: /mattermost/config/config.json }]",
            "configs: { c: { content: '{}' } }",
            PLAIN,
        );
        assert!(shipped.refused.is_empty() && warned(&shipped, "in each container"), "{shipped:?}");
        let memory = of(&format!("{CONFIG}, tmpfs: ['/mattermost/logs']"), "", PLAIN);
        assert!(memory.refused.is_empty() && warned(&memory, "/mattermost/logs:uid=2000"), "{memory:?}");
    }

    #[test]
    fn a_licence_that_no_node_has_is_refused() {
        let said = Assurances { licensed: true, ..PLAIN };
        assert_eq!(of(CONFIG, "", said).refused[0].input, "license");
        let with = "environment: { MM_CONFIG: 'postgres://mm@db/mm', MM_LICENSE: text }";
        assert_eq!(of(with, "", said).refused, []);
    }
}
