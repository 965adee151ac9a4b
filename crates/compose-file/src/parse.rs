//! From compose files to a project: the order of the steps.

use indexmap::IndexMap;
use yaml_serde::Value;

use super::assemble::Reading;
use super::bounds::SERVICES;
use super::gather::{Gathering, Set};
use super::node::Findings;
use super::once::once;
use super::place::Place;
use super::problem::{Problem, Problems};
use super::profiles;
use super::project::Project;
use super::source::{Files, Parsed, Source};
use super::whence::with_file;

/// Parses compose files. `files` is asked for what they name: included and extended files, env files, configs, secrets.
///
/// # Errors
/// Everything that is wrong with the files, together; only where a file is no YAML, nothing beyond that is looked at.
pub fn parse(source: &Source, files: &dyn Files) -> Result<Parsed, Problems> {
    if source.files.is_empty() {
        let nothing = Problem::whole_file(&source.base, "there is no compose file", "Name one");
        return Err(Problems { wrong: vec![nothing], warnings: Vec::new() });
    }
    let mut findings = Findings::default();
    let mut variables = source.variables.clone();
    if !source.project_name.is_empty() {
        variables.entry("COMPOSE_PROJECT_NAME".to_owned()).or_insert_with(|| source.project_name.clone());
    }
    let mut gathering = Gathering::new(files);
    let set = Set { files: &source.files, base: &source.base, variables: &variables };
    let mut merged = gathering.gather(&set, &mut findings);
    if let Some(services) = merged.get("services").and_then(Value::as_mapping)
        && services.len() > SERVICES
    {
        let message =
            format!("the files together have {} services, and {SERVICES} is the most", services.len());
        gathering.unreadable.push(Problem::whole_file(&source.files[0].0, message, "Take some out"));
    }
    if !gathering.unreadable.is_empty() {
        return Err(Problems { wrong: gathering.unreadable, warnings: findings.warnings });
    }
    once(&mut merged, &Place::default());
    let profiles = profiles::active(source, &variables);
    let reading = Reading { source, variables: &variables, files, profiles: &profiles };
    let (mut project, off) = reading.project(&merged, &mut findings);
    default_platform(&mut project, &variables);
    let Findings { problems, warnings, .. } = findings;
    if problems.is_empty() {
        let named = merged.get("name").and_then(Value::as_str).map(str::to_owned);
        return Ok(Parsed { project, named, off, warnings });
    }
    let mut wrong: Vec<Problem> = Vec::new();
    for found in problems {
        let problem = with_file(found, &merged, &gathering.followed.said);
        if !wrong.contains(&problem) {
            wrong.push(problem);
        }
    }
    Err(Problems { wrong, warnings })
}

