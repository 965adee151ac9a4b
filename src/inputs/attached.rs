//! The inputs of an attached cluster: one that is there already, by its URLs.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::problems::Problems;
use super::row::family;
use super::unshown::{unshown, unshown_if_given};
use crate::mattermost::judge_address;
use crate::shown::Shown;

family! {
    /// Whether the gate builds the cluster or visits one, and how it finds its way there, as given.
    AttachedInputs, "Attached cluster";
    /// Where the cluster comes from: `compose` (built on Docker) or `attached` (one that is there already).
    cluster: String = "cluster" "KIND", Text, Any, "compose";
    /// Each node's own address in the order of replacement, one a line: `URL` or `name=URL`.
    node_urls: String = "node-urls" "LINES", Text, Attached, "";
    /// The balancer's address.
    balancer_url: String = "balancer-url" "URL", Line, Attached, "";
    /// Command that replaces the node `$GATE_NODE` by one of `$GATE_IMAGE` and returns when that is done.
    replace_command: String = "replace-command" "COMMAND", Command, Attached, "";
    /// Command that takes `$GATE_NODE` out of the balancer before it is replaced.
    drain_command: String = "drain-command" "COMMAND", Command, Attached, "";
    /// Command that puts `$GATE_NODE` back when it is sane.
    undrain_command: String = "undrain-command" "COMMAND", Command, Attached, "";
    /// Name of a system admin of the attached cluster.
    admin_username: String = "admin-username" "NAME", Line, Attached, "";
    /// Their password.
    admin_password: Option<SecretString> = "admin-password" "TEXT", Secret, Attached, "";
    /// A personal access token of a system admin, in place of name and password.
    admin_token: Option<SecretString> = "admin-token" "TOKEN", Secret, Attached, "";
}

/// A cluster that is there already, as a plan shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedPlan {
    /// Its nodes, in the order of their replacement.
    pub nodes: Vec<AttachedNode>,
    /// The balancer's address.
    pub balancer: String,
    /// The command that replaces a node.
    #[serde(serialize_with = "unshown")]
    pub replace: String,
    /// The command that takes a node out of the balancer.
    #[serde(serialize_with = "unshown_if_given")]
    pub drain: Option<String>,
    /// The command that puts it back.
    #[serde(serialize_with = "unshown_if_given")]
    pub undrain: Option<String>,
}

/// One of its nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedNode {
    /// Its name, in reports and for commands.
    pub name: String,
    /// Its own address.
    pub url: String,
}

/// A cluster that is there already, and who may change it.
#[derive(Debug, Clone)]
pub struct Attached {
    /// Where it is, and what replaces its nodes.
    pub plan: AttachedPlan,
    /// A system admin of it.
    pub admin: Admin,
}

/// A system admin of an attached cluster.
#[derive(Debug, Clone)]
pub enum Admin {
    /// By a personal access token.
    Token(SecretString),
    /// By name and password.
    Password {
        /// The name.
        username: String,
        /// The password.
        password: SecretString,
    },
}

/// Where a cluster comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClusterOrigin {
    /// The gate builds it.
    Built,
    /// It is there already.
    Attached,
    /// Nobody can tell.
    Unknown,
}

impl AttachedInputs {
    /// Where the cluster comes from.
    pub(super) fn origin(&self) -> ClusterOrigin {
        match self.cluster.as_str() {
            "compose" => ClusterOrigin::Built,
            "attached" => ClusterOrigin::Attached,
            _ => ClusterOrigin::Unknown,
        }
    }

    /// The cluster, if the gate visits one.
    pub(super) fn judge(&self, problems: &mut Problems) -> Option<Attached> {
        let name = &self.admin_username;
        if name.contains(char::is_whitespace) {
            let remedy = "Write the name that they log in with, or their e-mail address.";
            problems.add("admin-username", Shown::plain(name), "has a blank in it", remedy);
        }
        match self.origin() {
            ClusterOrigin::Attached => {}
            ClusterOrigin::Built => return None,
            ClusterOrigin::Unknown => {
                let remedy = "Write \"compose\" or \"attached\".";
                problems.add("cluster", Shown::plain(&self.cluster), "is no kind of cluster", remedy);
                return None;
            }
        }
        let admin = self.admin(problems);
        if self.replace_command.is_empty() {
            let remedy = "Write the command that replaces the node $GATE_NODE: docs/attached.md has some.";
            problems.add("replace-command", Shown::nothing(), "is not given", remedy);
        }
        if let Err(wrong) = judge_address(&self.balancer_url) {
            let remedy = "Write the address that users have, such as \"https://staging.example\".";
            problems.add("balancer-url", Shown::plain(&self.balancer_url), wrong, remedy);
        }
        let command = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let plan = AttachedPlan {
            nodes: nodes(&self.node_urls, problems),
            balancer: self.balancer_url.clone(),
            replace: self.replace_command.clone(),
            drain: command(&self.drain_command),
            undrain: command(&self.undrain_command),
        };
        Some(Attached { plan, admin })
    }

