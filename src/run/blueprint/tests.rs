use super::*;
use secrecy::SecretString;

fn inputs() -> Inputs {
    Inputs { stable: "11.5.1".into(), release: "11.6.0".into(), ..Inputs::defaults() }
}

#[test]
fn the_built_in_cluster_has_as_many_nodes_as_asked_for() {
    for count in [1, 2, 3, 5, 9] {
        let (plan, blueprint) = read(&Inputs { nodes: count.to_string(), ..inputs() }, "ug-test").unwrap();
        assert_eq!(blueprint.roles.nodes.len(), count);
        assert_eq!(plan.order.len(), count);
        assert_eq!(plan.order.last().unwrap(), &format!("node{count}"));
    }
}

#[test]
fn a_licence_switches_clustering_on_and_a_variable_overrides() {
    let with = Inputs {
        license: Some(SecretString::from("licence-text")),
        variables: "S3_PREFIX=ha\n".into(),
        ..inputs()
    };
    let project = read(&with, "ug-test").unwrap().1.project;
    let node = &project.services["node1"].environment;
    assert_eq!(node["MM_CLUSTERSETTINGS_ENABLE"], "true");
    assert_eq!(node["MM_LICENSE"], "licence-text");
    assert_eq!(node["MM_FILESETTINGS_AMAZONS3PATHPREFIX"], "ha");
    let apps = Inputs { apps: "true".into(), ..inputs() };
    let project = read(&apps, "ug-test").unwrap().1.project;
    assert_eq!(project.services["node2"].environment["MM_FEATUREFLAGS_APPSENABLED"], "true");
    let without = read(&inputs(), "ug-test").unwrap().1.project;
    assert_eq!(without.services["node1"].environment["MM_CLUSTERSETTINGS_ENABLE"], "false");
}

#[test]
fn wrong_inputs_and_a_missing_compose_file_are_told_together() {
    let wrong = Inputs {
        nodes: "0".into(),
        compose_file: "/no/such/file.yaml".into(),
        variables: "X".into(),
        ..inputs()
    };
    let problems = read(&wrong, "ug-test").unwrap_err();
    let named: Vec<_> = problems.0.iter().map(|problem| problem.input.as_str()).collect();
    assert_eq!(named, ["nodes", "variables", "compose-file"]);
}

#[test]
fn every_run_has_secrets_of_its_own() {
    let (a, b) = (read(&inputs(), "ug-a").unwrap().1, read(&inputs(), "ug-b").unwrap().1);
    assert_ne!(a.secrets, b.secrets);
    // And no word that stands in every report is one.
    let made = |secret: &String| secret.contains(&a.secrets[0]) || secret.contains(&a.secrets[1]);
    assert!(a.secrets.iter().all(made), "{:?}", a.secrets);
    assert!(a.project.services["database"].environment["POSTGRES_PASSWORD"] == a.secrets[0]);
}

fn own(text: &str, change: impl Fn(&mut Inputs)) -> Result<(Plan, Blueprint), Problems> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("compose.yaml");
    std::fs::write(&path, text).unwrap();
    let mut inputs = Inputs { compose_file: path.to_string_lossy().into(), ..inputs() };
    change(&mut inputs);
    read(&inputs, "ug-test")
}

const ONE: &str = "services: { n: { image: x, labels: { upgrade-gate.role: node }, environment: { MM_CONFIG: 'postgres://mm@db/mm', V: '$V' } }, db: { image: 'postgres:16' } }";

#[test]
fn a_plan_has_what_the_file_shows_and_the_warnings_of_it() {
    let plan = own(ONE, |inputs| inputs.nodes = "5".into()).unwrap().0;
    assert_eq!(plan.built.unwrap().others, ["db"]);
    for part in
        ["the variable V is not set", "own address takes its place", "not in S3", "the input nodes does not"]
    {
        assert!(plan.warnings.iter().any(|warning| warning.contains(part)), "{part}: {:?}", plan.warnings);
    }
}

#[test]
fn a_database_is_too_old_for_the_versions_of_a_lock_too() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("lock.json");
    let image =
        format!(r#"{{"digest": null, "id": "sha256:{}", "platform": "linux/amd64"}}"#, "0".repeat(64));
    let names = ["mm:11.11.0", "mm:12.0.0", "postgres:14"].map(|name| format!("\"{name}\": {image}"));
    let lock = format!(
        r#"{{"format": 1, "gate": "0.1.0", "stable": "mm:11.11.0", "release": "mm:12.0.0", "images": {{{}}}}}"#,
        names.join(", ")
    );
    std::fs::write(&file, lock).unwrap();
    let with_lock = |inputs: &mut Inputs| {
        (inputs.stable, inputs.release) = (String::new(), String::new());
        inputs.pulling.lock = file.to_string_lossy().into();
    };
    let told = own(&ONE.replace("postgres:16", "postgres:14"), with_lock).unwrap_err().to_string();
    assert!(told.contains("is PostgreSQL 14, and the release version 12.0.0 needs 15"), "{told}");
    assert!(told.starts_with("1 wrong input"), "{told}");
}

