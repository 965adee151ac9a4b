//! Inputs of an attached cluster → where it is and what replaces its nodes.

use super::problems::Problems;
use super::types::{AttachedNode, AttachedPlan, Mode};
use crate::inputs::{AttachedInputs, Inputs};
use crate::mattermost::judge_address;
use crate::shown::Shown;

/// The attached cluster, if the gate visits one. `mode` is what was decided for the two releases.
pub(super) fn read(inputs: &Inputs, mode: Mode, problems: &mut Problems) -> Option<AttachedPlan> {
    let given = &inputs.attached;
    match given.cluster.as_str() {
        "attached" => {}
        "compose" => {
            orphans(given, problems);
            return None;
        }
        other => {
            let remedy = "Write \"compose\" or \"attached\".";
            problems.add("cluster", Shown::plain(other), "is no kind of cluster", remedy);
            return None;
        }
    }
    contradictions(inputs, problems);
    if mode == Mode::StopStart {
        let wrong = "comes to stop-start, and an attached cluster is only rolled";
        let remedy =
            "Choose versions at most one minor apart, or write \"rolling\" where their names do not tell.";
        problems.add("mode", Shown::plain(&inputs.mode), wrong, remedy);
    }
    admin(given, problems);
    if given.replace_command.is_empty() {
        let remedy = "Write the command that replaces the node $GATE_NODE: docs/attached.md has some.";
        problems.add("replace-command", Shown::nothing(), "is not given", remedy);
    }
    if let Err(wrong) = judge_address(&given.balancer_url) {
        let remedy = "Write the address that users have, such as \"https://staging.example\".";
        problems.add("balancer-url", Shown::plain(&given.balancer_url), wrong, remedy);
    }
    let command = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Some(AttachedPlan {
        nodes: nodes(&given.node_urls, problems),
        balancer: given.balancer_url.clone(),
        replace: given.replace_command.clone(),
        drain: command(&given.drain_command),
        undrain: command(&given.undrain_command),
    })
}

/// Lines of `URL` or `name=URL`; without a name it is `node` and the number of its line.
fn nodes(text: &str, problems: &mut Problems) -> Vec<AttachedNode> {
    const REMEDY: &str =
        "Write one address a line, such as \"http://10.0.0.1:8065\" or \"mm-0=http://10.0.0.1:8065\".";
    let mut nodes: Vec<AttachedNode> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, address) = match line.split_once('=') {
            Some((name, address)) if !name.contains(':') => (name.trim().to_owned(), address.trim()),
            _ => (format!("node{}", nodes.len() + 1), line),
        };
        let address = address.trim_end_matches('/');
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if name.is_empty() || !name.chars().all(plain) || name.starts_with('.') {
            problems.add(
                "node-urls",
                Shown::plain(line),
                "has a name that is no word of letters, digits and ._-",
                REMEDY,
            );
        } else if let Err(wrong) = judge_address(address) {
            problems.add("node-urls", Shown::plain(line), wrong, REMEDY);
        } else if nodes.iter().any(|node| node.name == name || node.url == address) {
            problems.add("node-urls", Shown::plain(line), "is there twice", "Give each node once.");
        }
        nodes.push(AttachedNode { name, url: address.to_owned() });
    }
    if nodes.is_empty() {
        problems.add("node-urls", Shown::nothing(), "names no node", REMEDY);
    }
    nodes
}

fn admin(given: &AttachedInputs, problems: &mut Problems) {
    const REMEDY: &str = "Give admin-username and admin-password of a system admin, or admin-token alone.";
    let (name, password) = (!given.admin_username.is_empty(), given.admin_password.is_some());
    match (name, password, given.admin_token.is_some()) {
        (true, true, false) | (false, false, true) => {}
        (_, _, true) => {
            problems.add("admin-token", Shown::nothing(), "is given beside name or password", REMEDY)
        }
        (true, false, false) => problems.add("admin-password", Shown::nothing(), "is not given", REMEDY),
        (false, _, false) => problems.add("admin-username", Shown::nothing(), "is not given", REMEDY),
    }
}

