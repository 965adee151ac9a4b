//! Before the roll, and since.

use std::collections::BTreeMap;

use crate::line::{LogLine, Severity};
use crate::signature::LogSignature;

/// Everything that a node logged, oldest first, through all its lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeLog {
    /// Its name.
    pub node: String,
    /// The lines.
    pub lines: Vec<String>,
}

/// What changed with the roll.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogComparison {
    /// Lines before the first server of the release began.
    pub before: usize,
    /// Lines since.
    pub since: usize,
    /// Panics that there were none of before: regressions.
    pub panics: Vec<LogFinding>,
    /// Errors of kinds that there were none of before: questions.
    pub new_errors: Vec<LogFinding>,
    /// Errors that come far more often than before: questions.
    pub more_errors: Vec<LogFinding>,
}

/// A signature that is worth a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFinding {
    /// Which.
    pub signature: LogSignature,
    /// How often it came before the roll.
    pub before: usize,
    /// And since.
    pub since: usize,
    /// Who logged it first since: the node, and its version as far as it had told it.
    pub node: String,
    /// The version of that node.
    pub version: Option<String>,
    /// When, as the server tells it.
    pub at: Option<String>,
    /// That line's message.
    pub says: String,
}

/// Why logs cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// No server's log tells versions: it is plain text, of another level than `INFO`, or in a file.
    Silent,
    /// Both sides of the roll say that they are of this version.
    Alike(String),
    /// These nodes' logs do not tell of a server of the release.
    NoRelease(Vec<String>),
}

/// More often than before means so many times as often, by the minute.
const TIMES: u128 = 10;
/// And at least so often in all.
const FLOOD: usize = 50;

/// Compares what nodes logged before the first server of the release began with what they logged since. A node that ran stable
/// all the while counts for both.
///
/// # Errors
/// Where the logs do not tell when that was, or not of every node.
pub fn compare(logs: &[NodeLog], stable: &str, release: &str) -> Result<LogComparison, Unreadable> {
    if stable == release {
        return Err(Unreadable::Alike(stable.to_owned()));
    }
    let read: Vec<(&str, Vec<LogLine>)> = logs
        .iter()
        .map(|log| (log.node.as_str(), log.lines.iter().filter_map(|line| LogLine::read(line)).collect()))
        .collect();
    if read.iter().flat_map(|(_, lines)| lines).all(|line| line.version.is_none()) {
        return Err(Unreadable::Silent);
    }
    let begins = |lines: &[LogLine]| {
        lines.iter().find(|line| line.version.as_deref() == Some(release)).and_then(|line| line.at.clone())
    };
    let (mut began, mut missing): (Option<String>, Vec<String>) = (None, Vec::new());
    for (node, lines) in &read {
        match begins(lines) {
            Some(at) => began = began.into_iter().chain([at]).min(),
            None => missing.push((*node).to_owned()),
        }
    }
    let Some(began) = began.filter(|_| missing.is_empty()) else {
        return Err(Unreadable::NoRelease(missing));
    };
    let mut counted = Counted::default();
    for (node, lines) in &read {
        counted.take(node, lines, &began);
    }
    Ok(counted.compared())
}

/// Counts of both sides.
#[derive(Debug, Default)]
struct Counted {
    before: usize,
    since: usize,
    /// The seconds of a day in which there were lines, as texts: how long each side lasted.
    seconds: [std::collections::BTreeSet<String>; 2],
    found: BTreeMap<LogSignature, (Severity, LogFinding)>,
}

impl Counted {
    fn take(&mut self, node: &str, lines: &[LogLine], began: &str) {
        let (mut version, mut at): (Option<&str>, Option<&str>) = (None, None);
        for line in lines {
            version = line.version.as_deref().or(version);
            at = line.at.as_deref().or(at);
            let is_since = at.is_some_and(|at| at >= began);
            *(if is_since { &mut self.since } else { &mut self.before }) += 1;
            if let Some(second) = at.and_then(|at| at.get(..19)) {
                self.seconds[usize::from(is_since)].insert(second.to_owned());
            }
            if line.severity == Severity::Usual {
                continue;
            }
            let new = || LogFinding {
                signature: line.signature.clone(),
                before: 0,
                since: 0,
                node: node.to_owned(),
                version: version.map(str::to_owned),
                at: at.map(str::to_owned),
                says: line.says.clone(),
            };
            let (_, found) =
                self.found.entry(line.signature.clone()).or_insert_with(|| (line.severity, new()));
            if !is_since {
                found.before += 1;
                continue;
            }
            if found.since == 0 || at < found.at.as_deref() {
                *found = LogFinding { before: found.before, since: found.since, ..new() };
            }
            found.since += 1;
        }
    }

    fn compared(self) -> LogComparison {
        let lasted = |side: usize| self.seconds[side].len().max(1) as u128;
        let (before_s, since_s) = (lasted(0), lasted(1));
        let is_flood = |found: &LogFinding| {
            let (before, since) = (found.before as u128, found.since as u128);
            found.since >= FLOOD && since * before_s > before * since_s * TIMES
        };
        let mut all = LogComparison { before: self.before, since: self.since, ..LogComparison::default() };
        let mut found: Vec<_> = self.found.into_values().filter(|(_, found)| found.since > 0).collect();
        found.sort_by(|(_, one), (_, other)| one.at.cmp(&other.at));
        for (severity, found) in found {
            match (severity, found.before) {
                (Severity::Panic, 0) => all.panics.push(found),
                (_, 0) => all.new_errors.push(found),
                _ if is_flood(&found) => all.more_errors.push(found),
                _ => {}
            }
        }
        all
    }
}

#[cfg(test)]
mod tests;