#[test]
fn warnings_come_with_the_problems_that_they_explain() {
    let text = "services: { n: { image: x, volumes: ['${DATA_DIR}:/data'] } }";
    let told = own(text, |_| ()).unwrap_err().to_string();
    assert!(told.contains("note: ") && told.contains("DATA_DIR is not set"), "{told}");
    let twice = own("services: { db: { image: x } }", |inputs| inputs.release = "11.5.1".into()).unwrap_err();
    assert!(twice.1[0].contains("the two versions are the same"), "{twice}");
}

#[test]
fn what_has_no_effect_and_what_no_engine_could_pull_is_refused() {
    let named = |text: &str, change: fn(&mut Inputs)| {
        let told = own(text, change).unwrap_err();
        told.0.into_iter().map(|problem| problem.input).collect::<Vec<_>>()
    };
    assert_eq!(named(ONE, |inputs| inputs.license = Some("text".into())), ["license"]);
    assert_eq!(named(ONE, |inputs| inputs.database_image = "postgres:17".into()), ["database-image"]);
    assert_eq!(named(&ONE.replace("postgres:16", "Postgres:"), |_| ()), ["compose-file"]);
    assert_eq!(named(&ONE.replace("@db", "@live"), |_| ()), ["data"]);
    assert!(own(&ONE.replace("@db", "@live"), |inputs| inputs.data = "disposable".into()).is_ok());
    assert!(own(&ONE.replace("MM_CONFIG", "MM_OTHER"), |_| ()).is_ok());
}

#[test]
fn what_compose_builds_has_the_name_that_compose_gives_it() {
    let built = |name: &str, variables: &str| {
        let text = format!("{name}{}", ONE.replace("image: 'postgres:16'", "build: ."));
        let (plan, blueprint) = own(&text, |inputs| inputs.variables = variables.into()).unwrap();
        assert!(plan.warnings.iter().any(|told| told.contains("service db is not built here")));
        blueprint.project.services["db"].image.clone()
    };
    assert_eq!(built("name: Chat.Own\n", ""), "chatown-db");
    assert_eq!(built("name: chat\n", "COMPOSE_PROJECT_NAME=mine"), "mine-db");
    assert!(built("", "").ends_with("-db"));
}

#[test]
fn several_files_on_a_line_are_told_apart() {
    let wrong = Inputs { compose_file: "a.yml,b.yml".into(), ..inputs() };
    assert!(read(&wrong, "ug-test").unwrap_err().to_string().contains("Write one file a line."));
}

#[test]
fn profiles_turn_nodes_on_and_those_that_are_off_are_told() {
    const OFF: &str = "node n2 is off: its profile ha is not active (input profiles)";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compose.yaml");
    let node = "image: x, environment: {MM_CONFIG: 'postgres://mm@db/mm'}, labels: {upgrade-gate.role: node}";
    std::fs::write(
        &path,
        format!("services: {{n1: {{{node}}}, n2: {{{node}, profiles: [ha]}}, db: {{image: 'postgres:16'}}}}"),
    )
    .unwrap();
    let compose_file = path.display().to_string();
    let with = |profiles: &str, variables: &str| {
        let (profiles, variables) = (profiles.to_owned(), variables.to_owned());
        let inputs = Inputs { compose_file: compose_file.clone(), profiles, variables, ..inputs() };
        let (plan, blueprint) = read(&inputs, "ug-test").unwrap();
        (blueprint.roles.nodes.len(), plan.warnings.iter().any(|warning| warning == OFF))
    };
    assert_eq!(with("ha", ""), (2, false));
    assert_eq!(with("", "COMPOSE_PROFILES=ha"), (2, false));
    assert_eq!(with("", ""), (1, true));
    assert!(read(&inputs(), "ug-test").unwrap().0.warnings.is_empty());
}

#[test]
fn a_wrong_compose_file_is_named_once_and_its_sentences_end_once() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let told =
        |compose_file: String| read(&Inputs { compose_file, ..inputs() }, "ug-test").unwrap_err().to_string();
    let lower =
        write("a.yml", "services: {app: {image: x, restart: sometimes, labels: {upgrade-gate.role: node}}}");
    let upper = write("b.yml", "services: {app: {ports: ['x:1']}}");
    for text in [told(format!("{lower}\n{upper}")), told(write("c.yml", "services: {app: {image: x}}"))] {
        for line in text.lines().skip(1) {
            assert!(line.ends_with('.') && !line.contains("..") && !line.contains(". ."), "{line}");
            assert_eq!(line.matches(".yml").count(), 1, "{line}");
        }
    }
    let several = told(format!("{lower},{upper}"));
    assert!(several.contains("Write one file a line."), "{several}");
    let roles = told(format!("{}\n{upper}", write("d.yml", "services: {app: {image: x}}")));
    assert!(!roles.contains("\\u{a}"), "{roles}");
}

#[test]
fn lines_of_variables_are_told_by_number_and_never_repeated() {
    let variables = "A=1\nKEY=-----BEGIN\nhunter2\nhunter/2==\n".into();
    let wrong = Inputs { variables, ..inputs() };
    let told = read(&wrong, "ug-test").unwrap_err().to_string();
    assert!(!told.contains("hunter"), "{told}");
    assert!(told.contains("in line 3") && told.contains("in line 4"), "{told}");
}
