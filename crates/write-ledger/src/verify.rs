//! Verification: every row of the book, on every node.
//!
//! Lists first: ten thousand rows are a few dozen requests. What a list does not show as it should is looked at closely, again and
//! again until it does or time is up, because things may still be on their way, and lists move while somebody writes. Rows that
//! a write touches meanwhile are left for the next time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

use basics::clock::millis;
use basics::unpoisoned::lock;
use basics::wait;
use futures_util::future::join_all;
use ledger_findings::{CellPlace, ReadThrough, Verification, Way};
use mattermost_client::Client;
use tokio::time::Instant;

use crate::findings::{FindingCounts, fail};
use crate::kinds::KINDS;
use crate::ledger::WriteLedger;
use crate::node_view::{Expected, NodeView, OddRow, ShownRow, Spot, read_closely, says};
use crate::row::Fingerprint;
use crate::shelf::Expectation;

/// How long something may take to cross from one node to another.
pub const CROSSING: Duration = Duration::from_secs(5);

impl WriteLedger {
    /// Looks for everything in the book on each of these nodes.
    pub async fn verify(&self, nodes: &[Client], stage: &str) -> Verification {
        let (began, patience) = (Instant::now(), self.desk.premises.patience);
        let before = self.totals().sum();
        let expected = self.expected();
        join_all(nodes.iter().map(|node| self.refresh(node))).await;
        let mut views: Vec<NodeView> =
            join_all(nodes.iter().map(|node| NodeView::of(&self.desk.premises, node, &expected))).await;
        self.close_open(&expected, &mut views);
        self.wait_for_odd(&mut views, patience, |_| true).await;
        let settled = self.settle(&views);
        self.wait_for_odd(&mut views, patience, |spot| settled.contains(spot)).await;

        let mut found = Verification {
            stage: stage.to_owned(),
            nodes: nodes.iter().map(|node| node.node().to_owned()).collect(),
            rows: expected.iter().map(|kind| kind.rows.len() as u64).sum(),
            ..Verification::default()
        };
        let mut counts = self.counted(&expected, &views);
        let somewhere = self.shown_somewhere(&views).await;
        self.judge_rows(&views, &somewhere, &mut found, &mut counts);
        self.judge_doubles(&views, &mut found, &mut counts);
        let (early, looks) = lock(&self.desk.last_looks).take();
        looks.into_iter().for_each(|(place, count)| counts.entry(place).or_default().add(&count));
        let thoughts = self.think_early_over(nodes, stage, early).await;
        thoughts.believed.iter().for_each(|finding| fail(&mut counts, finding));
        found.findings.extend(thoughts.believed);
        found.unsteady.extend(thoughts.unsteady);
        found.unread = views.iter().flat_map(NodeView::told_unread).collect();
        let after = self.totals().sum();
        found.turned_out_there = after.turned_out_there - before.turned_out_there;
        found.turned_out_absent = after.turned_out_absent - before.turned_out_absent;
        self.enter_counts(counts, &mut found);
        found.trim();
        found.took_ms = millis(began);
        found
    }

    fn expected(&self) -> Vec<Expected> {
        let book = lock(&self.desk.book);
        let shelves = (0..KINDS.len()).map(|kind| book.shelf(kind));
        shelves.map(|shelf| Expected { rows: shelf.expectations(), open: shelf.open.clone() }).collect()
    }

    /// Rows whose making was not answered: found by their number they are rows like others, else they never were.
    fn close_open(&self, expected: &[Expected], views: &mut [NodeView]) {
        let mut book = lock(&self.desk.book);
        for (kind, expected) in expected.iter().enumerate() {
            for open in &expected.open {
                let all = views.iter().flat_map(|view| &view.marked[kind]);
                let found = all.filter(|(seq, _)| *seq == open.seq).map(|(_, row)| *row).min();
                if found.is_none() && views.iter().any(|view| view.unread.contains_key(&kind)) {
                    continue;
                }
                book.close(kind, open.seq, found);
                if let Some(row) = found {
                    let unseen = || OddRow { shown: None, seq: Some(open.seq), closely: false };
                    views.iter_mut().for_each(|view| drop(view.odd.insert((kind, row), unseen())));
                }
            }
        }
    }

    /// Looks closely at what is odd, until it is as it should be or time is up; what is left is odd.
    async fn wait_for_odd(
        &self,
        views: &mut [NodeView],
        patience: Duration,
        concerns: impl Fn(&Spot) -> bool,
    ) {
        let deadline = Instant::now() + patience;
        join_all(views.iter_mut().map(|view| {
            let concerned: Vec<Spot> = view.odd.keys().copied().filter(|spot| concerns(spot)).collect();
            async move {
                if concerned.is_empty() {
                    return;
                }
                let (node, version) = (view.node.clone(), Mutex::new(None));
                let (odd, unread) = (Mutex::new(&mut view.odd), Mutex::new(HashMap::new()));
                let _ = wait::until_ok(deadline, || async {
                    // What a node still believes is no finding before it was told to forget it.
                    let _ = self.refresh(&node).await;
                    let due = self.due(concerned.iter().filter(|spot| lock(&odd).contains_key(*spot)));
                    let rows = due.keys().copied();
                    let (shown, failed) = read_closely(&self.desk.premises, &node, rows, &version).await;
                    let waiting = self.take_looks(&due, shown, &mut lock(&odd));
                    let all_read = failed.is_empty();
                    *lock(&unread) = failed;
                    if waiting == 0 && all_read { Ok(()) } else { Err(()) }
                })
                .await;
                view.unread.extend(std::mem::take(&mut *lock(&unread)));
            }
        }))
        .await;
    }

