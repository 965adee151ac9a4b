//! Node by node: the versions that it ran, how often it was restarted, and what it told of itself, edition and plugins included.

use super::html::Html;
use super::part::PagePart;
use super::rows::{row, table};
use super::timeline::nodes::names;
use crate::words::duration;
use availability::Deed;
use run_record::event::CheckResult;
use run_record::record::Record;

/// Facts of a node that are listed.
const FACTS: usize = 30;
/// Checks whose facts of nodes are about the servers.
const CHECKS: [&str; 6] = ["identity", "plugins.inventory", "topology", "logs", "processes", "growth"];

/// A table with a column for each node.
pub(super) fn part(record: &Record, room: usize) -> Option<PagePart> {
    let nodes = names(record);
    if record.ready.is_empty() || nodes.is_empty() {
        return None;
    }
    let mut html = Html::new(room);
    table("Node by node", &mut html, |html| {
        html.raw("<thead><tr><td></td>");
        for node in &nodes {
            html.raw("<th scope=\"col\">").short(node, 60).raw("</th>");
        }
        html.raw("</tr></thead><tbody>");
        line("versions, in their order", &nodes, html, |node| versions(record, node));
        line("became ready", &nodes, html, |node| ready(record, node));
        if record.watched.is_some() {
            line("stopped while watched", &nodes, html, |node| stops(record, node));
        }
        for (about, of) in facts(record, &nodes).into_iter().take(FACTS) {
            let cells: Vec<&str> = of.iter().map(|value| value.unwrap_or("")).collect();
            row(&about, &cells, html);
        }
        html.raw("</tbody>");
    });
    PagePart::of("Node by node", "nodes", 6, html)
}

fn line(about: &str, nodes: &[&str], html: &mut Html, of: impl Fn(&str) -> String) {
    let cells: Vec<String> = nodes.iter().map(|node| of(node)).collect();
    row(about, &cells.iter().map(String::as_str).collect::<Vec<_>>(), html);
}

fn versions(record: &Record, node: &str) -> String {
    let mut versions: Vec<&str> =
        record.ready.iter().filter(|one| one.node == node).map(|one| one.version.as_str()).collect();
    versions.dedup();
    versions.join(" → ")
}

fn ready(record: &Record, node: &str) -> String {
    let took: Vec<u64> = record.ready.iter().filter(|one| one.node == node).map(|one| one.took_ms).collect();
    match took.iter().max() {
        None => "never".into(),
        Some(longest) => format!("{} times, after {} at most", took.len(), duration(*longest)),
    }
}

fn stops(record: &Record, node: &str) -> String {
    let deeds = record.watched.iter().flat_map(|seen| &seen.diary.activities);
    let stops = deeds.filter(|since| since.what.node == node && since.what.what == Deed::Stop);
    format!("{} times", stops.count())
}

/// What nodes told of themselves, as late in the run as they told it: the fact, and its value for each of them.
fn facts<'r>(record: &'r Record, nodes: &[&str]) -> Vec<(String, Vec<Option<&'r str>>)> {
    let mut known: Vec<(String, Vec<Option<&str>>)> = Vec::new();
    let results: Vec<&CheckResult> =
        record.results().filter(|result| CHECKS.contains(&result.check.as_str())).collect();
    for check in CHECKS {
        for result in results.iter().filter(|result| result.check == check) {
            for (name, value) in &result.facts {
                // The node's name stands in front ("node1 edition") or behind ("backends of node1").
                let Some(at) =
                    nodes.iter().position(|node| name.split_whitespace().any(|word| word == *node))
                else {
                    continue;
                };
                let about = about(check, name, nodes[at]);
                let index = known.iter().position(|(other, _)| *other == about).unwrap_or_else(|| {
                    known.push((about, vec![None; nodes.len()]));
                    known.len() - 1
                });
                known[index].1[at] = Some(value);
            }
        }
    }
    known
}

/// A fact without the node's name in it.
fn about(check: &str, name: &str, node: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().filter(|word| *word != node && *word != "of").collect();
    match (words.join(" "), check) {
        (rest, "plugins.inventory") if rest.is_empty() => "plugins".into(),
        (rest, "identity") if rest.is_empty() => "version and build".into(),
        (rest, check) if rest.is_empty() => check.to_owned(),
        (rest, _) => rest,
    }
}
