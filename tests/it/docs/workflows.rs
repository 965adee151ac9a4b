//! Workflows that people copy: short, and with inputs that exist.

use serde_json::Value;
use upgrade_gate::cluster::{NodeFiles, Roles};
use upgrade_gate::compose::load;
use upgrade_gate::github::OUTPUTS;
use upgrade_gate::report::REPORTS;

use super::input_tables::names;
use super::region::{path, text};

/// The workflows of this repository, by file.
fn our_workflows() -> Vec<(String, String)> {
    let folder = std::fs::read_dir(path(".github/workflows")).unwrap();
    let files = folder.map(|file| format!(".github/workflows/{}", file.unwrap().file_name().display()));
    files.map(|file| (file.clone(), text(&file))).collect()
}

/// The YAML blocks of the README that are workflows.
fn readme_workflows() -> Vec<String> {
    yaml_blocks(&text("README.md"))
}

fn yaml_blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    for part in text.split("```yaml\n").skip(1) {
        let block = part.split("```").next().unwrap_or_default();
        if block.contains("jobs:") {
            blocks.push(block.to_owned());
        }
    }
    blocks
}

/// Every `with:` of a step that uses the gate.
fn with_of_the_gate(workflow: &str) -> Vec<Value> {
    let workflow: Value = yaml_serde::from_str(workflow).unwrap();
    let jobs = workflow["jobs"].as_object().unwrap().clone();
    let steps = jobs.into_iter().flat_map(|(_, job)| job["steps"].as_array().cloned().unwrap_or_default());
    let ours = |step: &Value| {
        let uses = step["uses"].as_str().unwrap_or_default();
        uses == "./" || uses.contains("mattermost-upgrade-gate@")
    };
    steps.filter(ours).map(|step| step["with"].clone()).collect()
}

#[test]
fn the_readmes_workflows_are_short_and_their_inputs_exist() {
    let workflows = readme_workflows();
    assert!(!workflows.is_empty(), "README.md shows no workflow");
    for workflow in &workflows {
        assert!(workflow.lines().count() <= 12, "more than 12 lines:\n{workflow}");
    }
    let ours: Vec<String> = our_workflows().into_iter().map(|(_, workflow)| workflow).collect();
    let of_docs = yaml_blocks(&text("docs/matrix.md"));
    assert_eq!(of_docs.len(), 2);
    for workflow in &of_docs {
        assert!(workflow.lines().count() <= 20, "more than 20 lines:\n{workflow}");
    }
    let of_tools = yaml_blocks(&text("docs/mattermost-tools.md"));
    assert_eq!(of_tools.len(), 1);
    let all = workflows.iter().chain(&ours).chain(&of_docs).chain(&of_tools);
    let all: Vec<Value> = all.flat_map(|workflow| with_of_the_gate(workflow)).collect();
    assert!(all.len() >= 2, "neither the README nor a workflow of ours uses the action");
    for with in all {
        for name in with.as_object().unwrap().keys() {
            assert!(names().contains(name), "a workflow gives the input {name}, which does not exist");
        }
    }
}

#[test]
fn the_workflow_for_mattermosts_tools_reads_outputs_and_files_that_exist() {
    let docs = text("docs/mattermost-tools.md");
    let outputs: Vec<&str> = docs.split("steps.gate.outputs.").skip(1).collect();
    assert!(outputs.len() >= 3);
    for rest in outputs {
        let name = rest.split([' ', '}']).next().unwrap_or_default();
        assert!(OUTPUTS.iter().any(|(known, _)| *known == name), "there is no output {name}");
    }
    let files: Vec<&str> = docs.split("upgrade-gate-report/").skip(1).collect();
    assert!(files.len() >= 2);
    for rest in files {
        let name = rest.split(|c: char| c.is_whitespace() || c == ')' || c == '`').next().unwrap_or_default();
        let known = REPORTS.iter().any(|report| report.name == name);
        assert!(known || name == "identity.json", "there is no report {name}");
    }
}

#[test]
fn the_compose_file_in_the_docs_is_a_cluster() {
    let docs = text("docs/inputs.md");
    let yaml = docs.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("compose.yaml"), yaml).unwrap();
    std::fs::write(folder.path().join("haproxy.cfg"), text("cluster/haproxy.cfg")).unwrap();
    let given =
        ["DATABASE_PASSWORD", "S3_SECRET_KEY"].map(|name| (name.to_owned(), "given-value".to_owned()));
    let parsed = load(&[folder.path().join("compose.yaml")], given.into(), &[], "docs").unwrap();
    assert_eq!(parsed.warnings, Vec::<String>::new());
    let roles = Roles::read(&parsed.project).unwrap();
    let nodes: Vec<&str> = roles.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(nodes, ["node1", "node2"]);
    assert!(roles.balancer.is_some_and(|balancer| balancer.haproxy.is_some()));
    assert!(matches!(roles.files, NodeFiles::Bucket(_)));
}

#[test]
fn the_built_in_file_works_by_itself_and_its_password_is_one_that_fips_servers_take() {
    let parsed = load(&[path("cluster/compose.yaml")], Default::default(), &[], "by-hand").unwrap();
    assert_eq!(parsed.warnings, Vec::<String>::new());
    let password = parsed.project.services["database"].environment["POSTGRES_PASSWORD"].clone();
    // From 11.10.1 on a FIPS server ends at its start with a shorter one.
    assert!(password.len() >= 14, "{password}");
    let node = &parsed.project.services["node1"].environment;
    assert!(node["MM_CONFIG"].contains(&format!(":{password}@")));
    assert_eq!(node["MM_SERVICESETTINGS_ENABLEDEVELOPER"], "false");
}

#[test]
fn every_action_is_pinned_by_its_full_commit() {
    for (file, workflow) in our_workflows() {
        for line in workflow.lines().filter_map(|line| line.trim().split_once("uses: ")).map(|(_, uses)| uses)
        {
            let pinned = line.split(['@', ' ']).nth(1).is_some_and(|commit| {
                commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
            });
            assert!(pinned || line.starts_with("./"), "{file}: {line} is not pinned");
            assert!(line.contains(" # "), "{file}: {line} does not say its version");
        }
    }
}

#[test]
fn a_release_finds_the_line_that_it_replaces() {
    let release = text(".github/workflows/release.yml");
    assert!(release.contains(r"s|^  image: Dockerfile\$|"), "the release replaces another line");
    assert!(text("action.yml").lines().any(|line| line == "  image: Dockerfile"));
}
