use super::*;
use crate::project::project_of;

/// Dear things and others, of a file with the node `n` and these further lines.
fn found(node: &str, rest: &str) -> (Vec<String>, Vec<String>) {
    let text =
        format!("services:\n  n:\n    image: x\n    labels: {{ upgrade-gate.role: node }}\n{node}\n{rest}\n");
    let project = project_of(&text);
    let found = find(&project, &IndexSet::from(["n"]));
    let (dear, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|outside| outside.dear);
    (dear.into_iter().map(|o| o.what).collect(), others.into_iter().map(|o| o.what).collect())
}

const ASKS_DB: &str = "    environment: { MM_CONFIG: 'postgres://mm:pw@db/mm' }";

#[test]
fn a_project_of_its_own_has_nothing_from_before() {
    let rest = "  db: { image: 'postgres:16', volumes: ['data:/var/lib/postgresql/data', '/tmp/x', './init:/docker-entrypoint-initdb.d:ro'] }\nvolumes: { data: }";
    assert_eq!(found(ASKS_DB, rest), (vec![], vec![]));
}

#[test]
fn a_databases_data_is_dear_however_the_database_is_known() {
    for db in [
        "  db: { image: my/own, volumes: ['./db:/data'] }",
        "  pg: { image: my/own, labels: { upgrade-gate.role: database }, volumes: ['./db:/data'] }",
        "  pg: { image: 'bitnami/postgresql:16', volumes: ['./db:/bitnami/postgresql'] }",
        "  pg: { image: my/own, volumes: ['./db:/var/lib/postgresql'] }",
        "  pg: { image: my/own, networks: { default: { aliases: [db] } }, volumes: ['./db:/data'] }",
        "  pg: { image: my/own, container_name: db, volumes: ['./db:/data'] }",
    ] {
        let (dear, _) = found(ASKS_DB, db);
        assert!(
            dear.iter().any(|told| told.contains("mounts /srv/db of the engine's host at")),
            "{db}: {dear:?}"
        );
    }
}

#[test]
fn external_volumes_and_devices_are_from_before() {
    let with = |volume: &str| {
        found(ASKS_DB, &format!("  db: {{ image: x, volumes: ['v:/data'] }}\nvolumes: {{ v: {volume} }}")).0
    };
    assert!(
        with("{ external: true, name: production }")[0].contains("the external volume production at /data")
    );
    assert!(
        with("{ driver_opts: { type: none, o: bind, device: /srv/live } }")[0]
            .contains("a device of its own")
    );
    assert!(with("{ driver_opts: { type: nfs, o: addr=10.0.0.1, device: ':/live' } }").len() == 1);
    assert!(with("{ driver_opts: { type: tmpfs, device: tmpfs } }").is_empty());
    assert!(with("{ name: fixed }").is_empty());
}

#[test]
fn a_nodes_folders_are_told_and_a_configuration_that_may_name_a_database_is_dear() {
    let with = |mount: &str| found(&format!("{ASKS_DB}\n    volumes: ['{mount}']"), "  db: { image: x }");
    for other in [
        "./d:/mattermost/data",
        "./d:/mattermost/config",
        "./d:/mattermost",
        "./d:/mattermost/logs",
        "./d:/var/x",
        "/var/run/docker.sock:/var/run/docker.sock",
    ] {
        assert_eq!((with(other).0.len(), with(other).1.len()), (0, 1), "{other}");
    }
    assert_eq!(with("./c.json:/mattermost/config/config.json:ro"), (vec![], vec![]));
    let own = |more: &str| {
        let node = format!(
            "    environment: {{ MM_CONFIG: /cfg/c.json{more} }}\n    volumes: ['./f:/files', './c:/cfg']"
        );
        let (dear, others) = found(&node, "  db: { image: x }");
        (dear.len(), others.len())
    };
    assert_eq!(own(""), (1, 1), "its database is named there, and nobody has read it");
    assert_eq!(own(", MM_SQLSETTINGS_DATASOURCE: 'postgres://mm@db/mm'"), (0, 2));
}

#[test]
fn a_database_that_is_no_service_of_the_file_is_dear_and_its_password_is_not_told() {
    for (key, address) in [
        ("MM_CONFIG", "postgres://mm:hunter2@live.example/mm"),
        ("MM_SQLSETTINGS_DATASOURCE", "postgres://mm:hunter2@10.0.0.7:5432/mm"),
        ("MM_SQLSETTINGS_DATASOURCE", "mm:hunter2@tcp(live:3306)/mm"),
        ("MM_SQLSETTINGS_DATASOURCE", "postgres://mm:hunter2@db,live/mm"),
        ("MM_SQLSETTINGS_DATASOURCEREPLICAS", "postgres://mm:hunter2@db/mm postgres://mm:hunter2@live/mm"),
        ("MM_SQLSETTINGS_DATASOURCE", "hunter2"),
    ] {
        let (dear, _) = found(&format!("    environment: {{ {key}: '{address}' }}"), "  db: { image: x }");
        assert_eq!(dear.len(), 1, "{address}: {dear:?}");
        assert!(dear[0].contains(key) && !dear[0].contains("hunter2"), "{dear:?}");
    }
    for fine in [
        "postgres://mm@db/mm",
        "postgres://mm@DB:5432/mm",
        "postgres://mm@localhost/mm",
        "postgres://mm@p-db-1/mm",
    ] {
        let (dear, _) = found(
            &format!("    environment: {{ MM_SQLSETTINGS_DATASOURCE: '{fine}' }}"),
            "  db: { image: x }",
        );
        assert_eq!(dear, Vec::<String>::new(), "{fine}");
    }
    let renamed = format!("{ASKS_DB}\n    extra_hosts: ['db:10.0.0.7']");
    assert_eq!(found(&renamed, "  db: { image: x }").0.len(), 1);
}
