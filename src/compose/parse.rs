//! From compose files to a project: the order of the steps.

use std::path::PathBuf;

use indexmap::IndexMap;
use yaml_serde::{Mapping, Value};

use super::assemble::Reading;
use super::extends::carry_out_extends;
use super::interpolate::interpolate_tree;
use super::merge::merge;
use super::node::{Findings, Found, Place, Step};
use super::problem::{Problem, Problems};
use super::source::{Files, Parsed, Source};

/// Parses compose files. `files` is asked for what they name: env files, configs, secrets.
///
/// # Errors
/// Everything that is wrong with the files, together; only where a file is no YAML, nothing beyond that is looked at.
pub fn parse(source: &Source, files: &dyn Files) -> Result<Parsed, Problems> {
    let mut findings = Findings::default();
    let mut variables = source.variables.clone();
    if !source.project_name.is_empty() {
        variables.entry("COMPOSE_PROJECT_NAME".to_owned()).or_insert_with(|| source.project_name.clone());
    }
    let mut trees = Vec::new();
    let mut unreadable = Vec::new();
    for (path, text) in &source.files {
        findings.file = Some(path.clone());
        match tree(text, &variables, &mut findings) {
            Ok(tree) => trees.push((path.clone(), tree)),
            Err(message) => unreadable.push(Problem::whole_file(path, message, "Correct the YAML")),
        }
    }
    findings.file = None;
    if trees.is_empty() && unreadable.is_empty() {
        unreadable.push(Problem::whole_file(&source.base, "there is no compose file", "Name one"));
    }
    if !unreadable.is_empty() {
        return Err(Problems(unreadable, findings.warnings));
    }
    let merged = trees.iter().fold(Value::Mapping(Mapping::new()), |below, (_, tree)| {
        merge(below, tree.clone(), &Place::default(), &mut findings)
    });
    let reading = Reading { source, variables: &variables, files };
    let project = reading.project(&merged, &mut findings);
    let Findings { problems, warnings, .. } = findings;
    if problems.is_empty() {
        return Ok(Parsed { project, warnings });
    }
    let mut told: Vec<Problem> = Vec::new();
    for found in problems {
        let problem = with_file(found, &merged, &trees);
        if !told.contains(&problem) {
            told.push(problem);
        }
    }
    Err(Problems(told, warnings))
}

/// Longer chains of `<<` are nobody's file.
const MERGE_CHAIN: usize = 16;

fn has_merge_key(tree: &Value) -> bool {
    match tree {
        Value::Mapping(mapping) => {
            mapping.iter().any(|(key, value)| key.as_str() == Some("<<") || has_merge_key(value))
        }
        Value::Sequence(items) => items.iter().any(has_merge_key),
        Value::Tagged(tagged) => has_merge_key(&tagged.value),
        _ => false,
    }
}

/// One file as a tree: anchors merged, variables replaced, `extends` carried out.
fn tree(text: &str, variables: &IndexMap<String, String>, findings: &mut Findings) -> Result<Value, String> {
    let mut tree: Value = yaml_serde::from_str(text).map_err(|error| format!("it is not YAML: {error}"))?;
    // A merged mapping may bring a `<<` of its own: one pass per link of the chain.
    for _ in 0..MERGE_CHAIN {
        if !has_merge_key(&tree) {
            break;
        }
        tree.apply_merge().map_err(|error| format!("a merge key `<<` cannot be carried out: {error}"))?;
    }
    if !tree.is_mapping() && !tree.is_null() {
        return Err("it is YAML, but not a mapping with `services:`".to_owned());
    }
    let mut unset = Vec::new();
    let lookup = |name: &str| variables.get(name).cloned();
    interpolate_tree(&mut tree, &Place::default(), &lookup, &mut unset, findings);
    for (name, place) in unset {
        // One warning a variable is enough: the first place that uses it.
        let message = format!("the variable {name} is not set, an empty text stands in for it");
        if !findings.warnings.iter().any(|warning| warning.ends_with(&message)) {
            findings.warn(&place, message);
        }
    }
    carry_out_extends(&mut tree, findings);
    Ok(tree)
}

