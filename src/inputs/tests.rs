use super::*;

fn read(arguments: &[&str]) -> Inputs {
    let command = Inputs::augment_args(Command::new("inputs")).no_binary_name(true);
    Inputs::from_arg_matches(&command.get_matches_from(arguments)).unwrap()
}

#[test]
fn an_empty_input_counts_as_not_given() {
    let inputs = read(&["--nodes=", "--mode=  ", "--license=", "--stable= 11.5.0\n", "--keep"]);
    assert_eq!((inputs.cluster.nodes.as_str(), inputs.cluster.mode.as_str()), ("3", "auto"));
    assert_eq!((inputs.releases.stable.as_str(), inputs.run.keep.as_str()), ("11.5.0", "true"));
    assert!(inputs.servers.license.is_none());
    assert_eq!(inputs.attached.cluster, "compose");
}

#[test]
fn every_field_has_the_row_of_its_name() {
    let text = format!("{:?}", Inputs::defaults());
    let mut from = 0;
    for row in Inputs::rows() {
        let field = format!(" {}: ", row.name.replace('-', "_"));
        let at = text[from..].find(&field).unwrap_or_else(|| panic!("{field} is not where its row is"));
        from += at;
    }
}

#[test]
fn the_default_number_of_nodes_is_one_number() {
    let settings = Inputs::defaults().judge(&mut Problems::default());
    assert_eq!(settings.cluster.nodes, ClusterSettings::NODES);
}

#[test]
fn what_is_secret_in_inputs_is_known() {
    let inputs = Inputs::given(&[
        ("license", "licence-text"),
        ("variables", "DB_PASSWORD=hunter2\nS3_PREFIX=ha\nMM_CONFIG=postgres://mm:s3cr3t@db/mm"),
        ("report-endpoint", "https://me:pass@minio:9000?token=1234567"),
    ]);
    assert_eq!(inputs.secrets(), ["1234567", "hunter2", "licence-text", "me", "pass", "s3cr3t"]);
}

#[test]
fn inputs_are_for_the_gate_alone() {
    let own = own_variables();
    for name in ["INPUT_VARIABLES", "INPUT_LICENSE", "INPUT_REPLACE-COMMAND", "ACTIONS_RUNTIME_TOKEN"] {
        assert!(own.contains(&name.to_owned()), "{name}");
    }
    assert!(own.iter().all(|name| name.starts_with("INPUT_") || name == "ACTIONS_RUNTIME_TOKEN"));
}
