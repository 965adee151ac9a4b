//! What of a compose project the gate needs to know: who plays which role, where files are kept, and what is seen
//! beforehand; and the built-in project.
//!
//! ```text
//! Project ──► roles (labels), sites (by what address) ──► files (where the nodes keep them) ──► foreseen (outside data, configuration, licence)
//! ```
//! Nothing here has an engine: `plan` says the same as `run`.

mod address;
mod configuration;
mod cut_off;
mod databases;
mod files;
mod foreseen;
mod labels;
mod off;
mod outside;
mod roles;
mod site;

use std::path::PathBuf;

use indexmap::IndexMap;

pub use cut_off::{cut_off, what_is_cut_off};
pub use files::{NodeFiles, StoreRole};
pub use foreseen::{Assurances, Foreseen, ProjectRefusal};
pub use labels::is_node;
pub use off::off_by_profile;
pub(super) use roles::{BalancerRole, NodeRole, RuntimeApi};
pub use roles::{MOST_NODES, Roles};
pub use site::Site;

/// The built-in cluster's compose file.
const COMPOSE: &str = include_str!("../../../cluster/compose.yaml");
/// The built-in cluster's balancer configuration.
const HAPROXY: &str = include_str!("../../../cluster/haproxy.cfg");

/// The built-in project: the compose file, and the files that it names.
#[must_use]
pub fn default_files() -> ((PathBuf, String), IndexMap<PathBuf, Vec<u8>>) {
    let base = PathBuf::from("/cluster");
    let files = IndexMap::from([(base.join("haproxy.cfg"), HAPROXY.as_bytes().to_vec())]);
    ((base.join("compose.yaml"), COMPOSE.to_owned()), files)
}

/// The project that a compose file in `/srv` describes.
#[cfg(test)]
fn project_of(text: &str) -> compose_file::Project {
    use compose_file::{MemorySource, Source, parse};
    let source = Source {
        base: "/srv".into(),
        files: vec![("compose.yaml".into(), text.to_owned())],
        project_name: "p".into(),
        ..Source::default()
    };
    parse(&source, &MemorySource::default()).unwrap_or_else(|told| panic!("{told}")).project
}

#[cfg(test)]
mod tests {
    use super::*;
    use compose_file::{MemorySource, Project, Source, parse};

    fn default_project(profiles: &[&str]) -> Project {
        let ((path, text), files) = default_files();
        let source = Source {
            base: path.parent().unwrap().to_owned(),
            files: vec![(path, text)],
            profiles: profiles.iter().map(|&p| p.to_owned()).collect(),
            ..Source::default()
        };
        parse(&source, &MemorySource(files)).unwrap().project
    }

    #[test]
    fn the_built_in_project_has_every_role() {
        let roles = Roles::read(&default_project(&[])).unwrap();
        let names: Vec<_> = roles.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["node1", "node2", "node3"]);
        let balancer = roles.balancer.unwrap();
        let api = balancer.haproxy.unwrap();
        assert_eq!((balancer.port, api.port, api.backend.as_str()), (8065, 9999, "nodes"));
        let NodeFiles::Bucket(store) = roles.files else { panic!("{:?}", roles.files) };
        assert_eq!(
            (store.endpoint.as_str(), store.bucket.as_str(), store.tls),
            ("store:9000", "mattermost", false)
        );
        assert_eq!(roles.others, ["database", "store", "balancer"]);
    }

    #[test]
    fn the_profile_more_brings_nine_nodes() {
        let roles = Roles::read(&default_project(&["more"])).unwrap();
        assert_eq!(roles.nodes.len(), 9);
        assert_eq!(roles.nodes[8].name, "node9");
    }

    #[test]
    fn the_built_in_project_fits_seven_gigabytes() {
        let project = default_project(&[]);
        let limits = project.services.values().map(|service| service.limits.memory.unwrap());
        let node = project.services["node1"].limits.memory.unwrap();
        let nodes = project.services.keys().filter(|name| name.starts_with("node")).count() as u64;
        // One node at a time needs its ceiling, when a plugin starts for the first time; the others have half a gigabyte.
        let total = limits.sum::<u64>() - (nodes - 1) * (node - 512 * 1024 * 1024);
        assert!(total <= 7 * 1024 * 1024 * 1024, "{total} bytes");
    }

    #[test]
    fn nothing_of_the_built_in_project_is_refused_or_warned_of() {
        for licensed in [false, true] {
            let mut project = default_project(&[]);
            if licensed {
                project.services["node1"].environment.insert("MM_LICENSE".into(), "text".into());
            }
            let roles = Roles::read(&project).unwrap();
            let said = Assurances { disposable: false, licensed };
            assert_eq!(Foreseen::of(&project, &roles, said), Foreseen::default());
        }
    }
}
