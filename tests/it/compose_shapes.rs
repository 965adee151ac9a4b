//! Set-ups of the shapes that people run Mattermost in: with labels of roles alone each is read, and has its nodes.

use std::path::Path;

use indexmap::IndexMap;
use upgrade_gate::cluster::Roles;
use upgrade_gate::compose::{MountSource, Parsed, Restart, load};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/compose/shapes")
}

fn read(names: &[&str], variables: &[(&str, &str)]) -> (Parsed, Vec<String>) {
    let paths: Vec<_> = names.iter().map(|name| folder().join(name)).collect();
    let variables = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    let parsed =
        load(&paths, variables, &[], "gate").unwrap_or_else(|problems| panic!("{names:?}: {problems}"));
    let roles = Roles::read(&parsed.project).unwrap_or_else(|wrong| panic!("{names:?}: {wrong:?}"));
    let nodes = roles.nodes.into_iter().map(|node| format!("{}:{}", node.name, node.port)).collect();
    (parsed, nodes)
}

#[test]
fn the_official_one_with_its_variables() {
    let variables = [
        ("POSTGRES_IMAGE_TAG", "13-alpine"),
        ("RESTART_POLICY", "unless-stopped"),
        ("POSTGRES_DATA_PATH", "./volumes/db"),
        ("POSTGRES_USER", "mmuser"),
        ("MATTERMOST_IMAGE", "mattermost-enterprise-edition"),
        ("MATTERMOST_IMAGE_TAG", "11.5"),
        ("MATTERMOST_CONTAINER_READONLY", "false"),
        ("MATTERMOST_CONFIG_PATH", "./volumes/config"),
        ("APP_PORT", "8065"),
        ("CALLS_PORT", "8443"),
    ];
    let (parsed, nodes) = read(&["official.yml", "official-ports.yml", "official-labels.yml"], &variables);
    assert_eq!(nodes, ["mattermost:8065"]);
    assert_eq!(parsed.project.services["mattermost"].ports.len(), 3);
    let data = &parsed.project.services["postgres"].volumes[0];
    assert_eq!(data.source, MountSource::Bind(folder().join("volumes/db")));
}

#[test]
fn one_that_builds_its_images() {
    let (parsed, nodes) = read(&["built.yml"], &[]);
    assert_eq!(nodes, ["app:8065"]);
    let app = &parsed.project.services["app"];
    assert!(app.built && app.image.is_empty());
    assert_eq!(app.links, IndexMap::from([("database".to_owned(), "db".to_owned())]));
    assert!(parsed.project.services["web"].ports.iter().all(|port| port.host_ip.is_none()));
}

#[test]
fn the_servers_own_with_services_of_another_folder() {
    let (parsed, nodes) = read(&["server.yml"], &[]);
    assert_eq!(nodes, ["leader:8065", "follower:8065"]);
    let database = &parsed.project.services["postgres"];
    assert_eq!(database.environment["POSTGRES_DB"], "mattermost_test");
    assert_eq!(database.volumes[0].source, MountSource::Bind(folder().join("common/sql")));
    let subnet = &parsed.project.networks["test"].subnets[0];
    assert_eq!(subnet.ip_range.as_deref(), Some("172.29.5.0/24"));
}

#[test]
fn labels_of_mounts_of_routers_and_of_files() {
    let (parsed, nodes) = read(&["labelled.yml"], &[]);
    assert_eq!(nodes, ["node1:8064", "node2:8065", "node3:8066"]);
    assert_eq!(parsed.project.services["node1"].dns, ["9.9.9.9"]);
    let told = |text: &str| parsed.warnings.iter().filter(|warning| warning.contains(text)).count();
    assert_eq!((told("the mount options"), told("the driver `syslog`"), told("engine's socket")), (3, 3, 1));
}

#[test]
fn one_for_swarm_with_a_node_that_is_off() {
    let (parsed, nodes) = read(&["swarm.yml"], &[]);
    assert_eq!(nodes, ["app-1:8065", "app-2:8065"]);
    assert_eq!(parsed.project.services["app"].restart, Restart::OnFailure(3));
    assert_eq!(parsed.project.services["database"].environment["POSTGRES_DB"], "mattermost_test");
    assert_eq!(parsed.off["spare"].profiles, ["ha"]);
    let (_, nodes) = read(&["swarm.yml"], &[("COMPOSE_PROFILES", "ha")]);
    assert_eq!(nodes, ["app-1:8065", "app-2:8065", "spare:8065"]);
}
