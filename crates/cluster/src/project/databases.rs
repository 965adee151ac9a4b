//! Which services are the database that the nodes ask.

use super::labels::{is_node, role};
use super::outside::{answers_to, asked};
use compose_file::Project;
use release_policy::policy::major_of_image;

/// Their names, in file order: by the label, or because a node's address names them. Where neither says anything, it is the one
/// service whose image is a PostgreSQL; of several nobody can say which is Mattermost's.
pub(super) fn of(project: &Project) -> Vec<String> {
    let others = || project.services.iter().filter(|(_, service)| !is_node(service));
    let nodes = project.services.iter().filter(|(_, service)| is_node(service));
    let hosts = asked(project, nodes.map(|(name, _)| name.as_str()));
    let told: Vec<String> = others()
        .filter(|(name, service)| {
            role(service) == Some("database")
                || hosts.iter().any(|host| answers_to(project, name, service, host))
        })
        .map(|(name, _)| name.clone())
        .collect();
    if !told.is_empty() || !hosts.is_empty() {
        return told;
    }
    let named = others().filter(|(_, service)| major_of_image(&service.image).is_some());
    let named: Vec<String> = named.map(|(name, _)| name.clone()).collect();
    if named.len() == 1 { named } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use crate::project::{Roles, project_of};

    fn databases(node: &str, others: &str) -> Vec<String> {
        let node =
            format!("n: {{ image: x, labels: {{ upgrade-gate.role: node }}, environment: {{ {node} }} }}");
        Roles::read(&project_of(&format!("services: {{ {node}, {others} }}"))).unwrap().databases
    }

    #[test]
    fn the_one_that_the_nodes_ask_or_that_has_the_label() {
        let two = "db: { image: 'postgres:16' }, sso: { image: 'postgres:13' }";
        assert_eq!(databases("MM_CONFIG: 'postgres://mm@db/mm'", two), ["db"]);
        assert_eq!(databases("MM_SQLSETTINGS_DATASOURCE: 'postgres://mm@sso:5432/mm'", two), ["sso"]);
        let labelled = "db: { image: x, labels: { upgrade-gate.role: database } }";
        assert_eq!(databases("A: b", labelled), ["db"]);
    }

    #[test]
    fn the_only_postgresql_where_nothing_says_which() {
        assert_eq!(databases("A: b", "db: { image: 'postgres:13' }, s: { image: y }"), ["db"]);
        let none: [&str; 0] = [];
        assert_eq!(databases("A: b", "db: { image: 'postgres:13' }, sso: { image: 'postgres:12' }"), none);
        assert_eq!(databases("MM_CONFIG: 'postgres://mm@live/mm'", "sso: { image: 'postgres:12' }"), none);
    }
}
