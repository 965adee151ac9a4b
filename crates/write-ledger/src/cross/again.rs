//! One look that failed among all others is not believed before the same was done again.
//!
//! Servers fill a cache from a read that began before a write, now and then, and show the old words until it runs out: with no release
//! in it and no other sign. What a release broke fails again; of one call in three, once in eighteen with 99.9 %.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use basics::unpoisoned::lock;
use futures_util::future::join_all;
use ledger_findings::{ENOUGH, ReadThrough, Way, WriteFinding, Wrong};
use mattermost_client::Client;

use crate::kinds::index_of;
use crate::ledger::WriteLedger;
use crate::node_view::says;

/// What breaks a cluster breaks many kinds; of more than these nothing is done again.
const MOST_KINDS: usize = 2;

/// How long what is done again may take to cross.
const CROSSING_AGAIN: Duration = Duration::from_secs(2);

/// Findings of one writer, as far as they are believed.
#[derive(Debug, Default)]
pub(crate) struct SecondThoughts {
    /// Those that are.
    pub(crate) believed: Vec<WriteFinding>,
    /// Those of which nothing was found again.
    pub(crate) unsteady: Vec<WriteFinding>,
}

impl SecondThoughts {
    fn add(&mut self, more: Self) {
        self.believed.extend(more.believed);
        self.unsteady.extend(more.unsteady);
    }
}

impl WriteLedger {
    /// Does again, through the same node, what one of these nodes did not show though another one did.
    pub(crate) async fn think_again(
        &self,
        writer: &Client,
        nodes: &[Client],
        stage: &str,
        findings: Vec<WriteFinding>,
    ) -> SecondThoughts {
        let kinds: BTreeSet<String> = findings.iter().map(|finding| finding.kind.clone()).collect();
        if kinds.len() > MOST_KINDS {
            return SecondThoughts { believed: findings, unsteady: Vec::new() };
        }
        let mut passed = BTreeSet::new();
        for kind in &kinds {
            let mut of_kind = findings.iter().filter(|finding| finding.kind == *kind);
            let by_asking = of_kind.all(|finding| finding.wrong == Wrong::Unseen && finding.way == Way::Api);
            let Some(place) = index_of(kind).filter(|_| by_asking) else { continue };
            if self.passes_again(place, writer, nodes, stage).await {
                passed.insert(kind.clone());
            }
        }
        let (unsteady, believed) = findings.into_iter().partition(|finding| passed.contains(&finding.kind));
        SecondThoughts { believed, unsteady }
    }

    /// Does again what a last look did not find, through the node that wrote it, where that still runs what it ran then. What the
    /// crossing did again already is done again for itself: its row was stale when it was written over, too.
    pub(crate) async fn think_early_over(
        &self,
        nodes: &[Client],
        stage: &str,
        early: Vec<WriteFinding>,
    ) -> SecondThoughts {
        let mut thoughts = SecondThoughts::default();
        let kinds: BTreeSet<&str> = early.iter().map(|finding| finding.kind.as_str()).collect();
        if kinds.len() > MOST_KINDS {
            return SecondThoughts { believed: early, ..thoughts };
        }
        let mut by_writer: BTreeMap<ReadThrough, Vec<WriteFinding>> = BTreeMap::new();
        for finding in early {
            by_writer.entry(finding.writer.clone()).or_default().push(finding);
        }
        for (writer, findings) in by_writer {
            let runs = lock(&self.desk.roster).version(&writer.node);
            let client = nodes.iter().find(|node| node.node() == writer.node);
            match client.filter(|_| runs.is_some_and(|version| version == writer.version)) {
                Some(client) => thoughts.add(self.think_again(client, nodes, stage, findings).await),
                None => thoughts.believed.extend(findings),
            }
        }
        thoughts
    }

    /// Whether a write of this kind is shown by every node, each time it is made.
    async fn passes_again(&self, kind: usize, writer: &Client, nodes: &[Client], stage: &str) -> bool {
        let patience = self.desk.premises.patience.min(CROSSING_AGAIN);
        for _ in 0..ENOUGH {
            let fresh = self.write_each(writer, stage, [kind]).await;
            let glimpses = join_all(nodes.iter().map(|reader| self.ask(reader, &fresh, patience))).await;
            let shown = |at: usize, due| {
                let mut seen = glimpses.iter().map(|glimpse| glimpse.shown[at].as_ref());
                seen.all(|seen| seen.is_some_and(|seen| says(seen) == due))
            };
            let all = !fresh.is_empty() && fresh.iter().enumerate().all(|(at, one)| shown(at, one.leaves));
            self.conclude_all(writer, fresh).await;
            if !all {
                return false;
            }
        }
        true
    }
}