/// What is only for a cluster that the gate builds.
fn contradictions(inputs: &Inputs, problems: &mut Problems) {
    let texts = [
        ("compose-file", &inputs.compose_file),
        ("variables", &inputs.variables),
        ("database-image", &inputs.database_image),
        ("store-image", &inputs.store_image),
        ("balancer-image", &inputs.balancer_image),
        ("lock", &inputs.pulling.lock),
        ("plugins", &inputs.plugins),
        ("suite-image", &inputs.suite_image),
    ];
    let remedy = "Leave it out: an attached cluster is taken as it is.";
    for (name, value) in texts.into_iter().filter(|(_, value)| !value.trim().is_empty()) {
        // Passwords go there.
        let value = if name == "variables" { Shown::nothing() } else { Shown::plain(value) };
        problems.add(name, value, "is for clusters that the gate builds", remedy);
    }
    if inputs.license.is_some() {
        problems.add("license", Shown::nothing(), "is for clusters that the gate builds", remedy);
    }
    if inputs.data != "protected" {
        problems.add("data", Shown::plain(&inputs.data), "is for clusters that the gate builds", remedy);
    }
    if inputs.keep == "true" {
        problems.add("keep", Shown::plain(&inputs.keep), "is for clusters that the gate builds", remedy);
    }
    let pull = &inputs.pulling.pull;
    if pull != "auto" {
        problems.add("pull", Shown::plain(pull), "is for clusters that the gate builds", remedy);
    }
}

/// What is only for an attached cluster.
fn orphans(given: &AttachedInputs, problems: &mut Problems) {
    let inputs = [
        ("node-urls", !given.node_urls.is_empty()),
        ("balancer-url", !given.balancer_url.is_empty()),
        ("replace-command", !given.replace_command.is_empty()),
        ("drain-command", !given.drain_command.is_empty()),
        ("undrain-command", !given.undrain_command.is_empty()),
        ("admin-username", !given.admin_username.is_empty()),
        ("admin-password", given.admin_password.is_some()),
        ("admin-token", given.admin_token.is_some()),
    ];
    for (name, _) in inputs.into_iter().filter(|(_, given)| *given) {
        let remedy = "Write cluster: attached as well, or leave it out.";
        problems.add(name, Shown::nothing(), "is for an attached cluster", remedy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attached() -> Inputs {
        let mut inputs = Inputs::defaults();
        inputs.attached = AttachedInputs {
            cluster: "attached".into(),
            node_urls: "http://10.0.0.1:8065\nmm-b=https://b.example/chat\n".into(),
            balancer_url: "https://staging.example".into(),
            replace_command: "./replace.sh".into(),
            admin_token: Some("token".into()),
            ..inputs.attached
        };
        inputs
    }

    fn named(inputs: &Inputs, mode: Mode) -> Vec<String> {
        let mut problems = Problems::default();
        read(inputs, mode, &mut problems);
        problems.0.into_iter().map(|problem| problem.input).collect()
    }

    #[test]
    fn names_and_addresses_are_read() {
        let mut problems = Problems::default();
        let plan = read(&attached(), Mode::Rolling, &mut problems).unwrap();
        assert_eq!(problems, Problems::default());
        let nodes: Vec<_> = plan.nodes.iter().map(|node| (node.name.as_str(), node.url.as_str())).collect();
        assert_eq!(nodes, [("node1", "http://10.0.0.1:8065"), ("mm-b", "https://b.example/chat")]);
        assert_eq!((plan.drain, plan.undrain), (None, None));
    }

    #[test]
    fn what_is_missing_and_what_contradicts_is_named() {
        let mut bare = Inputs::defaults();
        bare.attached.cluster = "attached".into();
        let missing = ["admin-username", "replace-command", "balancer-url", "node-urls"];
        assert_eq!(named(&bare, Mode::Rolling), missing);
        let mut both = attached();
        both.attached.admin_username = "root".into();
        both.compose_file = "compose.yaml".into();
        both.keep = "true".into();
        both.suite_image = "my/suite:1".into();
        both.license = Some("text".into());
        let contradicting = ["compose-file", "suite-image", "license", "keep", "mode", "admin-token"];
        assert_eq!(named(&both, Mode::StopStart), contradicting);
    }

    #[test]
    fn addresses_and_names_are_judged_and_passwords_not_repeated() {
        let mut wrong = attached();
        wrong.attached.node_urls =
            "a=http://h:1\na=http://h:2\nc=http://h:1/\n../b=http://h:3\nhttps://me:pw@h\nh:8065".into();
        let mut problems = Problems::default();
        read(&wrong, Mode::Rolling, &mut problems);
        assert_eq!(problems.0.len(), 5, "{problems}");
        assert!(!problems.to_string().contains("pw"), "{problems}");
    }

    #[test]
    fn its_inputs_are_for_it_alone() {
        let mut inputs = Inputs::defaults();
        inputs.attached.replace_command = "./replace.sh".into();
        assert_eq!(named(&inputs, Mode::Rolling), ["replace-command"]);
        inputs.attached.cluster = "kubernetes".into();
        assert_eq!(named(&inputs, Mode::Rolling), ["cluster"]);
    }
}