    fn admin(&self, problems: &mut Problems) -> Admin {
        const REMEDY: &str =
            "Give admin-username and admin-password of a system admin, or admin-token alone.";
        let (name, password) = (!self.admin_username.is_empty(), self.admin_password.is_some());
        match (name, password, self.admin_token.is_some()) {
            (true, true, false) | (false, false, true) => {}
            (_, _, true) => {
                problems.add("admin-token", Shown::nothing(), "is given beside name or password", REMEDY);
            }
            (true, false, false) => problems.add("admin-password", Shown::nothing(), "is not given", REMEDY),
            (false, _, false) => problems.add("admin-username", Shown::nothing(), "is not given", REMEDY),
        }
        match &self.admin_token {
            Some(token) => Admin::Token(token.clone()),
            None => Admin::Password {
                username: self.admin_username.clone(),
                password: self.admin_password.clone().unwrap_or_default(),
            },
        }
    }
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

#[cfg(test)]
mod tests {
    use super::super::Inputs;
    use super::*;

    const WHOLE: [(&str, &str); 5] = [
        ("cluster", "attached"),
        ("node-urls", "http://10.0.0.1:8065\nmm-b=https://b.example/chat\n"),
        ("balancer-url", "https://staging.example"),
        ("replace-command", "./replace.sh"),
        ("admin-token", "token"),
    ];

    /// What is wrong with a pair of releases and these inputs.
    fn problems(given: &[(&str, &str)]) -> Problems {
        let releases = [("stable", "11.5.1"), ("release", "11.6.0")];
        let mut problems = Problems::default();
        Inputs::given(&[&releases[..], given].concat()).judge(&mut problems);
        problems
    }

    #[test]
    fn names_and_addresses_are_read() {
        let mut problems = Problems::default();
        let plan = Inputs::given(&WHOLE).attached.judge(&mut problems).unwrap().plan;
        assert_eq!(problems, Problems::default());
        let nodes: Vec<_> = plan.nodes.iter().map(|node| (node.name.as_str(), node.url.as_str())).collect();
        assert_eq!(nodes, [("node1", "http://10.0.0.1:8065"), ("mm-b", "https://b.example/chat")]);
        assert_eq!((plan.drain, plan.undrain), (None, None));
    }

    #[test]
    fn what_is_missing_and_what_contradicts_is_named() {
        let missing = ["admin-username", "replace-command", "balancer-url", "node-urls"];
        assert_eq!(problems(&[("cluster", "attached")]).named(), missing);
        let both = [
            ("admin-username", "root"),
            ("compose-file", "compose.yaml"),
            ("keep", "true"),
            ("suite-image", "my/suite:1"),
            ("license", "text"),
            ("pull", "always"),
        ];
        let contradicting = ["compose-file", "pull", "license", "suite-image", "keep", "admin-token"];
        assert_eq!(problems(&[&WHOLE[..], &both].concat()).named(), contradicting);
    }

    #[test]
    fn addresses_and_names_are_judged_and_passwords_not_repeated() {
        let urls = "a=http://h:1\na=http://h:2\nc=http://h:1/\n../b=http://h:3\nhttps://me:pw@h\nh:8065";
        let mut wrong = WHOLE;
        wrong[1].1 = urls;
        let problems = problems(&wrong);
        assert_eq!(problems.iter().count(), 5, "{problems}");
        assert!(!problems.to_string().contains("pw"), "{problems}");
    }

    #[test]
    fn its_inputs_are_for_it_alone() {
        let command = ("replace-command", "./replace.sh");
        assert_eq!(problems(&[command]).named(), ["replace-command"]);
        assert_eq!(problems(&[command, ("cluster", "kubernetes")]).named(), ["cluster"]);
    }
}
