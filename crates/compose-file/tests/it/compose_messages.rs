//! What is told of compose files: no secrets, nothing that a terminal obeys, sentences that end once and name their file once.

use std::collections::BTreeSet;

use compose_file::{Problem, load};
use indexmap::IndexMap;

const KEYS: &str = include_str!("../../../../tests/fixtures/compose/corpus/keys.txt");

/// Stands wherever a secret may stand; in `LICENSE` it has two lines.
const SECRET: &str = "hunter2-Geheim";

/// What came of a compose file: the problems with the words that they are told in, and the warnings.
struct Told {
    problems: Vec<Problem>,
    texts: Vec<String>,
}

/// Reads files, the first one (and others called `*.yaml`) as compose files.
fn told(files: &[(&str, &str)]) -> Told {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let paths: Vec<_> = files
        .iter()
        .filter(|(name, _)| name.ends_with("yaml"))
        .map(|(name, _)| folder.path().join(name))
        .collect();
    let variables = [("PW", SECRET.to_owned()), ("LICENSE", format!("-----{SECRET}-----\n{SECRET}-second"))];
    let variables: IndexMap<String, String> = variables.map(|(name, value)| (name.to_owned(), value)).into();
    match load(&paths, variables, &[], "gate") {
        Ok(parsed) => Told { problems: Vec::new(), texts: parsed.warnings },
        Err(problems) => {
            let texts =
                problems.wrong.iter().map(ToString::to_string).chain([problems.to_string()]).collect();
            Told { problems: problems.wrong, texts }
        }
    }
}

fn keys() -> BTreeSet<&'static str> {
    KEYS.lines().filter_map(|line| line.split(':').next()).collect()
}

/// Compose files with the secret in each place and form; `value` is how it is written.
fn planted(value: &str) -> Vec<String> {
    let forms = [
        value.to_owned(),
        format!("[{value}]"),
        format!("{{a: {value}}}"),
        format!("[{{a: {value}}}]"),
        format!("[[{value}]]"),
        format!("{{a: [[{value}]]}}"),
        format!("{{{value}: a}}"),
        format!("{{a: {{b: {value}}}}}"),
    ];
    let mut texts = Vec::new();
    for key in keys() {
        for form in &forms {
            texts.push(format!("services: {{app: {{image: x, {key}: {form}}}}}"));
        }
    }
    for section in
        ["networks", "volumes", "configs", "secrets", "services", "name", "version", "include", "odd"]
    {
        for form in &forms {
            texts.push(format!("services: {{app: {{image: x}}}}\n{section}: {form}"));
        }
    }
    let deeper = [
        ("healthcheck", ["test", "interval", "retries", "disable"].as_slice()),
        ("deploy", &["replicas", "mode", "labels", "resources"]),
        ("ports", &["target", "published", "host_ip", "protocol", "mode"]),
        ("volumes", &["type", "source", "target", "read_only", "bind", "tmpfs"]),
        ("configs", &["source", "target", "uid", "mode"]),
        ("env_file", &["path", "required", "format"]),
    ];
    for (key, inner) in deeper {
        for inner in inner {
            texts.push(format!("services: {{app: {{image: x, {key}: {{{inner}: {value}}}}}}}"));
            texts.push(format!("services: {{app: {{image: x, {key}: [{{target: 80, type: bind, source: s, {inner}: {value}}}]}}}}"));
        }
    }
    for inner in ["driver", "external", "internal", "labels", "ipam", "file", "content", "environment"] {
        let used =
            "services: {app: {image: x, networks: [n], volumes: ['v:/v'], configs: [c], secrets: [s]}}";
        for section in ["networks: {n", "volumes: {v", "configs: {c", "secrets: {s"] {
            texts.push(format!("{used}\n{section}: {{{inner}: {value}}}}}"));
        }
    }
    texts
}

#[track_caller]
fn silent(files: &[(&str, &str)]) {
    for text in told(files).texts {
        let clean = !text.contains("hunter2") && !text.contains("Geheim");
        assert!(clean, "told: {text}\nof: {files:?}");
    }
}

#[test]
fn values_of_variables_are_never_told() {
    let also = "services: {app: {ports: ['x:1'], restart: odd, extra_hosts: ['$PW'], depends_on: ['$PW', '${LICENSE}']}}";
    for value in ["'$PW'", "'a${PW}b'", "'${LICENSE}'", "'${NO:-$PW}'", "'1:${PW}:3'"] {
        for text in planted(value) {
            silent(&[("a.yaml", &text)]);
        }
    }
    for text in planted("'$PW'") {
        silent(&[("a.yaml", &text), ("b.yaml", also)]);
    }
}

