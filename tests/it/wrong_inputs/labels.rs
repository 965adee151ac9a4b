//! Who is who in a compose file of the user's own, and what such a file shows to be dangerous or of no use.

use super::case::Case;

/// A compose file of these services, each `name: text`.
fn of(services: &[&str]) -> Case {
    Case::compose(&format!("services: {{{}}}", services.join(", ")))
}

/// A node that nothing is wrong with.
const NODE: &str =
    "n: {image: 'x:1', environment: {MM_CONFIG: 'postgres://u:p@d/m'}, labels: {upgrade-gate.role: node}}";
const BALANCER: &str =
    "b: {image: 'h:1', labels: {upgrade-gate.role: balancer, upgrade-gate.haproxy: '9999'}}";
const DATABASE: &str = "d: {image: 'p:1', labels: {upgrade-gate.role: database}}";

fn node(labels: &str) -> String {
    format!(
        "n: {{image: 'x:1', environment: {{MM_CONFIG: 'postgres://u:p@d/m'}}, labels: {{upgrade-gate.role: node, {labels}}}}}"
    )
}

fn balancer(labels: &str) -> String {
    format!("b: {{image: 'h:1', labels: {{upgrade-gate.role: balancer, {labels}}}}}")
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for role in [
        "nodes",
        "Node",
        "mattermost",
        "server",
        "lb",
        "db",
        "proxy",
        "s3",
        "true",
        "''",
        "node balancer",
        "leader",
    ] {
        cases.push(
            of(&[
                NODE,
                BALANCER,
                DATABASE,
                &format!("x: {{image: 'x:1', labels: {{upgrade-gate.role: {role}}}}}"),
            ])
            .says("role"),
        );
    }
    for port in ["'0'", "'65536'", "'-1'", "http", "'80 '", "'8065/tcp'", "''", "'0x50'", "'80:80'", "'1e3'"]
    {
        cases.push(
            of(&[&node(&format!("upgrade-gate.port: {port}")), BALANCER, DATABASE]).says("upgrade-gate.port"),
        );
        cases.push(
            of(&[NODE, &balancer(&format!("upgrade-gate.port: {port}")), DATABASE]).says("upgrade-gate.port"),
        );
        cases.push(
            of(&[NODE, &balancer(&format!("upgrade-gate.haproxy: {port}")), DATABASE])
                .says("upgrade-gate.haproxy"),
        );
    }
    // Misspelled, or of no effect where they stand.
    for label in ["prot", "Port", "ports", "haproxi", "ha-proxy", "rol", "roles", "back-end", "backends", "x"]
    {
        cases.push(
            of(&[&node(&format!("upgrade-gate.{label}: '80'")), BALANCER, DATABASE]).says("upgrade-gate."),
        );
        cases.push(
            of(&[NODE, &balancer(&format!("upgrade-gate.{label}: '80'")), DATABASE]).says("upgrade-gate."),
        );
    }
    for label in ["upgrade-gate.haproxy: '9999'", "upgrade-gate.backend: nodes"] {
        cases.push(of(&[&node(label), BALANCER, DATABASE]).says("upgrade-gate."));
    }
    for label in ["port: '80'", "haproxy: '9999'", "backend: nodes"] {
        let database =
            format!("d: {{image: 'p:1', labels: {{upgrade-gate.role: database, upgrade-gate.{label}}}}}");
        cases.push(of(&[NODE, BALANCER, &database]).says("upgrade-gate."));
        let none = format!("m: {{image: 'p:1', labels: {{upgrade-gate.{label}}}}}");
        cases.push(of(&[NODE, BALANCER, DATABASE, &none]).says("upgrade-gate."));
    }
    cases.extend(wholes());
    cases.extend(dangers());
    cases
}

