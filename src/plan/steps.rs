//! What a run does, step by step. The list is what is printed, what runs, and what the console counts.

use serde::{Deserialize, Serialize};

use super::part::{Part, together};
use crate::checks::{PRODUCTS, Side};
use crate::outcome::Stage;

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "step")]
pub enum PlanStep {
    /// All images are fetched and everything but the nodes comes up; no node may have traffic yet.
    Prepare {
        /// What comes up, in order.
        parts: Vec<String>,
    },
    /// The site's own data is put into the database and the store, before any node starts.
    Restore {
        /// The dump of its database: its file and its size.
        database: String,
        /// Its objects: where they are, and their size.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        objects: Option<String>,
    },
    /// Nodes that run already are looked at, beside each other.
    Find {
        /// Their names.
        nodes: Vec<String>,
        /// What they should run.
        #[serde(with = "SideName")]
        side: Side,
    },
    /// One node runs a version before stable, without traffic; the first one makes the database.
    Visit {
        /// Its name.
        node: String,
        /// The stage of that version.
        stage: Stage,
        /// The version, as given.
        version: String,
    },
    /// The node stops, and the database is left to the next version.
    Leave {
        /// Its name.
        node: String,
    },
    /// Nodes start and get traffic, beside each other.
    Start {
        /// Their names.
        nodes: Vec<String>,
        /// What they run from now on.
        #[serde(with = "SideName")]
        side: Side,
        /// What happens to each.
        parts: Vec<Part>,
    },
    /// The gate makes itself an admin, two members and a team, which live as long as the run.
    MakeAccounts,
    /// Plugins that the run needs and the server does not install by itself are installed.
    InstallPlugins {
        /// Products that checks ask of, by id; only those that the image packages can be installed.
        products: Vec<String>,
        /// Plugins of the user's own, by id.
        own: Vec<String>,
    },
    /// Plugins of the user's own make way for other versions of them, before the checks of the stage.
    UpgradePlugins {
        /// In which stage.
        stage: Stage,
        /// The check that stands for it.
        check: String,
        /// Which: id, version, and the version that takes its place.
        plugins: Vec<String>,
    },
    /// Users are to get through to the nodes, nodes to each other, mail and push to the gate; what comes of it is known afterwards.
    Connect {
        /// Whether something stands in front of the nodes.
        balancer: bool,
        /// Whether a licence was given, of which a cluster must come.
        licensed: bool,
        /// Whether the servers may have a way to the gate.
        mail: bool,
    },
    /// Checks of a stage, side by side where they may.
    Check {
        /// Which stage begins here.
        stage: Stage,
        /// Their ids, in the order of the catalogue.
        checks: Vec<String>,
    },
    /// From here on it is watched what users would feel.
    Watch {
        /// Whether through a balancer; else at one node after the other.
        balancer: bool,
    },
    /// The gate writes in every kind; from stable on it does so whenever nodes restart or are replaced, too.
    Write {
        /// In which stage.
        stage: Stage,
    },
    /// Each kind is written through each node, and looked for on every other at once.
    Cross {
        /// In which stage.
        stage: Stage,
    },
    /// Nothing is written any more, and every write that was acknowledged is looked for on every node.
    Verify {
        /// In which stage.
        stage: Stage,
        /// The checks that stand for it.
        checks: Vec<String>,
    },
    /// Nothing is watched any more, and what was seen is judged.
    Judge {
        /// In which stage.
        stage: Stage,
        /// The check that stands for it.
        check: String,
        /// Whether nodes are spared by the balancer before they go; else what they cost is told, and not judged.
        drained: bool,
    },
    /// A check for which every node is restarted with another environment, and restarted without it.
    Restart {
        /// In which stage.
        stage: Stage,
        /// Its id.
        check: String,
        /// What the nodes are restarted with.
        environment: Vec<(String, String)>,
    },
    /// Each node is replaced by one like it: what a roll costs by itself.
    Control {
        /// Their names, in the order of their replacement.
        nodes: Vec<String>,
        /// What happens to each.
        parts: Vec<Part>,
    },
    /// Checks that this kind of cluster has no answer to; they are told as not applicable.
    Skip {
        /// In which stage.
        stage: Stage,
        /// Their ids.
        checks: Vec<String>,
        /// Why, as a clause for the reader.
        reason: String,
    },
    /// The user's own suite.
    Suite {
        /// In which stage.
        stage: Stage,
        /// The check that stands for it.
        check: String,
        /// The image that it runs in; without one it runs on the gate's machine.
        image: Option<String>,
        /// How long it may take, in seconds.
        timeout_s: u64,
    },
    /// The release's image migrates the database beside the nodes, which all serve on at stable.
    Migrate {
        /// The node whose environment it has.
        like: String,
        /// How many serve meanwhile.
        nodes: usize,
    },
    /// One node is taken out of traffic, put on a side and put back; the others serve.
    Replace {
        /// Its name.
        node: String,
        /// What it runs from now on.
        #[serde(with = "SideName")]
        side: Side,
        /// What happens to it.
        parts: Vec<Part>,
    },
    /// Nodes are taken out of traffic and stopped, beside each other.
    StopAll {
        /// Their names.
        nodes: Vec<String>,
        /// What happens to each.
        parts: Vec<Part>,
    },
    /// Evidence of what is red, and the reports; however the steps before it ended.
    Report,
    /// The cluster that the gate built is removed.
    TearDown,
    /// The cluster that the gate built is left for a look.
    Keep,
    /// What the gate made in a cluster that is not its own is put away.
    CleanUp,
}