#[test]
fn values_of_env_files_are_never_told() {
    let wrong = [
        "DB hunter2-Geheim",
        "DB PASSWORD=hunter2-Geheim",
        "=hunter2-Geheim",
        "P=\"abc\"hunter2-Geheim",
        "P='hunter2-Geheim",
        "P=\"hunter2-Geheim",
        "P=abc${hunter2-Geheim",
        "P=${X:-hunter2-Geheim",
        "P=${X:?hunter2-Geheim $Y}",
        "P=${X!hunter2-Geheim}",
        "-----BEGIN hunter2-Geheim-----",
        "P='a'\nhunter2-Geheim/x+y=",
        "P=${${hunter2-Geheim}}",
        "hunter2-Geheim@x=1",
    ];
    let compose = "services: {app: {image: x, env_file: own.env, restart: '$DOT', ports: ['$DOT:80']}}";
    for text in wrong {
        silent(&[("a.yaml", compose), (".env", text), ("own.env", "A=1")]);
        silent(&[("a.yaml", compose), (".env", "DOT=hunter2-Geheim"), ("own.env", text)]);
    }
    let shown =
        told(&[("a.yaml", compose), (".env", "A=1\nDB PASSWORD=hunter2"), ("own.env", "")]).texts[0].clone();
    assert!(
        shown.ends_with(
            ".env: line 2: the name at its start is not followed by `=`. Write lines of NAME=value."
        ),
        "{shown}"
    );
}

#[test]
fn what_is_written_where_secrets_go_is_never_told() {
    let secret = format!("'{SECRET}'");
    for key in ["environment", "labels"] {
        for form in [
            secret.clone(),
            format!("[[{secret}]]"),
            format!("{{A: [{secret}]}}"),
            format!("{{A: {{b: {secret}}}}}"),
        ] {
            silent(&[("a.yaml", &format!("services: {{app: {{image: x, {key}: {form}, restart: odd}}}}"))]);
            silent(&[("a.yaml", &format!("services: {{app: {{image: x, deploy: {{{key}: {form}}}}}}}"))]);
        }
    }
    for section in ["configs", "secrets"] {
        for form in [format!("[{secret}]"), format!("{{a: {secret}}}"), format!("!!int {secret}")] {
            let text = format!(
                "services: {{app: {{image: x, {section}: [c]}}}}\n{section}: {{c: {{content: {form}}}}}"
            );
            silent(&[("a.yaml", &text)]);
        }
    }
    for expression in [
        "${X:-hunter2-Geheim",
        "${X!hunter2-Geheim}",
        "${X:?hunter2-Geheim$Y}",
        "${hunter2-Geheim",
        "${X:-${Y:-hunter2-Geheim}",
    ] {
        silent(&[(
            "a.yaml",
            &format!("services: {{app: {{image: x, environment: {{A: '{expression}'}}}}}}"),
        )]);
    }
}

#[test]
fn what_was_written_is_told_in_place_of_a_value() {
    let first = |text: &str| {
        let told = told(&[("a.yaml", text)]);
        told.problems[0].message.clone()
    };
    assert!(first("services: {app: {image: x, restart: '$PW'}}").starts_with("`$PW` is not"));
    assert!(first("services: {app: {image: x, ports: ['1:${PW}']}}").starts_with("`1:${PW}` has no port"));
    assert_eq!(
        first("services: {app: {image: x, depends_on: ['$PW']}}"),
        "it depends on `$PW`, which is no service of the project"
    );
}

#[test]
fn sentences_end_once_and_name_their_file_once() {
    let mut seen = 0;
    let values = ["odd.", "\"\\e[31mred\\u202e\\n\"", "'${X:?Say it.}'", "[1]", "~", "'80:x'"];
    for value in values {
        for text in planted(value) {
            for problem in told(&[("a.yaml", &text), ("b.yaml", "services: {app: {restart: odd}}")]).problems
            {
                let shown = problem.to_string();
                let quoted_apart: String = shown.split('`').step_by(2).collect();
                let file = problem.file.display().to_string();
                assert!(shown.ends_with('.') && !shown.ends_with(".."), "{shown}");
                assert!(!quoted_apart.contains("..") && !quoted_apart.contains(". ."), "{shown}");
                assert!(!problem.message.ends_with('.') && !problem.remedy.ends_with('.'), "{shown}");
                assert_eq!(shown.matches(&file).count(), 1, "{shown}");
                assert!(!shown.contains(|c: char| c.is_control() || c == '\u{202e}'), "{shown:?}");
                seen += 1;
            }
        }
    }
    assert!(seen > 1000, "only {seen} problems were looked at");
}
