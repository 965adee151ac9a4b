//! A cluster that is there already: nobody builds it and nobody removes it; commands of the user's replace its nodes.
//!
//! The gate reaches it by URLs alone. What takes more than that (a look into its bucket and its images, its servers'
//! logs, a restart with another environment, a way from its servers to the gate) it has not.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use secrecy::SecretString;
use tokio::time::Instant;

use super::command::{Exit, Leftovers, run_command};
use super::last_words::LastWords;
use basics::telling;
use basics::trouble::{OrBug as _, Trouble};
use basics::unpoisoned::lock;
use mattermost_client::Address;

/// How long one command may take.
const LIMIT: Duration = Duration::from_secs(600);
/// Lines of the commands of one node that are kept: the last ones.
const LINES: usize = 5_000;

/// Where it is, and how its nodes are replaced.
#[derive(Debug, Clone)]
pub struct AttachedOptions {
    /// Names and addresses of the nodes, in the order of their replacement.
    pub nodes: Vec<(String, String)>,
    /// The balancer's address.
    pub balancer: String,
    /// What replaces a node.
    pub replace: String,
    /// What takes a node out of the balancer.
    pub drain: Option<String>,
    /// What puts a node back.
    pub undrain: Option<String>,
    /// Variables of this process that the commands must not inherit.
    pub withheld: Vec<String>,
    /// The release's image, for the commands.
    pub image: String,
    /// The release's version, as far as its name tells.
    pub version: String,
    /// Who the gate is there.
    pub admin: SiteAdmin,
}

/// A system admin of somebody else's cluster.
#[derive(Debug, Clone)]
pub enum SiteAdmin {
    /// Who logs in.
    Password {
        /// Their name.
        username: String,
        /// Their password.
        password: SecretString,
    },
    /// Whose personal access token this is.
    Token(SecretString),
}

/// Somebody else's cluster.
#[derive(Debug)]
pub struct AttachedCluster {
    options: AttachedOptions,
    /// What the commands printed, by node.
    printed: Mutex<BTreeMap<String, VecDeque<String>>>,
}

impl AttachedCluster {
    /// A cluster at these addresses; nothing is asked yet.
    #[must_use]
    pub fn new(options: AttachedOptions) -> Self {
        Self { options, printed: Mutex::default() }
    }

    /// Who the gate is there.
    pub(super) fn admin(&self) -> &SiteAdmin {
        &self.options.admin
    }

    /// Where users go.
    pub(super) fn balancer(&self) -> Address {
        Address::plain(&self.options.balancer)
    }

    /// Where a node is; that stays when it is replaced.
    pub(super) fn address(&self, node: &str) -> Result<Address, Trouble> {
        self.url(node).map(|url| Address::plain(&url))
    }

    pub(super) async fn replace(&self, node: &str) -> Result<Address, Trouble> {
        let address = self.address(node)?;
        self.run("replace-command", &self.options.replace, node).await?;
        Ok(address)
    }

    pub(super) async fn take_out(&self, node: &str) -> Result<(), Trouble> {
        match &self.options.drain {
            Some(command) => self.run("drain-command", command, node).await,
            None => Ok(()),
        }
    }

    pub(super) async fn put_back(&self, node: &str) -> Result<(), Trouble> {
        match &self.options.undrain {
            Some(command) => self.run("undrain-command", command, node).await,
            None => Ok(()),
        }
    }

