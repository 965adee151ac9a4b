use super::*;
use crate::inputs::Inputs;

const PAIR: [(&str, &str); 2] = [("stable", "11.5.1"), ("release", "11.6.0")];

/// What is read of a pair and these inputs.
fn read(given: &[(&str, &str)]) -> Result<(Plan, Blueprint), Problems> {
    let mut problems = Problems::default();
    let settings = Inputs::given(&[&PAIR[..], given].concat()).judge(&mut problems);
    super::read(&settings, "ug-test", problems)
}

#[test]
fn the_built_in_cluster_has_as_many_nodes_as_asked_for() {
    for count in [1, 2, 3, 5, 9] {
        let (plan, blueprint) = read(&[("nodes", &count.to_string())]).unwrap();
        assert_eq!(blueprint.roles.nodes.len(), count);
        assert_eq!(plan.order.len(), count);
        assert_eq!(plan.order.last().unwrap(), &format!("node{count}"));
    }
}

#[test]
fn a_licence_switches_clustering_on_and_a_variable_overrides() {
    let with = [("license", "licence-text"), ("variables", "S3_PREFIX=ha\n")];
    let project = read(&with).unwrap().1.project;
    let node = &project.services["node1"].environment;
    assert_eq!(node["MM_CLUSTERSETTINGS_ENABLE"], "true");
    assert_eq!(node["MM_LICENSE"], "licence-text");
    assert_eq!(node["MM_FILESETTINGS_AMAZONS3PATHPREFIX"], "ha");
    let project = read(&[("apps", "true")]).unwrap().1.project;
    assert_eq!(project.services["node2"].environment["MM_FEATUREFLAGS_APPSENABLED"], "true");
    let without = read(&[]).unwrap().1.project;
    assert_eq!(without.services["node1"].environment["MM_CLUSTERSETTINGS_ENABLE"], "false");
}

#[test]
fn wrong_inputs_and_a_missing_compose_file_are_told_together() {
    let wrong = [("nodes", "0"), ("compose-file", "/no/such/file.yaml"), ("variables", "X")];
    assert_eq!(read(&wrong).unwrap_err().named(), ["nodes", "variables", "compose-file"]);
}

#[test]
fn every_run_has_secrets_of_its_own() {
    let (a, b) = (read(&[]).unwrap().1, read(&[]).unwrap().1);
    assert_ne!(a.secrets, b.secrets);
    // And no word that stands in every report is one.
    let made = |secret: &String| secret.contains(&a.secrets[0]) || secret.contains(&a.secrets[1]);
    assert!(a.secrets.iter().all(made), "{:?}", a.secrets);
    assert!(a.project.services["database"].environment["POSTGRES_PASSWORD"] == a.secrets[0]);
}

fn own(text: &str, given: &[(&str, &str)]) -> Result<(Plan, Blueprint), Problems> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("compose.yaml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_string_lossy();
    read(&[&[("compose-file", &*path)], given].concat())
}

const ONE: &str = "services: { n: { image: x, labels: { upgrade-gate.role: node }, environment: { MM_CONFIG: 'postgres://mm@db/mm', V: '$V' } }, db: { image: 'postgres:16' } }";

#[test]
fn a_plan_has_what_the_file_shows_and_the_warnings_of_it() {
    let plan = own(ONE, &[("nodes", "5")]).unwrap().0;
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
    let path = dir.path().join("compose.yaml");
    std::fs::write(&path, ONE.replace("postgres:16", "postgres:14")).unwrap();
    let given = [("compose-file", &*path.to_string_lossy()), ("lock", &*file.to_string_lossy())];
    let mut problems = Problems::default();
    let settings = Inputs::given(&given).judge(&mut problems);
    let told = super::read(&settings, "ug-test", problems).unwrap_err().to_string();
    assert!(told.contains("is PostgreSQL 14, and the release version 12.0.0 needs 15"), "{told}");
    assert!(told.starts_with("1 wrong input"), "{told}");
}

#[test]
fn warnings_come_with_the_problems_that_they_explain() {
    let text = "services: { n: { image: x, volumes: ['${DATA_DIR}:/data'] } }";
    let told = own(text, &[]).unwrap_err().to_string();
    assert!(told.contains("note: ") && told.contains("DATA_DIR is not set"), "{told}");
    let twice = [("stable", "11.5.1"), ("release", "11.5.1"), ("compose-file", "/no/such/file.yaml")];
    let mut problems = Problems::default();
    let settings = Inputs::given(&twice).judge(&mut problems);
    let twice = super::read(&settings, "ug-test", problems).unwrap_err();
    let told = twice.to_string();
    assert!(told.contains("note: the two versions are the same"), "{told}");
}

#[test]
fn what_has_no_effect_and_what_no_engine_could_pull_is_refused() {
    let named = |text: &str, given: &[(&str, &str)]| own(text, given).unwrap_err().named();
    assert_eq!(named(ONE, &[("license", "text")]), ["license"]);
    assert_eq!(named(ONE, &[("database-image", "postgres:17")]), ["database-image"]);
    assert_eq!(named(&ONE.replace("postgres:16", "Postgres:"), &[]), ["compose-file"]);
    assert_eq!(named(&ONE.replace("@db", "@live"), &[]), ["data"]);
    assert!(own(&ONE.replace("@db", "@live"), &[("data", "disposable")]).is_ok());
    assert!(own(&ONE.replace("MM_CONFIG", "MM_OTHER"), &[]).is_ok());
}

#[test]
fn what_compose_builds_has_the_name_that_compose_gives_it() {
    let built = |name: &str, variables: &str| {
        let text = format!("{name}{}", ONE.replace("image: 'postgres:16'", "build: ."));
        let (plan, blueprint) = own(&text, &[("variables", variables)]).unwrap();
        assert!(plan.warnings.iter().any(|told| told.contains("service db is not built here")));
        blueprint.project.services["db"].image.clone()
    };
    assert_eq!(built("name: Chat.Own\n", ""), "chatown-db");
    assert_eq!(built("name: chat\n", "COMPOSE_PROJECT_NAME=mine"), "mine-db");
    assert!(built("", "").ends_with("-db"));
}

#[test]
fn several_files_on_a_line_are_told_apart() {
    assert!(
        read(&[("compose-file", "a.yml,b.yml")]).unwrap_err().to_string().contains("Write one file a line.")
    );
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
        let given = [("compose-file", &*compose_file), ("profiles", profiles), ("variables", variables)];
        let (plan, blueprint) = read(&given).unwrap();
        (blueprint.roles.nodes.len(), plan.warnings.iter().any(|warning| warning == OFF))
    };
    assert_eq!(with("ha", ""), (2, false));
    assert_eq!(with("", "COMPOSE_PROFILES=ha"), (2, false));
    assert_eq!(with("", ""), (1, true));
    assert!(read(&[]).unwrap().0.warnings.is_empty());
}

#[test]
fn a_wrong_compose_file_is_named_once_and_its_sentences_end_once() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let told = |compose_file: String| read(&[("compose-file", &compose_file)]).unwrap_err().to_string();
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
    let variables = "A=1\nKEY=-----BEGIN\nhunter2\nhunter/2==\n";
    let told = read(&[("variables", variables)]).unwrap_err().to_string();
    assert!(!told.contains("hunter"), "{told}");
    assert!(told.contains("in line 3") && told.contains("in line 4"), "{told}");
}