/// Gives services that say no platform that of the variable `DOCKER_DEFAULT_PLATFORM`, as compose does (`ApplyPlatforms`).
fn default_platform(project: &mut Project, variables: &IndexMap<String, String>) {
    let Some(platform) = variables.get("DOCKER_DEFAULT_PLATFORM").filter(|platform| !platform.is_empty())
    else {
        return;
    };
    for service in project.services.values_mut() {
        if service.platform.as_ref().is_none_or(String::is_empty) {
            service.platform = Some(platform.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

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
        let Parsed { project, warnings, off, .. } = parsed(&[CLUSTER]);
        assert_eq!(off["debug"].profiles, ["debug"]);
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
    fn the_default_platform_is_that_of_services_that_say_none() {
        let text = "services: {a: {image: a}, b: {image: b, platform: linux/arm64}}";
        let platforms = |variables: &[(&str, &str)]| {
            let mut source = source(&[text]);
            source
                .variables
                .extend(variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())));
            let project = parse(&source, &MemoryFiles::default()).unwrap().project;
            ["a", "b"].map(|name| project.services[name].platform.clone().unwrap_or_default())
        };
        assert_eq!(platforms(&[("DOCKER_DEFAULT_PLATFORM", "linux/amd64")]), ["linux/amd64", "linux/arm64"]);
        assert_eq!(platforms(&[("DOCKER_DEFAULT_PLATFORM", "")]), ["", "linux/arm64"]);
        assert_eq!(platforms(&[]), ["", "linux/arm64"]);
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
        - b.yaml, services.app.ports[1]: `2:x` has no port from 1 to 65535 as its target. Write [address:][published:]target[/protocol], such as 127.0.0.1:8065:8065/tcp.
        - a.yaml, services.app.restart: `sometimes` is not "no", always, unless-stopped, on-failure or on-failure:N. Write "no", always, unless-stopped, on-failure or on-failure:N here.
        - b.yaml, services.app.privileged: privileged containers are refused. Grant what is needed under `cap_add:`.
        "#);
    }

    #[test]
    fn problems_of_followed_files_name_them_and_their_services() {
        let files = MemoryFiles(IndexMap::from([
            (PathBuf::from("/srv/common.yml"), b"services: {app: {image: x, privileged: true}}".to_vec()),
            (PathBuf::from("/srv/more.yml"), b"servics: {}\nservices: {db: {image: d, scale: x}}".to_vec()),
        ]));
        let text =
            "{include: [more.yml], services: {n: {extends: {file: common.yml, service: app}, cpus: y}}}";
        insta::assert_snapshot!(parse(&source(&[text]), &files).unwrap_err(), @r"
        4 problems in the compose file:
        - /srv/more.yml, servics: the key `servics` at the top of a compose file is not supported. Check its spelling, leave it out, or call it x-… if it is a note.
        - /srv/common.yml, services.app.privileged: privileged containers are refused. Grant what is needed under `cap_add:`.
        - a.yaml, services.n.cpus: `y` is not a number of CPUs such as 0.5. Write a number of CPUs such as 0.5 here.
        - /srv/more.yml, services.db.scale: `x` is not a whole number, 0 or more. Write a whole number, 0 or more here.
        ");
    }

    #[test]
    fn profiles_may_come_from_the_variables() {
        let text = "services: {a: {image: a}, b: {image: b, profiles: [x], labels: {role: node}}}";
        let with = |profiles: &str| {
            let mut source = source(&[text]);
            source.variables.insert("COMPOSE_PROFILES".into(), profiles.into());
            parse(&source, &MemoryFiles::default()).unwrap()
        };
        assert_eq!(with("y,x").project.services.len(), 2);
        assert_eq!(with("y").warnings, ["services: no service has the profile `y`"]);
        assert_eq!(with("").off["b"].labels["role"], "node");
        assert_eq!(
            told(&["services: {b: {image: b, profiles: [x, y]}}"]),
            "a.yaml, services: no service is on: each has a profile, and none is active. Give the input `profiles` one of these: x, y."
        );
    }

    #[test]
    fn services_of_all_files_are_counted() {
        let many = |from: u32| {
            let services: Vec<String> = (from..from + 150).map(|n| format!("s{n}: {{image: x}}")).collect();
            format!("services: {{{}}}", services.join(", "))
        };
        insta::assert_snapshot!(told(&[&many(0), &many(100)]), @"a.yaml: the files together have 250 services, and 200 is the most. Take some out.");
        assert_eq!(told(&[&many(0), &many(50)]), "fine");
    }

    #[test]
    fn the_name_of_the_file_stands_in_for_a_missing_one() {
        let nameless = |text| Source { project_name: String::new(), ..source(&[text]) };
        let parsed =
            parse(&nameless("{name: 'mm-${TAG:+x}', services: {a: {image: a}}}"), &MemoryFiles::default());
        assert_eq!(parsed.unwrap().project.name, "mm-x");
        let problems = parse(&nameless("services: {a: {image: a}}"), &MemoryFiles::default()).unwrap_err();
        assert_eq!(problems.wrong[0].path, "name");
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
        - a.yaml, services.a.scale: the variable `N` is needed and has no value (how many). Set N, for example in .env.
        - a.yaml, services.a.mem_limit: an expression `${…` has no closing brace. Write ${NAME}, ${NAME:-default}, or $$ for a plain dollar sign.
        ");
    }

    #[test]
    fn what_is_no_compose_file_is_told() {
        insta::assert_snapshot!(told(&["a: ["]), @"a.yaml: it is not YAML: did not find expected node content at line 2 column 1, while parsing a flow node. Correct the YAML.");
        insta::assert_snapshot!(told(&["- a"]), @"a.yaml: it is YAML, but not a mapping with `services:`. Correct the YAML.");
        insta::assert_snapshot!(told(&[""]), @"a.yaml, services: there are no services. Add at least one under `services:`.");
        insta::assert_snapshot!(told(&[]), @"/srv: there is no compose file. Name one.");
        insta::assert_snapshot!(told(&["{servics: {}, include: [b.yaml], services: {'a b': {image: x}, c: }}"]), @r"
        4 problems in the compose file:
        - a.yaml, include[0]: `/srv/b.yaml` cannot be read: entity not found. Correct the path, or make the file readable.
        - a.yaml, servics: the key `servics` at the top of a compose file is not supported. Check its spelling, leave it out, or call it x-… if it is a note.
        - a.yaml, services.a b: `a b` is not a name of a service. Use letters, digits, `_`, `.` and `-` only.
        - a.yaml, services.c: it is empty instead of a mapping. Write a mapping here.
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