/// Names the file of a problem that was found after the merge: the last one that says what is at that place.
fn with_file(found: Found, merged: &Value, trees: &[(PathBuf, Value)]) -> Problem {
    let file = found.file.unwrap_or_else(|| {
        let mut steps = found.place.steps();
        loop {
            let value = value_at(merged, steps);
            let said = |tree: &Value| match steps.split_last() {
                // Items move in a merge, so the list is searched for the value.
                Some((Step::Item(_), list)) => {
                    let list = value_at(tree, list).and_then(Value::as_sequence);
                    list.is_some_and(|items| value.is_some_and(|value| items.contains(value)))
                }
                _ => value_at(tree, steps).is_some(),
            };
            if let Some((path, _)) = trees.iter().rev().find(|(_, tree)| said(tree)) {
                return path.clone();
            }
            match steps.split_last() {
                Some((_, shorter)) => steps = shorter,
                None => return PathBuf::new(),
            }
        }
    });
    Problem { file, path: found.place.to_string(), message: found.message, remedy: found.remedy }
}

fn value_at<'a>(tree: &'a Value, steps: &[Step]) -> Option<&'a Value> {
    steps.iter().try_fold(tree, |value, step| match (value, step) {
        (Value::Tagged(tagged), Step::Key(key)) => tagged.value.get(key.as_str()),
        (value, Step::Key(key)) => value.get(key.as_str()),
        (value, Step::Item(index)) => value.get(*index),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::project::{Condition, MountSource};
    use super::super::source::MemoryFiles;
    use super::*;

    fn source(texts: &[&str]) -> Source {
        let name = |index| PathBuf::from(format!("{}.yaml", char::from(b'a' + index)));
        Source {
            files: (0u8..).map(name).zip(texts.iter().map(|text| (*text).to_owned())).collect(),
            base: "/srv".into(),
            variables: IndexMap::from([("TAG".to_owned(), "9.11".to_owned())]),
            profiles: Vec::new(),
            project_name: "gate".to_owned(),
        }
    }

    fn parsed(texts: &[&str]) -> Parsed {
        parse(&source(texts), &MemoryFiles::default()).unwrap_or_else(|problems| panic!("{problems}"))
    }

    fn told(texts: &[&str]) -> String {
        parse(&source(texts), &MemoryFiles::default())
            .map_or_else(|problems| problems.to_string(), |_| "fine".into())
    }

    const CLUSTER: &str = r#"
        version: "3.9"
        x-node: &node
          image: mattermost:${TAG}
          depends_on: {db: {condition: service_healthy}}
          environment: {SITE: "http://${COMPOSE_PROJECT_NAME}", PLAIN: $$HOME}
          configs: [{source: settings, target: /settings.json}]
        services:
          app1: {<<: *node, networks: {default: {aliases: [first]}}}
          app2: {<<: *node, volumes: ["data:/data"]}
          db: {image: "postgres:${PG:-16}", healthcheck: {test: pg_isready}}
          debug: {image: debug, profiles: [debug], privileged: true}
        configs: {settings: {content: '{"tag": "${TAG}"}'}, unused: {file: ./gone}}
        volumes: {data: , unused: }
        networks: {unused: }
    "#;

    #[test]
    fn a_cluster() {
        let Parsed { project, warnings } = parsed(&[CLUSTER]);
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(project.name, "gate");
        assert_eq!(project.services.keys().collect::<Vec<_>>(), ["app1", "app2", "db"]);
        let app = &project.services["app1"];
        assert_eq!(app.image, "mattermost:9.11");
        assert_eq!(app.environment["SITE"], "http://gate");
        assert_eq!(app.environment["PLAIN"], "$HOME");
        assert_eq!(app.depends_on["db"].condition, Condition::ServiceHealthy);
        assert_eq!(app.networks["default"].aliases, ["first"]);
        assert_eq!(project.services["app2"].volumes[0].source, MountSource::Volume("data".into()));
        assert_eq!(project.services["db"].image, "postgres:16");
        assert_eq!(project.configs["settings"].content, br#"{"tag": "9.11"}"#);
        let used = (project.configs.len(), project.volumes.len(), project.networks.len());
        assert_eq!(used, (1, 1, 1));
        assert_eq!(project.waves(), [vec!["db"], vec!["app1", "app2"]]);
    }

    #[test]
    fn profiles_turn_services_on() {
        let text =
            "services: {a: {image: a, depends_on: {b: {required: false}}}, b: {image: b, profiles: [x]}}";
        let with = |profiles: &[&str]| {
            let profiles = profiles.iter().map(|profile| (*profile).to_owned()).collect();
            let source = Source { profiles, ..source(&[text]) };
            let project = parse(&source, &MemoryFiles::default()).unwrap().project;
            (project.services.len(), project.services["a"].depends_on.len())
        };
        assert_eq!(with(&[]), (1, 0));
        assert_eq!(with(&["y"]), (1, 0));
        assert_eq!(with(&["x"]), (2, 1));
        assert_eq!(with(&["*"]), (2, 1));
    }

    #[test]
    fn files_are_merged_and_problems_name_theirs() {
        let lower = "services: {app: {image: a, ports: ['1:1'], restart: sometimes}}";
        let upper = "services: {app: {ports: ['1:1', '2:x'], privileged: true}, db: {image: b}}";
        insta::assert_snapshot!(told(&[lower, upper]), @r#"
        3 problems in the compose file:
        - b.yaml, services.app.ports[2]: `2:x` has no port from 1 to 65535 as its target. Write [address:][published:]target[/protocol], such as 127.0.0.1:8065:8065/tcp.
        - a.yaml, services.app.restart: `sometimes` is not "no", always, unless-stopped, on-failure or on-failure:N. Write "no", always, unless-stopped, on-failure or on-failure:N here.
        - b.yaml, services.app.privileged: privileged containers are refused. Grant what is needed under `cap_add:`.
        "#);
    }

    #[test]
    fn the_name_of_the_file_stands_in_for_a_missing_one() {
        let nameless = |text| Source { project_name: String::new(), ..source(&[text]) };
        let parsed =
            parse(&nameless("{name: 'mm-${TAG:+x}', services: {a: {image: a}}}"), &MemoryFiles::default());
        assert_eq!(parsed.unwrap().project.name, "mm-x");
        let problems = parse(&nameless("services: {a: {image: a}}"), &MemoryFiles::default()).unwrap_err();
        assert_eq!(problems.0[0].path, "name");
    }

    #[test]
    fn unset_variables_are_warned_of_once() {
        let parsed = parsed(&["services: {a: {image: 'a:$NO', hostname: '$NO', user: '${OTHER}'}}"]);
        insta::assert_snapshot!(parsed.warnings.join("\n"), @r"
        services.a.image: the variable NO is not set, an empty text stands in for it
        services.a.user: the variable OTHER is not set, an empty text stands in for it
        ");
    }

    #[test]
    fn a_value_without_its_variable_is_told_once() {
        insta::assert_snapshot!(told(&["services: {a: {image: a, scale: '${N:?how many}', mem_limit: '${M'}}"]), @r"
        2 problems in the compose file:
        - a.yaml, services.a.scale: the expression `${N:?how many}` needs the variable N, which has no value (how many). Set N, for example in .env.
        - a.yaml, services.a.mem_limit: the expression `${M` has no closing brace. Write ${NAME}, ${NAME:-default}, or $$ for a plain dollar sign.
        ");
    }

    #[test]
    fn what_is_no_compose_file_is_told() {
        insta::assert_snapshot!(told(&["a: ["]), @"a.yaml: it is not YAML: did not find expected node content at line 2 column 1, while parsing a flow node. Correct the YAML.");
        insta::assert_snapshot!(told(&["- a"]), @"a.yaml: it is YAML, but not a mapping with `services:`. Correct the YAML.");
        insta::assert_snapshot!(told(&[""]), @"a.yaml, services: there are no services. Add at least one under `services:`.");
        insta::assert_snapshot!(told(&[]), @"/srv: there is no compose file. Name one.");
        insta::assert_snapshot!(told(&["{servics: {}, include: [b.yaml], services: {'a b': {image: x}, c: }}"]), @r"
        5 problems in the compose file:
        - a.yaml, servics: the key `servics` at the top of a compose file is not supported. Check its spelling, leave it out, or call it x-… if it is a note.
        - a.yaml, include: `include` is not supported. Give the files to the gate together, one over the other.
        - a.yaml, services.a b: `a b` is not a name of a service. Use letters, digits, `_`, `.` and `-` only.
        - a.yaml, services.c: it is empty instead of a mapping. Write a mapping here.
        - a.yaml, services.c: the service has no image. Name one under `image:`.
        ");
    }
    #[test]
    fn configs_and_secrets_are_declared() {
        insta::assert_snapshot!(told(&["services: {a: {image: a, configs: [c], secrets: [s]}}"]), @r"
        2 problems in the compose file:
        - a.yaml, services.a.configs: it uses `c`, which is not declared. Declare it under the top-level `configs:`, or correct the name.
        - a.yaml, services.a.secrets: it uses `s`, which is not declared. Declare it under the top-level `secrets:`, or correct the name.
        ");
    }

    #[test]
    fn tags_work_across_files() {
        let lower = "services: {a: {image: a, user: u, ports: ['1:1'], depends_on: [b]}, b: {image: b}}";
        let upper = "services: {a: {user: !reset null, ports: !override ['2:2'], depends_on: !reset []}, b: !reset null}";
        let project = parsed(&[lower, upper]).project;
        assert_eq!(project.services.len(), 1);
        let app = &project.services["a"];
        assert_eq!((app.user.as_deref(), app.ports.len(), app.ports[0].target), (None, 1, 2));
    }

    proptest! {
        #[test]
        fn any_tree_is_read_or_refused(section in section(), key in key(), value in value(), other in value()) {
            let texts = [&value, &other].map(|value| format!("{section}: {{a: {{image: x, {key}: {value}}}}}"));
            let _ = parse(&source(&[&texts[0], &texts[1]]), &MemoryFiles::default());
        }
    }

    fn section() -> impl Strategy<Value = &'static str> {
        proptest::sample::select(vec!["services", "services", "services", "networks", "volumes", "configs"])
    }

    fn key() -> impl Strategy<Value = &'static str> {
        proptest::sample::select(vec![
            "command",
            "entrypoint",
            "environment",
            "env_file",
            "labels",
            "depends_on",
            "healthcheck",
            "networks",
            "ports",
            "expose",
            "volumes",
            "tmpfs",
            "configs",
            "secrets",
            "deploy",
            "scale",
            "mem_limit",
            "cpus",
            "ulimits",
            "extra_hosts",
            "restart",
            "sysctls",
            "extends",
            "profiles",
            "ipam",
            "external",
            "file",
            "content",
        ])
    }

    /// YAML in flow style, of words that mean something somewhere.
    fn value() -> impl Strategy<Value = String> {
        let leaf = proptest::sample::select(vec![
            "a",
            "''",
            "~",
            "1",
            "-1",
            "0.5",
            "true",
            "'80:80'",
            "'1-3:4'",
            "'a=b'",
            "/x",
            "'v:/x:ro'",
            "'$X'",
            "'${X:-'",
            "64m",
            "1m30s",
            "'a \"b'",
            "!reset a",
            "!odd b",
            "on-failure:x",
            "'::1'",
            "'é:'",
        ]);
        leaf.prop_map(str::to_owned).prop_recursive(3, 12, 4, |inner| {
            let names = proptest::sample::select(vec![
                "a",
                "target",
                "source",
                "test",
                "condition",
                "published",
                "soft",
                "limits",
                "resources",
                "path",
                "service",
            ]);
            let entries = proptest::collection::btree_map(names, inner.clone(), 0..3);
            let as_mapping = entries.prop_map(|entries| {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{{}}}", entries.join(", "))
            });
            let as_list =
                proptest::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", ")));
            prop_oneof![as_mapping, as_list]
        })
    }
}