    /// Which of the odd rows some node shows as they should be, once it has forgotten what it cached: a row that only a cache
    /// still has is lost.
    async fn shown_somewhere(&self, views: &[NodeView]) -> HashSet<Spot> {
        let odd: HashSet<Spot> = views.iter().flat_map(|view| view.odd.keys().copied()).collect();
        let due = &self.due(odd.iter());
        let looks = views.iter().map(|view| async move {
            if due.is_empty() {
                return Vec::new();
            }
            let _ = self.forget(&view.node).await;
            let rows = due.keys().copied();
            let (shown, _) = read_closely(&self.desk.premises, &view.node, rows, &Mutex::new(None)).await;
            let is_due = |spot: &Spot, shown: &ShownRow| {
                due.get(spot).and_then(|due| due.row).is_some_and(|row| row.says == says(shown))
            };
            shown.into_iter().filter(|(spot, shown)| is_due(spot, shown)).map(|(spot, _)| spot).collect()
        });
        join_all(looks).await.into_iter().flatten().collect()
    }

    /// What these rows should say, of those that no write is on its way to.
    fn due<'s>(&self, spots: impl Iterator<Item = &'s Spot>) -> HashMap<Spot, Expectation> {
        let book = lock(&self.desk.book);
        spots.filter_map(|spot| Some((*spot, book.shelf(spot.0).expects(&spot.1)?))).collect()
    }

    /// Keeps what was seen of rows that are still of interest; gives how many are to be looked at again.
    fn take_looks(
        &self,
        due: &HashMap<Spot, Expectation>,
        shown: HashMap<Spot, ShownRow>,
        odd: &mut HashMap<Spot, OddRow>,
    ) -> usize {
        let book = lock(&self.desk.book);
        let mut waiting = 0;
        for (spot, shown) in shown {
            let expects = book.shelf(spot.0).expects(&spot.1);
            // A write came between: what was seen is of before or of after, and nobody knows which.
            let Some(expects) = expects.filter(|now| due.get(&spot) == Some(now)) else {
                waiting += 1;
                continue;
            };
            let allowed = expects.allows(says(&shown));
            if allowed && expects.maybes.is_empty() {
                odd.remove(&spot);
            } else {
                odd.insert(spot, OddRow { shown, seq: expects.row.map(|row| row.seq), closely: true });
            }
            waiting += usize::from(!allowed);
        }
        waiting
    }

    /// Says of each word whose answer was lost what became of it. Gives the rows of which that is known now.
    fn settle(&self, views: &[NodeView]) -> Vec<Spot> {
        let mut book = lock(&self.desk.book);
        let mut settled = Vec::new();
        let mut spots: Vec<Spot> = views.iter().flat_map(|view| view.odd.keys().copied()).collect();
        spots.sort_unstable();
        spots.dedup();
        for spot in spots {
            let Some(expects) = book.shelf(spot.0).expects(&spot.1) else { continue };
            if expects.maybes.is_empty() || views.iter().any(|view| view.unread.contains_key(&spot.0)) {
                continue;
            }
            let seen: Vec<Fingerprint> =
                views.iter().filter_map(|view| view.odd.get(&spot).map(|odd| says(&odd.shown))).collect();
            book.settle(spot.0, spot.1, expects.turned_out(&seen));
            settled.push(spot);
        }
        settled
    }

    /// Everything that was read, as if all of it were right.
    fn counted(&self, expected: &[Expected], views: &[NodeView]) -> FindingCounts {
        let book = lock(&self.desk.book);
        let mut counts = FindingCounts::new();
        for (kind, expected) in expected.iter().enumerate() {
            let mut writers: BTreeMap<ReadThrough, u64> = BTreeMap::new();
            for row in expected.rows.iter().filter_map(|(_, expectation)| expectation.row.as_ref()) {
                *writers.entry(book.through(row)).or_default() += 1;
            }
            for view in views.iter().filter(|view| !view.unread.contains_key(&kind)) {
                for (writer, times) in &writers {
                    let place = place(kind, writer.clone(), view.through());
                    counts.entry(place).or_default().verified += times;
                }
            }
        }
        counts
    }
}

/// Where reads by asking are counted.
fn place(kind: usize, writer: ReadThrough, reader: ReadThrough) -> CellPlace {
    CellPlace { kind: KINDS[kind].name().to_owned(), way: Way::Api, writer, reader }
}
