//! Projects that are written down: `tests/fixtures/compose/corpus`, and every key with every kind of value.

use super::cases::Case;

const KEYS: &str = include_str!("../../../../../tests/fixtures/compose/corpus/keys.txt");
const SECTIONS: &str = include_str!("../../../../../tests/fixtures/compose/corpus/sections.txt");
const EXPRESSIONS: &str = include_str!("../../../../../tests/fixtures/compose/corpus/expressions.txt");
const SCALARS: &str = include_str!("../../../../../tests/fixtures/compose/corpus/scalars.txt");
const MERGES: &str = include_str!("../../../../../tests/fixtures/compose/corpus/merges.txt");
const ENV: &str = include_str!("../../../../../tests/fixtures/compose/corpus/env.txt");
const WHOLE: &str = include_str!("../../../../../tests/fixtures/compose/corpus/whole.txt");

/// What a service can name.
const DECLARED: [&str; 4] = [
    "networks: {front: , back: }",
    "volumes: {data: , more: }",
    "configs: {settings: {content: c}}",
    "secrets: {token: {file: ./secret.txt}}",
];

/// A value of each kind, for every key.
const KINDS: [&str; 9] = ["text", "''", "~", "1", "0022", "true", "[a]", "{a: b}", "'$GIVEN'"];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for line in lines(KEYS) {
        cases.push(Case::of(line, &[service(&[line])]).profile("on"));
    }
    let mut keys: Vec<&str> = lines(KEYS).filter_map(|line| line.split(':').next()).collect();
    keys.dedup();
    for key in keys.iter().filter(|key| !key.starts_with("x-")) {
        for kind in KINDS {
            let line = format!("{key}: {kind}");
            cases.push(Case::of(&line, &[service(&[&line])]).profile("on"));
        }
    }
    for line in lines(SECTIONS) {
        let key = line.split(':').next().unwrap_or_default();
        let user = "services: {app: {image: x, networks: [front], volumes: ['data:/data'], configs: [settings], secrets: [token]}}";
        let others = DECLARED.iter().filter(|declared| !declared.starts_with(&format!("{key}:")));
        let text: Vec<&str> = [user].into_iter().chain(others.copied()).chain([line]).collect();
        cases.push(Case::of(line, &[text.join("\n")]));
    }
    for line in lines(EXPRESSIONS) {
        let quoted = serde_json::to_string(line).unwrap();
        let text = format!(
            "services: {{app: {{image: x, environment: {{V: {quoted}}}, labels: [{}]}}}}",
            serde_json::to_string(&format!("v={line}")).unwrap()
        );
        cases.push(Case::of(line, &[text]));
    }
    for line in lines(SCALARS) {
        let text = format!(
            "services:\n  app:\n    image: x\n    environment:\n      V: {line}\n    labels:\n      v: {line}\n"
        );
        let upper = "services: {app: {environment: {W: w}, labels: {w: w}}}".to_owned();
        cases.push(Case::of(format!("{line} over nothing"), std::slice::from_ref(&text)));
        cases.push(Case::of(format!("{line} below another"), &[text, upper]));
    }
    for line in lines(MERGES) {
        let (lower, over) = line.split_once(" || ").unwrap();
        let upper = format!("services:\n  app:\n    {over}\n");
        cases.push(Case::of(line, &[service(&[lower]), upper]).profile("on"));
        cases.push(Case::of(format!("extends: {line}"), &[extending(lower, over)]).profile("on"));
    }
    for line in lines(ENV) {
        cases.push(env_file(line, &line.replace('⏎', "\n")));
    }
    cases.extend(whole());
    cases
}

/// A case that shows what an env file has: one beside the compose file, and the same text once more as an `env_file`.
pub(super) fn env_file(title: &str, text: &str) -> Case {
    let compose = "services:\n  app:\n    image: x\n    environment: [A, B, C, 'D=$A-$B-$C']\n  other:\n    image: y\n    env_file: own.env\n";
    Case::of(title, &[compose.to_owned()]).with(".env", text).with("own.env", text)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty())
}

/// A project with one service that has these keys, another one, and what services name.
fn service(keys: &[&str]) -> String {
    let has_image = keys.iter().any(|key| key.starts_with("image:"));
    let image = if has_image { "" } else { "    image: x\n" };
    let keys: String = keys.iter().map(|key| format!("    {key}\n")).collect();
    format!("services:\n  other:\n    image: y\n  app:\n{image}{keys}{}\n", DECLARED.join("\n"))
}

/// A project with a service that extends one with other keys.
fn extending(lower: &str, over: &str) -> String {
    let image = if lower.starts_with("image:") { "" } else { "    image: x\n" };
    let (app, more) =
        (format!("  app:\n{image}    {lower}\n"), format!("  more:\n    extends: app\n    {over}\n"));
    format!("services:\n  other:\n    image: y\n{app}{more}{}\n", DECLARED.join("\n"))
}

/// Cases of `=== title`, `--- name` and text.
fn whole() -> Vec<Case> {
    let case = |text: &str| {
        let (title, rest) = text.split_once('\n').unwrap();
        let mut files: Vec<String> = Vec::new();
        for line in rest.lines() {
            if line.starts_with("--- ") {
                files.push(String::new());
            } else {
                let file = files.last_mut().unwrap();
                file.push_str(line);
                file.push('\n');
            }
        }
        Case::of(title, &files).profile("on")
    };
    WHOLE.split("=== ").filter(|text| !text.trim().is_empty()).map(case).collect()
}
