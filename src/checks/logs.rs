//! `logs`: what servers logged since the first node was replaced that they never logged before.
//!
//! A panic that the server survived answers one request with 500 and is gone; nobody who asks for something else ever sees it,
//! and it is in the log. Errors of new kinds are told as facts, not judged: a release may say in other words what it always said.

use futures_util::future::try_join_all;
use log_signatures::{LogComparison, LogFinding, NodeLog, Unreadable, compare};

use super::prelude::*;
use crate::cluster::Absent;

/// As many findings of a kind as a fact names.
const NAMED: usize = 8;

/// What the step proves.
const STEP: &str = "no server panics since the first node was replaced";

pub(super) const CHECK: Check = Check::new(
    "logs",
    "no server panics that never did before; errors of new kinds are told",
    &["E1"],
    |cx| Box::pin(run(cx)),
)
.in_stages(Stages::Release)
.alone();

async fn run(cx: &Context<'_>) {
    let logs = match logs(cx).await {
        Ok(logs) => logs,
        Err(absent) => return cx.judge(STEP, Err((&absent).into())),
    };
    let (stable, release) = (cx.pair.0.to_string(), cx.pair.1.to_string());
    match compare(&logs, &stable, &release) {
        Ok(compared) => tell(cx, &compared),
        Err(Unreadable::Silent) => cx.not_applicable(
            STEP,
            "the servers' logs do not tell their versions: they are no JSON (LogSettings.ConsoleJson), or not on the console at INFO",
        ),
        Err(Unreadable::Alike(version)) => {
            cx.not_applicable(STEP, format!("both releases log that they are {version}, so logs do not tell them apart"));
        }
        Err(Unreadable::NoRelease(nodes)) => {
            let reason = format!("the log of {} does not tell that {release} began there", nodes.join(", "));
            cx.judge(STEP, Err(StepError::NotMeasured(reason)));
        }
    }
}

async fn logs(cx: &Context<'_>) -> Result<Vec<NodeLog>, Absent> {
    let nodes = cx.nodes.ok_or_else(|| Absent::NotApplicable("there is no cluster".into()))?;
    let log = async |place: &Place| {
        let lines = nodes.server_log(&place.name).await?;
        Ok(NodeLog { node: place.name.clone(), lines })
    };
    try_join_all(cx.places.iter().map(log)).await
}

fn tell(cx: &Context<'_>, compared: &LogComparison) {
    let LogComparison { before, since, panics, new_errors, more_errors } = compared;
    cx.fact("lines", format!("{before} before the first node was replaced, {since} since"));
    let questions =
        [("errors of new kinds", new_errors), ("errors more than ten times as often", more_errors)];
    for (name, found) in questions.into_iter().filter(|(_, found)| !found.is_empty()) {
        cx.fact(name, told(found));
    }
    let verdict = match panics.split_first() {
        None => Ok(()),
        Some((first, others)) => {
            let expected = "no panic that stable's servers did not have";
            let more = if others.is_empty() { String::new() } else { format!("; and {}", told(others)) };
            let got = format!("{}{more}", words(first));
            Err(StepError::failed_at(&first.node, expected.to_owned(), got))
        }
    };
    cx.judge(STEP, verdict);
}

/// `2: error "…" (app/x.go) 3 times, first on node1 (11.7.0) at …: …; …`.
fn told(found: &[LogFinding]) -> String {
    let named: Vec<String> = found.iter().take(NAMED).map(words).collect();
    let left = found.len().saturating_sub(NAMED);
    let more = if left == 0 { String::new() } else { format!("; {left} more") };
    format!("{}: {}{more}", found.len(), named.join("; "))
}

fn words(finding: &LogFinding) -> String {
    let LogFinding { signature, since, node, version, at, says, .. } = finding;
    let times = if *since == 1 { "once".to_owned() } else { format!("{since} times") };
    let version = version.as_ref().map_or_else(String::new, |version| format!(" ({version})"));
    let at = at.as_ref().map_or_else(String::new, |at| format!(" at {at}"));
    format!("{signature} {times}, first on {node}{version}{at}: {says}")
}