    pub(super) fn parts(&self) -> Vec<String> {
        self.options.nodes.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The servers' own logs are out of reach; what the commands printed is all there is.
    pub(super) fn log(&self, part: &str, lines: Option<usize>) -> Vec<String> {
        let printed = lock(&self.printed);
        let all = printed.get(part).into_iter().flatten();
        let skipped = lines.map_or(0, |lines| all.clone().count().saturating_sub(lines));
        all.skip(skipped).cloned().collect()
    }

    fn url(&self, node: &str) -> Result<String, Trouble> {
        let found = self.options.nodes.iter().find(|(name, _)| name == node);
        found.map(|(_, url)| url.clone()).or_bug(node, "there is no such node")
    }

    /// Runs a command for a node to its end; docs/attached.md has the same variables.
    async fn run(&self, input: &str, command: &str, node: &str) -> Result<(), Trouble> {
        let nodes = &self.options.nodes;
        let after = nodes.iter().position(|(name, _)| name == node).map_or(0, |at| at + 1);
        // The stage that begins when this node is back.
        let stage = if after < nodes.len() { format!("mixed-{after}") } else { "release".into() };
        let environment = [
            ("GATE_NODE", node.to_owned()),
            ("GATE_NODE_URL", self.url(node)?),
            ("GATE_IMAGE", self.options.image.clone()),
            ("GATE_VERSION", self.options.version.clone()),
            ("GATE_STAGE", stage),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value));
        self.print(node, format!("--- {input}"));
        let ended = {
            let mut line = |text: String| self.print(node, text);
            // A command that replaces a node may well leave that node's server behind.
            let (withheld, limit) = (&self.options.withheld, Instant::now() + LIMIT);
            run_command(command, &environment, withheld, Leftovers::Stay, &mut line, limit).await
        };
        let how = match ended {
            Ok(Exit::Code(0)) => return Ok(()),
            Ok(Exit::Code(code)) => format!("ended with exit code {code}"),
            Ok(Exit::Signal(signal)) => format!("was ended by signal {signal}"),
            Ok(Exit::OutOfMemory) => "was killed for want of memory".into(),
            Ok(Exit::TimeIsUp) => format!("did not end within {} s and was stopped", LIMIT.as_secs()),
            Err(why) => format!("could not be run: {why}"),
        };
        let remedy = format!("Look at what it printed, below; try it by hand with GATE_NODE={node}.");
        let words = LastWords::of(&self.log(node, Some(telling::LOOKED_AT)));
        Err(words.explain(Trouble::new(node, format!("the {input} for it {how}"), remedy)))
    }

    fn print(&self, node: &str, line: String) {
        let mut printed = lock(&self.printed);
        let lines = printed.entry(node.to_owned()).or_default();
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(replace: &str) -> AttachedCluster {
        AttachedCluster::new(AttachedOptions {
            nodes: vec![("a".into(), "http://127.0.0.1:1".into()), ("b".into(), "http://127.0.0.1:2".into())],
            balancer: "http://127.0.0.1:3".into(),
            replace: replace.into(),
            drain: Some("echo drained".into()),
            undrain: Some("echo back".into()),
            withheld: Vec::new(),
            image: "mm:11.6.0".into(),
            version: "11.6.0".into(),
            admin: SiteAdmin::Token("token".into()),
        })
    }

    #[tokio::test]
    async fn commands_run_in_their_order_and_know_what_they_are_for() {
        let all = "echo $GATE_NODE $GATE_NODE_URL $GATE_IMAGE $GATE_VERSION $GATE_STAGE";
        let cluster = cluster(all);
        assert_eq!(cluster.address("b").unwrap().url(), "http://127.0.0.1:2");
        assert!(cluster.log("b", None).is_empty(), "a node that runs is left alone");
        cluster.take_out("b").await.unwrap();
        assert_eq!(cluster.replace("b").await.unwrap().url(), "http://127.0.0.1:2");
        cluster.put_back("b").await.unwrap();
        assert_eq!(
            cluster.log("b", None),
            [
                "--- drain-command",
                "drained",
                "--- replace-command",
                "b http://127.0.0.1:2 mm:11.6.0 11.6.0 release",
                "--- undrain-command",
                "back",
            ]
        );
        assert_eq!(cluster.log("b", Some(1)), ["back"]);
        assert!(cluster.log("a", None).is_empty());
    }

    #[tokio::test]
    async fn a_command_that_fails_is_named_with_its_node_and_its_last_words() {
        let cluster = cluster("echo no such pod; exit 7");
        let error = cluster.replace("a").await.unwrap_err();
        assert_eq!(error.part, "a");
        assert_eq!(error.message, "the replace-command for it ended with exit code 7");
        assert_eq!(error.log_tail.last().unwrap(), "no such pod");
    }
}
