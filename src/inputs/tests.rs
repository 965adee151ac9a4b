use super::*;

#[test]
fn an_empty_input_counts_as_not_given() {
    let mut inputs = Inputs::defaults();
    inputs.nodes = String::new();
    inputs.mode = "  ".into();
    inputs.license = Some("".into());
    inputs.stable = " 11.5.0\n".into();
    let inputs = inputs.with_defaults();
    assert_eq!((inputs.nodes.as_str(), inputs.mode.as_str()), ("3", "auto"));
    assert_eq!(inputs.stable, "11.5.0");
    assert!(inputs.license.is_none());
    assert_eq!(inputs.attached.cluster, "compose");
}

#[test]
fn what_is_secret_in_inputs_is_known() {
    let mut inputs = Inputs::defaults();
    inputs.license = Some("licence-text".into());
    inputs.variables = "DB_PASSWORD=hunter2\nS3_PREFIX=ha\nMM_CONFIG=postgres://mm:s3cr3t@db/mm".into();
    inputs.upload.report_endpoint = "https://me:pass@minio:9000?token=1234567".into();
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
