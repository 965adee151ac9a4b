//! For the tests of what checks stand on: a scene whose nodes answer nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use super::carried::Carried;
use super::context::Context;
use super::restart_round::RestartRound;
use super::scene::{Absent, Home, InstalledPlugins, Place, RunningNode, Scene, Side};
use crate::cluster::Origin;
use crate::event::{Clustering, Event, EventKind, Events};
use crate::mattermost::{Client, Http, VersionFacts};
use crate::outcome::Stage;
use crate::sinks::Sinks;
use crate::unpoisoned::lock;
use crate::versions::Version;

/// All that a scene borrows.
pub(super) struct StageSet {
    home: Home,
    brought: InstalledPlugins,
    clustering: Clustering,
    sinks: Result<Sinks, String>,
    carried: Carried,
    events: Events,
    told: UnboundedReceiver<Event>,
    versions: (Version, Version),
}

impl StageSet {
    pub(super) fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = client("home");
        let (events, told) = Events::stream();
        let home = Home {
            admin: client.with_token("admin"),
            admin_id: "admin".into(),
            alice: client.with_token("alice"),
            alice_id: "alice".into(),
            bob: client.with_token("bob"),
            bob_id: "bob".into(),
            usernames: ["admin", "alice", "bob"].map(str::to_owned),
            login_id: "alice".into(),
            password: String::new().into(),
            admin_password: String::new().into(),
            team_id: "team".into(),
        };
        Self {
            home,
            brought: InstalledPlugins::default(),
            clustering: Clustering::Clustered,
            sinks: Err("none here".into()),
            carried: Carried::default(),
            events,
            told,
            versions: (Version::read("11.5.1"), Version::read("11.6.0")),
        }
    }

    /// A scene with nodes of these sides: node1, node2 and so on.
    pub(super) fn scene(&self, stage: Stage, sides: &[Side]) -> Scene<'_> {
        let absent = || Absent::NotApplicable("not in a test".into());
        let node = |(n, side): (usize, &Side)| {
            let name = format!("node{}", n + 1);
            let version = if *side == Side::Stable { "11.5.1" } else { "11.6.0" };
            let text = String::new;
            let facts = VersionFacts {
                version: version.into(),
                build_number: text(),
                build_hash: text(),
                build_hash_enterprise: text(),
                diagnostic_id: text(),
            };
            let process = Err(Absent::NotApplicable("not in a test".into()));
            Place::new(&RunningNode { client: client(&name), name, side: *side, facts, process }, &self.home)
        };
        Scene {
            stage,
            places: sides.iter().enumerate().map(node).collect(),
            acted: BTreeSet::new(),
            balancer: Err(absent()),
            versions: (&self.versions.0, &self.versions.1),
            pair: self.versions.clone(),
            images: (Err(absent()), Err(absent())),
            brought: &self.brought,
            clustering: &self.clustering,
            home: &self.home,
            bucket: Err(absent()),
            sinks: &self.sinks,
            mail: Err(absent()),
            push: Err(absent()),
            browser: Err(absent()),
            shelf: None,
            origin: Origin::Built,
            looks_for_due: Duration::from_secs(300),
            reminders: false,
            crowd: 60,
            apps: false,
            nodes: None,
            restored: None,
            carried: &self.carried,
            events: &self.events,
        }
    }

    /// What was told to be kept so far.
    pub(super) fn kept(&mut self) -> Vec<(String, String)> {
        let kinds = std::iter::from_fn(|| self.told.try_recv().ok()).map(|event| event.kind);
        let kept = |kind| match kind {
            EventKind::Kept { check, entry, .. } => Some((check, entry)),
            _ => None,
        };
        kinds.filter_map(kept).collect()
    }
}

/// A context of a check called `sample`.
pub(super) fn context<'a>(scene: &'a Scene<'a>) -> Context<'a> {
    Context::new("sample", RestartRound::Before, scene, "nonce".into())
}

/// The steps so far: their names, and the words of their outcomes.
pub(super) fn steps(cx: &Context<'_>) -> Vec<(String, &'static str)> {
    lock(&cx.notes).steps.iter().map(|step| (step.name.clone(), step.outcome.word())).collect()
}

fn client(node: &str) -> Client {
    Client::new(&Http::new(Duration::from_secs(1)).unwrap(), node, "http://127.0.0.1:9")
}