impl PlanStep {
    /// What is done, on one line.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Prepare { parts } => format!("prepare {}", parts.join(", ")),
            Self::Restore { database, objects } => restored(database, objects.as_deref()),
            Self::Find { nodes, side } => {
                format!("find {} on {}: ready, sanity", nodes.join(", "), side_word(*side))
            }
            Self::Start { nodes, parts, .. } => format!("start {}: {}", nodes.join(", "), together(parts)),
            Self::Visit { node, version, .. } => format!("history: {node} at {version}: ready, sanity"),
            Self::Leave { node } => format!("stop {node}"),
            Self::MakeAccounts => "make accounts and a team of the gate's own".into(),
            Self::InstallPlugins { products, own } => format!("install {}", plugins(products, own)),
            Self::UpgradePlugins { plugins, .. } => format!("upgrade plugins: {}", plugins.join(", ")),
            Self::Connect { balancer, licensed, mail } => connected(*balancer, *licensed, *mail),
            Self::Check { stage, checks } => match checks.len() {
                1 => format!("1 check on {stage}"),
                count => format!("{count} checks on {stage}"),
            },
            Self::Watch { balancer: true } => {
                "watch what users feel, through the balancer and at each node".into()
            }
            Self::Watch { balancer: false } => "watch what users feel, at each node".into(),
            Self::Write { stage: Stage::Stable } => {
                "write on stable: in every kind, through each node; from here on while nodes restart or are replaced, too"
                    .into()
            }
            Self::Write { stage } => format!("write on {stage}: in every kind, through each node"),
            Self::Cross { stage } => {
                format!("cross on {stage}: each kind written through each node, read on every other at once")
            }
            Self::Verify { stage, checks } => {
                format!(
                    "{} on {stage}: every acknowledged write looked for on every node",
                    checks.join(", ")
                )
            }
            Self::Judge { stage, check, drained: true } => {
                format!("{check} on {stage}: what users felt since the first node was replaced")
            }
            Self::Judge { stage, check, drained: false } => {
                format!("{check} on {stage}: how long users could not work, which nothing prevents here")
            }
            Self::Restart { stage, check, environment } => {
                let with: Vec<String> =
                    environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
                format!(
                    "{check} on {stage}: restart each node in turn with {}, and without it",
                    with.join(" ")
                )
            }
            Self::Control { nodes, parts } => {
                format!("control: restart {} on stable, one by one: {}", nodes.join(", "), together(parts))
            }
            Self::Skip { stage, checks, reason } => {
                format!("{} on {stage}: not applicable ({reason})", checks.join(", "))
            }
            Self::Suite { image, timeout_s, .. } => {
                let place = image.as_ref().map_or_else(|| "here".into(), |image| format!("in {image}"));
                format!("your suite against the release, {place}, {timeout_s} s at most")
            }
            Self::Migrate { like, nodes: 1 } => {
                format!("migrate: `db migrate` of the release image, with what {like} has, which serves on")
            }
            Self::Migrate { like, nodes } => {
                format!(
                    "migrate: `db migrate` of the release image, with what {like} has; all {nodes} nodes serve on"
                )
            }
            Self::Replace { node, side: Side::Release, parts } => {
                format!("replace {node}: {}", together(parts))
            }
            Self::Replace { node, side: Side::Stable, parts } => {
                format!("roll back {node}: {}", together(parts))
            }
            Self::StopAll { nodes, parts } => format!("stop {}: {}", nodes.join(", "), together(parts)),
            Self::Report => "reports".into(),
            Self::TearDown => "tear down".into(),
            Self::Keep => "the cluster stays".into(),
            Self::CleanUp => "deactivate the gate's accounts, archive its teams".into(),
        }
    }

    /// The checks that answer in this step, by id.
    #[must_use]
    pub fn checks(&self) -> &[String] {
        match self {
            Self::Check { checks, .. } | Self::Skip { checks, .. } | Self::Verify { checks, .. } => checks,
            Self::Restart { check, .. }
            | Self::Suite { check, .. }
            | Self::Judge { check, .. }
            | Self::UpgradePlugins { check, .. } => std::slice::from_ref(check),
            Self::Prepare { .. }
            | Self::Restore { .. }
            | Self::Find { .. }
            | Self::Visit { .. }
            | Self::Leave { .. }
            | Self::Start { .. }
            | Self::MakeAccounts
            | Self::InstallPlugins { .. }
            | Self::Connect { .. }
            | Self::Watch { .. }
            | Self::Migrate { .. }
            | Self::Control { .. }
            | Self::Write { .. }
            | Self::Cross { .. }
            | Self::Replace { .. }
            | Self::StopAll { .. }
            | Self::Report
            | Self::TearDown
            | Self::Keep
            | Self::CleanUp => &[],
        }
    }

    /// The stage that it is a step of; what comes before a stage is of none.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        match self {
            Self::Check { stage, .. }
            | Self::Judge { stage, .. }
            | Self::Restart { stage, .. }
            | Self::Skip { stage, .. }
            | Self::Suite { stage, .. }
            | Self::UpgradePlugins { stage, .. }
            | Self::Write { stage }
            | Self::Cross { stage }
            | Self::Verify { stage, .. } => Some(*stage),
            Self::Control { .. } => Some(Stage::Stable),
            Self::Prepare { .. }
            | Self::Restore { .. }
            | Self::Find { .. }
            | Self::Visit { .. }
            | Self::Leave { .. }
            | Self::Start { .. }
            | Self::MakeAccounts
            | Self::InstallPlugins { .. }
            | Self::Connect { .. }
            | Self::Watch { .. }
            | Self::Migrate { .. }
            | Self::Replace { .. }
            | Self::StopAll { .. }
            | Self::Report
            | Self::TearDown
            | Self::Keep
            | Self::CleanUp => None,
        }
    }

    /// Whether it is done however the steps before it ended, by whoever conducts the run.
    #[must_use]
    pub fn is_of_the_end(&self) -> bool {
        matches!(self, Self::Report | Self::TearDown | Self::Keep | Self::CleanUp)
    }
}

