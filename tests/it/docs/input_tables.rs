//! The inputs, from the definition that the command line is parsed with: docs/inputs.md, README.md, action.yml.

use clap::{Arg, Args as _, Command};
use upgrade_gate::Inputs;
use upgrade_gate::github::OUTPUTS;

use super::region::{hold, table, text};

/// One input, as clap knows it.
struct Input {
    name: String,
    description: String,
    default: String,
    group: String,
    secret: bool,
}

/// The inputs without which no cluster runs; the code asks for them when it makes the plan.
const REQUIRED: [&str; 2] = ["stable", "release"];

pub(super) fn names() -> Vec<String> {
    inputs().into_iter().map(|input| input.name).collect()
}

fn inputs() -> Vec<Input> {
    let command = Inputs::augment_args(Command::new("inputs"));
    command.get_arguments().map(read).collect()
}

fn read(arg: &Arg) -> Input {
    let name = arg.get_long().unwrap().to_owned();
    // This is how the runner hands the input over: in capitals, hyphens stay.
    let env = arg.get_env().and_then(|env| env.to_str()).unwrap();
    assert_eq!(env, format!("INPUT_{}", name.to_uppercase()));
    let description = arg.get_help().unwrap().to_string();
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_str().unwrap()).collect();
    Input {
        description: format!("{}.", description.trim_end_matches('.')),
        default: defaults.concat(),
        group: arg.get_help_heading().unwrap().to_owned(),
        secret: arg.is_hide_env_values_set(),
        name,
    }
}

fn default_cell(input: &Input) -> String {
    match input.default.as_str() {
        "" if REQUIRED.contains(&input.name.as_str()) => "required".into(),
        "" => String::new(),
        default => format!("`{default}`"),
    }
}

#[test]
fn the_tables_of_inputs_are_the_command_line() {
    let head = ["input", "default", "what it is"];
    let row = |input: &Input| [format!("`{}`", input.name), default_cell(input), input.description.clone()];
    let all = inputs();
    hold("README.md", "inputs", &table(head, all.iter().map(row)));
    let mut groups: Vec<&str> = Vec::new();
    for input in &all {
        if !groups.contains(&input.group.as_str()) {
            groups.push(&input.group);
        }
    }
    let mut out = String::new();
    for group in groups {
        let rows = all.iter().filter(|input| input.group == group);
        let rows = rows.map(|input| {
            let secret = if input.secret { "yes" } else { "" };
            let [name, default, what] = row(input);
            [name, default, secret.to_owned(), what]
        });
        let head = ["input", "default", "secret", "what it is"];
        out += &format!("**{group}**\n\n{}\n", table(head, rows));
    }
    hold("docs/inputs.md", "inputs", &out);
}

#[test]
fn action_yml_declares_the_inputs() {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let mut out = "inputs:\n".to_owned();
    for input in inputs() {
        out += &format!("  {}:\n    description: {}\n", input.name, quoted(&input.description));
        // Not even stable and release: a step that publishes a stored report has no need of them.
        out += "    required: false\n";
        if !input.default.is_empty() {
            out += &format!("    default: {}\n", quoted(&input.default));
        }
    }
    hold("action.yml", "action-inputs", &out);
}

#[test]
fn the_outputs_are_those_that_are_set() {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let mut out = "outputs:\n".to_owned();
    for (name, description) in OUTPUTS {
        out += &format!("  {name}:\n    description: {}\n", quoted(description));
    }
    hold("action.yml", "action-outputs", &out);
    let rows = OUTPUTS.iter().map(|(name, what)| [format!("`{name}`"), (*what).to_owned()]);
    hold("README.md", "outputs", &table(["output", "value"], rows));
}

#[test]
fn action_yml_is_a_docker_action_without_arguments() {
    let action: serde_json::Value = yaml_serde::from_str(&text("action.yml")).unwrap();
    let runs = &action["runs"];
    assert_eq!((runs["using"].as_str(), runs["image"].as_str()), (Some("docker"), Some("Dockerfile")));
    // The runner hands `args` to the post step as well.
    assert!(runs["args"].is_null());
    // A path of the image each: the one that its own entrypoint names, and the one by which the binary knows its post step.
    let entrypoint = format!("ENTRYPOINT [{}]", runs["entrypoint"]);
    assert!(text("Dockerfile").lines().any(|line| line == entrypoint), "{entrypoint}");
    let post = format!("/{}", upgrade_gate::POST);
    assert_eq!(runs["post-entrypoint"], post);
    let linked = format!("ln -s upgrade-gate \"$root{post}\"");
    assert!(text(".ci/image.sh").contains(&linked), "{linked}");
    // A default of ours that differs from the program's would be what users get.
    for input in inputs() {
        let declared = &action["inputs"][input.name.as_str()];
        assert_eq!(declared["default"].as_str().unwrap_or_default(), input.default, "{}", input.name);
    }
}