/// What is wrong between services.
fn wholes() -> Vec<Case> {
    let node_with = |name: &str, more: &str| {
        format!(
            "{name}: {{image: 'x:1', environment: {{MM_CONFIG: 'postgres://u:p@d/m'}}, labels: {{upgrade-gate.role: node}}, {more}}}"
        )
    };
    vec![
        of(&[BALANCER, DATABASE]).says("node"),
        of(&["m: {image: 'x:1'}"]).says("upgrade-gate.role"),
        of(&[NODE, BALANCER, &BALANCER.replacen("b:", "b2:", 1), DATABASE]).says("balancer"),
        of(&[NODE, &BALANCER.replacen("image", "deploy: {replicas: 2}, image", 1), DATABASE])
            .says("replicas"),
        of(&[&node_with("n", "deploy: {replicas: 2}"), &node_with("n-1", ""), BALANCER, DATABASE])
            .says("n-1"),
        of(&[&node_with("n", "deploy: {replicas: 10}"), BALANCER, DATABASE]).says("replicas"),
        of(&[&node_with("n", "deploy: {replicas: 4000000000}"), BALANCER, DATABASE]).says("replicas"),
        of(&[&node_with("n", "scale: 4000000000"), BALANCER, DATABASE]).says("scale"),
        of(&[&node_with("n", "deploy: {replicas: 0}"), BALANCER, DATABASE]),
        of(&[&node_with("n", "profiles: [ha]"), BALANCER, DATABASE]).says("profile"),
        of(&[NODE, BALANCER, DATABASE, "bare: {}"]).says("image"),
    ]
}

/// What the file already shows: somebody's data, or configuration that would be lost at the swap.
fn dangers() -> Vec<Case> {
    let database =
        |more: &str| format!("d: {{image: 'p:1', labels: {{upgrade-gate.role: database}}, {more}}}");
    let node = |environment: &str, more: &str| {
        format!(
            "n: {{image: 'x:1', labels: {{upgrade-gate.role: node}}, environment: {{{environment}}}, {more}}}"
        )
    };
    let mut cases = vec![
        of(&[NODE, BALANCER, &database("volumes: ['./data:/var/lib/postgresql/data']")]).says("disposable"),
        of(&[NODE, BALANCER, &database("volumes: ['/srv/pg:/var/lib/postgresql']")]).says("disposable"),
        of(&[NODE, BALANCER, &database("volumes: [{type: bind, source: /srv/pg, target: /var/lib/postgresql/data}]")]).says("disposable"),
        of(&[&node("MM_CONFIG: 'postgres://u:hunter2@db.prod.example/m'", ""), BALANCER]).says("disposable"),
        of(&[&node("MM_CONFIG: 'postgres://u:p@d/m', MM_SQLSETTINGS_DATASOURCE: 'postgres://u:hunter2@10.0.0.5:5432/m'", ""), BALANCER, DATABASE])
            .says("disposable"),
    ];
    let external = "{services: {n: {image: 'x:1', environment: {MM_CONFIG: 'postgres://u:p@d/m'}, labels: {upgrade-gate.role: node}}, b: {image: 'h:1', labels: {upgrade-gate.role: balancer}}, d: {image: 'p:1', labels: {upgrade-gate.role: database}, volumes: ['pg:/var/lib/postgresql/data']}}, volumes: {pg: {external: true}}}";
    cases.push(Case::compose(external).says("disposable"));
    // Whose data it is, another input says.
    for case in cases.iter_mut().filter(|case| case.says.iter().any(|text| text == "disposable")) {
        case.says[0] = "data".into();
    }
    for answer in ["yes", "true", "Disposable", "mine", "disposable own", "\u{1b}x"] {
        cases.push(Case::inputs("plan", &[("data", answer)]));
    }
    let mut licensed = of(&[NODE, BALANCER, DATABASE]);
    licensed.says = vec!["license".into()];
    licensed.args.push("--license=a-licence-text".into());
    licensed.name = "a licence that no node takes".into();
    cases.push(licensed);
    cases
}