/// The word for a side.
fn side_word(side: Side) -> &'static str {
    match side {
        Side::Stable => "stable",
        Side::Release => "release",
    }
}

fn plugins(products: &[String], own: &[String]) -> String {
    let name = |id: &String| {
        let known = PRODUCTS.iter().find(|product| product.id == id);
        known.map_or_else(|| id.clone(), |product| product.name.to_owned())
    };
    let products: Vec<String> = products.iter().map(name).collect();
    let mut all = Vec::new();
    if !products.is_empty() {
        all.push(format!("{}, as far as the stable image packages them", products.join(", ")));
    }
    if !own.is_empty() {
        all.push(format!("your {}", own.join(", ")));
    }
    all.join("; ")
}

fn restored(database: &str, objects: Option<&str>) -> String {
    let objects = objects.map_or(String::new(), |objects| format!(", its objects from {objects}"));
    format!("restore your site's database from {database}{objects}, and count its rows")
}

fn connected(balancer: bool, licensed: bool, mail: bool) -> String {
    let nodes = if licensed { "nodes to a cluster" } else { "nodes to a cluster if they form one" };
    let all =
        [(balancer, "users to nodes"), (true, nodes), (mail, "mail and push notifications to the gate")];
    let all: Vec<&str> = all.into_iter().filter(|(is, _)| *is).map(|(_, words)| words).collect();
    format!("connect {}", all.join(", "))
}

/// How a side is written in JSON.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Side", rename_all = "kebab-case")]
enum SideName {
    Stable,
    Release,
}
